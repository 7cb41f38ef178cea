/**
 * An instruction line taken apart: its name, its flags, its arguments.
 *
 * How arguments are cut depends on the name only; what they mean is `instructions.ts`'s business. An unknown name is
 * no error here. Model: splitCommand and the line parsers of BuildKit's parser package.
 */

import { isSpaceAt, quote, replaceInvalid, skipSpace, trimSpace, trimStart } from "../../lib/go/index.ts";
import { byteString, fromByteString } from "../../lib/index.ts";
import type { Escape, InstructionKind } from "./ast.ts";
import { BuildError } from "./error.ts";

export interface Node {
  /** As written. */
  readonly name: string;
  /** What the name means. */
  readonly kind: InstructionKind | undefined;
  readonly flags: readonly string[];
  /** For ENV and LABEL the names and values alternate. */
  readonly args: readonly string[];
  /** The arguments were a JSON array. */
  readonly json: boolean;
  /** ENV and LABEL in the old form `name value`. */
  readonly legacy: boolean;
  /** What ONBUILD triggers. */
  readonly child: Node | undefined;
}

/** The arguments of a node, with what their form was. */
type Arguments = Pick<Node, "args"> & Partial<Pick<Node, "json" | "legacy" | "child">>;
type ArgumentParser = (rest: string, escapeToken: Escape) => Arguments;

const NO_ARGUMENTS: Arguments = { args: [] };
const NO_FLAGS: readonly string[] = [];
const BLANKS = /[\t\v\f\r ]+/;

const PARSERS: Readonly<Record<InstructionKind, ArgumentParser>> = {
  ADD: jsonOrList,
  ARG: (rest, escapeToken) => ({ args: splitWords(rest, escapeToken) }),
  CMD: jsonOrText,
  COPY: jsonOrList,
  ENTRYPOINT: jsonOrText,
  ENV: (rest, escapeToken) => pairs(rest, "ENV", escapeToken),
  EXPOSE: list,
  FROM: list,
  HEALTHCHECK: healthcheck,
  LABEL: (rest, escapeToken) => pairs(rest, "LABEL", escapeToken),
  MAINTAINER: text,
  ONBUILD: subInstruction,
  RUN: jsonOrText,
  SHELL: jsonOrText,
  STOPSIGNAL: text,
  USER: text,
  VOLUME: jsonOrList,
  WORKDIR: text,
};

/** The names of all instructions, upper case. */
export const INSTRUCTION_NAMES: readonly string[] = Object.keys(PARSERS);

/** The kind that a name spells, in any case. */
function kindOf(name: string): InstructionKind | undefined {
  const upper = name.toUpperCase();
  return isKind(upper) ? upper : undefined;
}

function isKind(name: string): name is InstructionKind {
  return Object.hasOwn(PARSERS, name);
}

/** @throws BuildError for arguments that cannot be cut, such as `ENV A`. */
export function parseNode(line: string, escapeToken: Escape): Node {
  const [name, flags, rest] = splitLine(line, escapeToken);
  const kind = kindOf(name);
  const {
    args,
    json = false,
    legacy = false,
    child,
  } = kind === undefined ? NO_ARGUMENTS : PARSERS[kind](rest, escapeToken);
  return { name, kind, flags, args, json, legacy, child };
}

function splitLine(line: string, escapeToken: Escape): readonly [name: string, flags: readonly string[], rest: string] {
  const trimmed = trimSpace(line);
  const [name, rest] = atBlanks(trimmed);
  if (rest === undefined) return [name, NO_FLAGS, ""];
  if (/^[!-~]/.test(rest) && !rest.startsWith("--")) return [name, NO_FLAGS, rest];
  const bytes = byteString(rest);
  const [flags, end] = splitFlags(bytes, escapeToken);
  return [name, flags, trimSpace(fromByteString(bytes.slice(end)))];
}

/** What is before the first blanks and after them, if there are some. */
function atBlanks(text: string): readonly [before: string, after: string | undefined] {
  let end = 0;
  while (end < text.length && !isBlankAt(text, end)) end++;
  if (end === text.length) return [text, undefined];
  let next = end;
  while (isBlankAt(text, next)) next++;
  return [text.slice(0, end), text.slice(next)];
}

/** What `BLANKS` matches. */
function isBlankAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0a);
}

/**
 * The words that start with `--`, quotes and escapes resolved, and where the rest begins.
 *
 * BuildKit walks bytes here and takes each for a character, so a flag's text outside ASCII comes out garbled.
 */
function splitFlags(line: string, escapeToken: Escape): readonly [flags: readonly string[], end: number] {
  const flags: string[] = [];
  for (let at = 0; ; ) {
    at = skipSpace(line, at);
    if (!line.startsWith("--", at)) return [flags, at];
    const [word, end, quoted] = flagWord(line, at, escapeToken);
    if (word === "--") return [flags, end];
    if (word !== "" || quoted) flags.push(word);
    at = end;
  }
}

function flagWord(
  line: string,
  start: number,
  escapeToken: Escape,
): readonly [word: string, end: number, quoted: boolean] {
  let word = "";
  let taken = start;
  let mark = "";
  let quoted = false;
  let at = start;
  for (; at < line.length; at++) {
    const character = line.charAt(at);
    if (mark === "" && isSpaceAt(line, at)) break;
    const isMark = mark === "" ? character === "'" || character === '"' : character === mark;
    if (!isMark && character !== escapeToken) continue;
    // Quotes and escape characters are left out; what is escaped is taken as it is.
    word += line.slice(taken, at);
    taken = at + 1;
    if (!isMark) at++;
    else {
      mark = mark === "" ? character : "";
      quoted = true;
    }
  }
  return [word + line.slice(taken, at), at, quoted];
}

function text(rest: string): Arguments {
  return rest === "" ? NO_ARGUMENTS : { args: [rest] };
}

function list(rest: string): Arguments {
  return rest === "" ? NO_ARGUMENTS : { args: rest.split(BLANKS) };
}

function jsonOrText(rest: string): Arguments {
  return jsonStrings(rest) ?? text(rest);
}

function jsonOrList(rest: string): Arguments {
  return jsonStrings(rest) ?? list(rest);
}

/**
 * A JSON array of strings; undefined for what is no JSON array.
 *
 * @throws BuildError if there is something else than strings in it.
 */
function jsonStrings(rest: string): Arguments | undefined {
  const start = trimStart(rest);
  if (!start.startsWith("[")) return undefined;
  const values = parseJson(replaceInvalid(start));
  if (!Array.isArray(values) || values.some((value) => typeof value === "number" && !Number.isFinite(value)))
    return undefined;
  const strings = values.filter((value: unknown) => typeof value === "string");
  if (strings.length !== values.length)
    throw new BuildError("when using JSON array syntax, arrays must be comprised of strings only");
  return { args: strings.map(replaceInvalid), json: true };
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

function healthcheck(rest: string): Arguments {
  const bytes = byteString(rest);
  let end = 0;
  while (end < bytes.length && !isSpaceAt(bytes, end)) end++;
  if (end === 0) return NO_ARGUMENTS;
  const command = jsonOrText(fromByteString(bytes.slice(skipSpace(bytes, end))));
  return { ...command, args: [fromByteString(bytes.slice(0, end)), ...command.args] };
}

function subInstruction(rest: string, escapeToken: Escape): Arguments {
  if (rest === "") return NO_ARGUMENTS;
  const child = parseNode(rest, escapeToken);
  return { args: [child.name, ...child.args], child };
}

/** `name=value …`, or the old `name value`: which of them, the first word decides. */
function pairs(rest: string, name: string, escapeToken: Escape): Arguments {
  const words = splitWords(rest, escapeToken);
  const [first] = words;
  if (first === undefined) return NO_ARGUMENTS;
  if (!first.includes("=")) {
    const [key, value] = atBlanks(rest);
    if (value === undefined) throw new BuildError(`${name} must have two arguments`);
    return { args: [key, value], legacy: true };
  }
  const args: string[] = [];
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals < 0)
      throw new BuildError(`Syntax error - can't find = in ${quote(word)}. Must be of the form: name=value`);
    args.push(word.slice(0, equals), word.slice(equals + 1));
  }
  return { args };
}

/** Words at blanks outside quotes; quotes and escapes stay in them. */
function splitWords(rest: string, escapeToken: Escape): readonly string[] {
  const words: string[] = [];
  const line = replaceInvalid(rest);
  for (let at = 0; ; ) {
    at = skipSpace(line, at);
    if (at >= line.length) return words;
    const [word, end] = wordAt(line, at, escapeToken);
    if (word !== "") words.push(word);
    at = end;
  }
}

function wordAt(line: string, start: number, escapeToken: Escape): readonly [word: string, end: number] {
  let mark = "";
  let at = start;
  for (; at < line.length; at++) {
    const character = line.charAt(at);
    if (mark === "" && isSpaceAt(line, at)) break;
    if (mark === "" && (character === "'" || character === '"')) mark = character;
    else if (character === mark) mark = "";
    // An escape character that nothing follows vanishes.
    if (character === escapeToken && mark !== "'" && ++at === line.length) return [line.slice(start, -1), at];
  }
  return [line.slice(start, at), at];
}
