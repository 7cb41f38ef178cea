/**
 * Heredocs: which words of an instruction open one, and reading their lines.
 *
 * A word opens one if it is `<<NAME`, with digits before and `-` after the `<<` allowed; `<<<word` is none. A name with
 * quotes in it switches expansion off. Model: heredocsFromLine of BuildKit's parser.
 */
import type { Heredoc } from "./ast.ts";
import { BuildError } from "./error.ts";
import type { LineReader } from "./lines.ts";
import { trimNewline } from "./lines.ts";
import { lexWord } from "./words.ts";

const HEREDOC = /^(\d*)<<(-?)[\t\n\f\r ]*([^<]*)$/;

/** The start of a heredoc, as its word says it. */
export type HeredocStart = Required<Pick<Heredoc, "name" | "expand" | "chomp">> & Pick<Heredoc, "fd">;

/** @throws BuildError if the name is not a word, such as `<<"EOF`. */
export function parseHeredoc(word: string): HeredocStart | undefined {
  if (!word.includes("<<")) return undefined;
  const [, digits = "", dash = "", rest = ""] = HEREDOC.exec(word) ?? [];
  if (rest === "") return undefined;
  const plain = lexWord(rest, undefined, { keepUnset: true });
  if (plain.error !== undefined) throw plain.error;
  const [name] = plain.words;
  if (name === undefined || plain.words.length !== 1) return undefined;
  const raw = lexWord(rest, undefined, { keepUnset: true, rawQuotes: true });
  if (raw.words.length !== 1) throw new BuildError(`internal lexing of heredoc produced inconsistent results: ${rest}`);
  const expand = countQuotes(name) === countQuotes(raw.words[0] ?? "");
  // Any number of digits is taken; the shell has its own idea of them.
  const fd = Math.min(Number.parseInt(digits, 10), Number.MAX_SAFE_INTEGER);
  return { name, expand, chomp: dash === "-", ...(digits === "" ? {} : { fd }) };
}

/** As `parseHeredoc`, but a word that is wrong is no heredoc. */
export function heredocOf(word: string): HeredocStart | undefined {
  try {
    return parseHeredoc(word);
  } catch (error) {
    if (error instanceof BuildError) return undefined;
    throw error;
  }
}

/** The heredocs that an instruction's line opens, in order. A line that does not lex opens none. */
export function heredocsOfLine(line: string): readonly HeredocStart[] {
  const { words } = lexWord(line, undefined, { keepUnset: true, rawQuotes: true, rawEscapes: true });
  return words.map(parseHeredoc).filter((start) => start !== undefined);
}

/** Reads the lines of a heredoc up to its terminator; undefined if it never comes. */
export function readHeredoc(start: HeredocStart, lines: LineReader): Heredoc | undefined {
  let content = "";
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    const bare = trimNewline(line);
    const candidate = start.chomp ? bare.replace(/^\t+/, "") : bare;
    if (candidate === start.name) return heredoc(start, content);
    content += line;
  }
  return undefined;
}

/** A heredoc with its defaults left out. */
export function heredoc({ name, expand, chomp, fd }: HeredocStart, content: string): Heredoc {
  return {
    name,
    content,
    ...(expand ? {} : { expand }),
    ...(chomp ? { chomp } : {}),
    ...(fd === undefined ? {} : { fd }),
  };
}

function countQuotes(text: string): number {
  let count = 0;
  for (const character of text) if (character === "'" || character === '"') count++;
  return count;
}
