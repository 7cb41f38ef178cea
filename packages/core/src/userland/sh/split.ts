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
  /** A parameter of `"$@"` that has the quotes for itself. It is not split, and they do not make a field of it. */
  parameter(text: string): void;
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
  /** A parameter of a lone `"$@"`. */
  readonly isParameter?: true;
}

export class FieldSink implements Sink {
  readonly fields: (readonly Piece[])[] = [];
  readonly #ifs: string;
  #pieces: Piece[] = [];
  /** What was expanded last, as far as it decides what becomes of an empty field behind it. */
  #last: "parameters" | "value" | undefined;

  constructor(ifs: string) {
    this.#ifs = ifs;
  }

  parameter(text: string): void {
    this.#pieces.push({ text, quoted: true, isParameter: true });
    this.#last = "parameters";
  }

  literal(text: string, quoted: boolean): void {
    if (text !== "" || quoted) this.#pieces.push({ text, quoted });
  }

  value(text: string, quoted: boolean): void {
    if (quoted) {
      this.literal(text, true);
      return;
    }
    this.#split(text);
    this.#last = "value";
  }

  nextField(): void {
    this.fields.push(this.#pieces);
    this.#pieces = [];
  }

  /**
   * All fields; the last is none if nothing is in it. An empty parameter of `"$@"` is something, unless what is split
   * comes after it.
   *
   * @see busybox shell/ash.c ifsbreakup
   */
  finish(): readonly (readonly Piece[])[] {
    if (this.#last === "value" ? !this.#isBare : this.#pieces.length > 0) this.nextField();
    return this.fields;
  }

  /** The field has neither text nor quotes yet. */
  get #isBare(): boolean {
    return this.#pieces.every(({ text, isParameter }) => text === "" && isParameter === true);
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
      if (byBlank && this.#isBare && this.#last !== "parameters") {
        this.#pieces = [];
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

  parameter(text: string): void {
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

  parameter(text: string): void {
    this.literal(text, true);
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
