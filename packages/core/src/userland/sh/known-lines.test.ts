/** Lines that are read once: the same tree for the same text, and for nothing else. */
import { describe, expect, it } from "vitest";
import { SyntaxFailure } from "./cursor.ts";
import { Input } from "./input.ts";
import { readCommandLine } from "./reader.ts";

const NO_ALIASES = new Map<string, string>();

const read = (text: string, line = 1, aliases = NO_ALIASES, options = { countsLines: true }) =>
  readCommandLine(Input.ofText(text, line, options), aliases, line);

describe("a command line that was read before", () => {
  it("is the same tree", () => {
    const first = read("echo same > /x");
    expect(first?.node).toMatchObject({ kind: "simple" });
    expect(read("echo same > /x")).toBe(first);
  });

  it("is another one on another line, or where lines do not count", () => {
    const script = "echo one\\\n two; three";
    const nodes = [read(script), read(script, 5), read(script, 1, NO_ALIASES, { countsLines: false })];
    const lines = nodes.map((one) => JSON.stringify(one).match(/"line":\d+/g));
    expect(new Set(lines.map(String)).size).toBe(3);
    expect(lines[1]).toContain('"line":6');
  });

  it("is another one while there are aliases, and the old one again when there are none", () => {
    const plain = read("greet you");
    expect(read("greet you", 1, new Map([["greet", "echo hello"]]))).not.toEqual(plain);
    expect(read("greet you")).toBe(plain);
  });

  it("is followed by the next one", () => {
    for (let round = 0; round < 2; round++) {
      const input = Input.ofText("a <<E\nb\nE\nc\n", 3);
      const lines = [1, 2, 3].map(() => [readCommandLine(input, NO_ALIASES, 3), input.position, input.line] as const);
      expect(lines.map(([, position, line]) => [position, line])).toEqual([
        [10, 6],
        [12, 7],
        [12, 7],
      ]);
      expect(lines[1]?.[0]).toMatchObject({ node: { kind: "simple", line: 6 }, isLast: false });
      expect(lines[2]?.[0]).toBeUndefined();
    }
  });

  it("is refused each time if it is no command", () => {
    for (let round = 0; round < 2; round++) expect(() => read("echo )")).toThrow(SyntaxFailure);
  });
});
