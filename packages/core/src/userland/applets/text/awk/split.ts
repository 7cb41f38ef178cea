/** Splitting text into fields: what FS and split()'s third argument mean. */

import type { RegexPair } from "./ast.ts";
import { compilePair } from "./parse-expression.ts";

/** One character that separates (a space: any blanks), each byte on its own, or a regular expression. */
export type Splitter =
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "bytes" }
  | { readonly kind: "regex"; readonly regex: RegexPair };

/** @throws BadRegex */
export function splitterOf(separator: string): Splitter {
  if (separator.length > 1) return { kind: "regex", regex: compilePair(separator) };
  return separator === "" ? { kind: "bytes" } : { kind: "char", char: separator };
}

export interface SplitOptions {
  /** Records are paragraphs: newlines separate fields too. */
  readonly paragraphs: boolean;
  readonly ignoreCase: boolean;
}

export function split(text: string, splitter: Splitter, options: SplitOptions): string[] {
  if (splitter.kind === "regex") return splitAtRegex(text, splitter.regex, options);
  if (text === "") return [];
  if (splitter.kind === "bytes") return text.split("");
  if (splitter.char === " ") return text.split(/[ \t\n]+/).filter((field) => field !== "");
  const { char } = splitter;
  const both = options.ignoreCase ? [char.toLowerCase(), char.toUpperCase()] : [char];
  if (both.length === 1 && !options.paragraphs) return text.split(char);
  const separators = options.paragraphs ? [...both, "\n"] : both;
  const fields: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (!separators.includes(text[at] ?? "")) continue;
    fields.push(text.slice(start, at));
    start = at + 1;
  }
  fields.push(text.slice(start));
  return fields;
}

function splitAtRegex(text: string, pair: RegexPair, options: SplitOptions): string[] {
  if (text === "") return [];
  const regex = options.ignoreCase ? pair.folded : pair.exact;
  const fields: string[] = [];
  let at = 0;
  let count = 1;
  do {
    const newline = options.paragraphs ? text.indexOf("\n", at) : -1;
    const limit = newline < 0 ? text.length : newline;
    const match = findNonEmpty(text, at);
    if (match !== undefined && match.start <= limit) {
      fields.push(text.slice(at, match.start));
      count++;
      at = match.end;
    } else {
      fields.push(text.slice(at, limit));
      at = limit < text.length ? limit + 1 : limit;
    }
  } while (at < text.length);
  // A separator at the very end leaves an empty last field.
  while (fields.length < count) fields.push("");
  return fields;

  /** The first match that is not empty; each search begins as if the text began there. */
  function findNonEmpty(source: string, from: number) {
    for (let start = from; start < source.length; start++) {
      const match = regex.find(source, { start, origin: start });
      if (match === undefined) return undefined;
      if (match.end > start) return match;
    }
    return undefined;
  }
}
