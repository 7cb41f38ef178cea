import { describe, expect, it } from "vitest";
import { check } from "../frontend/check.ts";
import { BuildError } from "./error.ts";
import { printCheck, printCheckError, printError, printWarnings, type SourceText } from "./report.ts";

function failed(text: string): [error: BuildError, source: SourceText] {
  const { error } = check(text);
  if (error === undefined) throw new BuildError("nothing is wrong with it");
  return [error, { text }];
}

const RULE = "--------------------";

describe("printError", () => {
  it("marks the line, shows two more on each side, and says what was meant", () => {
    expect(printError(...failed("FROM busybox\n\nCOPPY a b\nUSER a\nUSER b\nUSER c\n")).split("\n")).toEqual([
      "Dockerfile:3",
      RULE,
      "   1 |     FROM busybox",
      "   2 |     ",
      "   3 | >>> COPPY a b",
      "   4 |     USER a",
      "   5 |     USER b",
      RULE,
      "ERROR: failed to build: failed to solve: dockerfile parse error on line 3: unknown instruction: COPPY (did you mean COPY?)",
      "",
    ]);
  });

  it("marks every line of an instruction, with less around it", () => {
    const [error, source] = failed("FROM a\nRUN b\nRUN \\\n  --mount=type=x \\\n  c\nRUN d\nRUN e\n");
    expect(printError(error, { ...source, fileName: "ctx/My.dockerfile" }).split("\n")).toEqual([
      "ctx/My.dockerfile:3",
      RULE,
      "   2 |     RUN b",
      "   3 | >>> RUN \\",
      "   4 | >>>   --mount=type=x \\",
      "   5 | >>>   c",
      "   6 |     RUN d",
      RULE,
      'ERROR: failed to build: failed to solve: unsupported mount type "x"',
      "",
    ]);
  });

  it("shows the outermost place first, and nothing for an error without a place", () => {
    const circle = "FROM busybox AS a\nCOPY --from=b /x /x\nFROM busybox AS b\nCOPY --from=a /x /x\n";
    expect(printError(...failed(circle)).match(/^Dockerfile:\d$/gm)).toEqual(["Dockerfile:4", "Dockerfile:2"]);
    expect(printError(...failed("FROM a\nCOPY --from=$x a b\n"))).toMatch(/^ERROR: failed to build: /);
    expect(printError(...failed("# escape=x\nFROM a\n"))).toMatch(/^ERROR: /);
  });
});

describe("printWarnings", () => {
  it("lists each warning once", () => {
    const { warnings } = check("FROM busybox AS Foo\nENV D=$U$U E=$U\n");
    expect(warnings).toHaveLength(3);
    expect(printWarnings(warnings)).toBe(
      [
        "\n \x1b[33m2 warnings found (use docker --debug to expand):\n\x1b[0m",
        " - StageNameCasing: Stage name 'Foo' should be lowercase (line 1)\n",
        " - UndefinedVar: Usage of undefined variable '$U' (line 2)\n",
      ].join(""),
    );
    expect(printWarnings(warnings.slice(0, 1))).toContain("1 warning found (use");
    expect(printWarnings([])).toBe("");
  });
});

describe("printCheck", () => {
  it("shows warnings by line, and says so if there are none", () => {
    const text = "FROM busybox AS Foo\n# check\nRUN a \\\n\n b\n";
    const { warnings } = check(text);
    expect(printCheck(warnings, { text }).split("\n")).toEqual([
      "Check complete, 2 warnings have been found!",
      "",
      "WARNING: StageNameCasing - https://docs.docker.com/go/dockerfile/rule/stage-name-casing/",
      "Stage name 'Foo' should be lowercase",
      "Dockerfile:1",
      RULE,
      "   1 | >>> FROM busybox AS Foo",
      "   2 |     # check",
      "   3 |     RUN a \\",
      RULE,
      "",
      "WARNING: NoEmptyContinuation - https://docs.docker.com/go/dockerfile/rule/no-empty-continuation/",
      "Empty continuation line",
      "Dockerfile:5",
      RULE,
      "   3 |     RUN a \\",
      "   4 |     ",
      "   5 | >>>  b",
      "   6 |     ",
      RULE,
      "",
    ]);
    expect(printCheck([], { text })).toBe("Check complete, no warnings found.\n");
  });

  it("puts an error apart, all its places in one excerpt", () => {
    const text = "FROM busybox AS a\nCOPY --from=b /x /x\nFROM busybox AS B\nCOPY --from=a /x /x\n";
    const { warnings } = check(text);
    const [error, source] = failed(text);
    expect(printCheck(warnings, source, error)).toMatch(/^Check complete, 1 warning has been found!\n.*-\n\n$/s);
    expect(printCheck([], source, error)).toBe("");
    expect(printCheckError(error, source).split("\n")).toEqual([
      "ERROR: circular dependency detected on stage: a",
      "Dockerfile:2",
      RULE,
      "   1 |     FROM busybox AS a",
      "   2 | >>> COPY --from=b /x /x",
      "   3 |     FROM busybox AS B",
      "   4 | >>> COPY --from=a /x /x",
      "   5 |     ",
      RULE,
      "",
      "",
    ]);
  });
});
