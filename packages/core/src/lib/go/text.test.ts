import { describe, expect, it } from "vitest";
import { lowerCase, parseDuration, quote, quoteBytes, trimSpace, upperCase } from "./index.ts";

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
    ["1constructor", 'time: unknown unit "constructor" in duration "1constructor"'],
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
