/**
 * timeout: end a program that takes too long.
 *
 * The program replaces this one, so that it stays its parent's child; a grandchild watches it,
 * as a daemon that holds no pipe open.
 *
 * @see timeout(1)
 */
import { Errno, getppid, kill, nanosleep, type Routine, SIGKILL, SIGTERM } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execOrDie, fork, waitFor } from "../../exec.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { signalByName } from "../../signal-names.ts";
import { daemonize } from "../services/daemonize.ts";
import { durationOrDie } from "./duration.ts";

const SECOND_US = 1_000_000;

export const timeout: Applet = function* (io) {
  const options = yield* getopt(io, "+s:k:");
  const name = options.value("s");
  const signal = name === undefined ? SIGTERM : signalByName(name);
  if (signal === undefined) return yield* io.die(`unknown signal '${name}'`);
  const grace = options.value("k");
  const graceUs = grace === undefined ? 0 : yield* durationOrDie(io, grace);
  const [limit, ...program] = options.operands;
  if (limit === undefined) return yield* showUsage(io);
  const limitUs = yield* durationOrDie(io, limit);
  if (program.length === 0) return yield* showUsage(io);
  const child = yield* fork(io, function* () {
    const watched = yield* getppid();
    yield* daemonize(() => watch(watched, { limitUs, signal, graceUs }));
    return 0;
  });
  yield* waitFor(child);
  return yield* execOrDie(io, program);
};

interface Limits {
  readonly limitUs: number;
  readonly signal: number;
  /** Zero for no second signal. */
  readonly graceUs: number;
}

function* watch(pid: number, { limitUs, signal, graceUs }: Limits): Routine<number> {
  if (yield* endsWithin(pid, limitUs)) return 0;
  yield* attempt(kill(pid, signal));
  if (graceUs === 0 || (yield* endsWithin(pid, graceUs))) return 0;
  yield* attempt(kill(pid, SIGKILL));
  return 0;
}

/** Looks every second whether the process is still there, lest the signal hits one that took its number. */
function* endsWithin(pid: number, durationUs: number): Routine<boolean> {
  for (let leftUs = durationUs; ; ) {
    yield* nanosleep(Math.min(leftUs, SECOND_US));
    leftUs -= SECOND_US;
    if (leftUs <= 0) return false;
    if ((yield* attempt(kill(pid, 0))) instanceof Errno) return true;
  }
}
