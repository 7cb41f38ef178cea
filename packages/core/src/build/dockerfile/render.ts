/**
 * One instruction as Dockerfile text.
 *
 * Also what a step of a hand-written instruction is called. Whether the text means the instruction again is not
 * checked here but in `print.ts`: not everything that an AST can hold can be written.
 */
import { fromByteString, unreachable } from "../../lib/index.ts";
import type { AnyInstruction, Escape, Heredoc, InstructionOf, ShellOrExec } from "./ast.ts";
import { heredocsOfLine } from "./heredoc.ts";
import { mountText } from "./mount.ts";

type Flag = readonly [name: string, value: string | number | boolean | undefined];

/** The instruction on one line, with its heredocs below. */
export function renderInstruction(instruction: AnyInstruction, escape: Escape = "\\"): string {
  const { keyword = instruction.kind } = instruction;
  const given = renderArguments(instruction);
  // What only looks like a flag needs `--` before it.
  const rest = given.startsWith("--") ? `-- ${given}` : given;
  const flags = flagsOf(instruction).flatMap((flag) => renderFlag(flag, escape));
  const line = [keyword, ...flags, rest].filter(Boolean).join(" ");
  return line + heredocsOf(instruction, line).map(renderBody).join("");
}

function renderArguments(instruction: AnyInstruction): string {
  switch (instruction.kind) {
    case "FROM": {
      const { image, as, asKeyword = "AS" } = instruction;
      return as === undefined ? image : `${image} ${asKeyword} ${as}`;
    }
    case "RUN":
    case "CMD":
    case "ENTRYPOINT":
      return renderCommand(instruction.command);
    case "COPY":
    case "ADD":
      return renderFiles(instruction);
    case "ENV":
    case "LABEL":
      return instruction.pairs
        .map(([name, value]) => name + (instruction.legacy === true ? " " : "=") + value)
        .join(" ");
    case "ARG":
      return instruction.args
        .map(({ name, default: word }) => (word === undefined ? name : `${name}=${word}`))
        .join(" ");
    case "WORKDIR":
      return instruction.path;
    case "USER":
      return instruction.user;
    case "VOLUME":
      return renderList(instruction.paths);
    case "EXPOSE":
      return instruction.ports.join(" ");
    case "STOPSIGNAL":
      return instruction.signal;
    case "SHELL":
      return renderArray(instruction.argv);
    case "HEALTHCHECK":
      return instruction.test === "none" ? "NONE" : `CMD ${renderCommand(instruction.test)}`;
    case "ONBUILD":
      return instruction.trigger;
    case "MAINTAINER":
      return instruction.name;
    default:
      return unreachable(instruction);
  }
}

function flagsOf(instruction: AnyInstruction): readonly Flag[] {
  switch (instruction.kind) {
    case "FROM":
      return [["platform", instruction.platform]];
    case "RUN":
      return [
        ...(instruction.mounts ?? []).map((mount): Flag => ["mount", mountText(mount)]),
        ["network", instruction.network],
        ...(instruction.devices ?? []).map((device): Flag => ["device", device]),
      ];
    case "COPY":
      return [["from", instruction.from], ["parents", instruction.parents || undefined], ...fileFlags(instruction)];
    case "ADD":
      return [
        ["checksum", instruction.checksum],
        ["keep-git-dir", instruction.keepGitDir],
        ["unpack", instruction.unpack],
        ...fileFlags(instruction),
      ];
    case "HEALTHCHECK":
      return [
        ["interval", instruction.interval],
        ["timeout", instruction.timeout],
        ["start-period", instruction.startPeriod],
        ["start-interval", instruction.startInterval],
        ["retries", instruction.retries],
      ];
    default:
      return [];
  }
}

function fileFlags({ chown, chmod, link, exclude = [] }: InstructionOf<"COPY" | "ADD">): readonly Flag[] {
  return [
    ["chown", chown],
    ["chmod", chmod],
    ["link", link || undefined],
    ...exclude.map((pattern): Flag => ["exclude", pattern]),
  ];
}

/** The parser takes a flag's bytes for characters, so characters are written as bytes. */
function renderFlag([name, value]: Flag, escape: Escape): readonly string[] {
  if (value === undefined) return [];
  if (value === true) return [`--${name}`];
  let text = "";
  for (const character of String(value)) text += (`"'${escape}`.includes(character) ? escape : "") + character;
  const bytes = /[^\x00-\xff]/.test(text) ? text : fromByteString(text);
  return [/\s|[\x85\xa0]/.test(text) ? `--${name}="${bytes}"` : `--${name}=${bytes}`];
}

function renderCommand(command: ShellOrExec): string {
  return command.form === "exec" ? renderArray(command.argv) : command.command;
}

function renderFiles({ sources, files = [], dest }: InstructionOf<"COPY" | "ADD">): string {
  const words = [...sources, ...files.map(renderStart), dest];
  return files.length === 0 ? renderList(words, opensNoHeredoc) : words.join(" ");
}

/** `<< EOF` are two words, and yet the lines below belong to a heredoc. */
function opensNoHeredoc(words: string): boolean {
  return !words.includes("<<") || heredocsOfLine(words).length === 0;
}

/** Words side by side, or as a JSON array where one of them would fall apart. */
function renderList(words: readonly string[], isPlain = (_text: string): boolean => true): string {
  const [first = ""] = words;
  const text = words.join(" ");
  const plain = words.every((word) => /^\S+$/.test(word)) && !first.startsWith("[") && isPlain(text);
  return plain ? text : renderArray(words);
}

function renderArray(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;
}

function renderStart({ name, expand, chomp, fd }: Heredoc): string {
  return `${fd ?? ""}<<${chomp === true ? "-" : ""}${expand === false ? `"${name}"` : name}`;
}

/**
 * What the lines below hold. Not every heredoc that a line opens is a file (`<< EOF` are two words), and a file may have
 * none (if the line does not lex).
 */
function heredocsOf(instruction: AnyInstruction, line: string): readonly Body[] {
  if (instruction.kind === "RUN") return instruction.heredocs ?? [];
  if (instruction.kind !== "COPY" && instruction.kind !== "ADD") return [];
  const left = [...(instruction.files ?? [])];
  if (left.length === 0) return [];
  return heredocsOfLine(line).map(({ name }) => {
    const index = left.findIndex((file) => file.name === name);
    return left.splice(index, index < 0 ? 0 : 1)[0] ?? { name, content: "" };
  });
}

type Body = Pick<Heredoc, "name" | "content">;

function renderBody({ name, content }: Body): string {
  return `\n${content}${name}`;
}
