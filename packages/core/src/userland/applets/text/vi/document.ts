/**
 * The text that vi edits, and how it was before.
 *
 * A byte string in which every line ends with a newline, the last one too; places are offsets. Each change that can be
 * undone by itself leaves the text as it was before it on a stack.
 */
interface Change {
  readonly before: string;
  readonly start: number;
  readonly length: number;
  readonly kind: "inserted" | "removed";
  /** It is undone together with the one before. */
  readonly isChained: boolean;
}

/** How a change is to be undone: by itself, with the one before, with all that is typed in a row, or never. */
export type UndoMode = "alone" | "chained" | "typed" | "never";

export class Document {
  #text = "\n";
  readonly #changes: Change[] = [];
  #typed:
    | { readonly before: string; readonly start: number; length: number; readonly kind: Change["kind"] }
    | undefined;
  /** Changes since the text was read or written. */
  modified = 0;

  get text(): string {
    return this.#text;
  }

  /** Replaces all, and forgets what was. */
  load(text: string): void {
    this.#text = text === "" ? "\n" : text.endsWith("\n") ? text : `${text}\n`;
    this.#changes.length = 0;
    this.#typed = undefined;
    this.modified = 0;
  }

  insert(at: number, added: string, mode: UndoMode): void {
    this.#note("inserted", at, added.length, mode);
    this.#text = this.#text.slice(0, at) + added + this.#text.slice(at);
  }

  /** Removes what lies from `from` up to `to`, which stays. */
  remove(from: number, to: number, mode: UndoMode): void {
    if (to <= from) return;
    this.#note("removed", from, to - from, mode);
    this.#text = this.#text.slice(0, from) + this.#text.slice(to);
    if (this.#text === "") this.#text = "\n";
  }

  /** What was typed until now is one change. */
  endTyping(): void {
    if (this.#typed === undefined) return;
    this.#changes.push({ ...this.#typed, isChained: false });
    this.modified++;
    this.#typed = undefined;
  }

  /** Undoes the last change with all that belongs to it. What was done and where; `undefined` if there is none. */
  undo(): { readonly dot: number; readonly message: string } | undefined {
    this.endTyping();
    let message = "";
    for (let change = this.#changes.pop(); change !== undefined; change = this.#changes.pop()) {
      const { before, start, length, kind } = change;
      this.#text = before;
      const did = kind === "inserted" ? "deleted" : "restored";
      message = `Undo [${this.modified}] ${did} ${length} chars at position ${start}`;
      this.modified--;
      if (!change.isChained) return { dot: start, message };
    }
    return undefined;
  }

  #note(kind: Change["kind"], start: number, length: number, mode: UndoMode): void {
    if (mode === "never") return;
    if (mode !== "typed") {
      this.endTyping();
      this.modified++;
      this.#changes.push({ before: this.#text, start, length, kind, isChained: mode === "chained" });
      return;
    }
    const typed = this.#typed;
    if (typed !== undefined && typed.kind === kind) typed.length += length;
    else {
      this.endTyping();
      this.#typed = { before: this.#text, start, length, kind };
    }
  }

  // ── places ──

  lineStart(at: number): number {
    return at <= 0 ? 0 : this.#text.lastIndexOf("\n", at - 1) + 1;
  }

  /** Where the newline is. */
  lineEnd(at: number): number {
    const end = this.#text.indexOf("\n", at);
    return end < 0 ? this.#text.length - 1 : end;
  }

  /** The last character before the newline; the newline of an empty line. */
  lastOfLine(at: number): number {
    return Math.max(this.lineStart(at), this.lineEnd(at) - 1);
  }

  /** The beginning of the next line; the end of this one if it is the last. */
  nextLine(at: number): number {
    const end = this.lineEnd(at);
    return end + 1 < this.#text.length ? end + 1 : end;
  }

  previousLine(at: number): number {
    const start = this.lineStart(at);
    return start === 0 ? 0 : this.lineStart(start - 1);
  }

  /** Counted from 1. */
  lineNumber(at: number): number {
    let count = 1;
    for (let end = this.#text.indexOf("\n"); end >= 0 && end < at; end = this.#text.indexOf("\n", end + 1)) count++;
    return count;
  }

  get lineCount(): number {
    return this.lineNumber(this.#text.length - 1);
  }

  /** The beginning of a line, or of the last one. */
  findLine(number: number): number {
    let at = 0;
    for (let line = 1; line < number; line++) {
      const end = this.#text.indexOf("\n", at);
      if (end < 0 || end + 1 >= this.#text.length) break;
      at = end + 1;
    }
    return at;
  }

  isLastLine(at: number): boolean {
    return this.lineEnd(at) === this.#text.length - 1;
  }

  /** Behind the blanks that a line begins with. */
  firstNonBlank(at: number): number {
    let place = this.lineStart(at);
    while (place < this.#text.length - 1 && /[ \t\v\f\r]/.test(this.#text[place] ?? "")) place++;
    return place;
  }

  bound(at: number): number {
    return Math.max(0, Math.min(at, this.#text.length - 1));
  }
}
