/** watchdog: tell a device again and again that the machine is alive. @see Documentation/watchdog/watchdog-api.rst */
import {
  close,
  Errno,
  ioctl,
  nanosleep,
  O_WRONLY,
  type Routine,
  SIGHUP,
  SIGINT,
  SIGTERM,
  sigaction,
  write,
} from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { numberOrDie } from "../files/number.ts";
import { daemonize } from "../services/daemonize.ts";

const MILLISECONDS = 1000;
const DEFAULT_MS = 60_000;
/** What a driver takes for the end of watching. */
const GOODBYE = encode("V");

export const watchdog: Applet = function* (io) {
  const options = yield* getopt(io, "Ft:T:");
  const [device, ...more] = options.operands;
  if (device === undefined || more.length > 0) return yield* showUsage(io);
  const work = (): Routine<number> => watch(io, device, options.value("T"), options.value("t"));
  if (options.has("F")) return yield* work();
  yield* daemonize(work, { atRoot: true });
  return 0;
};

function* watch(io: Io, device: string, most: string | undefined, every: string | undefined): Routine<number> {
  const limitMs = most === undefined ? DEFAULT_MS : yield* milliseconds(io, most);
  const everyMs = every === undefined ? Math.floor(limitMs / 2) : yield* milliseconds(io, every);
  let fd = -1;
  let ended = false;
  for (const signal of [SIGHUP, SIGINT, SIGTERM]) {
    yield* sigaction(signal, function* () {
      ended = true;
      yield* attempt(write(fd, GOODBYE));
      yield* attempt(close(fd));
    });
  }
  // Who was here before may have left the device running: it is stopped first.
  fd = yield* openOrDie(io, device, O_WRONLY);
  yield* attempt(write(fd, GOODBYE));
  yield* close(fd);
  fd = yield* openOrDie(io, device, O_WRONLY);
  yield* tell(io, fd, "WDIOC_SETOPTIONS", 2);
  yield* tell(io, fd, "WDIOC_SETTIMEOUT", Math.floor(limitMs / MILLISECONDS));
  while (!ended) {
    yield* attempt(write(fd, Uint8Array.of(0)));
    yield* attempt(nanosleep(everyMs * MILLISECONDS));
  }
  return 0;
}

function* milliseconds(io: Io, text: string): Routine<number> {
  if (text.endsWith("ms")) return yield* numberOrDie(io, text.slice(0, -2));
  return MILLISECONDS * (yield* numberOrDie(io, text));
}

function* tell(io: Io, fd: number, request: "WDIOC_SETOPTIONS" | "WDIOC_SETTIMEOUT", value: number): Routine<void> {
  const failure = yield* attempt(ioctl(fd, request, value));
  if (failure instanceof Errno) yield* io.perror(request, failure);
}
