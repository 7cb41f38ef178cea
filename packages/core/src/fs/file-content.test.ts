import fc from "fast-check";
import { expect, it } from "vitest";
import { FileContent } from "./file-content.ts";

/** Around the ends of chunks, which are 64 KiB long. */
const offset = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 65_400, max: 65_700 }));

const step = fc.oneof(
  fc.record({
    kind: fc.constant("write"),
    which: fc.nat(9),
    offset,
    data: fc.uint8Array({ minLength: 1, maxLength: 200 }),
  }),
  fc.record({ kind: fc.constant("truncate"), which: fc.nat(9), size: offset }),
  fc.record({ kind: fc.constant("clone"), which: fc.nat(9) }),
  fc.record({ kind: fc.constant("bytes"), which: fc.nat(9) }),
);

it("keeps clones apart, whoever of them writes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(step, { maxLength: 20 }), (given, steps) => {
      const pairs = [{ content: FileContent.of(given.slice()), model: given }];
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
        else content.bytes();
        for (const { content, model } of pairs) {
          expect(content.size).toBe(model.length);
          expect(Buffer.compare(content.read(0, content.size), model)).toBe(0);
        }
      }
    }),
  );
});

function resized(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(size);
  copy.set(bytes.subarray(0, size));
  return copy;
}
