/** microcom: talk to what is at a serial line. @see microcom(1) */
import {
  Errno,
  getpid,
  ioctl,
  isTermios,
  O_CREAT,
  O_EXCL,
  O_NOCTTY,
  O_NONBLOCK,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  open,
  POLLIN,
  poll,
  type Routine,
  read,
  type Termios,
  unlink,
} from "../../../abi/index.ts";
import { basename, encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io, writeAll } from "../../io.ts";
import { rawMode } from "../../raw-mode.ts";
import { INT_MAX, unsignedOrDie } from "../system/number.ts";

const READ_SIZE = 4096;
/** Ctrl-X ends, Ctrl-@ is a break. */
const [CTRL_X, CTRL_AT] = [24, 0];
const US_PER_MS = 1000;

export const microcom: Applet = function* (io) {
  const options = yield* getopt(io, "Xs:d:t:");
  for (const letter of ["s", "d"]) {
    const text = options.value(letter);
    if (text !== undefined) yield* unsignedOrDie(io, text, 0, INT_MAX);
  }
  const patience = options.value("t");
  const timeoutUs = patience === undefined ? undefined : US_PER_MS * (yield* unsignedOrDie(io, patience, 0, INT_MAX));
  const [path, ...more] = options.operands;
  if (path === undefined || more.length > 0) return yield* showUsage(io);
  const lock = `/var/lock/LCK..${basename(path)}`;
  const locked = yield* attempt(open(lock, O_CREAT | O_WRONLY | O_TRUNC | O_EXCL, 0o644));
  if (locked instanceof Errno && locked.code === "EEXIST") return yield* io.pdie(`can't create '${lock}'`, locked);
  if (!(locked instanceof Errno)) yield* writeAll(locked, encode(`${String(yield* getpid()).padStart(4)}\n`));
  const code = yield* converse(io, path, timeoutUs, !options.has("X"));
  if (!(locked instanceof Errno)) yield* attempt(unlink(lock));
  return code;
};

function* converse(io: Io, path: string, timeoutUs: number | undefined, obeys: boolean): Routine<number> {
  const line = yield* attempt(open(path, O_RDWR | O_NOCTTY | O_NONBLOCK));
  if (line instanceof Errno) {
    yield* io.perror(`can't open '${path}'`, line);
    return 1;
  }
  const before = yield* makeRaw(io, line, path);
  if (before === undefined) return 1;
  const own = yield* attempt(ioctl(0, "TCGETS"));
  if (isTermios(own)) yield* attempt(ioctl(0, "TCSETS", rawMode(own)));
  const code = yield* copyBothWays(line, timeoutUs, obeys);
  yield* attempt(ioctl(line, "TCSETS", before));
  if (isTermios(own)) yield* attempt(ioctl(0, "TCSETS", own));
  return code;
}

/** What the modes were; `undefined` if it is no terminal. */
function* makeRaw(io: Io, fd: number, path: string): Routine<Termios | undefined> {
  const modes = yield* attempt(ioctl(fd, "TCGETS"));
  const set = isTermios(modes) ? yield* attempt(ioctl(fd, "TCSETS", rawMode(modes))) : modes;
  if (set instanceof Errno) yield* io.perror(`can't tcsetattr for ${path}`, set);
  return isTermios(modes) && !(set instanceof Errno) ? modes : undefined;
}

function* copyBothWays(line: number, timeoutUs: number | undefined, obeys: boolean): Routine<number> {
  for (;;) {
    const ready = yield* poll(
      [
        { fd: line, events: POLLIN },
        { fd: 0, events: POLLIN },
      ],
      timeoutUs,
    );
    if (ready.length === 0) return 0;
    for (const { fd } of ready) {
      const bytes = yield* attempt(read(fd, fd === 0 ? 1 : READ_SIZE));
      if (bytes instanceof Errno || bytes.length === 0) return 0;
      if (fd === 0 && obeys && bytes[0] === CTRL_X) return 0;
      if (fd === 0 && obeys && bytes[0] === CTRL_AT) continue;
      yield* attempt(writeAll(fd === 0 ? line : 1, bytes));
    }
  }
}
