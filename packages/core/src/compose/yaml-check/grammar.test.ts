import { expect, it } from "vitest";
import { findProblem } from "./grammar.ts";

const shown = (text: string): string | undefined => {
  const found = findProblem(text);
  return found === undefined ? undefined : `${found.mark.line}: ${found.message}`;
};

it.each([
  ["a: 1\nb:\n- x\n- y: z\n  w: [1, {k: v}, 'q: r', \"\\x41\"]\n"],
  ["%YAML 1.1\n--- &a\nk: *a\n...\n---\n? complex\n: |2-\n   text\n  more\n"],
  ["a: >\n\n  folded\n\n  text\nb: plain text\n  goes on # comment\nc: http://x:80/y?z\n"],
  ["{a: 1, ? b, c: , [d]: e}\n"],
  ["- - - deep\n- !!str tagged\n- &x\n- ''\n"],
  [""],
])("finds nothing wrong with %j", (text) => {
  expect(shown(text)).toBeUndefined();
});

it("gives up on what is too deep", () => {
  expect(shown("[".repeat(20_000))).toBe("0: exceeded max depth of 1000");
  expect(shown("- ".repeat(20_000))).toBe("0: exceeded max depth of 1000");
});

it("tells of what whoever reads from the beginning finds first", () => {
  expect(shown("a: [1\nb: @\n")).toBe("1: did not find expected ',' or ']'");
  expect(shown("a: 1\nb: @\nc: [\n")).toBe("1: found character that cannot start any token");
});
