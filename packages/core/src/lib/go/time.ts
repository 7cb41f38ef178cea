/** Calendar times as Go's package time prints and reads them, in UTC; seconds since 1970. */

import { remembering } from "../remembering.ts";

const SECONDS_A_DAY = 86_400;

export interface CalendarTime {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** The calendar of a second. Model: Howard Hinnant's days_from_civil and its inverse. */
export function calendar(seconds: number): CalendarTime {
  const days = Math.floor(seconds / SECONDS_A_DAY);
  const rest = seconds - days * SECONDS_A_DAY;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
    hour: Math.floor(rest / 3600),
    minute: Math.floor((rest % 3600) / 60),
    second: Math.floor(rest % 60),
  };
}

/** The second of a calendar time. */
export function secondsOf({ year, month, day, hour, minute, second }: CalendarTime): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second;
}

const two = (value: number): string => `${value}`.padStart(2, "0");

/** `2006-01-02 15:04:05.999999999 +0000 UTC`: Time.String. */
export function timeText(seconds: number, nanoseconds = 0): string {
  const { date, time } = parts(seconds);
  const fraction = `${nanoseconds}`.padStart(9, "0").replace(/0+$/, "");
  return `${date} ${time}${fraction === "" ? "" : `.${fraction}`} +0000 UTC`;
}

/** `2006-01-02T15:04:05Z`: RFC 3339. */
export function rfc3339(seconds: number): string {
  const { date, time } = parts(seconds);
  return `${date}T${time}Z`;
}

/** `2006-01-02T15:04:05.123Z` of microseconds: RFC 3339 with as many places as it takes, as Go writes times into JSON. */
export function rfc3339Nano(us: number): string {
  const seconds = Math.floor(us / 1e6);
  const { date, time } = parts(seconds);
  const digits = nanosecondsText(us - seconds * 1e6);
  let places = digits.length;
  while (places > 0 && digits[places - 1] === "0") places--;
  return `${date}T${time}${places === 0 ? "" : `.${digits.slice(0, places)}`}Z`;
}

/** `2006-01-02T15:04:05.000000000Z` of microseconds: RFC 3339 with all nine places, as Docker writes them before log lines. */
export function rfc3339NanoFixed(us: number): string {
  const seconds = Math.floor(us / 1e6);
  const { date, time } = parts(seconds);
  return `${date}T${time}.${nanosecondsText(us - seconds * 1e6)}Z`;
}

/** Nine digits of less than a second, put together from groups that are there: times are written very often. */
function nanosecondsText(us: number): string {
  const nanoseconds = Math.floor(us * 1000);
  const millionths = Math.floor(nanoseconds / 1000);
  return `${THREE_DIGITS[Math.floor(millionths / 1000)]}${THREE_DIGITS[millionths % 1000]}${THREE_DIGITS[nanoseconds % 1000]}`;
}

const THREE_DIGITS: readonly string[] = Array.from({ length: 1000 }, (_, value) => `${value}`.padStart(3, "0"));

/** Much happens in one second. */
const parts = remembering((seconds: number): { readonly date: string; readonly time: string } => {
  const { year, month, day, hour, minute, second } = calendar(seconds);
  const date = `${`${year}`.padStart(4, "0")}-${two(month)}-${two(day)}`;
  return { date, time: `${two(hour)}:${two(minute)}:${two(second)}` };
});

/** A moment: seconds since 1970 and nanoseconds in the second. */
export interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const STAMP =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?)?(?: ?\+0000 UTC)?(Z|[+-]\d{2}:\d{2})?$/;

/** Reads RFC 3339 and what Time.String prints; undefined for anything else. Without a zone it is UTC. */
export function parseTime(text: string): Moment | undefined {
  const match = STAMP.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] = match;
  const given = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = given;
  const moment = secondsOf({ year: y, month: mo, day: d, hour: h, minute: mi, second: s });
  const again = calendar(moment);
  if (again.month !== mo || again.day !== d || h > 23 || mi > 59 || s > 59) return undefined;
  const [, sign, zoneHours = "0", zoneMinutes = "0"] = /^([+-])(\d{2}):(\d{2})$/.exec(zone) ?? [];
  const offset = (Number(zoneHours) * 3600 + Number(zoneMinutes) * 60) * (sign === "-" ? -1 : 1);
  return { seconds: moment - offset, nanoseconds: Number(fraction.slice(0, 9).padEnd(9, "0")) };
}
