/** rdate: ask another machine what time it is. @see rdate(8), RFC 868 */
import { alarm, clock_gettime, clock_settime, Errno, exit, read, SIGALRM, sigaction } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { civilOf, strftime, zoneOf } from "../../dates.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { connectOrDie, hostOrDie } from "../../net/stream.ts";

const TIME_PORT = 37;
const SECOND = 1_000_000;
const PATIENCE_US = 10 * SECOND;
/** Seconds from 1900 to 1970. */
const BIAS = 2_208_988_800;
const ANSWER_BYTES = 4;
const WORD = 2 ** 32;

export const rdate: Applet = function* (io) {
  const options = yield* getopt(io, "sp");
  const [host] = options.operands;
  if (host === undefined) return yield* showUsage(io);
  yield* sigaction(SIGALRM, function* () {
    yield* io.warn("timeout connecting to time server");
    yield* exit(1);
  });
  yield* alarm(PATIENCE_US);
  const fd = yield* connectOrDie(io, yield* hostOrDie(io, host, TIME_PORT));
  const answer = yield* attempt(read(fd, ANSWER_BYTES));
  if (answer instanceof Errno || answer.length < ANSWER_BYTES) return yield* io.die(`${host}: short read`);
  yield* alarm(0);
  const told = new DataView(answer.buffer, answer.byteOffset).getUint32(0) - BIAS;
  // What is told has 32 bits: the moment is meant that is nearest.
  const now = Math.floor((yield* clock_gettime()) / SECOND);
  const seconds = told + WORD * Math.round((now - told) / WORD);
  if (!options.has("p")) {
    if (seconds === now) yield* io.warn("current time matches remote time");
    else {
      const failure = yield* attempt(clock_settime(seconds * SECOND));
      if (failure instanceof Errno) return yield* io.pdie("settimeofday", failure);
    }
  }
  if (options.has("p") || !options.has("s")) {
    yield* io.out.line(strftime("%a %b %e %H:%M:%S %Y", civilOf(seconds * SECOND, zoneOf(io.env.get("TZ")))));
  }
  return 0;
};
