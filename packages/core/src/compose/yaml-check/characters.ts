/** The text as it is scanned: a character at a time, with its line and column. */
import type { Mark } from "./problem.ts";

export class Characters {
  readonly #text: string;
  #at = 0;
  #line = 0;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  }

  get index(): number {
    return this.#at;
  }

  get line(): number {
    return this.#line;
  }

  get column(): number {
    return this.#at - this.#lineStart;
  }

  get mark(): Mark {
    return { line: this.#line, column: this.column };
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The character so far ahead; empty behind the end. */
  peek(ahead = 0): string {
    return this.#text[this.#at + ahead] ?? "";
  }

  next(count = 1): void {
    for (let done = 0; done < count && !this.isAtEnd; done++) {
      const isBreak = this.peek() === "\n";
      this.#at++;
      if (!isBreak) continue;
      this.#line++;
      this.#lineStart = this.#at;
    }
  }

  /** A blank, a line break or the end. */
  isSpace(ahead = 0): boolean {
    return /^[ \t\n]?$/.test(this.peek(ahead));
  }

  /** `---` or `...` at the beginning of a line. */
  isDocumentMark(): boolean {
    const word = this.#text.slice(this.#at, this.#at + 3);
    return this.column === 0 && (word === "---" || word === "...") && this.isSpace(3);
  }

  skipLine(): void {
    while (!this.isAtEnd && this.peek() !== "\n") this.next();
  }
}
