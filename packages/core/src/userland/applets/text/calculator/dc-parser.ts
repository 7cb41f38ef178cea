/**
 * The words of dc. One is read ahead of what is done, but not over the end of a line; a macro is read as a whole.
 *
 * @see dc(1), busybox miscutils/bc.c:zdc_lex_token
 */
import { CalculatorError } from "./decimal.ts";

export type Comparison = "=" | "<" | ">" | "!=" | "!<" | "!>";

export type Operation =
  | { readonly kind: "number"; readonly text: string; readonly negative: boolean }
  | { readonly kind: "string"; readonly text: string }
  | {
      readonly kind: "compare";
      readonly how: Comparison;
      readonly then: string;
      readonly otherwise: string | undefined;
    }
  | { readonly kind: "register"; readonly command: string; readonly name: string }
  | { readonly kind: "command"; readonly command: string };

const BLANK = /(?:[ \t\v\f\r]+|#[^\n]*)/y;
const NUMBER = /(?:[0-9A-F]+(?:\.[0-9A-F]*)?|\.[0-9][0-9A-F]*)/y;
const COMPARISON = /!?[=<>]/y;
const LONG_NAME = /[ \t\v\f\r]+([a-z][a-z0-9_]*)/y;
const REGISTER_COMMANDS = "slSL:;";
const COMMANDS = "+-*/%^~|v({GNpnPfkioKIOZXzcRdraxq?Q";

export class DcParser {
  readonly #source: string;
  /** `-x`: names behind blanks have several letters. */
  readonly #longNames: boolean;
  #at = 0;

  constructor(source: string, options: { readonly longNames: boolean }) {
    this.#source = source.replaceAll("\0", "");
    this.#longNames = options.longNames;
  }

  /** The next operation, or the end of a line; `undefined` at the end of the text. @throws CalculatorError */
  next(): Operation | "newline" | undefined {
    while (this.#match(BLANK) !== null);
    if (this.#at >= this.#source.length) return undefined;
    if (this.#source[this.#at] !== "\n") return this.#operation();
    this.#at++;
    return "newline";
  }

  /** Everything that is left. @throws CalculatorError */
  rest(): Operation[] {
    const all: Operation[] = [];
    for (let next = this.next(); next !== undefined; next = this.next()) if (next !== "newline") all.push(next);
    return all;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    this.#at += found?.[0].length ?? 0;
    return found;
  }

  #operation(): Operation {
    const start = this.#at;
    const number = this.#match(NUMBER)?.[0];
    if (number !== undefined) return { kind: "number", text: number, negative: false };
    const how = this.#match(COMPARISON)?.[0] as Comparison | undefined;
    if (how !== undefined) return this.#comparison(how, start);
    const command = this.#source[start] ?? "";
    if (command === "[") return { kind: "string", text: this.#string() };
    this.#at++;
    if (command === "_") return this.#negative();
    if (REGISTER_COMMANDS.includes(command)) return { kind: "register", command, name: this.#register(start) };
    if (COMMANDS.includes(command)) return { kind: "command", command };
    if (command === "e") this.#fail(start);
    throw new CalculatorError(`bad character '${command}'`);
  }

  /** A comparison may name another register, after `e`, for what else is to be done. */
  #comparison(how: Comparison, start: number): Operation {
    const then = this.#register(start);
    while (this.#match(BLANK) !== null);
    const elseAt = this.#at;
    if (this.#source[elseAt] !== "e") return { kind: "compare", how, then, otherwise: undefined };
    this.#at++;
    return { kind: "compare", how, then, otherwise: this.#register(elseAt) };
  }

  #negative(): Operation {
    while (this.#match(BLANK) !== null);
    const start = this.#at;
    const text = this.#match(NUMBER)?.[0];
    return text === undefined ? this.#fail(start) : { kind: "number", text, negative: true };
  }

  /** The name behind a command that began at `start`. Every character is one. */
  #register(start: number): string {
    const long = this.#longNames ? this.#match(LONG_NAME)?.[1] : undefined;
    if (long !== undefined) return long;
    const name = this.#source[this.#at++];
    return name ?? this.#fail(start);
  }

  /** The text between brackets. */
  #string(): string {
    const start = this.#at;
    let depth = 0;
    for (; this.#at < this.#source.length; this.#at++) {
      const char = this.#source[this.#at];
      if (char === "[") depth++;
      if (char === "]" && --depth === 0) {
        this.#at++;
        return this.#source.slice(start + 1, this.#at - 1);
      }
    }
    throw new CalculatorError("unterminated string");
  }

  #fail(at: number): never {
    throw new CalculatorError(`bad token at '${this.#source.slice(at).split("\n", 1)[0]}'`);
  }
}
