/**
 * Calendar arithmetic without a clock: microseconds since 1970 to calendar fields and back, on the proleptic Gregorian
 * calendar.
 *
 * @see mktime(3), gmtime(3), tzset(3)
 */

import { dateOfDay, dayOfDate, modulo } from "./days.ts";
import { isSummer, parseSeasonRules, type SeasonRule } from "./summer-time.ts";

export { dayOfDate } from "./days.ts";

export const US_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;

/** How far local time is ahead of UTC, and what that is called. */
export interface Zone {
  readonly name: string;
  readonly offsetSeconds: number;
  /** Where clocks are changed twice a year: this zone is one of the two. */
  readonly seasons?: Seasons;
}

/** A zone's two times, and when one takes over from the other. */
interface Seasons {
  readonly standard: Zone;
  readonly summer: Zone;
  readonly rules: readonly [from: SeasonRule, until: SeasonRule];
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
export function civilOf(epochUs: number, of: Zone = UTC): Civil {
  const utcSeconds = Math.floor(epochUs / US_PER_SECOND);
  const zone = inSeason(of, utcSeconds);
  const seconds = utcSeconds + zone.offsetSeconds;
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
  const { seasons } = civil.zone;
  if (seasons === undefined) return (seconds - civil.zone.offsetSeconds) * US_PER_SECOND;
  const keepsSummer = (utcSeconds: number): boolean => inSeason(civil.zone, utcSeconds).name === seasons.summer.name;
  const standard = seconds - seasons.standard.offsetSeconds;
  const summer = seconds - seasons.summer.offsetSeconds;
  // An hour that comes twice in autumn, or is left out in spring, is one of standard time.
  return (keepsSummer(standard) && keepsSummer(summer) ? summer : standard) * US_PER_SECOND;
}

/** The one of a zone's two times that is kept at a time, seconds since 1970. */
function inSeason(zone: Zone, utcSeconds: number): Zone {
  if (zone.seasons === undefined) return zone;
  const { standard, summer, rules } = zone.seasons;
  const offsets = { standard: standard.offsetSeconds, summer: summer.offsetSeconds };
  const now = isSummer(utcSeconds, rules, offsets) ? summer : standard;
  return { ...now, seasons: zone.seasons };
}

/**
 * The time zone that `TZ` names in the manner of POSIX: `NAME[+-]HH[:MM[:SS]]`, hours west of Greenwich, and what its
 * summer time is called, how far west that is, and when it begins and ends: `CET-1CEST,M3.5.0,M10.5.0/3`.
 *
 * A text that names no offset is at UTC under its leading letters, as glibc has it where there is no zone database.
 */
export function zoneOf(tz: string | undefined): Zone {
  if (tz === undefined || tz === ":") return UTC;
  const text = tz === "" ? "Universal" : tz.replace(/^:/, "");
  const name = zoneName(text);
  const [offset = "", ...found] = OFFSET.exec(text.slice(name.length)) ?? [];
  const standard: Zone = { name: bare(name), offsetSeconds: ahead(found) };
  const rest = text.slice(name.length + offset.length);
  const summerName = offset === "" ? "" : zoneName(rest);
  if (summerName === "") return standard;
  const summerOffset = OFFSET.exec(rest.slice(summerName.length));
  const rules = parseSeasonRules(rest.slice(summerName.length + (summerOffset?.[0].length ?? 0)));
  if (rules === undefined) return standard;
  const offsetSeconds = summerOffset === null ? standard.offsetSeconds + 3600 : ahead(summerOffset.slice(1));
  const seasons: Seasons = { standard, summer: { name: bare(summerName), offsetSeconds }, rules };
  return { ...standard, seasons };
}

const OFFSET = /^([+-]?)(\d{1,2})(?::(\d{1,2}))?(?::(\d{1,2}))?/;

const zoneName = (text: string): string => /^(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)/.exec(text)?.[0] ?? "";

const bare = (name: string): string => name.replace(/^<(.*)>$/, "$1");

/** Seconds ahead of UTC, of sign, hours, minutes and seconds behind it. */
function ahead([sign = "", hours = "0", minutes = "0", seconds = "0"]: readonly (string | undefined)[]): number {
  const west = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === "-" || west === 0 ? west : -west;
}
