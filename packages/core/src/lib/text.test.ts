import fc from "fast-check";
import { expect, it } from "vitest";
import { decode, encode, fromLatin1, latin1 } from "./text.ts";

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ unit: "binary", maxLength: 200 }).map((text) => new Uint8Array(Buffer.from(text))),
);

it("decodes any bytes to a text that encodes to them again", () => {
  fc.assert(
    fc.property(bytes, (given) => {
      expect(encode(decode(given))).toEqual(given);
    }),
  );
});

it("reads and writes well-formed text as everybody does", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const encoded = new Uint8Array(Buffer.from(text));
      expect(encode(text)).toEqual(encoded);
      expect(decode(encoded)).toBe(text);
    }),
  );
});

it("keeps a byte order mark, and escapes each byte that is not UTF-8", () => {
  expect(decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe("\ufeffa");
  expect(decode(Uint8Array.of(0x61, 0xed, 0xa0, 0x80, 0xc3))).toBe("a\udced\udca0\udc80\udcc3");
  expect(encode(`${"a".repeat(200)}\udcff`).at(-1)).toBe(0xff);
});

it("gives every byte one character in the view of C", () => {
  const all = Uint8Array.from({ length: 5000 }, (_, i) => i % 256);
  expect(latin1(all)).toBe(Buffer.from(all).toString("latin1"));
  expect(fromLatin1(latin1(all))).toEqual(all);
});
