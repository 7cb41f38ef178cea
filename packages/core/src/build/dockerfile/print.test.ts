// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles write variables like this.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StatusError } from "../../lib/index.ts";
import type { Dockerfile, Instruction } from "./ast.ts";
import { parse } from "./parse.ts";
import { print } from "./print.ts";

function inStage(...instructions: Instruction[]): Dockerfile {
  return { stages: [{ from: { kind: "FROM", image: "x" }, instructions }] };
}

/** Instructions of every stage, without what only a text has. */
function meaning({ args = [], stages }: Dockerfile): unknown {
  const bare = ({ range: _r, source: _s, ...rest }: Instruction | Dockerfile["stages"][number]["from"]) => rest;
  return [args.map(bare), stages.map(({ from, instructions }) => [from, ...instructions].map(bare))];
}

describe("print", () => {
  it("writes one instruction a line, an empty line before each further stage, comments where they were", () => {
    const text = [
      "# syntax=docker/dockerfile:1",
      "# escape=`",
      "ARG V=1 W",
      "",
      "# first",
      "FROM a AS b",
      'ENV A="x y" B=`$z',
      "",
      "from --platform=linux/amd64 b",
      "COPY --from=b --chown=1:2 --link --exclude=*.md <<EOF c /d/",
      "text",
      "EOF",
      'RUN --mount=type=cache,target=/c ["a", "b c"]',
      "HEALTHCHECK --interval=5s --retries=2 CMD x",
      "",
    ].join("\n");
    expect(print(parse(text))).toBe(text.replace("<<EOF c", "c <<EOF"));
  });

  it("quotes flags that hold blanks, and words that would fall apart", () => {
    const copy: Instruction = { kind: "COPY", sources: ["a b"], dest: "/c", chown: 'a "b"' };
    expect(print(inStage(copy))).toBe('FROM x\nCOPY --chown="a \\"b\\"" ["a b", "/c"]\n');
    expect(print(inStage({ kind: "COPY", sources: ["--a"], dest: "b" }))).toBe("FROM x\nCOPY -- --a b\n");
  });

  it.each([
    ["FROM x\nCOPY << EOF /f\nline\nEOF\n", 'FROM x\nCOPY ["<<", "EOF", "/f"]\n'],
    ["FROM x\nCOPY << EOF <<A /f\nline\nEOF\ntext\nA\n", "FROM x\nCOPY << EOF <<A /f\nEOF\ntext\nA\n"],
    ['FROM x\nADD <<A "/d\n', 'FROM x\nADD <<A "/d\n'],
  ])("keeps what is a heredoc and no file, or a file and no heredoc: %j", (text, printed) => {
    const dockerfile = parse(text);
    expect(print(dockerfile)).toBe(printed);
    expect(meaning(parse(printed))).toEqual(meaning(dockerfile));
  });

  it("puts an empty line before a comment at the top that would read as a directive", () => {
    const from = { kind: "FROM", image: "x", comments: ["escape=`"] } as const;
    expect(print({ stages: [{ from, instructions: [] }] })).toBe("\n# escape=`\nFROM x\n");
  });

  it.each<[what: string, instruction: Instruction]>([
    ["a newline in a word", { kind: "USER", user: "a\nb" }],
    [
      "a heredoc that contains its terminator",
      { kind: "COPY", sources: [], dest: "/", files: [{ name: "A", content: "A\n" }] },
    ],
    ["a path that ends in a continuation", { kind: "WORKDIR", path: "/a\\" }],
    ["a value that is two words", { kind: "ENV", pairs: [["A", "b c"]] }],
    ["a shell command that is a JSON array", { kind: "RUN", command: { form: "shell", command: '["a"]' } }],
  ])("refuses %s, which no text can say", (_what, instruction) => {
    expect(() => print(inStage(instruction))).toThrow(StatusError);
    expect(() => print(inStage(instruction))).toThrow(/as( Dockerfile)? text/);
  });

  it("writes what reads back as the same, or refuses", () => {
    const piece = fc.constantFrom(
      "a",
      "b/c",
      " ",
      '"',
      "'",
      "\\",
      "$A",
      "${B}",
      "#",
      "=",
      "-",
      "<<E",
      "\t",
      "é",
      "[",
      "]",
      ",",
      "`",
      "\n",
    );
    const word = fc.array(piece, { maxLength: 5 }).map((parts) => parts.join(""));
    const command = fc.oneof(
      word.map((text) => ({ form: "shell", command: text }) as const),
      fc.array(word, { maxLength: 3 }).map((argv) => ({ form: "exec", argv }) as const),
    );
    const instruction: fc.Arbitrary<Instruction> = fc.oneof(
      command.map((one): Instruction => ({ kind: "RUN", command: one })),
      command.map((one): Instruction => ({ kind: "CMD", command: one })),
      fc
        .tuple(fc.array(word, { minLength: 1, maxLength: 3 }), word, word)
        .map(([sources, dest, chown]): Instruction => ({ kind: "COPY", sources, dest, chown })),
      fc
        .array(fc.tuple(word, word), { minLength: 1, maxLength: 3 })
        .map((pairs): Instruction => ({ kind: "ENV", pairs })),
      fc.array(word, { minLength: 1, maxLength: 3 }).map((paths): Instruction => ({ kind: "VOLUME", paths })),
      word.map((path): Instruction => ({ kind: "WORKDIR", path })),
      word.map(
        (content): Instruction => ({
          kind: "COPY",
          sources: [],
          dest: "/d",
          files: [{ name: "E", content: `${content}\n` }],
        }),
      ),
    );
    let printed = 0;
    const escape = fc.constantFrom("\\" as const, "`" as const);
    fc.assert(
      fc.property(instruction, escape, (one, character) => {
        const dockerfile = { directives: { escape: character }, ...inStage(one) };
        let text: string;
        try {
          text = print(dockerfile);
        } catch (error) {
          if (error instanceof StatusError) return;
          throw error;
        }
        printed++;
        const read = parse(text);
        expect(meaning(read)).toEqual(meaning(withoutEmpty(dockerfile)));
      }),
      { seed: 7, numRuns: 2000 },
    );
    expect(printed).toBeGreaterThan(800);
  });
});

/** An empty flag is no flag. */
function withoutEmpty(dockerfile: Dockerfile): Dockerfile {
  return JSON.parse(
    JSON.stringify(dockerfile, (key, value: unknown) => (key === "chown" && value === "" ? undefined : value)),
  );
}
