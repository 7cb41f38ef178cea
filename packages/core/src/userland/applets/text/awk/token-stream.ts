/** The tokens of a program with one token of look-ahead, as the parser takes them. */
import { AwkError, type Expectation, Lexer, type Token, UNEXPECTED_END, UNEXPECTED_TOKEN } from "./lexer.ts";

export class TokenStream {
  readonly #lexer: Lexer;
  #ahead: { readonly token: Token; readonly expected: string; readonly from: Lexer["position"] } | undefined;
  #last: Token = { kind: "newline", text: "\n", number: 0, line: 1 };
  /** The last token was an operator, or one of `{ } ; newline`: newlines after it are skipped. */
  #continues = true;

  constructor(text: string) {
    this.#lexer = new Lexer(text);
  }

  get last(): Token {
    return this.#last;
  }

  /** The next token as it reads with this expectation. */
  peek(expected: Expectation = {}): Token {
    const key = `${expected.regex} ${expected.redirection} ${expected.declaration}`;
    if (this.#ahead !== undefined && this.#ahead.expected === key) return this.#ahead.token;
    if (this.#ahead !== undefined) this.#lexer.position = this.#ahead.from;
    const from = this.#lexer.position;
    const token = this.#lexer.next({ ...expected, skipsNewlines: this.#continues });
    this.#ahead = { token, expected: key, from };
    return token;
  }

  /** Takes the token that was peeked at; `continues` says that a newline may follow without meaning. */
  take(options: { readonly continues?: boolean } = {}): Token {
    const { token } = this.#ahead ?? { token: this.peek() };
    this.#ahead = undefined;
    this.#last = token;
    const closes = token.kind === "newline" || (token.kind === "operator" && ["{", "}", ";", ","].includes(token.text));
    this.#continues = options.continues ?? closes;
    return token;
  }

  is(text: string, expected: Expectation = {}): boolean {
    const token = this.peek(expected);
    return (token.kind === "operator" || token.kind === "word") && token.text === text;
  }

  /** Takes `text` if it is next. */
  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.take();
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.fail();
  }

  /** Refuses the next token. */
  fail(): never {
    const next = this.peek();
    const ends = this.#last.kind === "newline" && next.kind !== "operator";
    throw new AwkError(ends ? UNEXPECTED_END : UNEXPECTED_TOKEN, next.line);
  }
}
