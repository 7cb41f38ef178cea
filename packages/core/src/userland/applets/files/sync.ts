/** sync and fsync: have everything on disk. @see sync(1), fsync(2) */
import {
  close,
  Errno,
  O_NOCTTY,
  O_NONBLOCK,
  O_RDONLY,
  open,
  type Routine,
  sync as syncAll,
  fsync as syncFile,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";

export const sync: Applet = function* (io) {
  const options = yield* getopt(io, "df");
  if (options.has("d") && options.has("f")) return yield* showUsage(io);
  if (options.operands.length > 0) return yield* syncFiles(io, options.operands);
  yield* syncAll();
  return 0;
};

export const fsync: Applet = function* (io) {
  const { operands } = yield* getopt(io, "d");
  if (operands.length === 0) return yield* showUsage(io);
  return yield* syncFiles(io, operands);
};

function* syncFiles(io: Io, files: readonly string[]): Routine<number> {
  let code = 0;
  for (const file of files) {
    const fd = yield* attempt(open(file, O_RDONLY | O_NOCTTY | O_NONBLOCK));
    if (fd instanceof Errno) {
      yield* io.perror(`can't open '${file}'`, fd);
      code = 1;
      continue;
    }
    const synced = yield* attempt(syncFile(fd));
    if (synced instanceof Errno) {
      yield* io.perror(file, synced);
      code = 1;
    }
    yield* close(fd);
  }
  return code;
}
