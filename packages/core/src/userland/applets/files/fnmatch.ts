/**
 * Shell patterns against byte strings, as fnmatch(3) has them without flags: `*`, `?`, `[…]` and backslashes.
 *
 * A leading dot and slashes are ordinary. A `[` without its `]` stands for itself.
 *
 * @see fnmatch(3), glob(7)
 */
import { ownValue } from "../../../lib/index.ts";

/** What one character of the text must satisfy; `star` is any number of any characters. */
type Part = "star" | ((byte: string) => boolean);

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\0-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t-\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

export class Pattern {
  /** Undefined for a pattern that nothing matches. */
  readonly #parts: readonly Part[] | undefined;
  readonly #fold: (text: string) => string;

  constructor(pattern: string, options: { readonly ignoreCase: boolean }) {
    this.#fold = options.ignoreCase ? lowerAscii : (text) => text;
    this.#parts = parse(this.#fold(pattern));
  }

  /** True if all of `text` matches. */
  matches(text: string): boolean {
    const parts = this.#parts;
    if (parts === undefined) return false;
    const bytes = this.#fold(text);
    let at = 0;
    let part = 0;
    /** Where to go on if what follows the last star does not match: the star takes one byte more. */
    let retry: { part: number; at: number } | undefined;
    while (at < bytes.length || part < parts.length) {
      const wanted = parts[part];
      if (wanted === "star") {
        retry = { part, at };
        part++;
      } else if (wanted !== undefined && at < bytes.length && wanted(bytes.charAt(at))) {
        part++;
        at++;
      } else if (retry !== undefined && retry.at < bytes.length) {
        retry.at++;
        at = retry.at;
        part = retry.part + 1;
      } else return false;
    }
    return true;
  }
}

function parse(pattern: string): readonly Part[] | undefined {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const byte = pattern.charAt(at);
    if (byte === "*") {
      if (parts[parts.length - 1] !== "star") parts.push("star");
    } else if (byte === "?") parts.push(() => true);
    else if (byte === "\\") {
      at++;
      if (at >= pattern.length) return undefined;
      parts.push(literal(pattern.charAt(at)));
    } else {
      const set = byte === "[" ? parseSet(pattern, at + 1) : undefined;
      parts.push(set?.matches ?? literal(byte));
      if (set !== undefined) at = set.end;
    }
  }
  return parts;
}

const literal =
  (wanted: string): ((byte: string) => boolean) =>
  (byte) =>
    byte === wanted;

interface ParsedSet {
  readonly matches: (byte: string) => boolean;
  /** Where the `]` is. */
  readonly end: number;
}

/** Reads a bracket expression behind its `[`; `undefined` if it does not end. */
function parseSet(pattern: string, start: number): ParsedSet | undefined {
  const negated = pattern[start] === "!" || pattern[start] === "^";
  const first = negated ? start + 1 : start;
  const tests: ((byte: string) => boolean)[] = [];
  for (let at = first; at < pattern.length; at++) {
    if (pattern[at] === "]" && at > first) {
      return { matches: (byte) => tests.some((test) => test(byte)) !== negated, end: at };
    }
    const [, name] = /^\[:([a-z]*):\]/.exec(pattern.slice(at)) ?? [];
    if (name !== undefined) {
      const expression = ownValue(CLASSES, name);
      tests.push((byte) => expression?.test(byte) ?? false);
      at += name.length + 3;
      continue;
    }
    const [low, afterLow] = setByte(pattern, at);
    if (pattern[afterLow] === "-" && afterLow + 1 < pattern.length && pattern[afterLow + 1] !== "]") {
      const [high, afterHigh] = setByte(pattern, afterLow + 1);
      tests.push((byte) => byte >= low && byte <= high);
      at = afterHigh - 1;
    } else {
      tests.push(literal(low));
      at = afterLow - 1;
    }
  }
  return undefined;
}

/** One byte of a set, which a backslash may quote, and where it ends. */
function setByte(pattern: string, at: number): readonly [byte: string, end: number] {
  if (pattern[at] === "\\" && at + 1 < pattern.length) return [pattern.charAt(at + 1), at + 2];
  return [pattern.charAt(at), at + 1];
}

const lowerAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
