/**
 * Splits an awk program into tokens.
 *
 * What `/`, `>` and `|` mean depends on where they stand: the parser reads one token at a time and says what it expects.
 */
import { strtod } from "../../../strtod.ts";
import { readEscape, unescapeString } from "../escape.ts";

export type TokenKind =
  | "number"
  | "string"
  | "regex"
  /** A name; one directly before `(` or before `[`. */
  | "variable"
  | "function"
  | "array"
  /** A reserved word that is no function. */
  | "word"
  | "builtin"
  | "operator"
  | "newline"
  | "end";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly number: number;
  readonly line: number;
}

export interface Expectation {
  /** A `/` begins a regular expression. */
  readonly regex?: boolean;
  /** `>`, `>>` and `|` redirect output: nothing longer begins with them. */
  readonly redirection?: boolean;
  /** Newlines mean nothing here. */
  readonly skipsNewlines?: boolean;
  /** The name of a function may be followed by spaces. */
  readonly declaration?: boolean;
}

/** What is wrong with a program, or with what it does; shown behind file name and line. */
export class AwkError {
  readonly message: string;
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    this.message = message;
    this.line = line;
  }
}

export const UNEXPECTED_END = "Unexpected end of string";
export const UNEXPECTED_TOKEN = "Unexpected token";

const WORDS: ReadonlySet<string> = new Set([
  ..."in if do for break continue delete print printf next nextfile return exit while else".split(" "),
  ..."getline func function BEGIN END".split(" "),
]);

const BUILTINS: ReadonlySet<string> = new Set([
  ..."and compl lshift or rshift xor close system fflush atan2 cos exp int log rand sin sqrt srand".split(" "),
  ..."gensub gsub index match split sprintf sub substr systime strftime mktime tolower toupper length".split(" "),
]);

const OPERATOR = /\*\*=|\*\*|\+\+|--|[-+*/%^=!><]=|!~|&&|\|\||[-+*/%^=!><~?:,|$(){}[\];]/y;
const REDIRECTION = />>|>|\|/y;
const NAME = /[A-Za-z0-9_]+/y;
const BLANKS = /(?:[ \t]|\\\n)*/y;

export class Lexer {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the next token begins, to come back to. */
  get position(): { readonly at: number; readonly line: number } {
    return { at: this.#at, line: this.#line };
  }

  set position(position: { readonly at: number; readonly line: number }) {
    this.#at = position.at;
    this.#line = position.line;
  }

  next(expected: Expectation): Token {
    for (;;) {
      this.#skipBlanks();
      if (this.#text[this.#at] === "#") while (!"\n".includes(this.#text[this.#at] ?? "\n")) this.#at++;
      const line = this.#line;
      const char = this.#text[this.#at];
      if (char === undefined || char === "\0") return { kind: "end", text: "", number: 0, line };
      if (char !== "\n") return this.#token(char, expected, line);
      this.#at++;
      this.#line++;
      if (!expected.skipsNewlines) return { kind: "newline", text: "\n", number: 0, line };
    }
  }

  #token(char: string, expected: Expectation, line: number): Token {
    if (char === '"') return { kind: "string", text: this.#string(line), number: 0, line };
    if (char === "/" && expected.regex) return { kind: "regex", text: this.#regex(line), number: 0, line };
    if (/[.0-9]/.test(char)) return this.#number(line);
    const operator = (expected.redirection ? this.#match(REDIRECTION) : undefined) ?? this.#match(OPERATOR);
    if (operator !== undefined) return { kind: "operator", text: operator, number: 0, line };
    const name = this.#match(NAME);
    if (name === undefined) throw new AwkError(UNEXPECTED_TOKEN, line);
    if (WORDS.has(name)) return { kind: "word", text: name, number: 0, line };
    if (BUILTINS.has(name)) return { kind: "builtin", text: name, number: 0, line };
    return { kind: this.#nameKind(expected), text: name, number: 0, line };
  }

  #nameKind(expected: Expectation): "variable" | "function" | "array" {
    const before = this.position;
    this.#skipBlanks();
    const follows = this.#text[this.#at];
    const direct = this.#at === before.at;
    if (follows === "[") return "array";
    this.position = before;
    return follows === "(" && (direct || expected.declaration) ? "function" : "variable";
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }

  #skipBlanks(): void {
    BLANKS.lastIndex = this.#at;
    const blanks = BLANKS.exec(this.#text)?.[0] ?? "";
    this.#at += blanks.length;
    this.#line += blanks.split("\n").length - 1;
  }

  /** A decimal, hexadecimal or octal constant. */
  #number(line: number): Token {
    const rest = this.#text.slice(this.#at, this.#at + 400);
    const hex = /^0[xX][0-9a-fA-F]+/.exec(rest)?.[0];
    const octal = /^0[0-7]+(?![0-9.])/.exec(rest)?.[0];
    let value: number;
    if (hex !== undefined) {
      value = Number(BigInt(hex));
      this.#at += hex.length;
    } else if (octal !== undefined) {
      value = Number.parseInt(octal, 8);
      this.#at += octal.length;
    } else {
      const read = strtod(this.#text, this.#at);
      value = read.value;
      this.#at = read.end;
    }
    if (this.#text[this.#at] === "." || value === undefined) throw new AwkError(UNEXPECTED_TOKEN, line);
    return { kind: "number", text: "", number: value, line };
  }

  #string(line: number): string {
    const start = ++this.#at;
    for (; this.#text[this.#at] !== '"'; this.#at++) {
      const char = this.#text[this.#at];
      if (char === undefined || char === "\n") throw new AwkError(UNEXPECTED_END, line);
      if (char === "\\") this.#at++;
    }
    return unescapeString(this.#text.slice(start, this.#at++));
  }

  /** Sequences such as `\n` are resolved, others keep their backslash. */
  #regex(line: number): string {
    let pattern = "";
    this.#at++;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined || char === "\n") throw new AwkError(UNEXPECTED_END, line);
      this.#at++;
      if (char === "/") return pattern;
      if (char !== "\\") {
        pattern += char;
        continue;
      }
      const sequence = readEscape(this.#text, this.#at);
      if (sequence.char === undefined) {
        pattern += `\\${this.#text[this.#at] ?? ""}`;
        this.#at++;
      } else {
        pattern += this.#text[this.#at] === "\\" ? "\\\\" : sequence.char;
        this.#at = sequence.end;
      }
    }
  }
}
