import { describe, expect, it } from "vitest";
import { IgnoreMatcher, type ParentMatch, parseIgnoreFile } from "./ignore.ts";

const TREE = [
  "a.txt",
  "b.md",
  "d/a.txt",
  "d/b.md",
  "d/e/a.txt",
  "d/e/c.go",
  "node_modules/x",
  "d/node_modules/y",
  "[z].txt",
  "q?.txt",
  ".env",
];

/** Asks for a path as a walk does: for each directory above it first. */
function walk(matcher: IgnoreMatcher, path: string): boolean {
  const parts = path.split("/");
  let parent: ParentMatch | undefined;
  let matched = false;
  for (let depth = 1; depth <= parts.length; depth++) {
    const found = matcher.matchBelow(parts.slice(0, depth).join("/"), parent);
    parent = found.forEntries;
    matched = found.matched;
  }
  return matched;
}

describe("an ignore file", () => {
  it.each<[text: string, ignored: readonly string[]]>([
    ["*.txt", ["a.txt", "[z].txt", "q?.txt"]],
    ["**/*.txt", ["a.txt", "d/a.txt", "d/e/a.txt", "[z].txt", "q?.txt"]],
    ["/a.txt", ["a.txt"]],
    ["./d//e/", ["d/e/a.txt", "d/e/c.go"]],
    ["d", ["d/a.txt", "d/b.md", "d/e/a.txt", "d/e/c.go", "d/node_modules/y"]],
    ["d\n!d/b.md", ["d/a.txt", "d/e/a.txt", "d/e/c.go", "d/node_modules/y"]],
    ["d/*\n!d/e", ["d/a.txt", "d/b.md", "d/node_modules/y"]],
    [
      "*\n!d/e/c.go",
      [
        "a.txt",
        "b.md",
        "d/a.txt",
        "d/b.md",
        "d/e/a.txt",
        "node_modules/x",
        "d/node_modules/y",
        "[z].txt",
        "q?.txt",
        ".env",
      ],
    ],
    ["**/node_modules", ["node_modules/x", "d/node_modules/y"]],
    ["d/**", ["d/a.txt", "d/b.md", "d/e/a.txt", "d/e/c.go", "d/node_modules/y"]],
    ["**/e", ["d/e/a.txt", "d/e/c.go"]],
    ["# c\n\n  *.md  \n", ["b.md"]],
    [
      "!*.txt\n*",
      [
        "a.txt",
        "b.md",
        "d/a.txt",
        "d/b.md",
        "d/e/a.txt",
        "d/e/c.go",
        "node_modules/x",
        "d/node_modules/y",
        "[z].txt",
        "q?.txt",
        ".env",
      ],
    ],
    ["*.txt\n!a.txt\n*.md", ["b.md", "[z].txt", "q?.txt"]],
    ["d/?", ["d/e/a.txt", "d/e/c.go"]],
    ["[a-b].*", ["a.txt", "b.md"]],
    ["[^a].*", ["b.md"]],
    ["\\[z].txt", ["[z].txt"]],
    ["q\\?.txt", ["q?.txt"]],
    ["**/*a*", ["a.txt", "d/a.txt", "d/e/a.txt"]],
    ["d/../b.md", ["b.md"]],
    ["../a.txt", []],
    [".*", [".env"]],
    [
      "**",
      [
        "a.txt",
        "b.md",
        "d/a.txt",
        "d/b.md",
        "d/e/a.txt",
        "d/e/c.go",
        "node_modules/x",
        "d/node_modules/y",
        "[z].txt",
        "q?.txt",
        ".env",
      ],
    ],
    ["*/a.txt", ["d/a.txt"]],
    ["d/**/c.go", ["d/e/c.go"]],
    ["!a.txt", []],
    ["a.txt\n!a.txt\na.txt", ["a.txt"]],
    ["/", []],
    [".", []],
    [
      "**/",
      [
        "a.txt",
        "b.md",
        "d/a.txt",
        "d/b.md",
        "d/e/a.txt",
        "d/e/c.go",
        "node_modules/x",
        "d/node_modules/y",
        "[z].txt",
        "q?.txt",
        ".env",
      ],
    ],
    ["d/e/**/..", ["d/e/a.txt", "d/e/c.go"]],
  ])("%j ignores %j", (text, ignored) => {
    const matcher = new IgnoreMatcher(parseIgnoreFile(text));
    expect(TREE.filter((path) => matcher.matches(path))).toEqual(ignored);
    expect(TREE.filter((path) => walk(matcher, path))).toEqual(ignored);
  });

  it("refuses a lone exclamation mark and bad patterns", () => {
    expect(() => new IgnoreMatcher(parseIgnoreFile("a\n!\n"))).toThrow('illegal exclusion pattern: "!"');
    expect(() => new IgnoreMatcher(parseIgnoreFile("[a\n"))).toThrow("syntax error in pattern");
  });

  it("says whether ignored directories must be searched all the same", () => {
    expect(new IgnoreMatcher(["d", "!d/a"]).hasExclusions).toBe(true);
    expect(new IgnoreMatcher(["d"]).hasExclusions).toBe(false);
  });
});

describe("parseIgnoreFile", () => {
  it("drops comments, blanks, a byte order mark, leading slashes and detours", () => {
    expect(parseIgnoreFile("\ufeff# c\r\n a \r\n\n/b/\n! /c/../d\n #e\n/\n..\n")).toEqual([
      "a",
      "b",
      "!d",
      "#e",
      "/",
      "..",
    ]);
  });
});
