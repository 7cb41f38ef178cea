/** shred: write over files before they are deleted. @see shred(1) */
import {
  chmod,
  close,
  Errno,
  fstat,
  fsync,
  ftruncate,
  lseek,
  O_RDONLY,
  O_WRONLY,
  open,
  type Routine,
  read,
  SEEK_SET,
  unlink,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io, writeAll } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";

const DEFAULT_PASSES = 3;
const STEP = 65_536;

export const shred: Applet = function* (io) {
  const options = yield* getopt(io, "fuzn:+vxs:");
  const passes = options.number("n") ?? DEFAULT_PASSES;
  if (options.operands.length === 0) return yield* showUsage(io);
  const zeros = yield* openOrDie(io, "/dev/zero", O_RDONLY);
  const random = passes === 0 ? zeros : yield* openOrDie(io, "/dev/urandom", O_RDONLY);
  for (const path of options.operands) {
    const fd = yield* openTarget(io, path, options.has("f"));
    const { size } = yield* fstat(fd);
    if (size > 0) {
      const length = yield* lengthOf(io, options, size);
      for (let pass = 0; pass < passes; pass++) {
        yield* copy(io, random, fd, length);
        yield* fsync(fd);
        yield* lseek(fd, 0, SEEK_SET);
      }
      if (options.has("z")) yield* copy(io, zeros, fd, length);
    }
    if (options.has("u")) {
      yield* ftruncate(fd, 0);
      const removed = yield* attempt(unlink(path));
      if (removed instanceof Errno) return yield* io.pdie(`can't remove file '${path}'`, removed);
    }
    yield* close(fd);
  }
  return 0;
};

function* openTarget(io: Io, path: string, forces: boolean): Routine<number> {
  const fd = forces ? yield* attempt(open(path, O_WRONLY)) : undefined;
  if (typeof fd === "number") return fd;
  if (forces) yield* attempt(chmod(path, 0o666));
  return yield* openOrDie(io, path, O_WRONLY);
}

/** -s takes C's octal and hexadecimal numbers too. */
function* lengthOf(io: Io, options: Options, size: number): Routine<number> {
  const text = options.value("s");
  if (text === undefined) return size;
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return Number.parseInt(text, 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9][0-9]*$/.test(text) ? Number(text) : yield* showUsage(io);
}

function* copy(io: Io, from: number, to: number, length: number): Routine<void> {
  for (let left = length; left > 0; ) {
    const bytes = yield* read(from, Math.min(left, STEP));
    if (bytes.length === 0) return;
    const written = yield* attempt(writeAll(to, bytes));
    if (written instanceof Errno) {
      yield* io.perror("write error", written);
      return;
    }
    left -= bytes.length;
  }
}
