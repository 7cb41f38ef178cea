/**
 * Messages to the system log: what a program says to the daemon that listens at /dev/log, if there is one.
 *
 * @see syslog(3), RFC 3164
 */
import { clock_gettime, close, connect, Errno, type Routine, sendto, socket } from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import { civilOf, strftime, zoneOf } from "../../dates.ts";
import { attempt, type Io } from "../../io.ts";

/** Where the daemon listens. */
export const LOG_SOCKET = "/dev/log";

/** By number. The gap is where the system has its own. */
const FACILITY_NAMES =
  "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp - - - - local0 local1 local2 local3 local4 local5 local6 local7";
const LEVEL_NAMES = "emerg alert crit err warn notice info debug";

export const FACILITIES: readonly string[] = FACILITY_NAMES.split(" ");
export const LEVELS: readonly string[] = LEVEL_NAMES.split(" ");
const OTHER_FACILITIES: Readonly<Record<string, string>> = { security: "auth" };
const OTHER_LEVELS: Readonly<Record<string, string>> = { error: "err", panic: "emerg", warning: "warn" };

/** The lowest three bits of a priority are its level, the others its facility. */
export const priorityOf = (facility: number, level: number): number => facility * LEVELS.length + level;

/** "daemon.err" for 27. */
export function nameOfPriority(priority: number): string {
  const level = priority % LEVELS.length;
  const facility = Math.floor(priority / LEVELS.length);
  return `${nameAt(FACILITIES, facility)}.${nameAt(LEVELS, level)}`;
}

const nameAt = (names: readonly string[], at: number): string => {
  const name = names[at] ?? "-";
  return name === "-" ? String(at) : name;
};

/** The number of a facility or a level that is named, or said as one. */
function numberOf(text: string, names: readonly string[], others: Readonly<Record<string, string>>): number {
  if (/^\d/.test(text)) return Number.parseInt(text, 10);
  const name = text.toLowerCase();
  return names.indexOf(Object.hasOwn(others, name) ? (others[name] ?? "") : name);
}

/** `FACILITY.LEVEL`, or a level of users' messages; names or numbers. */
export function* priorityOrDie(io: Io, text: string): Routine<number> {
  const dot = text.indexOf(".");
  const facilityName = dot < 0 ? "user" : text.slice(0, dot);
  const levelName = text.slice(dot + 1);
  const facility = numberOf(facilityName, FACILITIES, OTHER_FACILITIES);
  if (facility < 0) yield* io.die(`unknown facility name: ${facilityName}`);
  const level = numberOf(levelName, LEVELS, OTHER_LEVELS);
  if (level < 0) yield* io.die(`unknown priority name: ${text}`);
  return priorityOf(facility, level % LEVELS.length);
}

/** The moment as messages have it: "Nov  1 08:05:00", local time. */
export function* stampOf(io: Io): Routine<string> {
  return strftime("%b %e %H:%M:%S", civilOf(yield* clock_gettime(), zoneOf(io.env.get("TZ"))));
}

/** Says something to the daemon. If there is none, nobody hears it. */
export function* tellSyslog(io: Io, priority: number, tag: string, message: string): Routine<void> {
  const text = `<${priority}>${yield* stampOf(io)} ${tag}: ${message}`;
  const fd = yield* socket("unix", "dgram");
  const failure = yield* attempt(connect(fd, { family: "unix", path: LOG_SOCKET }));
  if (!(failure instanceof Errno)) yield* attempt(sendto(fd, encode(text)));
  yield* close(fd);
}
