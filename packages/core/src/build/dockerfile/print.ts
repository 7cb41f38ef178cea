/**
 * AST to text: a Dockerfile that reads back as the same AST.
 *
 * What a text cannot say - a newline in a word, a heredoc that contains its own terminator - is refused.
 */
import { StatusError } from "../../lib/index.ts";
import type { AnyInstruction, Directives, Dockerfile, Escape } from "./ast.ts";
import { BuildError } from "./error.ts";
import { mountText } from "./mount.ts";
import { parse } from "./parse.ts";
import { renderInstruction } from "./render.ts";

/** @throws StatusError `invalid-argument` if there is no text that reads back as this AST. */
export function print(dockerfile: Dockerfile): string {
  const { directives = {}, args = [], stages } = dockerfile;
  const instructions: readonly AnyInstruction[] = [
    ...args,
    ...stages.flatMap((stage) => [stage.from, ...stage.instructions]),
  ];
  const header = printDirectives(directives);
  const body = instructions.map((one, i) => printInstruction(one, i > 0, directives.escape)).join("");
  // A comment right at the top could be taken for a directive.
  const text = header + (body.startsWith("#") ? "\n" : "") + body;
  checkPrinted(text, dockerfile, instructions);
  return text;
}

function printDirectives(directives: Directives): string {
  return (["syntax", "escape", "check"] as const)
    .flatMap((name) => (directives[name] === undefined ? [] : [`# ${name}=${directives[name]}\n`]))
    .join("");
}

/** An empty line before FROM, and the comments above the instruction. */
function printInstruction(instruction: AnyInstruction, hasBefore: boolean, escape: Escape = "\\"): string {
  const gap = instruction.kind === "FROM" && hasBefore ? "\n" : "";
  const comments = (instruction.comments ?? []).map((comment) => `# ${comment}\n`).join("");
  return `${gap}${comments}${renderInstruction(instruction, escape)}\n`;
}

function checkPrinted(text: string, dockerfile: Dockerfile, instructions: readonly AnyInstruction[]): void {
  const refuse = (what: string): StatusError =>
    new StatusError("invalid-argument", `${what} cannot be written as Dockerfile text`);
  let read: Dockerfile;
  try {
    read = parse(text);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new StatusError("invalid-argument", `this Dockerfile cannot be written as text: ${error.message}`);
  }
  const again = [...(read.args ?? []), ...read.stages.flatMap((stage) => [stage.from, ...stage.instructions])];
  for (const [i, instruction] of instructions.entries())
    if (canonical(instruction) !== canonical(again[i])) throw refuse(`instruction ${i + 1} (${instruction.kind})`);
  const shape = (file: Dockerfile): string =>
    JSON.stringify([
      meaning(file.directives ?? {}),
      file.args?.length ?? 0,
      file.stages.map((s) => s.instructions.length),
    ]);
  if (shape(read) !== shape(dockerfile)) throw refuse("this Dockerfile");
}

/** What an instruction means, as comparable text: without its place, spelling and comments, defaults left out. */
function canonical(instruction: AnyInstruction | undefined): string {
  if (instruction?.kind !== "RUN") return JSON.stringify(meaning(instruction));
  return JSON.stringify(meaning({ ...instruction, mounts: instruction.mounts?.map(mountText) }));
}

const SPELLING = new Set(["range", "source", "keyword", "asKeyword", "comments"]);
const DEFAULTS = new Map<string, unknown>([
  ["link", false],
  ["legacy", false],
  ["chomp", false],
  ["expand", true],
]);

/** Objects with sorted keys, without what is a default, empty or spelling. */
function meaning(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(meaning);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, inner]) =>
      inner !== undefined &&
      !SPELLING.has(key) &&
      !(DEFAULTS.has(key) && DEFAULTS.get(key) === inner) &&
      !(Array.isArray(inner) && inner.length === 0),
  );
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, meaning(inner)]));
}
