import { expect, it } from "vitest";
import { problemText } from "../yaml-syntax-error.ts";
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
  expect(shown("a: [1\nb: @\n")).toBe("1: found character that cannot start any token");
  expect(shown("a: [1\nb: 2\nc: 3\nd: @\n")).toBe("1: did not find expected ',' or ']'");
  expect(shown("a: 1\nb: @\nc: [\n")).toBe("1: found character that cannot start any token");
});

/** Texts, and what docker compose 2.40 says of them. */
it.each([
  ["a:\n  - b\n c: d\n", "yaml: line 2: did not find expected key"],
  ["a: {b: [}\n", "yaml: did not find expected node content"],
  ["a: 'x\n", "yaml: line 2: found unexpected end of stream"],
  ["services:\n  web:\n  image: x\n   command: y\n", "yaml: line 4: mapping values are not allowed in this context"],
  ["services:\n  web: [\n", "yaml: line 2: did not find expected node content"],
  [
    'services:\n  web:\n    ports:\n      - "80:80\n      - "81"\n',
    "yaml: line 3: did not find expected '-' indicator",
  ],
  ["services:\n  web:\n    command: echo: hi\n", "yaml: line 3: mapping values are not allowed in this context"],
  ["services:\n  web\n    image: x\n", "yaml: line 3: mapping values are not allowed in this context"],
  ["services\n  web:\n", "yaml: line 2: mapping values are not allowed in this context"],
  ["services:\n  web:\n    image: x\n  db: {image: y\n", "yaml: line 3: did not find expected ',' or '}'"],
  ["key: value\n- item\n", "yaml: line 1: did not find expected key"],
  ["a: |\n  x\n y\n", "yaml: line 2: did not find expected key"],
  ["a: |\n\tx\n", "yaml: line 2: found a tab character where an indentation space is expected"],
  ["a: %x\n", "yaml: found character that cannot start any token"],
  ["a: ,\n", "yaml: did not find expected node content"],
  ["a: b\n  c: d\n e: f\n", "yaml: line 2: mapping values are not allowed in this context"],
  ['"a" "b": c\n', "yaml: did not find expected key"],
  ['a: "b" c\n', "yaml: did not find expected key"],
  ["a:\n    b: 1\n   c: 2\n  d: 3\n", "yaml: line 2: did not find expected key"],
  ["}\n", "yaml: did not find expected node content"],
])("says of %j what go-yaml says", (text, message) => {
  expect(`yaml: ${problemText(text)}`).toBe(message);
});
