/** dd: copy in blocks. @see dd(1p) */
import {
  brk,
  Errno,
  fstat,
  fsync,
  ftruncate,
  lseek,
  O_APPEND,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  type Routine,
  read,
  SEEK_CUR,
  SIGUSR1,
  sigaction,
  write,
} from "../../../abi/index.ts";
import { concat, NO_BYTES } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { attempt, type Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { type DdOperands, ddOperands } from "./dd-operands.ts";

/** Smaller buffers are not worth telling. */
const MUCH_MEMORY = 65_536;

export const dd: Applet = function* (io) {
  const operands = yield* ddOperands(io);
  const copy = new BlockCopy(io, operands);
  yield* sigaction(SIGUSR1, () => copy.status());
  const done = yield* copy.run();
  if (!operands.flags.has("none")) yield* copy.status();
  return done ? 0 : 1;
};

class BlockCopy {
  readonly #io: Io;
  readonly #how: DdOperands;
  readonly #input: string;
  readonly #output: string;
  #inputFd = 0;
  #outputFd = 1;
  #inFull = 0;
  #inPartial = 0;
  #outFull = 0;
  #outPartial = 0;
  /** What waits for a full output block. */
  #waiting: Uint8Array = NO_BYTES;
  #lastRead = 0;

  constructor(io: Io, how: DdOperands) {
    this.#io = io;
    this.#how = how;
    this.#input = how.input ?? "standard input";
    this.#output = how.output ?? "standard output";
  }

  *status(): Routine<void> {
    yield* this.#io.err.write(
      `${this.#inFull}+${this.#inPartial} records in\n${this.#outFull}+${this.#outPartial} records out\n`,
    );
  }

  /** False after a write error; other errors end the applet without a count. */
  *run(): Routine<boolean> {
    const { inputBlock, outputBlock, flags } = this.#how;
    const buffers = inputBlock === outputBlock ? inputBlock : inputBlock + outputBlock;
    if (buffers >= MUCH_MEMORY) yield* brk(buffers);
    yield* this.#openInput();
    yield* this.#openOutput();
    yield* this.#skip();
    yield* this.#seek();
    if (!(yield* this.#blocks())) return false;
    if (this.#waiting.length > 0 && !(yield* this.#write(this.#waiting))) return false;
    if (flags.has("fsync")) yield* this.#must(this.#output, fsync(this.#outputFd));
    return true;
  }

  *#openInput(): Routine<void> {
    const { input } = this.#how;
    if (input === undefined) return;
    this.#inputFd = yield* openOrDie(this.#io, input);
  }

  *#openOutput(): Routine<void> {
    const { output, seek, flags } = this.#how;
    if (output === undefined) return;
    const truncates = !flags.has("notrunc");
    const flag = (truncates && seek === 0 ? O_TRUNC : 0) | (flags.has("append") ? O_APPEND : 0);
    this.#outputFd = yield* openOrDie(this.#io, output, O_WRONLY | O_CREAT | flag);
    if (!truncates || seek === 0) return;
    const cut = yield* attempt(ftruncate(this.#outputFd, seek * this.#seekUnit));
    if (!(cut instanceof Errno)) return;
    // A device has no size to be set.
    const { type } = yield* fstat(this.#outputFd);
    if (type === "file" || type === "dir") yield* this.#io.pdie(output, cut);
  }

  /** Seeks, or reads and forgets where that is not possible. */
  *#skip(): Routine<void> {
    const { skip, inputBlock, flags } = this.#how;
    if (skip === 0) return;
    const unit = flags.has("skip_bytes") ? 1 : inputBlock;
    const sought = yield* attempt(lseek(this.#inputFd, skip * unit, SEEK_CUR));
    if (!(sought instanceof Errno)) return;
    for (let left = skip; left > 0; left--) {
      const bytes = yield* this.#must(this.#input, this.#read(unit));
      if (bytes.length === 0) return;
    }
  }

  *#seek(): Routine<void> {
    const { seek } = this.#how;
    if (seek > 0) yield* this.#must(this.#output, lseek(this.#outputFd, seek * this.#seekUnit, SEEK_CUR));
  }

  get #seekUnit(): number {
    return this.#how.flags.has("seek_bytes") ? 1 : this.#how.outputBlock;
  }

  *#blocks(): Routine<boolean> {
    const { inputBlock, outputBlock, flags } = this.#how;
    const countsBytes = flags.has("count_bytes");
    let left = this.#how.count ?? Number.POSITIVE_INFINITY;
    while (left > 0) {
      let bytes = yield* this.#block(countsBytes ? Math.min(left, inputBlock) : inputBlock);
      if (bytes === undefined) return true;
      left -= countsBytes ? bytes.length : 1;
      if (bytes.length === inputBlock) this.#inFull++;
      else {
        this.#inPartial++;
        if (flags.has("sync")) bytes = concat([bytes, new Uint8Array(inputBlock - bytes.length)]);
      }
      const written = inputBlock === outputBlock ? yield* this.#write(bytes) : yield* this.#reblock(bytes);
      if (!written) return false;
    }
    return true;
  }

  /** The next block of input, swapped if wished; `undefined` at the end. */
  *#block(size: number): Routine<Uint8Array | undefined> {
    const { inputBlock, flags } = this.#how;
    const got = yield* attempt(this.#read(size));
    let bytes: Uint8Array = NO_BYTES;
    if (got instanceof Errno) {
      if (!flags.has("noerror")) return yield* this.#io.pdie(this.#input, got);
      yield* this.#io.perror(this.#input, got);
      // A bad block is passed over.
      const sought = yield* attempt(lseek(this.#inputFd, inputBlock, SEEK_CUR));
      if (sought instanceof Errno) return yield* this.#io.pdie(`lseek(${inputBlock}, 1)`, sought);
    } else {
      if (got.length === 0) return undefined;
      bytes = got;
    }
    return flags.has("swab") ? yield* this.#swapped(bytes) : bytes;
  }

  /** Only the last block may have an odd length; its last byte stays. */
  *#swapped(bytes: Uint8Array): Routine<Uint8Array> {
    if (this.#lastRead % 2 !== 0) yield* this.#io.die(`can't swab ${this.#lastRead} byte buffer`);
    this.#lastRead = bytes.length;
    const swapped = bytes.slice();
    for (let at = 0; at + 1 < bytes.length; at += 2) swapped.set([bytes[at + 1] ?? 0, bytes[at] ?? 0], at);
    return swapped;
  }

  *#reblock(bytes: Uint8Array): Routine<boolean> {
    const { outputBlock } = this.#how;
    this.#waiting = concat([this.#waiting, bytes]);
    while (this.#waiting.length >= outputBlock) {
      const block = this.#waiting.subarray(0, outputBlock);
      this.#waiting = this.#waiting.subarray(outputBlock);
      if (!(yield* this.#write(block))) return false;
    }
    return true;
  }

  /** One read, or as many as fill the block with iflag=fullblock. */
  *#read(size: number): Routine<Uint8Array> {
    const first = yield* read(this.#inputFd, size);
    if (!this.#how.flags.has("fullblock") || first.length === 0 || first.length === size) return first;
    const parts = [first];
    for (let length = first.length; length < size; ) {
      const more = yield* read(this.#inputFd, size - length);
      if (more.length === 0) break;
      parts.push(more);
      length += more.length;
    }
    return concat(parts);
  }

  *#write(bytes: Uint8Array): Routine<boolean> {
    let rest = bytes;
    let error: Errno | undefined;
    while (rest.length > 0 && error === undefined) {
      const taken = yield* attempt(write(this.#outputFd, rest));
      if (taken instanceof Errno) error = taken;
      else rest = rest.subarray(taken);
    }
    const length = bytes.length - rest.length;
    if (length === this.#how.outputBlock) this.#outFull++;
    else if (length === bytes.length) this.#outPartial++;
    else {
      yield* this.#io.perror(`error writing '${this.#output}'`, error ?? new Errno("EIO"));
      return false;
    }
    return true;
  }

  *#must<T>(name: string, call: Parameters<typeof attempt<T>>[0]): Routine<T> {
    const result = yield* attempt<T>(call);
    return result instanceof Errno ? yield* this.#io.pdie(name, result) : result;
  }
}
