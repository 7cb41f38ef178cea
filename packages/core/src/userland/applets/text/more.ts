/**
 * less and more: show files.
 *
 * Unlike the real ones they do not stop at a full screen: all is copied, as the real ones do when standard output is no
 * terminal.
 */
import { close, Errno, type Routine, read } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io, isatty } from "../../io.ts";
import { openOrStdin } from "./cat.ts";

const READ_SIZE = 65_536;

export const more: Applet = function* (io) {
  return yield* copyFiles(io, (yield* getopt(io, "deflsu")).operands);
};

export const less: Applet = function* (io) {
  const { operands } = yield* getopt(io, "EFIMmNSRsX~");
  if (operands.length === 0 && (yield* isatty(0))) return yield* io.die("missing filename");
  return yield* copyFiles(io, operands);
};

function* copy(io: Io, fd: number): Routine<void> {
  for (let bytes = yield* read(fd, READ_SIZE); bytes.length > 0; bytes = yield* read(fd, READ_SIZE)) {
    yield* io.out.write(bytes);
    yield* io.out.flush();
  }
}

function* copyFiles(io: Io, files: readonly string[]): Routine<number> {
  let code = 0;
  for (const file of files.length === 0 ? ["-"] : files) {
    const fd = yield* openOrStdin(io, file);
    if (fd === undefined) {
      code = 1;
      continue;
    }
    const failure = yield* attempt(copy(io, fd));
    if (failure instanceof Errno) {
      yield* io.perror("read error", failure);
      code = 1;
    }
    if (fd !== 0) yield* close(fd);
  }
  return code;
}
