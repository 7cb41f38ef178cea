/** Texts that should be JSON, checked with the error texts of Go's scanner. Model: encoding/json scanner.go. */
import { AssertionFailure } from "../assert.ts";
import { quoteByte } from "./quote.ts";
import { ValueError } from "./value-error.ts";

/**
 * What a JSON text says.
 *
 * @throws ValueError like `compactJson`
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    compactJson(text);
    throw new AssertionFailure("both scanners refuse the same texts");
  }
}

/**
 * JSON without its white space: Go's json.Compact.
 *
 * @throws ValueError `invalid character 'x' looking for beginning of value`, `unexpected end of JSON input`, …
 */
export function compactJson(text: string): string {
  const scanner = new Scanner(text, "unexpected end of JSON input");
  scanner.value();
  scanner.end();
  return scanner.compact;
}

/**
 * Where the first value of a stream ends, as json.Decoder reads one after the other.
 *
 * @throws ValueError `invalid character 'x' looking for beginning of value`, `unexpected EOF`, …
 */
export function endOfJsonValue(text: string): number {
  const scanner = new Scanner(text, "unexpected EOF");
  scanner.value();
  return scanner.at;
}

/** Go's encoder hides from a browser what could be markup or the end of a line: json.HTMLEscape. */
export function escapeHtml(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const ESCAPED = /["\\/bfnrt]/;

/** How deep values may lie in each other. @see encoding/json scanner.go:maxNestingDepth */
const MAX_DEPTH = 10_000;

/** What ends a list, or an object. */
type Close = "]" | "}";

class Scanner {
  compact = "";
  at = 0;
  readonly #text: string;
  readonly #truncated: string;

  /** `truncated`: what is said of a text that ends too early. */
  constructor(text: string, truncated: string) {
    this.#text = text;
    this.#truncated = truncated;
  }

  /** Lists and objects are kept, not called into: a text may be as deep as it likes. */
  value(): void {
    const open: Close[] = [];
    for (let isWhole = this.#begin(open); open.length > 0; ) {
      const close = open.at(-1) as Close;
      if (isWhole ? this.#isLast(close) : this.#isEmpty(close)) {
        open.pop();
        isWhole = true;
      } else {
        if (close === "}") this.#key();
        isWhole = this.#begin(open);
      }
    }
  }

  end(): void {
    this.#space();
    if (this.at < this.#text.length) this.#refuse("after top-level value");
  }

  /** Reads a value, or the beginning of one that has others in it: then it is not whole yet. */
  #begin(open: Close[]): boolean {
    const first = this.#next("looking for beginning of value");
    if (first === "{" || first === "[") {
      if (open.push(first === "{" ? "}" : "]") > MAX_DEPTH) throw new ValueError("exceeded max depth");
      return false;
    }
    if (first === '"') this.#string();
    else if (first === "-" || /[0-9]/.test(first)) this.#number(first);
    else if (first === "t") this.#literal("true");
    else if (first === "f") this.#literal("false");
    else if (first === "n") this.#literal("null");
    else this.#refuse("looking for beginning of value", this.at - 1);
    return true;
  }

  #isEmpty(close: Close): boolean {
    this.#space();
    if (this.#text[this.at] !== close) return false;
    this.#take();
    return true;
  }

  /** What follows a value: the end of what it is in, or another. */
  #isLast(close: Close): boolean {
    const where = close === "]" ? "after array element" : "after object key:value pair";
    const next = this.#next(where);
    if (next !== close && next !== ",") this.#refuse(where, this.at - 1);
    return next === close;
  }

  #key(): void {
    const key = "looking for beginning of object key string";
    if (this.#next(key) !== '"') this.#refuse(key, this.at - 1);
    this.#string();
    if (this.#next("after object key") !== ":") this.#refuse("after object key", this.at - 1);
  }

  #string(): void {
    for (let next = this.#take(); next !== '"'; next = this.#take()) {
      if (next < " ") this.#refuse("in string literal", this.at - 1);
      if (next !== "\\") continue;
      const letter = this.#take();
      if (letter === "u") {
        for (let digit = 0; digit < 4; digit++)
          if (!/[0-9a-fA-F]/.test(this.#take())) this.#refuse("in \\u hexadecimal character escape", this.at - 1);
      } else if (!ESCAPED.test(letter)) this.#refuse("in string escape code", this.at - 1);
    }
  }

  #number(first: string): void {
    const lead = first === "-" ? this.#take() : first;
    if (!/[0-9]/.test(lead)) this.#refuse("in numeric literal", this.at - 1);
    if (lead !== "0") this.#digits();
    if (this.#text[this.at] === ".") {
      this.#take();
      if (!/[0-9]/.test(this.#take())) this.#refuse("after decimal point in numeric literal", this.at - 1);
      this.#digits();
    }
    if (!/[eE]/.test(this.#text[this.at] ?? "")) return;
    this.#take();
    if (/[+-]/.test(this.#text[this.at] ?? "")) this.#take();
    if (!/[0-9]/.test(this.#take())) this.#refuse("in exponent of numeric literal", this.at - 1);
    this.#digits();
  }

  #digits(): void {
    while (/[0-9]/.test(this.#text[this.at] ?? "")) this.#take();
  }

  #literal(word: string): void {
    for (const expected of word.slice(1))
      if (this.#take() !== expected) this.#refuse(`in literal ${word} (expecting '${expected}')`, this.at - 1);
  }

  #next(where: string): string {
    this.#space();
    if (this.at >= this.#text.length) this.#refuse(where);
    return this.#take();
  }

  #take(): string {
    const character = this.#text[this.at];
    if (character === undefined) return this.#refuse("");
    this.at++;
    this.compact += character;
    return character;
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.at] ?? "")) this.at++;
  }

  #refuse(where: string, at = this.at): never {
    const character = this.#text[at];
    if (character === undefined) throw new ValueError(this.#truncated);
    throw new ValueError(`invalid character ${quoteByte(this.#text.codePointAt(at) ?? 0)} ${where}`);
  }
}
