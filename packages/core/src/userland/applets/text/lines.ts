/**
 * Input by lines, as byte strings: what `getline` on a stdio stream is to a C program.
 *
 * Streams are read in stdio's portions of 4096 bytes, because the rest of a portion is lost to whoever reads the same
 * pipe next; where the input can seek, `giveBack` returns what was not used, as exit(3) does.
 */
import { close, Errno, lseek, open, type Routine, read, SEEK_CUR } from "../../../abi/index.ts";
import { fromLatin1, latin1 } from "../../../lib/index.ts";
import { attempt, type Io } from "../../io.ts";
import { Memory } from "../../memory.ts";
import { TEXT_NS_PER_BYTE, Work } from "../../work.ts";

const STDIO_PORTION = 4096;
/** A line costs as much as so many bytes, however short it is. */
const LINE_BYTES = 10;
/** What is read and not used yet is worth telling of from here on. */
const LONG_LINE = 65_536;

/** Reads a descriptor by lines, one character a byte. Lines end with any of the characters of `delimiters`. */
export class LineReader {
  readonly #fd: number;
  readonly #delimiter: string;
  readonly #delimiters: RegExp | undefined;
  #memory: Memory | undefined;
  readonly #work = new Work(TEXT_NS_PER_BYTE);
  /** Lines that were handed out since something was read. */
  #lines = 0;
  #buffer = "";
  #at = 0;
  #ended = false;
  /** What the last line ended with; empty if the file ended instead. */
  ending = "\n";
  /** Why reading stopped, if it was not the end. */
  error: Errno | undefined;

  /** `memory` is the reader's who keeps lines. */
  constructor(fd: number, delimiters = "\n", memory?: Memory) {
    this.#fd = fd;
    this.#memory = memory;
    this.#delimiter = delimiters;
    this.#delimiters = delimiters.length === 1 ? undefined : new RegExp(`[${delimiters}]`, "g");
  }

  /** The next line without its delimiter; `undefined` at the end or at an error. */
  *next(): Routine<string | undefined> {
    let line = "";
    let started = false;
    for (;;) {
      const end = this.#find();
      if (end >= 0) {
        const part = this.#buffer.slice(this.#at, end);
        this.#at = end + 1;
        this.#lines++;
        this.ending = this.#delimiters === undefined ? this.#delimiter : (this.#buffer[end] ?? "");
        return started ? line + part : part;
      }
      if (this.#at < this.#buffer.length) {
        line += this.#buffer.slice(this.#at);
        started = true;
        if (line.length > LONG_LINE) yield* this.#read(line.length);
      }
      if (!(yield* this.#fill())) {
        this.ending = "";
        return started ? line : undefined;
      }
      yield* this.#work.on(this.#buffer.length + this.#lines * LINE_BYTES);
      this.#lines = 0;
    }
  }

  /** Whether there is more to read. */
  *hasMore(): Routine<boolean> {
    return this.#at < this.#buffer.length || (yield* this.#fill());
  }

  /** At most `count` bytes as they come; empty at the end. */
  *some(count: number): Routine<string> {
    if (this.#at >= this.#buffer.length && !(yield* this.#fill())) return "";
    const part = this.#buffer.slice(this.#at, this.#at + count);
    this.#at += part.length;
    return part;
  }

  /** Everything up to the end. */
  *rest(): Routine<string> {
    const parts: string[] = [];
    let length = 0;
    for (let part = yield* this.some(Infinity); part !== ""; part = yield* this.some(Infinity)) {
      parts.push(part);
      length += part.length;
      if (length > LONG_LINE) yield* this.#read(length);
    }
    return parts.join("");
  }

  *#read(length: number): Routine<void> {
    this.#memory ??= new Memory();
    yield* this.#memory.read(length);
  }

  /** Moves the offset of a seekable input back to the first byte that was not used. */
  *giveBack(): Routine<void> {
    const unused = this.#buffer.length - this.#at;
    if (unused > 0) yield* attempt(lseek(this.#fd, -unused, SEEK_CUR));
  }

  #find(): number {
    if (this.#delimiters === undefined) return this.#buffer.indexOf(this.#delimiter, this.#at);
    this.#delimiters.lastIndex = this.#at;
    return this.#delimiters.exec(this.#buffer)?.index ?? -1;
  }

  *#fill(): Routine<boolean> {
    this.#buffer = "";
    this.#at = 0;
    if (this.#ended) return false;
    const bytes = yield* attempt(read(this.#fd, STDIO_PORTION));
    if (bytes instanceof Errno) this.error = bytes;
    else this.#buffer = latin1(bytes);
    this.#ended = this.#buffer === "";
    return !this.#ended;
  }
}

/** A descriptor for `file`, standard input for `-`; says `NAME: FILE: reason` and returns `undefined` if it cannot. */
export function* openInputOrWarn(io: Io, file: string): Routine<number | undefined> {
  if (file === "-") return 0;
  const fd = yield* attempt(open(file));
  if (!(fd instanceof Errno)) return fd;
  yield* io.perror(file, fd);
  return undefined;
}

/** `openInputOrWarn`, but a failure ends the applet. */
export function* openInputOrDie(io: Io, file: string, code = 1): Routine<number> {
  if (file === "-") return 0;
  const fd = yield* attempt(open(file));
  if (fd instanceof Errno) return yield* io.pdie(file, fd, code);
  return fd;
}

/** Ends reading: gives standard input back what was not used, closes any other descriptor. */
export function* finish(fd: number, reader: LineReader): Routine<void> {
  if (fd === 0) yield* reader.giveBack();
  else yield* close(fd);
}

/** Writes a byte string to standard output. */
export function* put(io: Io, bytes: string): Routine<void> {
  yield* io.out.write(fromLatin1(bytes));
}

/**
 * Calls `body` with a descriptor for each file, standard input if there are none; files that cannot be opened are named on
 * standard error. The result is an exit code: 1 if there was such a file.
 */
export function* eachFile(
  io: Io,
  files: readonly string[],
  body: (fd: number, file: string) => Routine<void>,
): Routine<number> {
  let code = 0;
  for (const file of files.length === 0 ? ["-"] : files) {
    const fd = yield* openInputOrWarn(io, file);
    if (fd === undefined) code = 1;
    else {
      yield* body(fd, file);
      if (fd !== 0) yield* close(fd);
    }
  }
  return code;
}

/** Calls `body` with every line of every file. A NUL ends a line as a newline does. */
export function* eachLine(
  io: Io,
  files: readonly string[],
  body: (line: string, reader: LineReader) => Routine<void>,
): Routine<number> {
  return yield* eachFile(io, files, function* (fd) {
    const reader = new LineReader(fd, "\n\0");
    for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) yield* body(line, reader);
    if (fd === 0) yield* reader.giveBack();
  });
}
