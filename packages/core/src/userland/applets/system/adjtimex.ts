/** adjtimex: how the clock is disciplined. @see adjtimex(8), adjtimex(2) */
import { adjtimex as adjtimexCall, type ClockDiscipline, Errno, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { INT_MAX, INT_MIN } from "../../number.ts";

const STATUS_BITS = [
  "PLL",
  "PPSFREQ",
  "PPSTIME",
  "FFL",
  "INS",
  "DEL",
  "UNSYNC",
  "FREQHOLD",
  "PPSSIGNAL",
  "PPSJITTER",
  "PPSWANDER",
  "PPSERROR",
  "CLOCKERR",
] as const;
const STATES = [
  "clock synchronized",
  "insert leap second",
  "delete leap second",
  "leap second in progress",
  "leap second has occurred",
  "clock not synchronized",
] as const;
const SECOND = 1_000_000;
const SETTINGS = { o: "offset", f: "frequency", p: "constant", t: "tick" } as const;

export const adjtimex: Applet = function* (io) {
  const options = yield* getopt(io, "qo:f:p:t:");
  if (options.operands.length > 0) return yield* showUsage(io);
  const discipline = yield* attempt(adjtimexCall(yield* changesOf(io, options)));
  // Nothing stands before the reason but the colon.
  if (discipline instanceof Errno) return yield* io.pdie("", discipline);
  if (!options.has("q")) yield* io.out.write(describe(discipline));
  return 0;
};

function* changesOf(io: Io, options: Options): Routine<Partial<ClockDiscipline>> {
  const changes: Partial<Record<keyof ClockDiscipline, number>> = {};
  for (const [letter, name] of Object.entries(SETTINGS)) {
    const text = options.value(letter);
    if (text === undefined) continue;
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= INT_MIN && value <= INT_MAX)) return yield* io.die(`invalid number '${text}'`);
    changes[name] = value;
  }
  return changes;
}

function describe(clock: ClockDiscipline): string {
  const bits = STATUS_BITS.filter((_, bit) => (clock.status & (1 << bit)) !== 0).join(" | ");
  return `    mode:         0
-o  offset:       ${clock.offset} us
-f  freq.adjust:  ${clock.frequency} (65536 = 1ppm)
    maxerror:     ${clock.maxError}
    esterror:     ${clock.estimatedError}
    status:       ${clock.status} (${bits})
-p  timeconstant: ${clock.constant}
    precision:    ${clock.precision} us
    tolerance:    ${clock.tolerance}
-t  tick:         ${clock.tick} us
    time.tv_sec:  ${Math.floor(clock.timeUs / SECOND)}
    time.tv_usec: ${clock.timeUs % SECOND}
    return value: ${clock.state} (${STATES[clock.state] ?? "error"})
`;
}
