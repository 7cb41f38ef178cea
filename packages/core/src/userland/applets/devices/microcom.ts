/** microcom: talk to what is at a serial line. @see microcom(1) */
import {
  Errno,
  fcntl,
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
  type PollFd,
  poll,
  type Routine,
  read,
  SIGHUP,
  SIGINT,
  SIGPIPE,
  SIGTERM,
  type Signal,
  sigaction,
  type Termios,
  unlink,
  write,
} from "../../../abi/index.ts";
import { basename, encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io, writeAll } from "../../io.ts";
import { rawMode } from "../../raw-mode.ts";

const READ_SIZE = 4096;
/** Ctrl-X ends, Ctrl-@ is a break. */
const [CTRL_X, CTRL_AT] = [24, 0];
const US_PER_MS = 1000;

export const microcom: Applet = function* (io) {
  const options = yield* getopt(io, "Xs:+d:+t:+");
  // A line here is as fast as its driver, whatever -s says.
  const manner = { delayMs: options.number("d"), timeoutMs: options.number("t"), obeys: !options.has("X") };
  const [path, ...more] = options.operands;
  if (path === undefined || more.length > 0) return yield* showUsage(io);
  const lock = `/var/lock/LCK..${basename(path)}`;
  const locked = yield* attempt(open(lock, O_CREAT | O_WRONLY | O_TRUNC | O_EXCL, 0o644));
  if (locked instanceof Errno && locked.code === "EEXIST") return yield* io.pdie(`can't create '${lock}'`, locked);
  if (!(locked instanceof Errno)) yield* writeAll(locked, encode(`${String(yield* getpid()).padStart(4)}\n`));
  const code = yield* converse(io, path, manner);
  if (!(locked instanceof Errno)) yield* attempt(unlink(lock));
  return code;
};

interface Manner {
  /** So long it waits for an answer to each key. */
  readonly delayMs: number | undefined;
  /** It ends if nobody says anything for so long. */
  readonly timeoutMs: number | undefined;
  /** Some keys are meant for itself. */
  readonly obeys: boolean;
}

/** The signal that ended it, if one did: the line hangs up with SIGHUP. */
function* converse(io: Io, path: string, manner: Manner): Routine<number> {
  const caught: Signal[] = [];
  for (const signal of [SIGHUP, SIGINT, SIGTERM, SIGPIPE]) {
    yield* sigaction(
      signal,
      function* (one) {
        caught.push(one);
      },
      { restart: false },
    );
  }
  const line = yield* attempt(open(path, O_RDWR | O_NOCTTY | O_NONBLOCK));
  if (line instanceof Errno) {
    yield* io.perror(`can't open '${path}'`, line);
    return 1;
  }
  yield* fcntl(line, "F_SETFL", O_RDWR);
  const before = yield* makeRaw(io, line, path);
  if (before === undefined) return 1;
  const own = yield* attempt(ioctl(0, "TCGETS"));
  if (isTermios(own)) yield* attempt(ioctl(0, "TCSETS", rawMode(own)));
  const ended = yield* copyBothWays(line, manner, () => caught.length > 0);
  yield* attempt(ioctl(line, "TCSETS", before));
  if (isTermios(own)) yield* attempt(ioctl(0, "TCSETS", own));
  return caught.at(-1) ?? (ended === "hung up" ? SIGHUP : 0);
}

/** What the modes were; `undefined` if it is no terminal. */
function* makeRaw(io: Io, fd: number, path: string): Routine<Termios | undefined> {
  const modes = yield* attempt(ioctl(fd, "TCGETS"));
  const set = isTermios(modes) ? yield* attempt(ioctl(fd, "TCSETS", rawMode(modes))) : modes;
  if (set instanceof Errno) yield* io.perror(`can't tcsetattr for ${path}`, set);
  return isTermios(modes) && !(set instanceof Errno) ? modes : undefined;
}

function* copyBothWays(line: number, manner: Manner, isTold: () => boolean): Routine<"done" | "hung up"> {
  const both = [line, 0].map((fd) => ({ fd, events: POLLIN }));
  let asked: readonly PollFd[] = both;
  while (!isTold()) {
    const ready = yield* attempt(poll(asked, inUs(manner.timeoutMs)));
    if (ready instanceof Errno || ready.length === 0) break;
    if (ready.some(({ fd }) => fd === 0)) {
      const key = yield* attempt(read(0, 1));
      // The line goes on when there is nothing more to be typed.
      if (key instanceof Errno || key.length === 0) asked = both.slice(0, 1);
      else if (manner.obeys && key[0] === CTRL_X) break;
      else if (!manner.obeys || key[0] !== CTRL_AT) {
        yield* attempt(write(line, key));
        if (manner.delayMs !== undefined) yield* attempt(poll(both.slice(0, 1), inUs(manner.delayMs)));
      }
    }
    if (ready.some(({ fd }) => fd === line)) {
      const bytes = yield* attempt(read(line, READ_SIZE));
      if (bytes instanceof Errno || bytes.length === 0) return "hung up";
      yield* attempt(writeAll(1, bytes));
    }
  }
  return "done";
}

const inUs = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : US_PER_MS * ms);
