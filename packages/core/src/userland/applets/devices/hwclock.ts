/**
 * hwclock: the clock that runs while the machine is off. No driver has one here: it ends where the device is opened, or
 * where a file is asked for the time that is no clock.
 *
 * @see hwclock(8), rtc(4)
 */
import { clock_gettime, clock_settime, Errno, O_RDONLY, O_WRONLY, open, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { control } from "./device.ts";

const CLOCKS = ["/dev/rtc", "/dev/rtc0"] as const;
const LAST_CLOCK = "/dev/misc/rtc";
const LONGS = {
  localtime: "l",
  utc: "u",
  rtc: "f",
  show: "r",
  hctosys: "s",
  systohc: "w",
  "param-get": "param-get:",
  "param-set": "param-set:",
  systz: "systz",
} as const;
const ACTIONS = ["r", "s", "w", "param-get", "param-set", "v", "systz"] as const;

export const hwclock: Applet = function* (io) {
  const options = yield* getopt(io, "luf:rswv", LONGS);
  const asked = ACTIONS.filter((action) => options.has(action));
  if (asked.length > 1 || (options.has("l") && options.has("u"))) return yield* showUsage(io);
  const [action = "r"] = asked;
  if (action === "systz") {
    const failure = yield* attempt(clock_settime(yield* clock_gettime("realtime")));
    return failure instanceof Errno ? yield* io.pdie("settimeofday", failure) : 0;
  }
  const parameter = options.value("param-set");
  if (parameter !== undefined && !parameter.includes("=")) return yield* io.die("expected <param>=<value>");
  const sets = action === "w" || action === "param-set";
  const fd = yield* openClock(io, options.value("f"), sets ? O_WRONLY : O_RDONLY);
  yield* control(io, fd, sets ? "RTC_SET_TIME" : "RTC_RD_TIME");
  return 0;
};

function* openClock(io: Io, named: string | undefined, flags: number): Routine<number> {
  if (named !== undefined) return yield* openOrDie(io, named, flags);
  for (const path of CLOCKS) {
    const fd = yield* attempt(open(path, flags));
    if (!(fd instanceof Errno)) return fd;
  }
  return yield* openOrDie(io, LAST_CLOCK, flags);
}
