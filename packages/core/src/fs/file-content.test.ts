import fc from "fast-check";
import { expect, it } from "vitest";
import { Chunks } from "../lib/index.ts";
import { FileContent } from "./file-content.ts";

/** Less than a chunk, or a little more than two; in one array, or cut anywhere. */
const given = fc.uint8Array({ maxLength: 300 }).chain((some) =>
  fc.constantFrom(
    some,
    Uint8Array.from({ length: 131_000 + some.length }, (_, i) => i + some.length),
  ),
);

/** Around the ends of chunks, which are 64 KiB long. */
const offset = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 65_400, max: 65_700 }));

/** Zeros are not stored, wherever in memory what is written begins. */
const written = fc
  .tuple(
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 200 }).map((length) => new Uint8Array(length)),
    ),
    fc.nat(3),
  )
  .map(([bytes, skipped]) => bytes.subarray(Math.min(skipped, bytes.length - 1)));

const step = fc.oneof(
  fc.record({
    kind: fc.constant("write"),
    which: fc.nat(9),
    offset,
    data: written,
  }),
  fc.record({ kind: fc.constant("truncate"), which: fc.nat(9), size: offset }),
  fc.record({ kind: fc.constant("clone"), which: fc.nat(9) }),
  fc.record({ kind: fc.constantFrom("bytes", "chunks"), which: fc.nat(9) }),
);

const cut = fc.array(fc.nat(140_000), { maxLength: 4 });

it("keeps clones apart, whoever of them writes", () => {
  fc.assert(
    fc.property(given, cut, fc.array(step, { maxLength: 20 }), (given, cut, steps) => {
      const pairs = [{ content: FileContent.of(chunked(given.slice(), cut)), model: given }];
      const handed: { readonly chunks: Chunks; readonly model: Uint8Array }[] = [];
      for (const step of steps) {
        const pair = pairs[step.which % pairs.length];
        if (pair === undefined) continue;
        const { content, model } = pair;
        if ("data" in step) {
          content.write(step.offset, step.data);
          pair.model = resized(model, Math.max(model.length, step.offset + step.data.length));
          pair.model.set(step.data, step.offset);
        } else if ("size" in step) {
          content.truncate(step.size);
          pair.model = resized(model, step.size);
        } else if (step.kind === "clone") pairs.push({ content: content.clone(), model: model.slice() });
        else if (step.kind === "chunks") handed.push({ chunks: content.chunks(), model: model.slice() });
        else expect(Buffer.compare(content.bytes(), model)).toBe(0);
        for (const { content, model } of pairs) {
          expect(content.size).toBe(model.length);
          expect(Buffer.compare(content.read(0, content.size), model)).toBe(0);
          const part = content.read(model.length >> 1, 100);
          expect(Buffer.compare(part, model.slice(model.length >> 1, (model.length >> 1) + 100))).toBe(0);
          part.fill(255);
          // A line that has ended says how a file is executed; else it takes more of it to tell.
          const head = model.slice(0, model.subarray(0, 64).includes(10) ? 64 : 256);
          expect(Buffer.compare(content.head, head)).toBe(0);
        }
      }
      // What was handed out is what it was then, whatever has been written since.
      for (const { chunks, model } of handed) expect(Buffer.compare(chunks.whole(), model)).toBe(0);
    }),
  );
});

it("hands out what was written without a copy, and holes without memory", () => {
  const content = new FileContent();
  const written = new Uint8Array(65_536).fill(7);
  for (const at of [0, 1, 3, 5]) content.write(at * 65_536, written);
  content.truncate(400_000);
  const [first, second] = [[...content.chunks()], [...content.chunks()]];
  expect(first.map(({ length }) => length)).toEqual([65_536, 65_536, 65_536, 65_536, 65_536, 65_536, 6_784]);
  expect(first.map(({ buffer }) => buffer)).toEqual(second.map(({ buffer }) => buffer));
  expect(first[2]?.buffer).toBe(first[4]?.buffer);
  content.write(0, Uint8Array.of(1));
  expect([first[0]?.[0], content.bytes()[0]]).toEqual([7, 1]);
  const copy = FileContent.of(Chunks.from(first));
  expect(copy.storedBytes).toBe(0);
  expect([...copy.chunks()].map(({ buffer }) => buffer)).toEqual(first.map(({ buffer }) => buffer));
});

it("gives what it was made of without a copy, however long, until it is changed", () => {
  const given = new Uint8Array(200_000).fill(7);
  const content = FileContent.of(given.subarray(5));
  const all = content.bytes();
  expect([all.buffer, all.byteOffset, all.length]).toEqual([given.buffer, 5, 199_995]);
  content.write(70_000, Uint8Array.of(1));
  expect(given[70_005]).toBe(7);
  expect(content.bytes()[70_000]).toBe(1);
});

function chunked(bytes: Uint8Array, cut: readonly number[]): Chunks {
  const ends = [...cut, bytes.length].sort((a, b) => a - b);
  return Chunks.from(ends.map((end, n) => bytes.subarray(ends[n - 1] ?? 0, end)));
}

function resized(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(size);
  copy.set(bytes.subarray(0, size));
  return copy;
}
