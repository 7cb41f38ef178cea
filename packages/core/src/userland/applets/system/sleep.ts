/** sleep, usleep: wait. @see sleep(1p) */
import { nanosleep } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { durationOrDie } from "./duration.ts";
import { unsignedOrDie } from "./number.ts";

export const sleep: Applet = function* (io) {
  const words = io.argv.slice(io.argv[1] === "--" ? 2 : 1);
  const first = words[0];
  if (first === undefined) return yield* showUsage(io);
  if (/^inf/i.test(first)) yield* nanosleep(Number.POSITIVE_INFINITY);
  let totalUs = 0;
  for (const word of words) totalUs += yield* durationOrDie(io, word);
  yield* nanosleep(totalUs);
  return 0;
};

export const usleep: Applet = function* (io) {
  const first = io.argv[1];
  if (first === undefined) return yield* showUsage(io);
  yield* nanosleep(yield* unsignedOrDie(io, first));
  return 0;
};
