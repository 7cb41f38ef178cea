/**
 * What a C program has in `stdio` and libbb: buffered output, line input, messages that begin with the program's name.
 *
 * Output is buffered as glibc does it: 4096 bytes to a file or pipe, line by line to a terminal, standard error not at
 * all. That decides in which order `cmd 2>&1` shows things, so it matters.
 */
import { Call, close, type Env, Errno, ioctl, O_RDONLY, open, type Routine, read, write } from "../abi/index.ts";
import { byteLength, concat, decode, encode, latin1, NO_BYTES } from "../lib/index.ts";
import type { Applet } from "./applet.ts";
import { Memory } from "./memory.ts";

const BUFFER_SIZE = 4096;
const READ_SIZE = 65_536;
const NEWLINE = 10;

/** Ends an applet at once with an exit code. Thrown, and caught by `runApplet`. */
export class AppletExit {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

/** Buffered output to a descriptor. */
export class Output {
  readonly #fd: number;
  readonly #buffered: boolean;
  /** What is not written yet: bytes, and after them `#text`. */
  #parts: Uint8Array[] | undefined;
  /** Programs write many short texts: they become bytes together. */
  #text = "";
  #length = 0;
  #isTerminal: boolean | undefined;
  /** The first error of a write, kept for the end: as ferror(3). */
  #error: Errno | undefined;

  constructor(fd: number, options: { readonly buffered: boolean }) {
    this.#fd = fd;
    this.#buffered = options.buffered;
  }

  get error(): Errno | undefined {
    return this.#error;
  }

  *write(data: string | Uint8Array): Routine<void> {
    if (data.length === 0) return;
    if (typeof data === "string") {
      this.#text += data;
      this.#length += byteLength(data);
    } else {
      this.#endText();
      this.#parts ??= [];
      this.#parts.push(data);
      this.#length += data.length;
    }
    if (!this.#buffered || this.#length >= BUFFER_SIZE) yield* this.flush();
    else if (this.#isTerminal !== false && hasNewline(data) && (yield* this.#onTerminal())) yield* this.flush();
  }

  #endText(): void {
    if (this.#text === "") return;
    this.#parts ??= [];
    this.#parts.push(encode(this.#text));
    this.#text = "";
  }

  /** Writes `text` and a newline. */
  line(text: string): Routine<void> {
    return this.write(`${text}\n`);
  }

  /** Hands everything to the kernel. An error is remembered, not thrown. */
  *flush(): Routine<void> {
    this.#endText();
    const parts = this.#parts;
    if (parts === undefined) return;
    this.#parts = undefined;
    let rest = concat(parts);
    this.#length = 0;
    try {
      while (rest.length > 0) rest = rest.subarray(yield* write(this.#fd, rest));
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      this.#error ??= error;
    }
  }

  *#onTerminal(): Routine<boolean> {
    this.#isTerminal ??= yield* isatty(this.#fd);
    return this.#isTerminal;
  }
}

function hasNewline(data: string | Uint8Array): boolean {
  return typeof data === "string" ? data.includes("\n") : data.includes(NEWLINE);
}

/** Buffered input from a descriptor, by bytes or lines. */
export class Input {
  readonly #fd: number;
  #buffer: Uint8Array = NO_BYTES;
  #ended = false;
  #memory: Memory | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** The next bytes as they come; `undefined` at the end. */
  *chunk(): Routine<Uint8Array | undefined> {
    if (this.#buffer.length > 0) {
      const bytes = this.#buffer;
      this.#buffer = NO_BYTES;
      return bytes;
    }
    if (this.#ended) return undefined;
    const bytes = yield* read(this.#fd, READ_SIZE);
    if (bytes.length > 0) return bytes;
    this.#ended = true;
    return undefined;
  }

  /** The next line with its newline, if it has one; `undefined` at the end. `delimiter` replaces the newline. */
  *line(delimiter: number = NEWLINE): Routine<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    for (let length = 0; ; ) {
      const bytes = yield* this.chunk();
      if (bytes === undefined) return parts.length === 0 ? undefined : concat(parts);
      const end = bytes.indexOf(delimiter);
      if (end < 0) {
        parts.push(bytes);
        length += bytes.length;
        yield* this.#read(length);
        continue;
      }
      this.#buffer = bytes.subarray(end + 1);
      parts.push(bytes.subarray(0, end + 1));
      return concat(parts);
    }
  }

  /** The next line without its newline, one character a byte. */
  *latin1Line(): Routine<string | undefined> {
    const line = yield* this.line();
    if (line === undefined) return undefined;
    return latin1(line[line.length - 1] === NEWLINE ? line.subarray(0, line.length - 1) : line);
  }

  /** Everything up to the end, behind what was read `before`. */
  *rest(before: readonly Uint8Array[] = []): Routine<Uint8Array> {
    const parts = [...before];
    let length = parts.reduce((sum, part) => sum + part.length, 0);
    yield* this.#read(length);
    for (let bytes = yield* this.chunk(); bytes !== undefined; bytes = yield* this.chunk()) {
      parts.push(bytes);
      length += bytes.length;
      yield* this.#read(length);
    }
    return concat(parts);
  }

  /** So much is held of what is not used yet. */
  *#read(length: number): Routine<void> {
    if (length <= READ_SIZE) return;
    this.#memory ??= new Memory();
    yield* this.#memory.read(length);
  }
}

/** Applets of the same executable that are run in preference to what PATH has, by their names. */
export type Siblings = ReadonlyMap<string, Applet | undefined>;

/** Everything that an applet needs: its arguments, its environment, its standard streams. */
export class Io {
  readonly name: string;
  /** `argv[0]` is the applet's name. */
  readonly argv: readonly string[];
  readonly env: Env;
  readonly siblings: Siblings | undefined;
  #out: Output | undefined;
  #err: Output | undefined;
  #in: Input | undefined;

  constructor(name: string, argv: readonly string[], env: Env, out?: Output, siblings?: Siblings) {
    this.name = name;
    this.argv = argv;
    this.env = env;
    this.#out = out;
    this.siblings = siblings;
  }

  /** The applet's name as the caller wrote it: perhaps a path. */
  get calledAs(): string {
    return this.argv[0] ?? this.name;
  }

  get out(): Output {
    this.#out ??= new Output(1, { buffered: true });
    return this.#out;
  }

  /** Standard output, if anything was written to it. */
  get outIfAny(): Output | undefined {
    return this.#out;
  }

  /** For who reads other arguments than those that were given: the same name and the same output. */
  withArguments(argv: readonly string[]): Io {
    return new Io(this.name, argv, this.env, this.out, this.siblings);
  }

  get err(): Output {
    this.#err ??= new Output(2, { buffered: false });
    return this.#err;
  }

  get in(): Input {
    this.#in ??= new Input(0);
    return this.#in;
  }

  /** `NAME: message` on standard error, behind what was written to standard output before. */
  *warn(message: string): Routine<void> {
    yield* this.out.flush();
    yield* this.err.write(`${this.name}: ${message}\n`);
  }

  /** `NAME: message: reason of the error`. */
  *perror(message: string, error: Errno): Routine<void> {
    yield* this.warn(`${message}: ${error.message}`);
  }

  /** Says why, and ends the applet. */
  *die(message: string, code = 1): Routine<never> {
    yield* this.warn(message);
    throw new AppletExit(code);
  }

  /** `die` with the reason of an error. */
  *pdie(message: string, error: Errno, code = 1): Routine<never> {
    return yield* this.die(`${message}: ${error.message}`, code);
  }
}

/** The result of a call, or the `Errno` that it failed with: for where a failure is an ordinary answer. */
export function attempt<T>(call: Iterable<Call, T, unknown>): Iterable<Call, T | Errno, unknown> {
  // One system call knows the way itself, and is as cheap as without it.
  return call instanceof Call ? call.attempt() : caught(call);
}

/** The same for what makes several calls. */
function* caught<T>(routine: Iterable<Call, T, unknown>): Routine<T | Errno> {
  try {
    return yield* routine;
  } catch (error) {
    if (error instanceof Errno) return error;
    throw error;
  }
}

export function* isatty(fd: number): Routine<boolean> {
  return !((yield* attempt(ioctl(fd, "TCGETS"))) instanceof Errno);
}

/** A whole file. @throws Errno */
export function* readFile(path: string): Routine<Uint8Array> {
  const fd = yield* open(path, O_RDONLY);
  try {
    // Most files are read at once, and what comes next is their end.
    const first = yield* read(fd, READ_SIZE);
    if (first.length === 0) return first;
    const second = yield* read(fd, READ_SIZE);
    return second.length === 0 ? first : yield* new Input(fd).rest([first, second]);
  } finally {
    yield* close(fd);
  }
}

/** A whole file as text. @throws Errno */
export function* readText(path: string): Routine<string> {
  return decode(yield* readFile(path));
}

/** All of `data`, however many writes that takes. @throws Errno */
export function* writeAll(fd: number, data: Uint8Array): Routine<void> {
  for (let rest = data; rest.length > 0; ) rest = rest.subarray(yield* write(fd, rest));
}
