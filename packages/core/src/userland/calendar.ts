/**
 * Calendar arithmetic without a clock: microseconds since 1970 to calendar fields and back, on the proleptic Gregorian
 * calendar.
 *
 * @see mktime(3), gmtime(3), tzset(3)
 */

export const US_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;
const DAYS_PER_400_YEARS = 146_097;
/** 1970-01-01 counted from 0000-03-01, where a year that ends with February begins. */
const EPOCH_DAY = 719_468;

/** How far local time is ahead of UTC, and what that is called. */
export interface Zone {
  readonly name: string;
  readonly offsetSeconds: number;
}

export const UTC: Zone = { name: "UTC", offsetSeconds: 0 };

/** A time as calendars show it. */
export interface Civil {
  readonly year: number;
  /** 1 … 12. */
  readonly month: number;
  /** 1 … 31. */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 0 is the first of January. */
  readonly yearDay: number;
  readonly zone: Zone;
}

/** The calendar fields of a time; what is below a second is dropped. */
export function civilOf(epochUs: number, zone: Zone = UTC): Civil {
  const seconds = Math.floor(epochUs / US_PER_SECOND) + zone.offsetSeconds;
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const rest = seconds - days * SECONDS_PER_DAY;
  const [year, month, day] = dateOfDay(days);
  return {
    year,
    month,
    day,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    weekday: modulo(days + 4, 7),
    yearDay: days - dayOfDate(year, 1, 1),
    zone,
  };
}

/** mktime(3): the time that the fields name. Fields beyond their range carry: the 31st of February is in March. */
export function epochOf(civil: Omit<Civil, "weekday" | "yearDay">): number {
  const days = dayOfDate(civil.year, civil.month, 1) + civil.day - 1;
  const seconds = days * SECONDS_PER_DAY + civil.hour * 3600 + civil.minute * 60 + civil.second;
  return (seconds - civil.zone.offsetSeconds) * US_PER_SECOND;
}

/** The days since 1970 of a date; months beyond a year carry. */
export function dayOfDate(year: number, month: number, day: number): number {
  const monthFromMarch = modulo(month - 3, 12);
  const marchYear = year + Math.floor((month - 3) / 12);
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_400_YEARS + dayOfEra - EPOCH_DAY;
}

/**
 * The time zone that `TZ` names in the manner of POSIX: `NAME[+-]HH[:MM[:SS]]`, hours west of Greenwich.
 *
 * A text that names no offset is at UTC under its leading letters, as glibc has it where there is no zone database.
 * Unlike glibc, a rule for summer time is not followed.
 */
export function zoneOf(tz: string | undefined): Zone {
  if (tz === undefined || tz === ":") return UTC;
  const text = tz === "" ? "Universal" : tz.replace(/^:/, "");
  const [, plain, quoted] = /^(?:([A-Za-z]{3,})|<([A-Za-z0-9+-]{3,})>)/.exec(text) ?? [];
  const offset = /^(?:[A-Za-z]{3,}|<[^>]*>)([+-]?)(\d{1,2})(?::(\d{1,2}))?(?::(\d{1,2}))?/.exec(text);
  const [, sign = "", hours = "0", minutes = "0", seconds = "0"] = offset ?? [];
  const west = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return { name: plain ?? quoted ?? "", offsetSeconds: sign === "-" || west === 0 ? west : -west };
}

/** Year, month and day of a day counted from 1970. */
function dateOfDay(days: number): readonly [year: number, month: number, day: number] {
  const shifted = days + EPOCH_DAY;
  const era = Math.floor(shifted / DAYS_PER_400_YEARS);
  const dayOfEra = shifted - era * DAYS_PER_400_YEARS;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return [era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day];
}

/** The remainder that is never negative. */
function modulo(a: number, b: number): number {
  return ((a % b) + b) % b;
}
