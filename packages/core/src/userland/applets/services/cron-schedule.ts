/** When a line of a crontab is due. @see crontab(5), busybox's crond */
import type { Civil } from "../../dates.ts";

export interface Schedule {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  /** From 0. */
  readonly months: ReadonlySet<number>;
  /** From 0, which is Sunday. */
  readonly weekdays: ReadonlySet<number>;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Hour, day, month and weekday of names for times; the minute is 0. */
export const SPECIAL_TIMES: Readonly<Record<string, readonly [string, string, string, string]>> = {
  yearly: ["0", "1", "1", "*"],
  annually: ["0", "1", "1", "*"],
  monthly: ["0", "1", "*", "*"],
  weekly: ["0", "*", "*", "0"],
  daily: ["0", "*", "*", "*"],
  midnight: ["0", "*", "*", "*"],
  hourly: ["*", "*", "*", "*"],
};

/** @param complain told of fields that make no sense; what they said until then counts. */
export function parseSchedule(fields: readonly string[], complain: (field: string) => void): Schedule {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = fields;
  const parse = (text: string, size: number, first = 0, names: readonly string[] = []): Set<number> => {
    const values = new Set<number>();
    if (!addField(values, text, { size, first, names })) complain(text);
    return values;
  };
  const schedule = {
    minutes: parse(minute, 60),
    hours: parse(hour, 24),
    days: parse(day, 32),
    months: parse(month, 12, 1, MONTHS),
    weekdays: parse(weekday, 7, 0, WEEKDAYS),
  };
  // Of days and weekdays the one that leaves something out decides; if both do, either.
  const [usesDays, usesWeekdays] = [schedule.days.size < 32, schedule.weekdays.size < 7];
  if (usesWeekdays && !usesDays) schedule.days.clear();
  if (usesDays && !usesWeekdays) schedule.weekdays.clear();
  return schedule;
}

interface Field {
  readonly size: number;
  /** What its least value is called. */
  readonly first: number;
  readonly names: readonly string[];
}

/** Parts with commas between them: `*`, a value, or a range, each with a step. Returns false where one makes no sense. */
function addField(values: Set<number>, text: string, { size, first, names }: Field): boolean {
  for (const part of text.split(",")) {
    const match = /^(?:(\*)|([0-9]+|[a-z]{3})(?:-([0-9]+|[a-z]{3}))?)(?:\/([0-9]+))?$/i.exec(part);
    if (match === null) return false;
    const [, all, low = "", high, step = "1"] = match;
    const from = all === undefined ? valueOf(low, first, names) : 0;
    const to = all === undefined ? valueOf(high ?? low, first, names) : size - 1;
    if (from === undefined || to === undefined || to >= size || Number(step) === 0) return false;
    let count = 0;
    for (let value = from; ; value = (value + 1) % size) {
      if (count++ % Number(step) === 0) values.add(value % size);
      if (value === to) break;
      if (count > 1024) return false;
    }
  }
  return true;
}

function valueOf(text: string, first: number, names: readonly string[]): number | undefined {
  if (/^[0-9]/.test(text)) return Number(text) - first;
  const at = names.indexOf(text.toLowerCase());
  return at < 0 ? undefined : at;
}

export function isDue(schedule: Schedule, { minute, hour, day, month, weekday }: Civil): boolean {
  return (
    schedule.minutes.has(minute) &&
    schedule.hours.has(hour) &&
    (schedule.days.has(day) || schedule.weekdays.has(weekday)) &&
    schedule.months.has(month - 1)
  );
}
