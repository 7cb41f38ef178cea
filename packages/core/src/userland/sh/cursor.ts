/** A place in a script's text that moves forward, counting lines and skipping escaped newlines. */
import type { Input } from "./input.ts";

/** Thrown where the text ends but the script does not: the input has to be asked for more. */
export class NeedsInput {}

/** Thrown where the text cannot be a command. `message` is without the `syntax error: ` in front. */
export class SyntaxFailure {
  readonly message: string;
  readonly line: number;

  constructor(message: string, line: number) {
    this.message = message;
    this.line = line;
  }
}

/** What `peek` says at the end of the script: no character. */
export const END = "";

export class Cursor {
  text: string;
  position: number;
  line: number;
  readonly #ended: boolean;
  /** What a newline adds to `line`. */
  readonly #step: number;

  constructor(input: Input) {
    this.text = input.text;
    this.position = input.position;
    this.line = input.line;
    this.#ended = input.ended;
    this.#step = input.countsLines ? 1 : 0;
  }

  /** The next character. @throws NeedsInput where the text ends, unless it is the script's end. */
  peek(): string {
    const char = this.text[this.position];
    if (char !== undefined) return char;
    if (!this.#ended) throw new NeedsInput();
    return END;
  }

  /** The next character after escaped newlines, which are skipped for good. */
  peekJoined(): string {
    for (;;) {
      const char = this.peek();
      if (char !== "\\" || this.#following() !== "\n") return char;
      this.position += 2;
      this.line += this.#step;
    }
  }

  /** Takes the next character, whatever it is. */
  take(): string {
    const char = this.peek();
    if (char !== END) this.position++;
    if (char === "\n") this.line += this.#step;
    return char;
  }

  /** `take` after escaped newlines. */
  takeJoined(): string {
    this.peekJoined();
    return this.take();
  }

  /** Takes the next character if it is `char`. */
  takeIf(char: string): boolean {
    if (this.peekJoined() !== char) return false;
    this.take();
    return true;
  }

  /** Takes the characters that `pattern`, a sticky expression that matches no newline, finds here. */
  takeRun(pattern: RegExp): string {
    pattern.lastIndex = this.position;
    const run = pattern.exec(this.text)?.[0] ?? "";
    this.position += run.length;
    return run;
  }

  /**
   * Takes the line that starts here if it is exactly `line`. `joins`: escaped newlines in it do not count.
   *
   * @throws NeedsInput if the line's end is not known yet.
   */
  takeLine(line: string, joins: boolean): boolean {
    const { position, line: number } = this;
    const next = (): string => (joins ? this.peekJoined() : this.peek());
    for (const char of line) {
      if (next() !== char) return this.#back(position, number);
      this.position++;
    }
    const last = next();
    if (last !== "\n" && last !== END) return this.#back(position, number);
    // The end of the script ends a line, too.
    if (last === END) this.line += this.#step;
    else this.take();
    return true;
  }

  #back(position: number, line: number): false {
    this.position = position;
    this.line = line;
    return false;
  }

  /** Puts `text` in place of what lies between `start` and here, and goes back to `start`. */
  replace(start: number, text: string): void {
    this.text = this.text.slice(0, start) + text + this.text.slice(this.position);
    this.position = start;
  }

  fail(message: string): never {
    throw new SyntaxFailure(message, this.line);
  }

  /** The character after a backslash. */
  #following(): string {
    const char = this.text[this.position + 1];
    if (char !== undefined) return char;
    if (!this.#ended) throw new NeedsInput();
    return END;
  }
}
