/**
 * Where expanded text goes: fields, split at the characters of IFS; one string; or a pattern.
 *
 * @see POSIX.1-2017, Shell Command Language, 2.6.5
 */
import { escapePattern } from "./pattern.ts";

export interface Sink {
  /** Text that stood in the word itself. Unquoted, it is special to patterns, but is never split. */
  literal(text: string, quoted: boolean): void;
  /** The result of an expansion. Unquoted, it is split. */
  value(text: string, quoted: boolean): void;
  /** The next text belongs to another field: between the parameters of `"$@"`. */
  nextField(): void;
}

/** Stands between parameters that unquoted `$@` and `$*` join: no value holds one. It splits like a blank. */
export const SEPARATOR = "\0";

export const DEFAULT_IFS = " \t\n";

/** Part of a field; quoted parts are not special to patterns. */
export interface Piece {
  readonly text: string;
  readonly quoted: boolean;
}

export class FieldSink implements Sink {
  readonly fields: (readonly Piece[])[] = [];
  readonly #ifs: string;
  #pieces: Piece[] = [];

  constructor(ifs: string) {
    this.#ifs = ifs;
  }

  literal(text: string, quoted: boolean): void {
    if (text !== "" || quoted) this.#pieces.push({ text, quoted });
  }

  value(text: string, quoted: boolean): void {
    if (quoted) this.literal(text, true);
    else this.#split(text);
  }

  nextField(): void {
    this.fields.push(this.#pieces);
    this.#pieces = [];
  }

  /** All fields; the last is none if nothing is in it. */
  finish(): readonly (readonly Piece[])[] {
    if (this.#pieces.length > 0) this.nextField();
    return this.fields;
  }

  #split(text: string): void {
    let start = 0;
    let at = 0;
    while (at < text.length) {
      if (!this.#separates(text[at])) {
        at++;
        continue;
      }
      const byBlank = isBlank(text[at]);
      this.literal(text.slice(start, at), false);
      if (byBlank && this.#pieces.length === 0) {
        start = ++at;
        continue;
      }
      this.nextField();
      at = this.#skipSeparators(text, at + 1, byBlank);
      start = at;
    }
    this.literal(text.slice(start), false);
  }

  /** Blanks around one other separator go with it. */
  #skipSeparators(text: string, from: number, mayTakeOther: boolean): number {
    let at = from;
    let takesOther = mayTakeOther;
    while (at < text.length && this.#separates(text[at])) {
      if (!isBlank(text[at])) {
        if (!takesOther) break;
        takesOther = false;
      }
      at++;
    }
    return at;
  }

  #separates(char: string | undefined): boolean {
    return char !== undefined && (char === SEPARATOR || this.#ifs.includes(char));
  }
}

function isBlank(char: string | undefined): boolean {
  return char === " " || char === "\t" || char === "\n" || char === SEPARATOR;
}

/** All text in one string; what quotes said is forgotten. */
export class StringSink implements Sink {
  text = "";

  literal(text: string): void {
    this.text += text;
  }

  value(text: string): void {
    this.text += text;
  }

  nextField(): void {}
}

/** A pattern in which quoted text stands for itself. */
export class PatternSink implements Sink {
  pattern = "";

  literal(text: string, quoted: boolean): void {
    this.pattern += quoted ? escapeAfter(this.pattern, text) : text;
  }

  value(text: string, quoted: boolean): void {
    this.literal(text, quoted);
  }

  nextField(): void {}
}

/** Escaped `text`, except that a backslash which a variable has put before it escapes its first character already. */
function escapeAfter(pattern: string, text: string): string {
  const backslashes = /\\*$/.exec(pattern)?.[0].length ?? 0;
  return backslashes % 2 === 0 ? escapePattern(text) : text.slice(0, 1) + escapePattern(text.slice(1));
}

/** The pattern of a field, for pathname expansion. */
export function patternOf(pieces: readonly Piece[]): string {
  const sink = new PatternSink();
  for (const { text, quoted } of pieces) sink.literal(text, quoted);
  return sink.pattern;
}
