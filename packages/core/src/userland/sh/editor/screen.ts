/**
 * The line that is edited, on the screen: a prompt and a text, of which as little as possible is drawn again.
 *
 * A text that fits behind its prompt is drawn with the sequences that busybox uses. A longer one is drawn as a whole.
 *
 * @see busybox libbb/lineedit.c: redraw, input_backward
 */
const CLEAR_REST = "\x1b[J";

export class Screen {
  readonly #prompt: string;
  readonly #promptWidth: number;
  readonly #columns: number;
  /** The row of the cursor below the prompt's own. */
  #row = 0;
  #output = "";

  constructor(prompt: string, columns: number) {
    const line = prompt.slice(prompt.lastIndexOf("\n") + 1);
    this.#prompt = line;
    this.#promptWidth = line.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "").length;
    this.#columns = columns;
  }

  /** What is to be written by now. */
  take(): string {
    const output = this.#output;
    this.#output = "";
    return output;
  }

  write(text: string): void {
    this.#output += text;
  }

  beep(): void {
    this.write("\x07");
  }

  /** The cursor goes from one place in the text to another. */
  move(text: readonly string[], from: number, to: number): void {
    if (!this.#fits(text)) this.redraw(text, to);
    else if (to < from) this.write("\b".repeat(from - to));
    else this.write(text.slice(from, to).join(""));
  }

  /** What stands behind `from` has changed; the cursor is there, and goes to `cursor`. */
  update(text: readonly string[], from: number, cursor: number, options: { readonly clears: boolean }): void {
    if (!this.#fits(text) || this.#row > 0) {
      this.redraw(text, cursor);
      return;
    }
    this.write(text.slice(from).join("") + (options.clears ? CLEAR_REST : "") + "\b".repeat(text.length - cursor));
  }

  redraw(text: readonly string[], cursor: number): void {
    const up = this.#row > 0 ? `\x1b[${this.#row}A` : "";
    this.write(`${up}\r${this.#prompt}${text.join("")}`);
    if (this.#fits(text)) {
      this.#row = 0;
      this.write(CLEAR_REST + "\b".repeat(text.length - cursor));
      return;
    }
    const end = this.#place(text.length);
    const at = this.#place(cursor);
    // A terminal stays in the last column until something is written in the next line.
    if (end.column === 0) this.write("\r\n");
    this.write(CLEAR_REST);
    if (end.row > at.row) this.write(`\x1b[${end.row - at.row}A`);
    this.write("\r");
    if (at.column > 0) this.write(`\x1b[${at.column}C`);
    this.#row = at.row;
  }

  /** Below the whole text. */
  leave(text: readonly string[], cursor: number): void {
    if (this.#fits(text)) this.move(text, cursor, text.length);
    else this.redraw(text, text.length);
    this.write("\n");
    this.#row = 0;
  }

  #fits(text: readonly string[]): boolean {
    return this.#promptWidth + text.length < this.#columns;
  }

  #place(index: number): { readonly row: number; readonly column: number } {
    const width = this.#promptWidth + index;
    return { row: Math.floor(width / this.#columns), column: width % this.#columns };
  }
}
