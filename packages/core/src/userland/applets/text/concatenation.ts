/** Several files read as one: what od, hexdump and xxd look at. */
import { close, Errno, fstat, lseek, open, type Routine, read, SEEK_SET } from "../../../abi/index.ts";
import { concat } from "../../../lib/index.ts";
import { attempt, type Io } from "../../io.ts";
import { TEXT_NS_PER_BYTE, Work } from "../../work.ts";

const PORTION = 4096;

export class Concatenation {
  readonly #io: Io;
  readonly #files: string[];
  readonly #readError: (file: string, error: Errno) => string;
  #fd: number | undefined;
  #name = "";
  #buffer: Uint8Array = new Uint8Array(0);
  readonly #work = new Work(TEXT_NS_PER_BYTE);
  /** A file could not be opened. */
  failed = false;
  /** A file was opened, and could not be read. */
  unread = false;
  /** At least one file could be opened. */
  opened = false;

  /** `readError` makes the message for a file that cannot be read. */
  constructor(io: Io, files: readonly string[], readError: (file: string, error: Errno) => string) {
    this.#io = io;
    this.#files = files.length === 0 ? ["-"] : [...files];
    this.#readError = readError;
  }

  /** Opens the first file that can be opened, if none is open yet. */
  *begin(): Routine<void> {
    if (this.#fd === undefined) yield* this.#next();
  }

  /** The next `count` bytes, fewer only at the end. With `exact`, no more than these are taken from the input. */
  *take(count: number, options = { exact: false }): Routine<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let rest = count; rest > 0; ) {
      const part = yield* this.#some(rest, options.exact);
      if (part === undefined) break;
      parts.push(part);
      rest -= part.length;
    }
    return concat(parts);
  }

  /**
   * Passes over `count` bytes; how many there were fewer. Of a file that has no more than these it is at the end then, or,
   * unless it `stopsAtEnd`, at the beginning.
   */
  *skip(count: number, { stopsAtEnd } = { stopsAtEnd: true }): Routine<number> {
    let rest = count;
    while (rest > 0) {
      if (this.#fd === undefined && !(yield* this.#next())) return rest;
      const status = yield* attempt(fstat(this.#fd ?? 0));
      if (!(status instanceof Errno) && status.type === "file" && status.size > 0) {
        if (status.size >= rest) {
          const place = status.size === rest && !stopsAtEnd ? 0 : rest;
          yield* attempt(lseek(this.#fd ?? 0, place, SEEK_SET));
          return 0;
        }
        rest -= status.size;
        yield* this.#finish();
        continue;
      }
      const part = yield* this.#some(Math.min(rest, PORTION), true);
      if (part === undefined) return rest;
      rest -= part.length;
    }
    return 0;
  }

  *#some(count: number, exact: boolean): Routine<Uint8Array | undefined> {
    while (this.#buffer.length === 0) {
      if (this.#fd === undefined && !(yield* this.#next())) return undefined;
      const bytes = yield* attempt(read(this.#fd ?? 0, exact ? count : PORTION));
      if (bytes instanceof Errno) {
        yield* this.#io.warn(this.#readError(this.#name, bytes));
        this.unread = true;
      } else if (bytes.length > 0) {
        this.#buffer = bytes;
        yield* this.#work.on(bytes.length);
        break;
      }
      yield* this.#finish();
    }
    const part = this.#buffer.subarray(0, count);
    this.#buffer = this.#buffer.subarray(part.length);
    return part;
  }

  *#next(): Routine<boolean> {
    for (let file = this.#files.shift(); file !== undefined; file = this.#files.shift()) {
      const fd = file === "-" ? 0 : yield* attempt(open(file));
      if (fd instanceof Errno) {
        yield* this.#io.perror(file, fd);
        this.failed = true;
        continue;
      }
      this.#fd = fd;
      this.#name = file;
      this.opened = true;
      return true;
    }
    return false;
  }

  *#finish(): Routine<void> {
    if (this.#fd !== undefined && this.#fd !== 0) yield* close(this.#fd);
    this.#fd = undefined;
  }
}
