/** tail: print the end of files, and follow them as they grow. @see tail(1p) */
import {
  Errno,
  fstat,
  lseek,
  nanosleep,
  open,
  type Routine,
  read,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
  stat,
} from "../../../abi/index.ts";
import { concat, encode, NO_BYTES } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io, writeAll } from "../../io.ts";
import { Memory } from "../../memory.ts";
import { moveFd } from "../../move-fd.ts";
import { BKM, toNumber } from "./arguments.ts";

const PORTION = 8192;
const NEWLINE = 10;
const US_PER_SECOND = 1_000_000;
/** Where only so many lines are wanted, no more than so many bytes a line are looked at. */
const LINE_BYTES = 65_536;

interface Amount {
  readonly count: number;
  readonly bytes: boolean;
  readonly fromTop: boolean;
}

interface Tailed {
  readonly name: string;
  /** Missing while the file does not exist, with -F. */
  fd: number | undefined;
}

export const tail: Applet = function* (io) {
  const old = /^[-+][0-9]/.test(io.argv[1] ?? "") ? io.argv[1] : undefined;
  const words = old === undefined ? io : io.withArguments([old, ...io.argv.slice(2)]);
  const options = yield* getopt(words, "fc:n:qs:+vF");
  const counts = [old ?? "10", options.value("c"), options.value("n")].filter((text) => text !== undefined);
  let count = 0;
  for (const text of counts) count = yield* countOf(io, text);
  const amount = { count, bytes: options.has("c"), fromTop: counts.some((text) => text.startsWith("+")) };
  const sleepSeconds = options.number("s") ?? 1;
  const retries = options.has("F");
  let follows = options.has("f") || retries;
  if (options.operands.length === 0) {
    const status = yield* attempt(fstat(0));
    if (!(status instanceof Errno) && status.type === "fifo") follows = false;
  }
  const run = new Tail(io, amount);
  const files = yield* run.open(options.operands.length === 0 ? [undefined] : options.operands, retries);
  if (files.length === 0) return yield* io.die("no files");
  run.headers = options.has("v") || (!options.has("q") && files.length > 1);
  for (const file of files) yield* run.show(file);
  while (follows) {
    yield* nanosleep(sleepSeconds * US_PER_SECOND);
    for (const file of files) yield* run.follow(file, retries);
  }
  return run.failed ? 1 : 0;
};

const countOf = (io: Io, text: string): Routine<number> =>
  toNumber(io, text.replace(/^[-+]/, ""), { suffixes: BKM, most: 2 ** 32 - 1 });

class Tail {
  readonly #io: Io;
  readonly #amount: Amount;
  readonly #memory = new Memory();
  headers = false;
  failed = false;
  #shownAny = false;
  /** The file whose text was printed last. */
  #current: Tailed | undefined;

  constructor(io: Io, amount: Amount) {
    this.#io = io;
    this.#amount = amount;
  }

  *open(names: readonly (string | undefined)[], keepsMissing: boolean): Routine<Tailed[]> {
    const files: Tailed[] = [];
    for (const name of names) {
      const fd = name === undefined || name === "-" ? 0 : yield* attempt(open(name));
      if (fd instanceof Errno) {
        yield* this.#io.perror(`can't open '${name}'`, fd);
        if (keepsMissing) files.push({ name: name ?? "", fd: undefined });
        else this.failed = true;
      } else files.push({ name: name ?? "standard input", fd });
    }
    return files;
  }

  /** Prints the end of a file. */
  *show(file: Tailed): Routine<void> {
    const { fd } = file;
    this.#current = file;
    if (fd === undefined) return;
    yield* this.#header(file);
    const { count, bytes, fromTop } = this.#amount;
    if (fromTop) return yield* bytes ? this.#skipBytes(fd, count - 1) : this.#skipLines(fd, count - 1);
    const size = yield* attempt(lseek(fd, 0, SEEK_END));
    if (!(size instanceof Errno) && size > 0) {
      if (bytes && count === 0) return;
      const back = bytes ? count : (count | 0xf) * LINE_BYTES;
      yield* lseek(fd, Math.max(size - back, 0), SEEK_SET);
    }
    yield* bytes ? this.#lastBytes(fd, count) : this.#lastLines(fd, count);
  }

  /** Prints what has been added to a file. */
  *follow(file: Tailed, retries: boolean): Routine<void> {
    let replacement = retries ? yield* this.#replacement(file) : undefined;
    if (file.fd === undefined) {
      if (replacement === undefined) return;
      file.fd = replacement;
      replacement = undefined;
    }
    const { fd } = file;
    for (;;) {
      const status = yield* attempt(fstat(fd));
      if (!(status instanceof Errno) && status.size > 0) {
        const at = yield* attempt(lseek(fd, 0, SEEK_CUR));
        if (!(at instanceof Errno) && status.size < at) yield* lseek(fd, 0, SEEK_SET);
      }
      const bytes = yield* this.#read(fd);
      if (bytes.length === 0) {
        if (replacement === undefined) return;
        yield* moveFd(replacement, fd);
        replacement = undefined;
        continue;
      }
      if (this.headers && this.#current !== file) yield* this.#header(file);
      this.#current = file;
      yield* this.#write(bytes);
    }
  }

  /** A descriptor for a new file of the same name, if the name stands for another file now. */
  *#replacement(file: Tailed): Routine<number | undefined> {
    const named = yield* attempt(stat(file.name));
    if (file.fd !== undefined && !(named instanceof Errno)) {
      const opened = yield* attempt(fstat(file.fd));
      if (!(opened instanceof Errno) && opened.dev === named.dev && opened.ino === named.ino) return undefined;
    }
    const fd = yield* attempt(open(file.name));
    if (!(fd instanceof Errno)) {
      const what = file.fd === undefined ? "appeared" : "been replaced";
      yield* this.#io.warn(`${file.name} has ${what}; following end of new file`);
      return fd;
    }
    if (file.fd !== undefined) yield* this.#io.perror(`${file.name} has been renamed or deleted`, fd);
    return undefined;
  }

  *#header(file: Tailed): Routine<void> {
    if (!this.headers) return;
    yield* this.#write(encode(`${this.#shownAny ? "\n" : ""}==> ${file.name} <==\n`));
    this.#shownAny = true;
  }

  *#write(bytes: Uint8Array): Routine<void> {
    const result = yield* attempt(writeAll(1, bytes));
    if (result instanceof Errno) yield* this.#io.pdie("write error", result);
  }

  /** As much as one buffer holds, however many reads that takes; nothing at the end. */
  *#read(fd: number): Routine<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let room = PORTION; room > 0; ) {
      const bytes = yield* attempt(read(fd, room));
      if (bytes instanceof Errno) {
        yield* this.#io.perror("read error", bytes);
        this.failed = true;
        return NO_BYTES;
      }
      if (bytes.length === 0) break;
      parts.push(bytes);
      room -= bytes.length;
    }
    return concat(parts);
  }

  *#skipBytes(fd: number, count: number): Routine<void> {
    let rest = count;
    for (let bytes = yield* this.#read(fd); bytes.length > 0; bytes = yield* this.#read(fd)) {
      if (bytes.length > rest) yield* this.#write(bytes.subarray(Math.max(rest, 0)));
      rest -= bytes.length;
    }
  }

  *#skipLines(fd: number, count: number): Routine<void> {
    let rest = count;
    for (let bytes = yield* this.#read(fd); bytes.length > 0; bytes = yield* this.#read(fd)) {
      let at = 0;
      for (; rest > 0 && at < bytes.length; rest--) {
        const newline = bytes.indexOf(NEWLINE, at);
        if (newline < 0) {
          at = bytes.length;
          break;
        }
        at = newline + 1;
      }
      if (at < bytes.length) yield* this.#write(bytes.subarray(at));
    }
  }

  *#lastBytes(fd: number, count: number): Routine<void> {
    yield* this.#memory.hold(count + PORTION);
    let parts: Uint8Array[] = [];
    let held = 0;
    for (let bytes = yield* this.#read(fd); bytes.length > 0; bytes = yield* this.#read(fd)) {
      parts.push(bytes);
      held += bytes.length;
      if (held > 2 * count + PORTION) {
        const whole = concat(parts);
        parts = [whole.slice(whole.length - count)];
        held = count;
      }
    }
    const whole = concat(parts);
    yield* this.#write(count === 0 ? NO_BYTES : whole.subarray(Math.max(whole.length - count, 0)));
  }

  *#lastLines(fd: number, count: number): Routine<void> {
    let parts: Uint8Array[] = [];
    let held = 0;
    let limit = 16 * PORTION;
    for (let bytes = yield* this.#read(fd); bytes.length > 0; bytes = yield* this.#read(fd)) {
      parts.push(bytes);
      held += bytes.length;
      if (held > limit) {
        parts = [lastLines(concat(parts), count).slice()];
        held = parts[0]?.length ?? 0;
        limit = 2 * held + 16 * PORTION;
      }
      yield* this.#memory.hold(held);
    }
    yield* this.#write(lastLines(concat(parts), count));
  }
}

/** The last `count` lines of `bytes`; the last one may lack its newline. */
function lastLines(bytes: Uint8Array, count: number): Uint8Array {
  if (count === 0) return NO_BYTES;
  let end = bytes.length;
  if (bytes[end - 1] === NEWLINE) end--;
  for (let i = 0; i < count; i++) {
    if (end <= 0) return bytes;
    end = bytes.lastIndexOf(NEWLINE, end - 1);
    if (end < 0) return bytes;
  }
  return bytes.subarray(end + 1);
}
