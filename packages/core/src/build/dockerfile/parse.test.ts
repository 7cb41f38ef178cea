// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles write variables like this.
import { describe, expect, it } from "vitest";
import type { SourceRange } from "./ast.ts";
import { BuildError } from "./error.ts";
import { parse, parseTrigger } from "./parse.ts";

/** The only instruction after FROM, without what only a text has. */
function read(line: string): unknown {
  const {
    range: _range,
    source: _source,
    ...meaning
  } = parse(`FROM busybox\n${line}\n`).stages[0]?.instructions[0] ?? {};
  return meaning;
}

function failure(text: string): BuildError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  }
  throw new BuildError("nothing is wrong with it");
}

function lines(ranges: readonly SourceRange[]): readonly number[] {
  return ranges.flatMap(({ startLine, endLine }) =>
    Array.from({ length: endLine - startLine + 1 }, (_, i) => startLine + i),
  );
}

const shell = (command: string) => ({ form: "shell", command });
const exec = (...argv: string[]) => ({ form: "exec", argv });

describe("parse", () => {
  it.each<[line: string, instruction: unknown]>([
    ["RUN echo  a   b", { kind: "RUN", command: shell("echo  a   b") }],
    ['RUN ["a", "b c"]', { kind: "RUN", command: exec("a", "b c") }],
    ["RUN ['a']", { kind: "RUN", command: shell("['a']") }],
    ["RUN", { kind: "RUN", command: shell("") }],
    ["CMD []", { kind: "CMD", command: exec() }],
    [
      "RUN --mount=type=cache,target=/c --mount=target=/x --network=none make",
      { kind: "RUN", command: shell("make"), mounts: ["type=cache,target=/c", "target=/x"], network: "none" },
    ],
    [
      "copy --from=x --link a b /c/",
      { kind: "COPY", keyword: "copy", sources: ["a", "b"], dest: "/c/", from: "x", link: true },
    ],
    ['COPY ["a b", "c"]', { kind: "COPY", sources: ["a b"], dest: "c" }],
    ["COPY -- --a b", { kind: "COPY", sources: ["--a"], dest: "b" }],
    [
      "ADD --checksum=x --keep-git-dir=false --unpack u d",
      { kind: "ADD", sources: ["u"], dest: "d", checksum: "x", keepGitDir: false, unpack: true },
    ],
    [
      `ENV A="b c" D='e' F=g\\ h`,
      {
        kind: "ENV",
        pairs: [
          ["A", '"b c"'],
          ["D", "'e'"],
          ["F", "g\\ h"],
        ],
      },
    ],
    ["ENV A b  c", { kind: "ENV", pairs: [["A", "b  c"]], legacy: true }],
    ["LABEL a.b=c=d", { kind: "LABEL", pairs: [["a.b", "c=d"]] }],
    ["ARG A B=$A C=", { kind: "ARG", args: [{ name: "A" }, { name: "B", default: "$A" }, { name: "C", default: "" }] }],
    ["EXPOSE 80 81/udp", { kind: "EXPOSE", ports: ["80", "81/udp"] }],
    ["VOLUME /a /b", { kind: "VOLUME", paths: ["/a", "/b"] }],
    ['SHELL ["/bin/sh", "-ec"]', { kind: "SHELL", argv: ["/bin/sh", "-ec"] }],
    ["WORKDIR /a b", { kind: "WORKDIR", path: "/a b" }],
    ["HEALTHCHECK none", { kind: "HEALTHCHECK", test: "none" }],
    [
      'HEALTHCHECK --interval=1m --retries=3 --start-period=0s CMD ["a"]',
      { kind: "HEALTHCHECK", test: exec("a"), interval: "1m", startPeriod: "0s", retries: 3 },
    ],
    ["ONBUILD  run  a  b", { kind: "ONBUILD", trigger: "run  a  b" }],
    ["MAINTAINER  a b ", { kind: "MAINTAINER", name: "a b" }],
  ])("reads %s", (line, instruction) => {
    expect(read(line)).toEqual(instruction);
  });

  it("keeps ranges, comments, spelling and the joined source", () => {
    const text = "# head\n\n# builds\nfrom a As b\n\n# first\n# second\nRUN x \\\n  # inside\n\n  y\n#\nUSER u\n";
    expect(parse(text)).toEqual({
      stages: [
        {
          from: {
            kind: "FROM",
            range: { startLine: 4, endLine: 4 },
            source: "from a As b",
            keyword: "from",
            comments: ["head", "builds"],
            image: "a",
            as: "b",
            asKeyword: "As",
          },
          instructions: [
            {
              kind: "RUN",
              range: { startLine: 8, endLine: 11 },
              source: "RUN x   y",
              comments: ["first", "second"],
              command: shell("x   y"),
            },
            { kind: "USER", range: { startLine: 13, endLine: 13 }, source: "USER u", user: "u" },
          ],
        },
      ],
      emptyContinuations: [11],
    });
  });

  it("puts the ARGs before the first FROM apart, and the others into their stages", () => {
    const { args, stages } = parse("ARG A\nARG B\nFROM x\nARG C\nFROM y\n");
    expect(args?.map((one) => one.args[0]?.name)).toEqual(["A", "B"]);
    expect(stages.map(({ instructions }) => instructions.length)).toEqual([1, 0]);
  });

  it("takes a backtick for the escape if the directive says so, and then leaves backslashes alone", () => {
    const { directives, stages } = parse("# escape=`\nFROM x\nRUN a `\n  c:\\\nUSER b\n");
    expect(directives).toEqual({ escape: "`" });
    expect(stages[0]?.instructions).toMatchObject([{ command: shell("a   c:\\") }, { user: "b" }]);
  });

  it("does not mind a byte order mark, carriage returns, or a continuation at the end", () => {
    expect(parse("\ufeffFROM x\r\nRUN a \\\r\n b\r\nRUN c \\").stages[0]?.instructions).toMatchObject([
      { command: shell("a  b") },
      { command: shell("c") },
    ]);
  });

  it.each<[text: string, message: string, marked: readonly number[]]>([
    ["# only\n\n", "file with no instructions", [2]],
    ["RUN x\nFROM busybox\n", "no build stage in current context", [1]],
    ["FROM busybox\nENV A\n", "ENV must have two arguments", [2]],
    ["FROM busybox\nLABEL A\n", "LABEL must have two arguments", [2]],
    ["FROM busybox\nENV A=1 B\n", 'Syntax error - can\'t find = in "B". Must be of the form: name=value', [2]],
    [
      "FROM busybox\nENV A=1 \\\n  B=2 \\\n  C\n",
      'Syntax error - can\'t find = in "C". Must be of the form: name=value',
      [2, 3, 4],
    ],
    ['FROM busybox\nCMD ["a", 1]\n', "when using JSON array syntax, arrays must be comprised of strings only", [2]],
    ['FROM busybox\nRUN ["a", null]\n', "when using JSON array syntax, arrays must be comprised of strings only", [2]],
    ["FROM busybox\nRUN <<EOF\nx\n", "unterminated heredoc", [2, 3]],
    ["FROM busybox\nCOPY <<EOF <<E2 /d\na\nEOF\nb\n", "unterminated heredoc", [2, 3, 4, 5]],
    ["# escape=`\n# escape=`\nFROM busybox\n", "only one escape parser directive can be used", [1]],
    ["FROM busybox\nFRM x\n", "dockerfile parse error on line 2: unknown instruction: FRM (did you mean FROM?)", [2]],
    ["FROM busybox\nxyzzy\n", "dockerfile parse error on line 2: unknown instruction: xyzzy", [2]],
    ["FROM busybox\nENV A\nFRM\n", "ENV must have two arguments", [2]],
    ["FROM busybox\nFRM\nENV A\n", "ENV must have two arguments", [3]],
  ])("refuses the form of %j", (text, message, marked) => {
    const { message: found, locations } = failure(text);
    expect([found, lines(locations)]).toEqual([message, marked]);
  });

  it.each<[text: string, line: number]>([
    ["", 1],
    ["# escape=x\nFROM a\n", 1],
    ["# syntax=a\n# escape=`\n# escape=`\nFROM a\n", 3],
    ["FROM a\nENV A\n", 2],
  ])("blames a line of %j, also where docker shows none or another", (text, line) => {
    expect(failure(text).range).toEqual({ startLine: line, endLine: line });
  });

  it("refuses an empty text, and a line longer than 65535 bytes", () => {
    expect(failure("").message).toBe("the Dockerfile cannot be empty");
    const long = `FROM x\nRUN ${"é".repeat(32766)}`;
    expect(failure(long).message).toBe("dockerfile line greater than max allowed size of 65535");
    expect(parse(long.slice(0, -1)).stages).toHaveLength(1);
  });

  it.each<[line: string, message: string]>([
    ["RUN --mont=x y", "unknown flag: --mont (did you mean mount?)"],
    ["RUN --network=lan x", 'invalid network mode "lan"'],
    ["RUN --network x", "missing a value on flag: --network"],
    ["RUN --mount= x", "failed to parse csv mounts: EOF"],
    ["RUN --mount=from=$A x", "'from' doesn't support variable expansion, define alias stage instead"],
    ["COPY a", "COPY requires at least two arguments, but only one was provided. Destination could not be determined"],
    ["COPY --form=x a b", "unknown flag: --form (did you mean from?)"],
    ["COPY --link=maybe a b", "expecting boolean value for flag --link, not: maybe"],
    ["COPY --link= a b", "missing a value on flag: --link"],
    ["COPY --chown=1 --chown=2 a b", "duplicate flag specified: --chown"],
    ["ADD a", "ADD requires at least two arguments, but only one was provided. Destination could not be determined"],
    ["ADD --from=x a b", "unknown flag: --from"],
    ["ENV", "ENV requires at least one argument"],
    ["ENV =x", "ENV names can not be blank"],
    ["ARG", "ARG requires at least one argument"],
    ["ARG =x", "ARG names can not be blank"],
    ["LABEL =x", "LABEL names can not be blank"],
    ["ENV --x A=1", "unknown flag: --x"],
    ["VOLUME", "VOLUME requires at least one argument"],
    ['VOLUME ["a"," "]', "VOLUME specified can not be an empty string"],
    ["VOLUME []", "VOLUME requires at least one argument"],
    ["EXPOSE", "EXPOSE requires at least one argument"],
    ["USER", "USER requires exactly one argument"],
    ["WORKDIR", "WORKDIR requires exactly one argument"],
    ["STOPSIGNAL", "STOPSIGNAL requires exactly one argument"],
    ["MAINTAINER", "MAINTAINER requires exactly one argument"],
    ["SHELL x", "SHELL requires the arguments to be in JSON form"],
    ["SHELL []", "SHELL requires at least one argument"],
    ["HEALTHCHECK", "HEALTHCHECK requires at least one argument"],
    ["HEALTHCHECK NONE x", "HEALTHCHECK NONE takes no arguments"],
    ["HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD"],
    ["HEALTHCHECK cdm x", 'Unknown type "CDM" in HEALTHCHECK (try CMD)'],
    ["HEALTHCHECK --interval=5 CMD x", 'time: missing unit in duration "5"'],
    ["HEALTHCHECK --timeout=1us CMD x", 'Interval "timeout" cannot be less than 1ms'],
    ["HEALTHCHECK --interval=1d CMD x", 'time: unknown unit "d" in duration "1d"'],
    ["HEALTHCHECK --retries=x CMD x", 'strconv.ParseInt: parsing "x": invalid syntax'],
    ["HEALTHCHECK --retries=-1 CMD x", "--retries cannot be negative (-1)"],
    ["HEALTHCHECK --retries=99999999999 CMD x", 'strconv.ParseInt: parsing "99999999999": value out of range'],
    ["ONBUILD", "ONBUILD requires at least one argument"],
    ["ONBUILD ONBUILD RUN x", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
    ["ONBUILD FROM x", "FROM isn't allowed as an ONBUILD trigger"],
    ["ONBUILD maintainer x", "MAINTAINER isn't allowed as an ONBUILD trigger"],
    ["RUN --device=a,b x", "invalid field 'b' must be a key=value pair"],
  ])("refuses the meaning of %s", (line, message) => {
    const { message: found, locations } = failure(`FROM busybox\n${line}\n`);
    expect([found, locations]).toEqual([
      `dockerfile parse error on line 2: ${message}`,
      [{ startLine: 2, endLine: 2 }],
    ]);
  });

  it.each([
    ["FROM", "FROM requires either one or three arguments"],
    ["FROM a b", "FROM requires either one or three arguments"],
    ["FROM busybox IS x", "FROM requires either one or three arguments"],
    ["FROM busybox AS 1a", 'invalid name for build stage: "1a", name can\'t start with a number or contain symbols'],
    ["FROM busybox AS a/b", 'invalid name for build stage: "a/b", name can\'t start with a number or contain symbols'],
    ["FROM --os=x busybox", "unknown flag: --os"],
  ])("refuses %s", (line, message) => {
    expect(failure(line).message).toBe(`dockerfile parse error on line 1: ${message}`);
  });
});

describe("parseTrigger", () => {
  it("reads one instruction, heredocs included, and refuses two", () => {
    expect(parseTrigger("COPY <<A /a\nx\nA")).toMatchObject({ kind: "COPY", files: [{ name: "A", content: "x\n" }] });
    expect(() => parseTrigger("RUN a\nRUN b")).toThrow("onbuild trigger should be a single expression");
  });
});
