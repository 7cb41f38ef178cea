import { expect, it } from "vitest";
import { decode, encode } from "../../lib/index.ts";
import { digestOf } from "../../oci/index.ts";
import { cacheConfigBytes, readCacheConfig } from "./cache-config.ts";

const [A, B, C] = ["a", "b", "c"].map((text) => digestOf(encode(text)));
const read = (document: unknown) => readCacheConfig(encode(JSON.stringify(document)));
const layer = (parent: number) => ({ snapshot: "", diffId: digestOf(encode("")), parent, createdUs: 0 });

it("writes layers with the numbers of those below, 0 being left out", () => {
  const bytes = cacheConfigBytes({ layers: [layer(-1), layer(0), layer(1)], records: [] }, [A, B, C] as never);
  expect(JSON.parse(decode(bytes))).toEqual({
    layers: [{ blob: A, parent: -1 }, { blob: B }, { blob: C, parent: 1 }],
  });
});

it("reads each layer with all below it, in whatever order they come", () => {
  const layers = [
    { blob: C, parent: 2 },
    { blob: A, parent: -1 },
    { blob: B, parent: 1 },
  ];
  expect(read({ layers }).layers).toEqual([[A, B, C], [A], [A, B]]);
});

it.each([
  ["that stand on each other", [{ blob: A, parent: 1 }, { blob: B }]],
  ["that stand on themselves", [{ blob: A }]],
  ["that stand on nothing known", [{ blob: A, parent: 7 }]],
])("offers no layers %s", (_, layers) => {
  expect(read({ layers }).layers.every((line) => line.length === 0)).toBe(true);
});

it("offers no layers that more others lie below than below any of an image", () => {
  const layers = Array.from({ length: 126 }, (_, i) => ({ blob: A, parent: i - 1 }));
  expect(read({ layers }).layers.map(({ length }) => length)).toEqual([
    ...Array.from(layers.keys(), (i) => i + 1).slice(0, 125),
    0,
  ]);
});

it("reads records as far as it understands them", () => {
  const known = { digest: "k", layers: [{ layer: 0, createdAt: "" }] };
  expect(read({ records: [known, { digest: 1 }, null] }).records).toEqual([known]);
  expect(read({ records: "none" })).toEqual({ records: [], layers: [] });
});

it.each(["", "[]", "7", '{"layers":{}}', '{"layers":[{"blob":"a"}]}', "{"])("refuses %j", (text) => {
  expect(() => readCacheConfig(encode(text))).toThrow("invalid cache config");
});
