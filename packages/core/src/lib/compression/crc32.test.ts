import { describe, expect, it } from "vitest";
import { encode } from "../text.ts";
import { crc32 } from "./crc32.ts";

describe("crc32", () => {
  it("gives the standard's check value", () => {
    expect(crc32(encode("123456789"))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });

  it("goes on from the checksum of an earlier part", () => {
    expect(crc32(encode("56789"), crc32(encode("1234")))).toBe(0xcbf43926);
  });
});
