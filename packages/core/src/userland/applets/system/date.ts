/** date: show the time, or any time. @see date(1p) */
import { clock_gettime, clock_settime, Errno, type Routine, stat } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { type Civil, civilOf, epochOf, parseDate, strftime, strptime, US_PER_SECOND, zoneOf } from "../../dates.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";

const LONG_OPTIONS = { "rfc-822": "R", "rfc-2822": "R", set: "s", utc: "u", date: "d", reference: "r" };
const DEFAULT_FORMAT = "%a %b %e %H:%M:%S %Z %Y";
const RFC_FORMAT = "%a, %d %b %Y %H:%M:%S %z";
/** What `-I` shows; a zone is added unless it is only a date. */
type IsoFormat = readonly [name: string, format: string];

const ISO_DATE: IsoFormat = ["date", "%Y-%m-%d"];
const ISO_FORMATS: readonly IsoFormat[] = [
  ISO_DATE,
  ["hours", "%Y-%m-%dT%H"],
  ["minutes", "%Y-%m-%dT%H:%M"],
  ["seconds", "%Y-%m-%dT%H:%M:%S"],
  ["ns", "%Y-%m-%dT%H:%M:%S,000000000"],
];

export const date: Applet = function* (io) {
  const options = yield* getopt(io, "Rs:ud:r:I::D:", LONG_OPTIONS);
  if ((options.has("d") && options.has("s")) || (options.has("R") && options.has("I"))) return yield* showUsage(io);
  if (isoFormat(options.value("I") ?? "") === undefined) return yield* showUsage(io);
  const words = [...options.operands];
  const wanted = words[0]?.startsWith("+") ? (words.shift() as string).slice(1) : undefined;
  let text = options.value("d") ?? options.value("s");
  const sets = !options.has("d");
  if (text === undefined) {
    text = words.shift();
    if (text !== undefined) text = yield* reorder(io, text);
  }
  if (words.length > 0) return yield* showUsage(io);
  const zone = zoneOf(options.has("u") ? "UTC0" : io.env.get("TZ"));
  let timeUs = yield* startTime(io, options.value("r"));
  if (text !== undefined) {
    const midnight = { ...civilOf(timeUs, zone), hour: 0, minute: 0, second: 0 };
    timeUs = yield* readDate(io, text, options.value("D"), midnight);
    if (sets) {
      const error = yield* attempt(clock_settime(timeUs));
      if (error instanceof Errno) return yield* io.pdie("can't set date", error);
    }
  }
  const civil = civilOf(timeUs, zone);
  yield* io.out.line(wanted === undefined ? standard(options, civil) : strftime(wanted, civil));
  return 0;
};

/** MMDDhhmm[[YY]YY][.ss], as only `date TIME` takes it, in the order that the other options know. */
function* reorder(io: Io, text: string): Routine<string> {
  const [, digits, seconds = ""] = /^([0-9]*)(\.[0-9]{2})?$/.exec(text) ?? [];
  if (digits === undefined) return text;
  const year = digits.length - 8;
  if (year !== 0 && year !== 2 && year !== 4) return yield* io.die(`invalid date '${text}'`);
  return digits.slice(8) + digits.slice(0, 8) + seconds;
}

function* startTime(io: Io, reference: string | undefined): Routine<number> {
  if (reference === undefined) return yield* clock_gettime();
  const found = yield* attempt(stat(reference));
  return found instanceof Errno ? yield* io.pdie(`can't stat '${reference}'`, found) : found.mtimeUs;
}

function* readDate(io: Io, text: string, format: string | undefined, base: Civil): Routine<number> {
  const read = format === undefined ? undefined : strptime(text, format, base)?.civil;
  const timeUs = format === undefined ? parseDate(text, base) : read === undefined ? undefined : epochOf(read);
  // mktime(3) says -1 if it fails: the second before 1970 cannot be told from that.
  if (timeUs === undefined || timeUs === -US_PER_SECOND) return yield* io.die(`invalid date '${text}'`);
  return timeUs;
}

/** What a precision stands for; `undefined` if there is no such. */
const isoFormat = (precision: string): IsoFormat | undefined =>
  ISO_FORMATS.find(([name]) => name.startsWith(precision));

/** The time in the format that the options name. */
function standard(options: Options, civil: Civil): string {
  if (options.has("R")) return strftime(RFC_FORMAT, civil);
  const precision = options.value("I");
  if (precision === undefined) return strftime(DEFAULT_FORMAT, civil);
  const [name, format] = isoFormat(precision) ?? ISO_DATE;
  if (name === "date") return strftime(format, civil);
  return strftime(format, civil) + strftime("%z", civil).replace(/(..)$/, ":$1");
}
