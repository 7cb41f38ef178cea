/** Splits a Go template into tokens. Model: text/template/parse lex.go. */
import { quote } from "../../../lib/go/index.ts";

export type TokenKind =
  | "text"
  | "left-delimiter"
  | "right-delimiter"
  | "space"
  | "field"
  | "variable"
  | "identifier"
  | "keyword"
  | "bool"
  | "number"
  | "character"
  | "string"
  | "raw-string"
  | "assign"
  | "declare"
  | "pipe"
  | "left-paren"
  | "right-paren"
  | "other"
  | "error"
  | "end-of-text";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Index in the template. */
  readonly at: number;
  /** From 1. */
  readonly line: number;
}

/** The token as an error message shows it. */
export function tokenText({ kind, text }: Token): string {
  if (kind === "end-of-text") return "EOF";
  if (kind === "error") return text;
  if (kind === "keyword") return `<${text}>`;
  const characters = [...text];
  return characters.length > 10 ? `${quote(characters.slice(0, 10).join(""))}...` : quote(text);
}

const KEYWORDS = new Set([
  ".",
  "block",
  "break",
  "continue",
  "define",
  "else",
  "end",
  "if",
  "nil",
  "range",
  "template",
  "with",
]);
const SPACE = /[ \t\r\n]/;
const WORD = /[\p{L}\p{Nd}_]/u;

/** Hands out one token after the other; after an error or the end, that one again and again. */
export class Lexer {
  readonly #text: string;
  #at = 0;
  #insideAction = false;
  #parens = 0;
  #final: Token | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    if (this.#final !== undefined) return this.#final;
    const token = this.#insideAction ? this.#action() : this.#outside();
    if (token.kind === "error" || token.kind === "end-of-text") this.#final = token;
    return token;
  }

  #outside(): Token {
    for (;;) {
      const start = this.#at;
      const open = this.#text.indexOf("{{", start);
      const end = open < 0 ? this.#text.length : open;
      const raw = this.#text.slice(start, end);
      const text = open >= 0 && /^-[ \t\r\n]/.test(this.#text.slice(open + 2)) ? raw.replace(/[ \t\r\n]+$/, "") : raw;
      this.#at = end;
      if (text !== "") return this.#token("text", text, start);
      if (open < 0) return this.#token("end-of-text", "", end);
      const marker = /^-[ \t\r\n]/.test(this.#text.slice(open + 2)) ? 2 : 0;
      if (!this.#text.startsWith("/*", open + 2 + marker)) {
        this.#at = open + 2 + marker;
        this.#insideAction = true;
        this.#parens = 0;
        return this.#token("left-delimiter", "{{", open);
      }
      const problem = this.#comment(open + 2 + marker);
      if (problem !== undefined) return problem;
    }
  }

  #comment(start: number): Token | undefined {
    const close = this.#text.indexOf("*/", start + 2);
    if (close < 0) return this.#token("error", "unclosed comment", start);
    const [, trim, after] = /^([ \t\r\n]-)?}}([ \t\r\n]*)/.exec(this.#text.slice(close + 2)) ?? [];
    if (after === undefined) return this.#token("error", "comment ends before closing delimiter", start);
    this.#at = close + 4 + (trim === undefined ? 0 : 2 + after.length);
    return undefined;
  }

  #action(): Token {
    const start = this.#at;
    const rest = this.#text.slice(start);
    const [, trim] = /^([ \t\r\n]-)?}}/.exec(rest) ?? [];
    if (rest.startsWith("}}") || trim !== undefined) return this.#rightDelimiter(trim !== undefined);
    const first = String.fromCodePoint(rest.codePointAt(0) ?? 0);
    if (rest === "") return this.#token("error", "unclosed action", start);
    if (SPACE.test(first)) return this.#space();
    if (first === "=") return this.#take("assign", 1);
    if (first === ":") return rest[1] === "=" ? this.#take("declare", 2) : this.#token("error", "expected :=", start);
    if (first === "|") return this.#take("pipe", 1);
    if (first === '"' || first === "'" || first === "`") return this.#quoted(first);
    if (first === "$" || (first === "." && !/^\.[0-9]/.test(rest))) return this.#name(first);
    if (/^[.+\-0-9]/.test(rest)) return this.#number();
    if (WORD.test(first)) return this.#word();
    if (first === "(") {
      this.#parens++;
      return this.#take("left-paren", 1);
    }
    if (first === ")") {
      if (--this.#parens < 0) return this.#token("error", "unexpected right paren", start);
      return this.#take("right-paren", 1);
    }
    if (/^[!-~]/.test(first)) return this.#take("other", 1);
    return this.#token("error", `unrecognized character in action: ${codePoint(first)}`, start);
  }

  #rightDelimiter(trim: boolean): Token {
    const start = this.#at + (trim ? 2 : 0);
    if (this.#parens > 0) return this.#token("error", "unclosed left paren", this.#at);
    this.#insideAction = false;
    this.#at = start + 2;
    if (trim) this.#at += (/^[ \t\r\n]*/.exec(this.#text.slice(this.#at))?.[0] ?? "").length;
    return this.#token("right-delimiter", "}}", start);
  }

  #space(): Token {
    const run = /^[ \t\r\n]+/.exec(this.#text.slice(this.#at))?.[0] ?? "";
    const trims = this.#text.startsWith("-}}", this.#at + run.length);
    if (trims && run.length === 1) return this.#rightDelimiter(true);
    return this.#take("space", run.length - (trims ? 1 : 0));
  }

  #quoted(mark: string): Token {
    const start = this.#at;
    const pattern =
      mark === "`" ? /^`[^`]*`/ : mark === '"' ? /^"(?:\\[^\n]|[^"\\\n])*"/u : /^'(?:\\[^\n]|[^'\\\n])*'/u;
    const match = pattern.exec(this.#text.slice(start));
    if (match !== null)
      return this.#take(mark === "`" ? "raw-string" : mark === '"' ? "string" : "character", match[0].length);
    const what = mark === "`" ? "raw quoted string" : mark === '"' ? "quoted string" : "character constant";
    return this.#token("error", `unterminated ${what}`, start);
  }

  /** A field (`.Name`), a variable (`$name`), or `.` and `$` alone. */
  #name(mark: string): Token {
    const length = 1 + this.#wordLength(this.#at + 1);
    if (!this.#terminated(this.#at + length)) return this.#badCharacter(this.#at + length);
    if (mark === "$") return this.#take("variable", length);
    return this.#take(length === 1 ? "keyword" : "field", length);
  }

  #word(): Token {
    const length = this.#wordLength(this.#at);
    if (!this.#terminated(this.#at + length)) return this.#badCharacter(this.#at + length);
    const word = this.#text.slice(this.#at, this.#at + length);
    if (KEYWORDS.has(word)) return this.#take("keyword", length);
    return this.#take(word === "true" || word === "false" ? "bool" : "identifier", length);
  }

  #wordLength(start: number): number {
    return /^[\p{L}\p{Nd}_]*/u.exec(this.#text.slice(start))?.[0].length ?? 0;
  }

  #terminated(at: number): boolean {
    const next = this.#text[at];
    return next === undefined || /[ \t\r\n.,|:()]/.test(next) || this.#text.startsWith("}}", at);
  }

  #badCharacter(at: number): Token {
    const character = String.fromCodePoint(this.#text.codePointAt(at) ?? 0);
    return this.#token("error", `bad character ${codePoint(character)}`, this.#at);
  }

  #number(): Token {
    const rest = this.#text.slice(this.#at);
    const [literal = ""] =
      /^[+-]?0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*(?:[pP][+-]?[0-9_]*)?/.exec(rest) ??
      /^[+-]?0[oO][0-7_]*\.?[0-7_]*/.exec(rest) ??
      /^[+-]?0[bB][01_]*\.?[01_]*/.exec(rest) ??
      /^[+-]?[0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9_]*)?/.exec(rest) ??
      [];
    const next = String.fromCodePoint(rest.codePointAt(literal.length) ?? 0);
    if (!WORD.test(next) && next !== "+" && next !== "-") return this.#take("number", literal.length);
    return this.#token("error", `bad number syntax: ${quote(literal + next)}`, this.#at);
  }

  #take(kind: TokenKind, length: number): Token {
    const start = this.#at;
    this.#at += length;
    return this.#token(kind, this.#text.slice(start, this.#at), start);
  }

  #token(kind: TokenKind, text: string, at: number): Token {
    return { kind, text, at, line: 1 + this.#text.slice(0, at).split("\n").length - 1 };
  }
}

/** `U+0024 '$'`. */
function codePoint(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return /^[\p{C}\p{Z}]$/u.test(character) && character !== " " ? `U+${hex}` : `U+${hex} '${character}'`;
}
