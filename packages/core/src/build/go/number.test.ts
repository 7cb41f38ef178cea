import { describe, expect, it } from "vitest";
import { parseDuration } from "./duration.ts";
import { parseBool, parseInteger, parseSize } from "./number.ts";
import { quote, quoteBytes } from "./quote.ts";
import { lowerCase, trimSpace, upperCase } from "./text.ts";

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

describe("parseDuration", () => {
  it.each<[text: string, nanoseconds: number]>([
    ["0", 0],
    ["1h2m3.5s", 3723.5e9],
    ["-1.5ms", -1.5e6],
    [".5us", 500],
    ["1µs1ns", 1001],
  ])("of %s is %d", (text, nanoseconds) => {
    expect(parseDuration(text)).toBe(nanoseconds);
  });

  it.each<[text: string, message: string]>([
    ["", 'time: invalid duration ""'],
    ["x", 'time: invalid duration "x"'],
    ["5", 'time: missing unit in duration "5"'],
    ["1d", 'time: unknown unit "d" in duration "1d"'],
    ["1é", 'time: unknown unit "\\xc3\\xa9" in duration "1\\xc3\\xa9"'],
    ["9999999h", 'time: invalid duration "9999999h"'],
  ])("refuses %j", (text, message) => {
    expect(() => parseDuration(text)).toThrow(message);
  });
});

describe("Go's text", () => {
  it("quotes what cannot be printed, and bytes that are not UTF-8", () => {
    expect(quote('a"\\\n\0é\u200b\ud83d\ude00\udcff')).toBe('"a\\"\\\\\\n\\x00é\\u200b\ud83d\ude00\\xff"');
    expect(quoteBytes('"é')).toBe('"\\"\\xc3\\xa9"');
  });

  it("changes case character by character", () => {
    expect([upperCase("straße"), lowerCase("ÀB\udcff")]).toEqual(["STRAßE", "àb\ufffd"]);
  });

  it("trims U+0085 and not U+FEFF", () => {
    expect(trimSpace("\u0085\u2003 a\ufeff\n")).toBe("a\ufeff");
  });
});
