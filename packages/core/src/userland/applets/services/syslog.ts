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

/** A priority's lowest three bits are its level, the next seven its facility. @see LOG_PRIMASK, LOG_FACMASK */
const LEVEL_MASK = 0x7;
const FACILITY_MASK = 0x3f8;
export const LEVEL_COUNT = 8;

type Names = ReadonlyMap<string, number>;

const numbered = (names: string, first = 0): readonly (readonly [string, number])[] =>
  names.split(" ").map((name, at) => [name, first + at]);

/** By their bits in a priority. Of several names the first is shown. */
const LEVELS: Names = new Map([
  ...numbered("emerg alert crit err warn notice info debug"),
  ["error", 3],
  ["panic", 0],
  ["warning", 4],
  ["none", 0],
]);
const FACILITIES: Names = new Map(
  [
    ...numbered("kern user mail daemon auth syslog lpr news uucp cron authpriv ftp"),
    ...numbered("local0 local1 local2 local3 local4 local5 local6 local7 mark", 16),
    ["security", 4] as const,
  ].map(([name, number]) => [name, number * LEVEL_COUNT]),
);

export const levelOf = (priority: number): number => priority & LEVEL_MASK;

/** "daemon.err" for 27; "<99>" where the facility has no name. */
export function nameOfPriority(priority: number): string {
  const facility = nameOf(priority & FACILITY_MASK, FACILITIES);
  return facility === undefined ? `<${priority}>` : `${facility}.${nameOf(levelOf(priority), LEVELS)}`;
}

const nameOf = (bits: number, names: Names): string | undefined =>
  [...names].find(([, number]) => number === bits)?.[0];

/** What a name stands for; digits stand for the bits themselves. */
const bitsOf = (text: string, names: Names): number | undefined =>
  /^\d/.test(text) ? Number.parseInt(text, 10) : names.get(text.toLowerCase());

/** `FACILITY.LEVEL`, or a level of users' messages; names or numbers. */
export function* priorityOrDie(io: Io, text: string): Routine<number> {
  const dot = text.indexOf(".");
  const facilityName = dot < 0 ? "user" : text.slice(0, dot);
  const facility = bitsOf(facilityName, FACILITIES);
  if (facility === undefined) return yield* io.die(`unknown facility name: ${facilityName}`);
  const level = bitsOf(text.slice(dot + 1), LEVELS);
  if (level === undefined) return yield* io.die(`unknown priority name: ${text}`);
  return (facility & FACILITY_MASK) | (level & LEVEL_MASK);
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
