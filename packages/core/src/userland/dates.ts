/**
 * Dates as busybox takes them in `date -d` and `touch -d`; and the door to the calendar, strftime(3) and strptime(3).
 *
 * @see date(1), touch(1)
 */
import { type Civil, epochOf, US_PER_SECOND } from "./calendar.ts";
import { strptime } from "./strptime.ts";

export { type Civil, civilOf, epochOf, US_PER_SECOND, UTC, type Zone, zoneOf } from "./calendar.ts";
export { strftime } from "./strftime.ts";
export { strptime } from "./strptime.ts";

/** About the last second whose year fits into the int of a struct tm. */
const LAST_SECOND = 67_767_976_233_532_000;

/** Date formats that `date -d` and `touch -d` try in turn, as strptime(3) reads them. */
const FORMATS = [
  "%R",
  "%T",
  "%m.%d-%R",
  "%m.%d-%T",
  "%Y.%m.%d-%R",
  "%Y.%m.%d-%T",
  "%b %d %T %Y",
  "%Y-%m-%d %R",
  "%Y-%m-%d %T",
  "%Y-%m-%d %R %z",
  "%Y-%m-%d %T %z",
  "%Y-%m-%d %H",
  "%Y-%m-%d",
];

/**
 * The time, in microseconds since 1970, that a date in one of busybox's formats names; `undefined` if it is in none.
 *
 * What the text leaves open is taken from `base`: `date -d` gives midnight of today, `touch -d` gives now.
 */
export function parseDate(text: string, base: Civil): number | undefined {
  const timeUs = parseForms(text, base);
  // mktime(3) answers -1 for an error, so that the second before 1970 counts as one.
  return timeUs === -US_PER_SECOND ? undefined : timeUs;
}

function parseForms(text: string, base: Civil): number | undefined {
  for (const format of FORMATS) {
    const read = strptime(text, format, base);
    if (read === undefined || read.rest !== "") continue;
    const { civil, aheadSeconds } = read;
    return epochOf(aheadSeconds === undefined ? civil : { ...civil, zone: { name: "", offsetSeconds: aheadSeconds } });
  }
  if (!text.startsWith("@")) return parseDigits(text, base);
  if (!/^@-?[0-9]+$/.test(text)) return undefined;
  const seconds = Number(text.slice(1));
  return Math.abs(seconds) <= LAST_SECOND ? seconds * US_PER_SECOND : undefined;
}

/** The form of `touch -t`: [[[[[YY]YY]MM]DD]hh]mm[.ss] */
function parseDigits(text: string, base: Civil): number | undefined {
  // Two characters are read as a number that may have a sign.
  if (/^[-+][0-9]$/.test(text)) return epochOf({ ...base, minute: Number(text), second: 0 });
  const [, digits = "", secondText = "0"] = /^([0-9]+)(?:\.([0-9]+))?$/.exec(text) ?? [];
  if (digits.length < 2 || digits.length > 12 || digits.length % 2 !== 0) return undefined;
  /** The two digits that end `fromEnd` digits before the end, if the text is that long. */
  const pair = (fromEnd: number): number | undefined => {
    const end = digits.length - fromEnd;
    return end >= 2 ? Number(digits.slice(end - 2, end)) : undefined;
  };
  const century = digits.length === 12 ? Number(digits.slice(0, 4)) : undefined;
  const shortYear = pair(8);
  const civil = {
    year: century ?? (shortYear === undefined ? base.year : nearYear(shortYear, base.year)),
    month: pair(6) ?? base.month,
    day: pair(4) ?? base.day,
    hour: pair(2) ?? base.hour,
    minute: pair(0) ?? base.minute,
    second: Number(secondText),
    zone: base.zone,
  };
  const wrong = civil.second > 60 || civil.minute > 59 || civil.hour > 23 || civil.day > 31 || civil.month > 12;
  return wrong ? undefined : epochOf(civil);
}

/** The year with the two last digits `short` that is at most fifty years away. */
function nearYear(short: number, current: number): number {
  const year = short + Math.floor(current / 100) * 100;
  if (year < current - 50) return year + 100;
  return year > current + 50 ? year - 100 : year;
}
