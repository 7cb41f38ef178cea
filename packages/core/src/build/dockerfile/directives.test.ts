import { describe, expect, it } from "vitest";
import { checkDirective, DirectiveReader, escapeOf, syntaxDirective } from "./directives.ts";

describe("DirectiveReader", () => {
  it("reads names in any case, with or without blanks, until a line that is none", () => {
    const reader = new DirectiveReader();
    expect(reader.read("# EScape = ` ")).toEqual({ name: "escape", value: "`" });
    expect(reader.read("#check=skip=all")).toEqual({ name: "check", value: "skip=all" });
    expect(reader.read("# key=FOO")).toBeUndefined();
    expect(reader.read("# syntax=x")).toBeUndefined();
    expect(reader.found).toEqual({ escape: "`", check: "skip=all" });
  });

  it("refuses a directive that was given before", () => {
    const reader = new DirectiveReader();
    reader.read("# check=a");
    expect(() => reader.read("# CHECK=b")).toThrow("only one check parser directive can be used");
  });
});

describe("escapeOf", () => {
  it("takes a backslash and a backtick only", () => {
    expect([escapeOf("\\"), escapeOf("`")]).toEqual(["\\", "`"]);
    expect(() => escapeOf("``")).toThrow("invalid escape token '``' does not match ` or \\");
  });
});

describe("syntaxDirective", () => {
  it.each<[text: string, found: unknown]>([
    ["# syntax = a:b // opts\nFROM x\n", { image: "a:b", value: "a:b // opts", line: 1 }],
    ["#!/bin/sh\n# syntax=a\n", { image: "a", value: "a", line: 2 }],
    ["\ufeff# syntax=a\n", { image: "a", value: "a", line: 1 }],
    ["//syntax=a\n//key=b", { image: "a", value: "a", line: 1 }],
    ['{"syntax": "a", "b": ["c"]}', { image: "a", value: "a", line: 0 }],
    ['{"syntax": "a"', undefined],
    ["#!/bin/sh\n\n# syntax=a\n", undefined],
    ["FROM x\n# syntax=a\n", undefined],
  ])("of %j is %j", (text, found) => {
    expect(syntaxDirective(text)).toEqual(found);
  });
});

describe("checkDirective", () => {
  it("looks behind a #! line and past other directives, not past comments", () => {
    expect(checkDirective("#!/bin/sh\n# escape=`\n# check=skip=all\n")).toEqual({ value: "skip=all", line: 3 });
    expect(checkDirective("# comment\n# check=skip=all\n")).toBeUndefined();
    expect(checkDirective("//check=skip=all\n")).toBeUndefined();
  });
});
