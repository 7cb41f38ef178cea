/** sleep, usleep: wait. @see sleep(1p) */
import { nanosleep, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { durationOrDie } from "./duration.ts";
import { unsignedOrDie } from "./number.ts";

export const sleep: Applet = function* (io) {
  yield* nanosleep(yield* totalUs(io));
  return 0;
};

/** A generator of its own: what it needs is not kept while the applet sleeps. */
function* totalUs(io: Io): Routine<number> {
  const words = io.argv.slice(io.argv[1] === "--" ? 2 : 1);
  const first = words[0];
  if (first === undefined) return yield* showUsage(io);
  if (/^inf/i.test(first)) return Number.POSITIVE_INFINITY;
  let sumUs = 0;
  for (const word of words) sumUs += yield* durationOrDie(io, word);
  return sumUs;
}

export const usleep: Applet = function* (io) {
  const first = io.argv[1];
  if (first === undefined) return yield* showUsage(io);
  yield* nanosleep(yield* unsignedOrDie(io, first));
  return 0;
};
