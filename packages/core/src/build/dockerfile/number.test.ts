import { describe, expect, it } from "vitest";
import { parseSize } from "../../lib/go/index.ts";
import { parseBool, parseInteger } from "./number.ts";

describe("parseInteger", () => {
  it("reads what strconv reads, in range", () => {
    expect([parseInteger("+07"), parseInteger("-1"), parseInteger("755", { base: 8 })]).toEqual([7, -1, 493]);
    for (const text of ["", "+", "1_000", "0x1", " 1", "1.0"]) expect(parseInteger(text)).toBe("invalid syntax");
    expect(parseInteger("+1", { signed: false })).toBe("invalid syntax");
    expect([parseInteger("2147483647", { bits: 32 }), parseInteger("2147483648", { bits: 32 })]).toEqual([
      2147483647,
      "value out of range",
    ]);
  });
});

describe("parseBool", () => {
  it("knows six words for each, in three cases", () => {
    expect(["1", "t", "TRUE", "True", "0", "F", "false", "tRUE", "yes", ""].map(parseBool)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("parseSize", () => {
  it.each<[text: string, bytes: number | undefined]>([
    ["32", 32],
    ["32b", 32],
    ["32k", 32768],
    ["1.5 GiB", 1610612736],
    ["32KB", 32768],
    [".5m", 524288],
    ["32bb", undefined],
    ["-32", undefined],
    ["k", undefined],
    ["1  k", undefined],
    ["", undefined],
  ])("of %j is %j", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });
});
