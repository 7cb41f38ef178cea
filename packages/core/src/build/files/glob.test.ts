import { describe, expect, it } from "vitest";
import { hasWildcards, matchGlob } from "./glob.ts";

const NAMES = ["a", "b", "ab", "a.go", "é.go", "a-b", "x/a.go", "[a]", "a*b", "\\"];

describe("matchGlob", () => {
  it.each<[pattern: string, names: readonly string[]]>([
    ["*", NAMES.filter((name) => !name.includes("/"))],
    ["?", ["a", "b", "\\"]],
    ["*.go", ["a.go", "é.go"]],
    ["?.go", ["a.go", "é.go"]],
    ["*/*.go", ["x/a.go"]],
    ["**/*.go", ["x/a.go"]],
    ["[ab]", ["a", "b"]],
    ["[a-b]*", ["a", "b", "ab", "a.go", "a-b", "a*b"]],
    ["[^a]", ["b", "\\"]],
    ["[!a]", ["a"]],
    ["[é].go", ["é.go"]],
    ["[\\]a]", ["a"]],
    ["[[]a]", ["[a]"]],
    ["\\[a]", ["[a]"]],
    ["a\\*b", ["a*b"]],
    ["[z-a]", []],
    ["*a*b*", ["ab", "a-b", "a*b"]],
  ])("%s matches %j", (pattern, names) => {
    expect(NAMES.filter((name) => matchGlob(pattern, name))).toEqual(names);
  });

  it.each(["[a-", "[]a]", "[a", "a\\", "[-a]", "[a-]", "[^]"])("refuses %s, whatever the name", (pattern) => {
    expect(() => matchGlob(pattern, "b")).toThrow("syntax error in pattern");
  });
});

describe("hasWildcards", () => {
  it("is true for a wildcard that no backslash takes back", () => {
    expect(["a*", "a?b", "[a", "\\\\*"].map(hasWildcards)).toEqual([true, true, true, true]);
    expect(["a", "a\\*", "a]", "\\[\\?"].map(hasWildcards)).toEqual([false, false, false, false]);
  });
});
