import { constants, deflateRawSync, gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { concat, equal } from "../bytes.ts";
import { encode } from "../text.ts";
import { deflate, gunzip, gzip } from "./deflate.ts";
import { Inflater, inflate } from "./inflate.ts";

/** Bytes that compress a little: runs, repeats and noise. */
function sample(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 12345;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = i % 7000 < 3000 ? state >>> 24 : (i * i) >> 9;
  }
  return bytes;
}

describe("inflate", () => {
  it.each([
    ["stored", { level: 0 }],
    ["fixed", { strategy: constants.Z_FIXED }],
    ["dynamic", { level: 9 }],
    ["run-length", { strategy: constants.Z_RLE }],
  ])("reads %s blocks of another implementation, at once and in small pieces", (_, options) => {
    const data = sample(600_000);
    const packed = new Uint8Array(deflateRawSync(data, options));
    const whole = inflate(concat([packed, encode("tail")]));
    expect(equal(whole.data, data)).toBe(true);
    expect(whole.rest).toEqual(encode("tail"));
    const inflater = new Inflater();
    const parts: Uint8Array[] = [];
    for (let i = 0; i < packed.length; i += 7) parts.push(inflater.push(packed.subarray(i, i + 7)));
    expect(inflater.done).toBe(true);
    expect(equal(concat(parts), data)).toBe(true);
  });

  it("refuses an end that comes too early, a wrong block type and a match before the beginning", () => {
    const packed = new Uint8Array(deflateRawSync(sample(5000)));
    expect(() => inflate(packed.subarray(0, packed.length - 5))).toThrow("unexpected EOF");
    expect(() => inflate(Uint8Array.of(0x07, 0))).toThrow("flate: corrupt input");
    expect(() => inflate(Uint8Array.of(0x03, 0x02, 0x00, 0x00))).toThrow("flate: corrupt input");
    expect(() => inflate(Uint8Array.of(0x01, 5, 0, 0, 0))).toThrow("flate: corrupt input");
  });
});

describe("deflate", () => {
  it.each([0, 1, 6, 9] as const)("writes what another implementation reads, at level %i", (level) => {
    const data = sample(100_000);
    expect(equal(inflate(deflate(data, level)).data, data)).toBe(true);
    expect(equal(gunzipSync(gzip(data, { level })), data)).toBe(true);
  });
});

describe("gzip", () => {
  it("has no time and no name in its header", () => {
    expect([...gzip(encode("x")).subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  });
});

describe("gunzip", () => {
  it("joins members, and skips name, comment, extra field and header checksum", () => {
    const plain = new Uint8Array(gzipSync("two"));
    const fields = concat([Uint8Array.of(2, 0, 9, 9), encode("name\0"), encode("comment\0"), Uint8Array.of(1, 2)]);
    const fancy = concat([plain.subarray(0, 3), Uint8Array.of(2 | 4 | 8 | 16), plain.subarray(4, 10), fields]);
    const whole = concat([gzip(encode("one ")), fancy, plain.subarray(10)]);
    expect(gunzip(whole)).toEqual(encode("one two"));
  });

  it("checks checksum, length, header and end", () => {
    const packed = gzip(sample(1000));
    const wrong = (at: number) => packed.map((byte, index) => (index === at ? byte ^ 1 : byte));
    expect(() => gunzip(wrong(packed.length - 6))).toThrow("gzip: invalid checksum");
    expect(() => gunzip(wrong(packed.length - 1))).toThrow("gzip: invalid checksum");
    expect(() => gunzip(wrong(0))).toThrow("gzip: invalid header");
    expect(() => gunzip(packed.subarray(0, packed.length - 1))).toThrow("unexpected EOF");
    expect(() => gunzip(concat([packed, encode("garbage that is long")]))).toThrow("gzip: invalid header");
  });
});
