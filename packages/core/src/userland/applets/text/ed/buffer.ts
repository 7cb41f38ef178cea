/** The text that ed edits: lines, the current one, marks. */
import { Errno, O_CREAT, O_TRUNC, O_WRONLY, open, type Routine } from "../../../../abi/index.ts";
import { fromByteString } from "../../../../lib/index.ts";
import { attempt, type Io } from "../../../io.ts";
import { Memory } from "../../../memory.ts";
import { LineReader } from "../lines.ts";
import { OutputFile } from "../output-file.ts";

/** A command that cannot be done: the message is shown, and the next command is read. */
export class EdError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export class Buffer {
  /** Byte strings with their newline, if they have one. */
  lines: string[] = [];
  /** Lines are numbered from 1; 0 is before the first one. */
  current = 0;
  dirty = false;
  readonly marks = new Map<string, number>();
  #lastSearch = "";
  readonly #memory = new Memory();

  get last(): number {
    return this.lines.length;
  }

  line(number: number): string {
    const line = this.lines[number - 1];
    if (number < 1 || line === undefined) throw new EdError(`line number ${number} does not exist`);
    if (this.current <= 0) this.current = 1;
    return line;
  }

  moveTo(number: number): void {
    this.line(number);
    this.current = number;
  }

  checkRange(first: number, last: number, purpose: string): void {
    if (first < 1 || last > this.last || first > last) throw new EdError(`bad line range for ${purpose}`);
  }

  /** Puts a line where `number` is; it becomes the current one. */
  *insert(number: number, line: string): Routine<void> {
    if (number < 1 || number > this.last + 1) throw new EdError("inserting at bad line number");
    this.lines.splice(number - 1, 0, line);
    this.dirty = true;
    this.current = number;
    yield* this.#memory.hold(64 * this.lines.length);
  }

  remove(first: number, last: number): void {
    this.checkRange(first, last, "delete");
    if (this.current <= 0) this.current = 1;
    if (this.current >= first && this.current <= last) {
      if (last < this.last) this.current = last + 1;
      else this.current = first > 1 ? first - 1 : 0;
    }
    const count = last - first + 1;
    if (this.current > last) this.current -= count;
    this.lines.splice(first - 1, count);
    this.dirty = true;
  }

  /** What to look for: `wanted`, or what was looked for last. */
  searchText(wanted: string): string {
    if (wanted !== "") this.#lastSearch = wanted;
    if (this.#lastSearch === "") throw new EdError("no previous search string");
    return this.#lastSearch;
  }

  /** The first line from `first` to `last` with the text in it. */
  search(wanted: string, first: number, last: number): number {
    this.checkRange(first, last, "search");
    const text = this.searchText(wanted);
    for (let number = first; number <= last; number++) if (this.line(number).includes(text)) return number;
    throw new EdError(`can't find string "${fromByteString(text)}"`);
  }

  /** Reads a file in before line `number`; how many bytes it has. */
  *readFile(io: Io, file: string, number: number): Routine<number | undefined> {
    if (number < 1 || number > this.last + 1) throw new EdError("bad line for read");
    const fd = yield* attempt(open(file));
    if (fd instanceof Errno) {
      yield* io.perror(file, fd);
      return undefined;
    }
    const reader = new LineReader(fd);
    let at = number;
    let count = 0;
    for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
      count += line.length + reader.ending.length;
      yield* this.insert(at++, line + reader.ending);
    }
    if (reader.error === undefined) return count;
    yield* io.perror(file, reader.error);
    return undefined;
  }

  /** Writes lines to a file; how many bytes they have. */
  *writeFile(io: Io, file: string, first: number, last: number): Routine<number | undefined> {
    this.checkRange(first, last, "write");
    const fd = yield* attempt(open(file, O_WRONLY | O_CREAT | O_TRUNC));
    if (fd instanceof Errno) {
      yield* io.perror(file, fd);
      return undefined;
    }
    const output = new OutputFile(fd);
    let count = 0;
    for (const line of this.lines.slice(first - 1, last)) {
      yield* output.write(line);
      count += line.length;
    }
    yield* output.close();
    if (output.error === undefined) return count;
    yield* io.perror(file, output.error);
    return undefined;
  }

  /**
   * Replaces a text in the lines of a range, only the first in each line unless `all`. `shown` gets the lines that were
   * changed.
   */
  *substitute(
    range: { readonly first: number; readonly last: number },
    change: { readonly from: string; readonly to: string; readonly all: boolean },
    shown: (number: number) => Routine<void>,
  ): Routine<void> {
    this.checkRange(range.first, range.last, "substitute");
    const from = this.searchText(change.from);
    let changed = false;
    for (let number = range.first; number <= range.last; number++) {
      const line = this.line(number);
      if (!line.includes(from)) continue;
      const parts = line.split(from);
      const rest = parts.slice(1);
      this.lines[number - 1] = change.all ? parts.join(change.to) : `${parts[0]}${change.to}${rest.join(from)}`;
      changed = true;
      this.dirty = true;
      yield* shown(number);
    }
    if (!changed) throw new EdError(`no substitutions found for "${fromByteString(from)}"`);
  }
}

/** A line in the notation of `l`: control characters and bytes with the eighth bit are spelt out. */
export function spelt(line: string): string {
  const text = line.endsWith("\n") ? line.slice(0, -1) : line;
  const shown = [...text].map((char) => {
    const code = char.charCodeAt(0);
    const low = code & 0x7f;
    const meta = code >= 0x80 ? "M-" : "";
    if (low < 0x20) return `${meta}^${String.fromCharCode(low + 64)}`;
    return low === 0x7f ? `${meta}^?` : meta + String.fromCharCode(low);
  });
  return `${shown.join("")}$\n`;
}
