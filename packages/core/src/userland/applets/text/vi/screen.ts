/** What vi shows: lines of the text, and one for messages. Only what has changed is sent. */
import type { Routine } from "../../../../abi/index.ts";
import { fromLatin1 } from "../../../../lib/index.ts";
import type { Io } from "../../../io.ts";
import type { Document } from "./document.ts";

export const REVERSE = "\x1b[7m";
export const PLAIN = "\x1b[m";
const CLEAR_LINE = "\x1b[K";
const HOME = "\x1b[H";
const CLEAR_BELOW = "\x1b[J";

export interface Size {
  readonly rows: number;
  readonly columns: number;
}

export class Screen {
  readonly #io: Io;
  readonly #document: Document;
  #size: Size;
  #shown: string[] = [];
  /** Where the first line on the screen begins. */
  top = 0;
  /** Columns that are out of sight to the left. */
  #offset = 0;
  #shownOffset = 0;
  #row = 0;
  #column = 0;
  tabStop = 8;

  constructor(io: Io, document: Document, size: Size) {
    this.#io = io;
    this.#document = document;
    this.#size = size;
    this.#shown = this.#blank();
  }

  get rows(): number {
    return this.#size.rows;
  }

  get columns(): number {
    return this.#size.columns;
  }

  /** Before anything is shown. */
  setSize(size: Size): void {
    this.#size = size;
    this.#shown = this.#blank();
  }

  *resize(size: Size): Routine<void> {
    this.#size = size;
    yield* this.erase();
  }

  *write(text: string): Routine<void> {
    yield* this.#io.out.write(fromLatin1(text));
  }

  *place(row = this.#row, column = this.#column): Routine<void> {
    yield* this.write(`\x1b[${row + 1};${column + 1}H`);
  }

  /** An empty line at the bottom, and the cursor in it. */
  *clearBottom(): Routine<void> {
    yield* this.place(this.rows - 1, 0);
    yield* this.write(CLEAR_LINE);
  }

  *erase(): Routine<void> {
    yield* this.write(HOME + CLEAR_BELOW);
    this.#shown = this.#blank();
  }

  /** Where the last line on the screen ends. */
  bottom(): number {
    let at = this.top;
    for (let row = 0; row < this.rows - 2; row++) at = this.#document.nextLine(at);
    return this.#document.lineEnd(at);
  }

  /** Sends what differs. `inserts`: the cursor stands before a tab, not on its last column. */
  *refresh(dot: number, options: { readonly inserts: boolean; readonly all?: boolean }): Routine<void> {
    this.#follow(dot, options.inserts);
    let at: number | undefined = this.top;
    for (let row = 0; row < this.rows - 1; row++) {
      const line = this.#format(at);
      const force = options.all === true ? "all" : this.#offset === this.#shownOffset ? undefined : "something";
      yield* this.#showLine(row, line, force);
      if (at !== undefined) at = this.#document.isLastLine(at) ? undefined : this.#document.nextLine(at);
    }
    yield* this.place();
    this.#shownOffset = this.#offset;
  }

  /** `force`: what is sent even if it is shown already: all of it, or all of it if nothing differs. */
  *#showLine(row: number, line: string, force: "all" | "something" | undefined): Routine<void> {
    const old = this.#shown[row] ?? "";
    let first = 0;
    let last = this.columns - 1;
    if (force !== "all") {
      while (first <= last && line[first] === old[first]) first++;
      while (last >= first && line[last] === old[last]) last--;
      if (first > last && force === undefined) return;
      if (first > last) [first, last] = [0, this.columns - 1];
    }
    this.#shown[row] = line;
    yield* this.place(row, first);
    yield* this.write(line.slice(first, last + 1));
  }

  /** Scrolls so that `dot` can be seen, and finds the cursor's place. */
  #follow(dot: number, inserts: boolean): void {
    const document = this.#document;
    const line = document.lineStart(dot);
    const half = Math.floor((this.rows - 1) / 2);
    this.top = Math.min(this.top, document.text.length - 1);
    const from = document.lineNumber(this.top);
    const wanted = document.lineNumber(line);
    const last = from + this.rows - 2;
    if (wanted < from || wanted > last) {
      const distance = wanted < from ? from - wanted : wanted - last;
      if (distance > half) this.top = document.findLine(Math.max(1, wanted - half));
      else this.top = wanted < from ? line : document.findLine(from + distance);
    }
    this.#row = wanted - document.lineNumber(this.top);
    const column = this.columnOf(dot, inserts);
    if (column < this.#offset) this.#offset = column;
    if (column >= this.columns + this.#offset) this.#offset = column - this.columns + 1;
    if (dot === line && document.text[dot] === "\t") this.#offset = 0;
    this.#column = column - this.#offset;
  }

  /** The last column that a character takes; for a tab that is typed before, the first. */
  columnOf(dot: number, inserts: boolean): number {
    const { text } = this.#document;
    let column = 0;
    for (let at = this.#document.lineStart(dot); at <= dot && text[at] !== "\n"; at++) {
      if (at === dot && inserts && text[at] === "\t") return column;
      const next = this.next(text[at] ?? "", column);
      if (at === dot) return next - 1;
      column = next;
    }
    return column;
  }

  /** The column behind a character that stands at `column`. */
  next(character: string, column: number): number {
    if (character === "\t") return (Math.floor(column / this.tabStop) + 1) * this.tabStop;
    return column + (character < " " || character === "\x7f" ? 2 : 1);
  }

  /** One line as it is shown; without one a tilde. */
  #format(at: number | undefined): string {
    if (at === undefined) return (this.#offset > 0 ? "" : "~").padEnd(this.columns);
    const text = this.#document.text.slice(at, this.#document.lineEnd(at));
    let shown = "";
    for (const character of text) {
      if (shown.length >= this.columns + this.#offset) break;
      if (character === "\t") shown = shown.padEnd(this.next(character, shown.length));
      else if (character === "\x7f") shown += "^?";
      else if (character < " ") shown += `^${String.fromCharCode(character.charCodeAt(0) + 64)}`;
      else shown += character > "\x7f" ? "." : character;
    }
    return shown.slice(this.#offset, this.#offset + this.columns).padEnd(this.columns);
  }

  #blank(): string[] {
    return Array.from({ length: this.rows - 1 }, () => " ".repeat(this.columns));
  }
}
