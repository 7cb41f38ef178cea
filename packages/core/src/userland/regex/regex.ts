/**
 * POSIX regular expressions over byte strings: the leftmost, then longest match.
 *
 * Text and pattern have one character a byte (`lib/text.ts`: `latin1`); the locale is C. A plain string is looked for with
 * `indexOf`, everything else with a deterministic automaton; only groups and back-references need the backtracker.
 *
 * @see regcomp(3), regex(7)
 */
import { Automaton, byteClasses } from "./automaton.ts";
import { type Captures, walk } from "./backtracker.ts";
import { parseRegex } from "./parse.ts";
import { compileProgram, type Neighbour, neighbour, type Program } from "./program.ts";
import type { Dialect, RegexNode } from "./syntax.ts";

/** Basic and extended expressions as regcomp(3) reads them. */
export const BASIC: Dialect = { extended: false };
export const EXTENDED: Dialect = { extended: true };
/** What grep compiles with: GNU's own interface instead of regcomp(3). */
export const GREP_BASIC: Dialect = { extended: false, lenient: true, dotMatchesNul: true, newlineAnchors: true };
export const GREP_EXTENDED: Dialect = { ...GREP_BASIC, extended: true };

export interface MatchOptions {
  /** Where to begin looking. */
  readonly start?: number;
  /** What lies before this is not seen, as if the text began here. The beginning by default. */
  readonly origin?: number;
  /** REG_NOTBOL: the text's beginning is not a line's beginning. */
  readonly notLineStart?: boolean;
}

/** Begin and end of a match. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export class Regex {
  readonly groups: number;
  readonly #program: Program;
  readonly #newlineAnchors: boolean;
  readonly #ignoreCase: boolean;
  readonly #literal: string | undefined;
  readonly #hasBackReference: boolean;
  readonly #first: Uint8Array | undefined;
  readonly #seeker: Automaton;
  readonly #measurer: Automaton;

  /** @throws RegexError */
  constructor(pattern: string, dialect: Dialect) {
    const parsed = parseRegex(pattern, dialect);
    this.#program = compileProgram(parsed);
    this.groups = parsed.groups;
    this.#newlineAnchors = dialect.newlineAnchors === true || dialect.newlineEnds === true;
    this.#ignoreCase = dialect.ignoreCase === true;
    this.#hasBackReference = parsed.hasBackReference;
    this.#literal = literalOf(parsed.root);
    const { first } = this.#program;
    this.#first = first && Uint8Array.from({ length: 256 }, (_, byte) => (first.has(byte) ? 1 : 0));
    const regular = this.#hasBackReference ? compileProgram(parsed, { approximate: true }) : this.#program;
    const classes = byteClasses(regular, this.#newlineAnchors);
    const newlineAnchors = this.#newlineAnchors;
    this.#seeker = new Automaton(regular, classes, { searching: true, newlineAnchors });
    this.#measurer = new Automaton(regular, classes, { searching: false, newlineAnchors });
  }

  /** Whether the text has a match. */
  test(text: string, options: MatchOptions = {}): boolean {
    const start = options.start ?? 0;
    if (this.#literal !== undefined) return text.indexOf(this.#literal, start) >= 0;
    if (this.#hasBackReference) return this.#walkFrom(text, start, options) !== undefined;
    return this.#seeker.run(text, start, this.#before(text, start, options)) >= 0;
  }

  /** The leftmost longest match. */
  find(text: string, options: MatchOptions = {}): Span | undefined {
    const from = options.start ?? 0;
    if (this.#literal !== undefined) {
      const at = text.indexOf(this.#literal, from);
      return at < 0 ? undefined : { start: at, end: at + this.#literal.length };
    }
    if (this.#hasBackReference) {
      const captures = this.#walkFrom(text, from, options);
      return captures && { start: captures[0] ?? 0, end: captures[1] ?? 0 };
    }
    if (this.#seeker.run(text, from, this.#before(text, from, options)) < 0) return undefined;
    for (let start = this.#candidate(text, from); start <= text.length; start = this.#candidate(text, start + 1)) {
      const end = this.#measurer.run(text, start, this.#before(text, start, options));
      if (end >= 0) return { start, end };
    }
    return undefined;
  }

  /** The leftmost longest match with its groups. */
  exec(text: string, options: MatchOptions = {}): Captures | undefined {
    if (this.#hasBackReference) return this.#walkFrom(text, options.start ?? 0, options);
    const span = this.find(text, options);
    if (span === undefined) return undefined;
    if (this.groups === 0) return [span.start, span.end];
    return walk(this.#program, text, span, this.#walkOptions(options));
  }

  /** The next position at which a match could begin. */
  #candidate(text: string, from: number): number {
    const first = this.#first;
    if (first === undefined) return from;
    for (let at = from; at < text.length; at++) if (first[text.charCodeAt(at) & 0xff] === 1) return at;
    return text.length + 1;
  }

  #walkFrom(text: string, from: number, options: MatchOptions): Captures | undefined {
    if (this.#seeker.run(text, from, this.#before(text, from, options)) < 0) return undefined;
    const walkOptions = this.#walkOptions(options);
    for (let start = this.#candidate(text, from); start <= text.length; start = this.#candidate(text, start + 1)) {
      if (this.#measurer.run(text, start, this.#before(text, start, options)) < 0) continue;
      const captures = walk(this.#program, text, { start, end: undefined }, walkOptions);
      if (captures !== undefined) return captures;
    }
    return undefined;
  }

  #walkOptions(options: MatchOptions) {
    return {
      newlineAnchors: this.#newlineAnchors,
      ignoreCase: this.#ignoreCase,
      before: options.notLineStart ? ("no-line" as const) : ("edge" as const),
      origin: options.origin ?? 0,
    };
  }

  #before(text: string, at: number, options: MatchOptions): Neighbour {
    if (at === (options.origin ?? 0)) return options.notLineStart ? "no-line" : "edge";
    return neighbour(text.charCodeAt(at - 1), this.#newlineAnchors);
  }
}

/** The string that is all an expression matches; `undefined` if it matches others too. */
function literalOf(root: RegexNode): string | undefined {
  const items = root.kind === "sequence" ? root.items : [root];
  let text = "";
  for (const item of items) {
    if (item.kind !== "set") return undefined;
    const only = singleByte(item.set);
    if (only === undefined) return undefined;
    text += String.fromCharCode(only);
  }
  return text === "" ? undefined : text;
}

function singleByte(set: { has(byte: number): boolean }): number | undefined {
  let only: number | undefined;
  for (let byte = 0; byte < 256; byte++) {
    if (!set.has(byte)) continue;
    if (only !== undefined) return undefined;
    only = byte;
  }
  return only;
}

/** The characters of a group; empty if it took no part in the match. */
export function captured(text: string, captures: Captures, group: number): string {
  const start = captures[2 * group] ?? -1;
  const end = captures[2 * group + 1] ?? -1;
  return start < 0 || end < 0 ? "" : text.slice(start, end);
}
