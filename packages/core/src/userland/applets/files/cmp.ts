/** cmp: compare two files byte by byte. @see cmp(1p) */
import { Errno, open, type Routine } from "../../../abi/index.ts";
import { NO_BYTES } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { AppletExit, attempt, Input, type Io } from "../../io.ts";
import { INT64_MAX, numberOrDie } from "./number.ts";

const LONGS = { bytes: "n", quiet: "s", silent: "s", verbose: "l" };
const TROUBLE = 2;
const NEWLINE = 10;

export const cmp: Applet = function* (io) {
  const options = yield* getopt(io, "sln:+", LONGS);
  const [first, second = "-", ...skips] = options.operands;
  const lists = options.has("l");
  const quiet = options.has("s");
  if (first === undefined || skips.length > 2 || (lists && quiet)) return yield* showUsage(io);
  const limit = options.number("n") ?? Infinity;
  const skip: number[] = [];
  for (const text of skips) skip.push(yield* numberOrDie(io, text, { most: INT64_MAX }));
  const a = yield* openBytes(io, first, quiet);
  const b = yield* openBytes(io, second, quiet);
  if (first === "-" && second === "-") return 0;
  yield* a.skip(skip[0] ?? 0);
  yield* b.skip(skip[1] ?? 0);
  return yield* compare(io, a, b, { limit, lists, quiet });
};

function* compare(
  io: Io,
  a: Bytes,
  b: Bytes,
  how: { readonly limit: number; readonly lists: boolean; readonly quiet: boolean },
): Routine<number> {
  let line = 1;
  let code = 0;
  for (let position = 1; position <= how.limit; position++) {
    const left = yield* a.next();
    const right = yield* b.next();
    if (left === right) {
      if (left === undefined) break;
      if (left === NEWLINE) line++;
      continue;
    }
    code = 1;
    if (left === undefined || right === undefined) {
      yield* io.out.flush();
      const short = left === undefined && right !== undefined ? a : b;
      if (!how.quiet) yield* io.err.write(`cmp: EOF on ${short.name}\n`);
      break;
    }
    if (how.lists) {
      const octal = (byte: number): string => byte.toString(8).padStart(3);
      yield* io.out.line(`${position} ${octal(left)} ${octal(right)}`);
      continue;
    }
    if (!how.quiet) yield* io.out.line(`${a.name} ${b.name} differ: byte ${position}, line ${line}`);
    break;
  }
  return code;
}

function* openBytes(io: Io, name: string, quiet: boolean): Routine<Bytes> {
  if (name === "-") return new Bytes(io, name, 0);
  const fd = yield* attempt(open(name));
  if (!(fd instanceof Errno)) return new Bytes(io, name, fd);
  if (quiet) throw new AppletExit(TROUBLE);
  return yield* io.pdie(name, fd, TROUBLE);
}

/** A file one byte after the other. */
class Bytes {
  readonly name: string;
  readonly #io: Io;
  readonly #input: Input;
  #chunk: Uint8Array = NO_BYTES;
  #at = 0;

  constructor(io: Io, name: string, fd: number) {
    this.#io = io;
    this.name = name;
    this.#input = new Input(fd);
  }

  /** `undefined` at the end. */
  *next(): Routine<number | undefined> {
    if (this.#at >= this.#chunk.length && !(yield* this.#fill())) return undefined;
    return this.#chunk[this.#at++];
  }

  *skip(count: number): Routine<void> {
    let left = count;
    while (left > 0) {
      if (this.#at >= this.#chunk.length && !(yield* this.#fill())) return;
      const step = Math.min(left, this.#chunk.length - this.#at);
      this.#at += step;
      left -= step;
    }
  }

  *#fill(): Routine<boolean> {
    const chunk = yield* attempt(this.#input.chunk());
    if (chunk instanceof Errno) yield* this.#io.die(`${this.name}: I/O error`, TROUBLE);
    else if (chunk !== undefined) {
      this.#chunk = chunk;
      this.#at = 0;
      return true;
    }
    return false;
  }
}
