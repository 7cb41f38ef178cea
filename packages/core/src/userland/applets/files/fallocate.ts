/** fallocate: reserve room for a file. @see fallocate(1), posix_fallocate(3) */
import { Errno, fstat, ftruncate, O_CREAT, O_RDWR, pwrite, type Routine, statfs } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { BINARY_SUFFIXES, numberOrDie } from "./number.ts";

const STEP = 65_536;
/**
 * Unlike Linux, blocks are only reserved up to this length: they are zeros that have to be kept. A longer file gets its
 * size, if there is room for it, and holes.
 */
const MOST_RESERVED = 256 * 1024 * 1024;

export const fallocate: Applet = function* (io) {
  const options = yield* getopt(io, "l:o:");
  const lengthText = options.value("l");
  const [path] = options.operands;
  if (path === undefined || options.operands.length > 1 || lengthText === undefined) return yield* showUsage(io);
  const offset = yield* numberOrDie(io, options.value("o") ?? "0", { suffixes: BINARY_SUFFIXES });
  const length = yield* numberOrDie(io, lengthText, { suffixes: BINARY_SUFFIXES });
  const fd = yield* openOrDie(io, path, O_RDWR | O_CREAT);
  const reserved = yield* attempt(reserve(path, fd, offset, length));
  if (reserved instanceof Errno) return yield* io.pdie(`fallocate '${path}'`, reserved);
  return 0;
};

/** @throws EINVAL for no length, ESPIPE, ENODEV, ENOSPC */
function* reserve(path: string, fd: number, offset: number, length: number): Routine<void> {
  const { type, size } = yield* fstat(fd);
  if (length <= 0) throw new Errno("EINVAL");
  if (type === "fifo") throw new Errno("ESPIPE");
  if (type !== "file") throw new Errno("ENODEV");
  const end = offset + length;
  if (end <= size) return;
  const { blocks, blocksFree, blockSize } = yield* statfs(path);
  if (blocks > 0 && end - Math.max(offset, size) > blocksFree * blockSize) throw new Errno("ENOSPC");
  if (length <= MOST_RESERVED) {
    const zeros = new Uint8Array(STEP);
    for (let at = Math.max(offset, size); at < end; ) {
      const written = yield* attempt(pwrite(fd, zeros.subarray(0, Math.min(STEP, end - at)), at));
      if (written instanceof Errno) {
        yield* ftruncate(fd, size);
        throw written;
      }
      at += written;
    }
  } else yield* ftruncate(fd, end);
}
