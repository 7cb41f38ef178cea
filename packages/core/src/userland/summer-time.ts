/**
 * When summer time begins and ends, in the words of POSIX: `,M3.5.0,M10.5.0/3` after the names of a time zone.
 *
 * @see tzset(3), POSIX.1-2017 8.3 "TZ"
 */
import { dateOfDay, dayOfDate, modulo } from "./days.ts";

const SECONDS_PER_DAY = 86_400;
/** glibc's rules for a zone that has a name for its summer time and none. */
const USUAL_RULES = ["M3.2.0", "M11.1.0"] as const;

/** A moment of every year, on the clocks that are valid until then. */
export interface SeasonRule {
  /** The day since 1970, in a year. */
  readonly dayIn: (year: number) => number;
  /** After midnight; may be negative, or beyond a day. */
  readonly seconds: number;
}

/** Reads `,START,END`, or takes the usual rules for "". `undefined` for what is none. */
export function parseSeasonRules(text: string): readonly [from: SeasonRule, until: SeasonRule] | undefined {
  const [from = "", until = "", ...more] = text === "" ? USUAL_RULES : text.slice(1).split(",");
  const rules = [parseRule(from), parseRule(until)] as const;
  return rules[0] === undefined || rules[1] === undefined || more.length > 0 ? undefined : [rules[0], rules[1]];
}

function parseRule(text: string): SeasonRule | undefined {
  const [day = "", time = "2"] = text.split("/");
  const clock = /^([+-]?)(\d{1,3})(?::(\d{1,2}))?(?::(\d{1,2}))?$/.exec(time);
  const dayIn = parseDay(day);
  if (clock === null || dayIn === undefined) return undefined;
  const [, sign, hours = "0", minutes = "0", seconds = "0"] = clock;
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return { dayIn, seconds: sign === "-" ? -total : total };
}

function parseDay(text: string): SeasonRule["dayIn"] | undefined {
  const [, month, week, weekday] = /^M(\d{1,2})\.([1-5])\.([0-6])$/.exec(text) ?? [];
  if (month !== undefined)
    return (year) => weekdayOf(year, Number(month), { week: Number(week), day: Number(weekday) });
  const [, julian, number] = /^(J?)(\d{1,3})$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  if (julian === "") return (year) => dayOfDate(year, 1, 1) + Number(number);
  // Counted from 1 and without the 29th of February.
  return (year) => {
    const first = dayOfDate(year, 1, 1);
    const isLeap = dayOfDate(year + 1, 1, 1) - first === 366;
    return first + Number(number) - (isLeap && Number(number) > 59 ? 0 : 1);
  };
}

/** The n-th of a weekday in a month; the fifth is the last one. */
function weekdayOf(
  year: number,
  month: number,
  { week, day }: { readonly week: number; readonly day: number },
): number {
  const first = dayOfDate(year, month, 1);
  const next = dayOfDate(year, month + 1, 1);
  const firstWeekday = modulo(first + 4, 7);
  let found = first + ((day - firstWeekday + 7) % 7) + (week - 1) * 7;
  while (found >= next) found -= 7;
  return found;
}

/** Two seasons: `offsets` in seconds ahead of UTC. */
export interface SeasonOffsets {
  readonly standard: number;
  readonly summer: number;
}

/** True if summer time is kept at a time, seconds since 1970. */
export function isSummer(
  seconds: number,
  [from, until]: readonly [SeasonRule, SeasonRule],
  { standard, summer }: SeasonOffsets,
): boolean {
  const [year] = dateOfDay(Math.floor((seconds + standard) / SECONDS_PER_DAY));
  const begin = from.dayIn(year) * SECONDS_PER_DAY + from.seconds - standard;
  const end = until.dayIn(year) * SECONDS_PER_DAY + until.seconds - summer;
  return begin < end ? seconds >= begin && seconds < end : seconds < end || seconds >= begin;
}
