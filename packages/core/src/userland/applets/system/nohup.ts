/** nohup: run a program that hang-ups do not end. @see nohup(1p) */
import {
  dup3,
  Errno,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_WRONLY,
  open,
  type Routine,
  SIGHUP,
  sigaction,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execPreferred } from "../../exec.ts";
import { showUsage } from "../../getopt.ts";
import { attempt, type Io, isatty } from "../../io.ts";
import { moveFd } from "../../move-fd.ts";

const FAILURE = 127;

export const nohup: Applet = function* (io) {
  const program = io.argv.slice(1);
  if (program.length === 0) return yield* showUsage(io, io.name, FAILURE);
  if (yield* isatty(0)) yield* moveFd(yield* open("/dev/null", O_RDONLY), 0);
  if (yield* isatty(1)) yield* moveFd(yield* openLog(io), 1);
  if (yield* isatty(2)) yield* dup3(1, 2);
  yield* sigaction(SIGHUP, "ignore");
  const error = yield* execPreferred(io, program);
  return yield* io.pdie(`can't execute '${program[0]}'`, error, error.code === "ENOENT" ? 127 : 126);
};

/** nohup.out here, or in the home directory. */
function* openLog(io: Io): Routine<number> {
  const flags = O_CREAT | O_WRONLY | O_APPEND;
  const paths = ["nohup.out", `${io.env.get("HOME") ?? ""}/nohup.out`];
  for (const path of paths) {
    const fd = yield* attempt(open(path, flags, 0o600));
    if (fd instanceof Errno) continue;
    yield* io.warn(`appending output to ${path}`);
    return fd;
  }
  return yield* io.die(`can't open '${paths[1]}'`, FAILURE);
}
