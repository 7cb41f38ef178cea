import fc from "fast-check";
import { expect, it } from "vitest";
import { ChunkReader } from "./chunk-reader.ts";
import { Chunks, wholeOf } from "./chunks.ts";

const chunks = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 6 });

it("chunks are their bytes one behind the other", () => {
  fc.assert(
    fc.property(chunks, fc.nat(60), fc.nat(60), (given, start, end) => {
      const model = Uint8Array.from(given.flatMap((chunk) => [...chunk]));
      const some = Chunks.from(given);
      expect(some.length).toBe(model.length);
      expect(some.whole()).toEqual(model);
      expect(wholeOf(some.subarray(start))).toEqual(model.subarray(start));
      expect(wholeOf(some.subarray(start, end))).toEqual(model.subarray(start, Math.max(start, end)));
      expect([...some].every(({ length }) => length > 0)).toBe(true);
    }),
  );
});

it("a reader gives every byte once, in whatever portions", () => {
  const portions = fc.array(fc.tuple(fc.constantFrom("take", "takeWhole", "skip"), fc.nat(12)), { maxLength: 12 });
  fc.assert(
    fc.property(chunks, portions, (given, portions) => {
      const model = Uint8Array.from(given.flatMap((chunk) => [...chunk]));
      const reader = new ChunkReader(Chunks.from(given));
      let at = 0;
      for (const [how, most] of portions) {
        const size = Math.min(most, reader.left);
        const expected = model.subarray(at, at + size);
        if (how === "skip") reader.skip(size);
        else expect(wholeOf(how === "take" ? reader.take(size) : reader.takeWhole(size))).toEqual(expected);
        at += size;
        expect(reader.left).toBe(model.length - at);
      }
    }),
  );
});

it("what lies in one chunk is shared, and only what does not is copied", () => {
  const memory = Uint8Array.from({ length: 10 }, (_, n) => n);
  const some = Chunks.from([memory.subarray(0, 6), memory.subarray(6)]);
  expect(some.subarray(1, 5).whole().buffer).toBe(memory.buffer);
  expect(some.subarray(1, 8).whole().buffer).not.toBe(memory.buffer);
  const reader = new ChunkReader(some);
  expect(
    [reader.takeWhole(4), reader.takeWhole(4), reader.takeWhole(2)].map(({ buffer }) => buffer === memory.buffer),
  ).toEqual([true, false, true]);
  expect([...Chunks.of(memory)]).toEqual([memory]);
  expect(Chunks.of(some)).toBe(some);
});

it("nobody takes more than there is", () => {
  const reader = new ChunkReader(Uint8Array.of(1, 2));
  expect(() => reader.take(3)).toThrow("more bytes than are left");
});
