import { describe, expect, it } from "vitest";
import { fromDocument, toDocument } from "./documents.ts";

/** There and back, with the bytes that were put elsewhere. */
function trip(value: unknown): { readonly back: unknown; readonly pieces: readonly Uint8Array[] } {
  const pieces: Uint8Array[] = [];
  const text = toDocument(value, { put: (bytes) => pieces.push(bytes) - 1 });
  return { back: fromDocument(text, { get: (piece) => pieces[piece] as Uint8Array }), pieces };
}

describe("documents of a state", () => {
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => 255 - at);
  const values: Readonly<Record<string, unknown>> = {
    maps: new Map<unknown, unknown>([
      ["a", new Set([1, undefined])],
      [2, undefined],
    ]),
    "objects that look like them": { $map: [], $bytes: "x", own: { $set: 1 } },
    numbers: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2n ** 90n, -0.5],
    "texts and nothing": { text: "ä\0€\ud800", nested: [{ deep: [[]] }], none: null, no: false },
    bytes: [0, 1, 2, 3, 4, 255].map(bytes),
  };

  it.each(Object.keys(values))("bring back %s", (name) => {
    expect(trip(values[name]).back).toEqual(values[name]);
  });

  it("leave many bytes where they are", () => {
    const bytes = new Uint8Array(1000).fill(7);
    const { back, pieces } = trip({ bytes });
    expect(pieces).toEqual([bytes]);
    expect((back as { bytes: Uint8Array }).bytes).toBe(bytes);
  });
});
