/** flock: hold a lock on a file while a program runs. @see flock(1), flock(2) */
import {
  Errno,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  flock as lockFile,
  O_CREAT,
  O_NOCTTY,
  O_RDONLY,
  open,
  type Routine,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { INT_MAX, numberOrDie } from "./number.ts";
import { spawnAndWait } from "./spawn.ts";

const LONGS = { shared: "s", exclusive: "x", unlock: "u", nonblock: "n" };

export const flock: Applet = function* (io) {
  const options = yield* getopt(io, "+sxnu", LONGS);
  const [target, ...command] = options.operands;
  if (target === undefined) return yield* showUsage(io);
  const fd = command.length > 0 ? yield* openLock(io, target) : yield* numberOrDie(io, target, { most: INT_MAX });
  let argv: readonly string[] = command;
  if (command[0] === "-c" || command[0] === "--command") {
    if (command.length > 2) return yield* io.die("-c takes only one argument");
    argv = [io.env.get("SHELL") || "/bin/sh", "-c", command[1] ?? ""];
  }
  const kind = options.has("u") ? LOCK_UN : options.has("s") ? LOCK_SH : LOCK_EX;
  const locked = yield* attempt(lockFile(fd, kind | (options.has("n") ? LOCK_NB : 0)));
  if (locked instanceof Errno) return locked.code === "EAGAIN" ? 1 : yield* io.die(locked.message);
  if (argv.length === 0) return 0;
  const code = yield* spawnAndWait(io, argv);
  if (!(code instanceof Errno)) return code;
  yield* io.perror(argv[0] ?? "", code);
  return 255;
};

/** A directory can be locked too, but not be created. */
function* openLock(io: Io, path: string): Routine<number> {
  const fd = yield* attempt(open(path, O_RDONLY | O_NOCTTY | O_CREAT));
  if (!(fd instanceof Errno)) return fd;
  if (fd.code === "EISDIR") return yield* openOrDie(io, path, O_RDONLY | O_NOCTTY);
  return yield* io.pdie(`can't open '${path}'`, fd);
}
