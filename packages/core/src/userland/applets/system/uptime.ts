/** uptime: how long the machine runs. @see uptime(1) */
import { clock_gettime, Errno, type Routine, sysinfo } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { civilOf, strftime, zoneOf } from "../../dates.ts";
import { getopt } from "../../getopt.ts";
import { attempt, readText } from "../../io.ts";

const MINUTE_US = 60_000_000;

export const uptime: Applet = function* (io) {
  const options = yield* getopt(io, "s");
  const nowUs = yield* clock_gettime();
  const { uptimeUs } = yield* sysinfo();
  const zone = zoneOf(io.env.get("TZ"));
  if (options.has("s")) {
    yield* io.out.line(strftime("%Y-%m-%d %H:%M:%S", civilOf(nowUs - uptimeUs, zone)));
    return 0;
  }
  const minutes = Math.floor(uptimeUs / MINUTE_US);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  const dayText = days === 0 ? "" : `${days} day${days === 1 ? "" : "s"}, `;
  const rest = String(minutes % 60);
  const timeText = hours === 0 ? `${rest} min` : `${String(hours).padStart(2)}:${rest.padStart(2, "0")}`;
  const now = strftime("%H:%M:%S", civilOf(nowUs, zone));
  const load = (yield* loadAverage()).join(", ");
  yield* io.out.line(` ${now} up ${dayText}${timeText},  0 users,  load average: ${load}`);
  return 0;
};

/** The three averages as /proc/loadavg shows them. */
function* loadAverage(): Routine<readonly string[]> {
  const text = yield* attempt(readText("/proc/loadavg"));
  return text instanceof Errno ? ["0.00", "0.00", "0.00"] : text.split(" ").slice(0, 3);
}
