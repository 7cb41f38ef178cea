/**
 * Patterns: `*`, `?`, `[…]` and the backslash, on byte strings. They are turned into regular expressions.
 *
 * @see fnmatch(3), POSIX.1-2017, Shell Command Language, 2.13
 */
import { ownValue } from "../../lib/index.ts";

/** Characters that mean something in a pattern, or between brackets. */
const SPECIAL = /[*?[\]\\\-!^]/g;

/** A pattern that matches `text` and nothing else. */
export const escapePattern = (text: string): string => text.replace(SPECIAL, "\\$&");

/** True if the whole of `text` matches. */
export function matches(pattern: string, text: string): boolean {
  return compile(pattern).whole.test(text);
}

/** Which of the prefixes or suffixes that match is meant. */
export type Length = "shortest" | "longest";

/** How long the prefix of `text` that matches is; `undefined` if there is none. */
export function prefixLength(pattern: string, text: string, want: Length): number | undefined {
  const { lazy, greedy } = compile(pattern);
  return (want === "shortest" ? lazy : greedy).exec(text)?.[0].length;
}

/** Where the suffix of `text` that matches starts; `undefined` if there is none. */
export function suffixStart(pattern: string, text: string, want: Length): number | undefined {
  const { suffix } = compile(pattern);
  if (want === "longest") {
    suffix.lastIndex = 0;
    return suffix.exec(text)?.index;
  }
  for (let start = text.length; start >= 0; start--) {
    suffix.lastIndex = start;
    const found = suffix.exec(text);
    if (found?.index === start) return start;
  }
  return undefined;
}

export interface Replaced {
  readonly text: string;
  /** The last match went to the end of the text. */
  readonly toEnd: boolean;
}

/** `text` with the first match, or all of them, replaced. */
export function replaceMatches(pattern: string, text: string, replacement: string, all: boolean): Replaced {
  if (pattern === "") return { text, toEnd: false };
  const { anywhere } = compile(pattern);
  let result = "";
  let at = 0;
  let toEnd = false;
  anywhere.lastIndex = 0;
  while (at <= text.length) {
    anywhere.lastIndex = at;
    const found = anywhere.exec(text);
    if (found === null || (found[0] === "" && found.index === text.length && at > 0)) break;
    result += text.slice(at, found.index) + replacement;
    at = found.index + found[0].length;
    toEnd = at === text.length;
    if (!all) break;
    if (found[0] === "") result += text[at++] ?? "";
  }
  return { text: result + text.slice(at), toEnd };
}

interface Compiled {
  readonly whole: RegExp;
  readonly lazy: RegExp;
  readonly greedy: RegExp;
  readonly suffix: RegExp;
  readonly anywhere: RegExp;
}

const CACHE_SIZE = 512;
const cache = new Map<string, Compiled>();

function compile(pattern: string): Compiled {
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  const lazy = translate(pattern, ".*?");
  const greedy = translate(pattern, ".*");
  const compiled = {
    whole: new RegExp(`^${lazy}$`, "s"),
    lazy: new RegExp(`^${lazy}`, "s"),
    greedy: new RegExp(`^${greedy}`, "s"),
    suffix: new RegExp(`${lazy}$`, "gs"),
    anywhere: new RegExp(greedy, "gs"),
  };
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(pattern, compiled);
  return compiled;
}

const NEVER = "(?!)";

/** The regular expression of a pattern; `star` is what `*` becomes. */
function translate(pattern: string, star: string): string {
  let source = "";
  for (let at = 0; at < pattern.length; ) {
    const char = pattern[at] as string;
    at++;
    if (char === "*") {
      while (pattern[at] === "*") at++;
      source += star;
    } else if (char === "?") source += ".";
    else if (char === "\\") {
      source += at < pattern.length ? literalSource(pattern[at] as string) : NEVER;
      at++;
    } else if (char === "[") {
      const bracket = parseBracket(pattern, at);
      source += bracket?.source ?? "\\[";
      at = bracket?.end ?? at;
    } else source += literalSource(char);
  }
  return source;
}

const literalSource = (char: string): string => (/[A-Za-z0-9_]/.test(char) ? char : codeSource(char));
const codeSource = (char: string): string => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;

/** A bracket expression after its `[`; `undefined` if it is not closed, and the bracket stands for itself. */
function parseBracket(pattern: string, start: number): { readonly source: string; readonly end: number } | undefined {
  let at = start;
  const negated = pattern[at] === "!" || pattern[at] === "^";
  if (negated) at++;
  let members = "";
  for (let first = true; ; first = false) {
    const char = pattern[at];
    if (char === undefined) return undefined;
    if (char === "]" && !first) break;
    const named = char === "[" ? parseNamed(pattern, at) : undefined;
    if (named !== undefined && named.kind === "class") {
      members += named.source;
      at = named.end;
      continue;
    }
    const low = named ?? parseMember(pattern, at);
    if (low === undefined) return undefined;
    at = low.end;
    if (pattern[at] !== "-" || pattern[at + 1] === "]" || pattern[at + 1] === undefined) {
      members += codeSource(low.source);
      continue;
    }
    const high = (pattern[at + 1] === "[" ? parseNamed(pattern, at + 1) : undefined) ?? parseMember(pattern, at + 1);
    if (high === undefined) return undefined;
    at = high.end;
    if (low.source <= high.source) members += `${codeSource(low.source)}-${codeSource(high.source)}`;
  }
  if (members === "") return { source: negated ? "." : NEVER, end: at + 1 };
  return { source: `[${negated ? "^" : ""}${members}]`, end: at + 1 };
}

interface Member {
  readonly kind: "char";
  readonly source: string;
  readonly end: number;
}

/** One character, or an escaped one. */
function parseMember(pattern: string, at: number): Member | undefined {
  const escaped = pattern[at] === "\\";
  const source = pattern[escaped ? at + 1 : at];
  return source === undefined ? undefined : { kind: "char", source, end: at + (escaped ? 2 : 1) };
}

/** `[:alpha:]`, `[.x.]` or `[=x=]`. */
function parseNamed(
  pattern: string,
  at: number,
): { readonly kind: "class" | "char"; readonly source: string; readonly end: number } | undefined {
  const match = /^\[([:.=])(.+?)\1\]/.exec(pattern.slice(at, at + 24));
  const name = match?.[2];
  if (match === null || name === undefined) return undefined;
  const end = at + match[0].length;
  if (match[1] !== ":") return name.length === 1 ? { kind: "char", source: name, end } : undefined;
  const source = ownValue(CLASSES, name);
  return source === undefined ? undefined : { kind: "class", source, end };
}

/** The classes of the C locale. */
const CLASSES: Readonly<Record<string, string>> = {
  alpha: "A-Za-z",
  digit: "0-9",
  alnum: "A-Za-z0-9",
  upper: "A-Z",
  lower: "a-z",
  space: "\\t-\\r ",
  blank: " \\t",
  punct: "!-\\/:-@\\[-`{-~",
  cntrl: "\\x00-\\x1f\\x7f",
  print: " -~",
  graph: "!-~",
  xdigit: "0-9A-Fa-f",
};
