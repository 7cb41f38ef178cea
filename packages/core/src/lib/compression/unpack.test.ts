import { describe, expect, it } from "vitest";
import { concat } from "../bytes.ts";
import { decode, encode, fromLatin1 } from "../text.ts";
import { Bunzip2, bunzip2 } from "./bunzip2.ts";
import { Unxz, unlzma, unxz } from "./unxz.ts";

const fromBase64 = (text: string): Uint8Array => fromLatin1(atob(text.replaceAll("\n", "")));

/** What the streams below hold. */
const SAMPLE = Array.from({ length: 300 }, (_, i) => `line ${i} of a sample, ${"ab".repeat(i % 7)}\n`)
  .join("")
  .slice(0, 1200);

const BZIP2 =
  fromBase64(`QlpoOTFBWSZTWf/pKJUAAdXZgAAQQAR/4DMnyAAwAPpaDRip6NU0bUBkGn6qowmAjTAIVU/VBoAA0uyUtDS0tNYvcFPCibAQt/LTjvvwWtaonTvMzec0
TeLom8XRN4utvMQIHiIEDS2rcNtoQJZbIgKUmhALLkCUkkkZmGZmZmbFE7pTRQ0lIRBQSREhJCiiikSiEIQhCqqql1UTQVX6CnxRPwKQKaqJt+qJKJ+B
TQFNVElE/i7kinChIf/SUSo=`);
/** Ten times a, three hundred times b. */
const BZIP2_RUNS = fromBase64("QlpoOTFBWSZTWUIxIYwAAALRAIEAACAwAAAIIAAwzQDGgWOj2EuLuSKcKEghGJDGAA==");
/** One block, CRC-32. */
const XZ =
  fromBase64(`/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4ASvAKVdADYaSh8IoCYDTQad7+2MZZM+Z5a0KaYXfxaczB5ubulLMnDaxsjOpOzsoYzQibeC3lNC8TQG1E7p
ulYkJC3z8XHIuzAuivYHCZNSz197Yfp9HsFVDEuqczV5aUmXVDvAslcwCag3BecLJbZ2B17h7/X99mYu1DoFFRLAUQXtO9Jg2Q5SXEkyhFfrHxW4OGRp
NwEPtV0o/6ipsmqzMci+lLWpbFmolAAAAAC5ExY7AAG9AbAJAADTiMJKPjANiwIAAAAAAVla`);
/** Blocks of 500 bytes, CRC-64. */
const XZ_BLOCKS =
  fromBase64(`/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AHzAGBdADYaSh8IoCYDTQad7+2MZZM+Z5a0KaYXfxaczB5ubulLMnDaxsjOpOzsoYzQibeC3lNC8TQG1E7p
ulYkJC3z8XHIuzAuivYHCZNSz197Yfp9HsFVDEuqczV5aUmXK1mqhABKwroFIEG7MgIAIQEWAAAAdC/lo+AB8wBgXQAyiwAGU8mmtBmWlYNm30g+EHof
lsalX4O29Hnn2N/M8PtnzJD7eygLKUVyL9dQMMIRszyPUbq3Xp1eltZH6lUDoYKiVMYmT/8pRnr2EaPn2AqoFC7gXZgvAlNnZ6kb+gAAFrr2Wfh2S1UC
ACEBFgAAAHQv5aPgAMcAOF0AN5mABQ+N+WGHwuhaKyX9nFC+E2Iz18mnIf7VY8vDChOgm/VJ8KVsTHsr2sqQ88YDCs66Ne5FGuAAYFcW3M2oVR8AA3z0
A3z0A1TIAQDBpXRrFBc7MAMAAAAABFla`);
const LZMA =
  fromBase64(`XQAAgAD//////////wA2GkofCKAmA00Gne/tjGWTPmeWtCmmF38WnMwebm7pSzJw2sbIzqTs7KGM0Im3gt5TQvE0BtRO6bpWJCQt8/FxyLswLor2BwmT
Us9fe2H6fR7BVQxLqnM1eWlJl1Q7wLJXMAmoNwXnCyW2dgde4e/1/fZmLtQ6BRUSwFEF7TvSYNkOUlxJMoRX6x8VuDhkaTcBD7VdKP+oqbJqszHIvpS1
qW0Yg0f//6hrKgA=`);

/** `bytes` with one bit changed. */
const damaged = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

/** What comes out if three bytes go in at a time. */
function inPieces(decoder: { push(chunk: Uint8Array, noMore?: boolean): Uint8Array }, bytes: Uint8Array): string {
  const parts: Uint8Array[] = [];
  for (let i = 0; i < bytes.length; i += 3) parts.push(decoder.push(bytes.subarray(i, i + 3)));
  parts.push(decoder.push(new Uint8Array(0), true));
  return decode(concat(parts));
}

describe("bunzip2", () => {
  it("reads what bzip2 wrote, at once, in pieces, and several streams in a row", () => {
    expect(decode(bunzip2(BZIP2))).toBe(SAMPLE);
    expect(decode(bunzip2(BZIP2_RUNS))).toBe("a".repeat(10) + "b".repeat(300));
    expect(inPieces(new Bunzip2(), concat([BZIP2, BZIP2_RUNS, encode("tail")]))).toBe(
      SAMPLE + "a".repeat(10) + "b".repeat(300),
    );
  });

  it("tells what is wrong with a stream", () => {
    const faultOf = (bytes: Uint8Array) => {
      const decoder = new Bunzip2();
      decoder.push(bytes, true);
      return decoder.fault;
    };
    expect(faultOf(encode("plain text"))).toBe("not-bzip2");
    expect(faultOf(BZIP2.subarray(0, 100))).toBe("incomplete");
    expect(faultOf(damaged(BZIP2, 11))).toBe("checksum");
    expect(faultOf(damaged(BZIP2, BZIP2.length - 2))).toBe("checksum");
    expect(faultOf(damaged(BZIP2, 5))).toBe("not-bzip2");
    expect(faultOf(BZIP2)).toBeUndefined();
  });
});

describe("unxz", () => {
  it("reads what xz wrote, at once, in pieces, and several streams in a row", () => {
    expect(decode(unxz(XZ))).toBe(SAMPLE);
    expect(decode(unxz(XZ_BLOCKS))).toBe(SAMPLE);
    expect(inPieces(new Unxz(), concat([XZ, new Uint8Array(4), XZ_BLOCKS, encode("tail")]))).toBe(SAMPLE + SAMPLE);
  });

  it("refuses a wrong header, check, index and end", () => {
    expect(() => unxz(encode("plain text that is long"))).toThrow("xz: corrupt input");
    expect(() => unxz(damaged(XZ, 14))).toThrow("xz: corrupt input");
    expect(() => unxz(damaged(XZ, XZ.length - 14))).toThrow("xz: corrupt input");
    expect(() => unxz(damaged(XZ, XZ.length - 25))).toThrow("xz: corrupt input");
    expect(() => unxz(XZ.subarray(0, XZ.length - 1))).toThrow("unexpected EOF");
  });
});

describe("unlzma", () => {
  it("reads what lzma wrote, and refuses a wrong header and an early end", () => {
    expect(decode(unlzma(LZMA))).toBe(SAMPLE);
    expect(() => unlzma(new Uint8Array(20).fill(0xff))).toThrow("lzma: bad header");
    expect(() => unlzma(LZMA.subarray(0, 60))).toThrow("lzma: unexpected end of input");
  });
});
