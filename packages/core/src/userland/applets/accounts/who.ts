/**
 * who, w, users, last: who is logged on.
 *
 * Containers have no login records, so nobody ever is; unlike the real ones these do not read them.
 *
 * @see who(1p)
 */
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { openOrDie } from "../../or-die.ts";

const LOGIN_LOG = "/var/log/wtmp";
const HEADER = "USER\t\tTTY\t\tIDLE\tTIME\t\t HOST";

export const who: Applet = function* (io) {
  const options = yield* getopt(io, "aH");
  if (options.operands.length > 0) return yield* showUsage(io);
  if (options.has("H")) yield* io.out.line(HEADER);
  return 0;
};

export const w: Applet = function* (io) {
  const options = yield* getopt(io, "");
  if (options.operands.length > 0) return yield* showUsage(io);
  yield* io.out.line(HEADER);
  return 0;
};

export const users: Applet = function* (io) {
  if (io.argv.length > 1) return yield* showUsage(io);
  yield* io.out.write("\n");
  return 0;
};

export const last: Applet = function* (io) {
  if (io.argv.length > 1) return yield* showUsage(io);
  yield* openOrDie(io, LOGIN_LOG);
  return 0;
};
