import { describe, expect, it } from "vitest";
import { formatPlatform, normalizePlatform, parsePlatform } from "./platform.ts";

describe("parsePlatform", () => {
  it.each<[text: string, formatted: string]>([
    ["linux", "linux/amd64"],
    ["arm64", "linux/arm64"],
    ["aarch64", "linux/arm64"],
    ["linux/arm/v7", "linux/arm/v7"],
    ["linux/arm", "linux/arm"],
    ["armhf", "linux/arm"],
    ["linux/arm64", "linux/arm64"],
    ["linux/arm64/v8", "linux/arm64/v8"],
    ["Linux/X86_64", "linux/amd64"],
    ["macos", "darwin/amd64"],
    ["any/thing/else", "any/thing/else"],
    ["windows(10.0.17763)/amd64", "windows(10.0.17763)/amd64"],
    ["windows(10%2B+b+a)/amd64", "windows(10%2B+a+b)/amd64"],
  ])("reads %s as %s", (text, formatted) => {
    expect(formatPlatform(parsePlatform(text))).toBe(formatted);
  });

  it("leaves the system's version away where asked to", () => {
    expect(formatPlatform(parsePlatform("windows(1)/amd64"), { version: false })).toBe("windows/amd64");
  });

  it.each<[text: string, message: string]>([
    ["quantum", '"quantum": unknown operating system or architecture: invalid argument'],
    ["a/b/c/d", '"a/b/c/d": cannot parse platform specifier: invalid argument'],
    ["linux/*", '"linux/*": wildcards not yet supported: invalid argument'],
    [
      "linux/a b",
      '"a b" is an invalid component of "linux/a b": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument',
    ],
  ])("refuses %s", (text, message) => {
    expect(() => parsePlatform(text)).toThrow(message);
  });
});

describe("normalizePlatform", () => {
  it("makes one of names that mean the same", () => {
    expect(normalizePlatform({ os: "linux", architecture: "arm64", variant: "v8" })).toEqual({
      os: "linux",
      architecture: "arm64",
    });
    expect(normalizePlatform({ os: "linux", architecture: "arm" })).toEqual({
      os: "linux",
      architecture: "arm",
      variant: "v7",
    });
  });
});
