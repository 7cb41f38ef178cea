import { describe, expect, it } from "vitest";
import { parse } from "./parse.ts";
import { readAst } from "./schema.ts";

const from = { kind: "FROM", image: "x" };
const at = (...instructions: unknown[]): unknown => ({ stages: [{ from, instructions }] });

function problem(json: unknown): string {
  try {
    readAst(json);
  } catch (error) {
    return error instanceof Error ? error.message.replace("invalid Dockerfile AST: ", "") : "";
  }
  return "";
}

describe("readAst", () => {
  it("takes what parse makes, after a trip through JSON", () => {
    const text = [
      "# check=skip=all",
      "ARG A",
      "# a stage",
      "From x as y",
      "RUN --mount=type=cache,target=/c --network=none --device=d <<-EOF",
      "\tx",
      "EOF",
      "COPY --from=y --link <<'A' 3<<B a /d",
      "A",
      "B",
      "ADD --keep-git-dir --unpack=false u /d",
      "ENV a b",
      "LABEL a=b",
      "ARG B=1 C",
      'SHELL ["a"]',
      "CMD x",
      "ENTRYPOINT []",
      "HEALTHCHECK --start-interval=1s --retries=0 CMD x",
      "HEALTHCHECK NONE",
      "EXPOSE 1",
      "VOLUME /a",
      "USER u \\",
      "",
      " v",
      "WORKDIR /a",
      "STOPSIGNAL 9",
      "ONBUILD RUN x",
      "MAINTAINER m",
    ].join("\n");
    const json: unknown = JSON.parse(JSON.stringify(parse(text)));
    expect(readAst(json)).toEqual(json);
  });

  it("takes a mount as data", () => {
    const run = {
      kind: "RUN",
      command: { form: "shell", command: "x" },
      mounts: [{ type: "tmpfs", target: "/t", size: 5 }],
    };
    expect(readAst(at(run)).stages[0]?.instructions).toEqual([run]);
  });

  it.each<[json: unknown, problem: string]>([
    [null, ".: expected object, got null"],
    [{}, "stages: expected array, got nothing"],
    [{ stages: [] }, "stages: dockerfile contains no stages to build"],
    [{ stages: [{ from }] }, "stages[0].instructions: expected array, got nothing"],
    [{ stages: [{ from, instructions: [] }], stage: 1 }, '.: unknown property "stage"'],
    [
      { stages: [{ from: { kind: "FROM", image: "x", as: "1" }, instructions: [] }] },
      'stages[0].from.as: invalid name for build stage: "1", name can\'t start with a number or contain symbols',
    ],
    [at(5), "stages[0].instructions[0]: expected object, got 5"],
    [
      at({ kind: "USER", usr: "a" }),
      'stages[0].instructions[0].user: expected string, got nothing; stages[0].instructions[0]: unknown property "usr"',
    ],
    [
      at({ kind: "CMD", command: { form: "shel" } }),
      'stages[0].instructions[0].command.form: expected "shell" or "exec" (did you mean "shell"?), got "shel"',
    ],
    [at({ kind: "RUN", command: "x" }), 'stages[0].instructions[0].command: expected object, got "x"'],
    [
      at({
        kind: "RUN",
        command: { form: "shell", command: "x" },
        mounts: [5, { type: "bnd" }, { tpye: "x" }, "from=$A"],
      }),
      [
        "stages[0].instructions[0].mounts[0]: expected string or object, got 5",
        'stages[0].instructions[0].mounts[1].type: expected "bind" or "cache" or "tmpfs" or "secret" or "ssh" (did you mean "bind"?), got "bnd"',
        'stages[0].instructions[0].mounts[2]: unknown property "tpye"',
        "stages[0].instructions[0].mounts[3]: 'from' doesn't support variable expansion, define alias stage instead",
      ].join("; "),
    ],
    [at({ kind: "ENV", pairs: [["", "x"]] }), "stages[0].instructions[0].pairs[0][0]: ENV names can not be blank"],
    [at({ kind: "ENV", pairs: [["a"]] }), "stages[0].instructions[0].pairs[0]: a pair is a name and a value"],
    [
      at({
        kind: "ENV",
        pairs: [
          ["a", "b"],
          ["c", "d"],
        ],
        legacy: true,
      }),
      "stages[0].instructions[0]: the old form of ENV has exactly one pair",
    ],
    [
      at({ kind: "COPY", sources: [], dest: "/" }),
      "stages[0].instructions[0]: COPY requires at least one source or inline file",
    ],
    [
      at({ kind: "COPY", sources: [], dest: "/", files: [{ name: "A", content: "x" }] }),
      "stages[0].instructions[0].files[0].content: the last line of a heredoc has no line end",
    ],
    [
      at({ kind: "HEALTHCHECK", test: "nope", interval: "5" }),
      'stages[0].instructions[0].test: expected "none" or object, got "nope"; stages[0].instructions[0].interval: time: missing unit in duration "5"',
    ],
    [
      at({ kind: "ONBUILD", trigger: "from x" }),
      "stages[0].instructions[0].trigger: FROM isn't allowed as an ONBUILD trigger",
    ],
    [
      at({ kind: "USER", user: "a", keyword: "WORKDIR" }),
      'stages[0].instructions[0]: keyword "WORKDIR" does not spell USER',
    ],
  ])("says of %j where it is wrong", (json, expected) => {
    expect(problem(json)).toBe(expected);
  });

  it("suggests the instruction that was meant", () => {
    expect(problem(at({ kind: "COPPY" }))).toMatch(
      /^stages\[0\]\.instructions\[0\]\.kind: expected .*\(did you mean "COPY"\?\), got "COPPY"$/,
    );
  });
});
