/** cal: print a calendar. September 1752 lacks the days that the British calendar skipped. @see cal(1) */
import { clock_gettime, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { civilOf, zoneOf } from "../../dates.ts";
import { getopt } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { MONTHS, WEEKDAYS } from "../../strftime.ts";
import { toNumber, usage } from "./arguments.ts";

const REFORM_YEAR = 1752;
const REFORM_MONTH = 9;
const SKIPPED_DAYS = 11;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const CELLS = 42;
const SEPARATOR = "  ";
/** Width of the lines of a year; a line of nothing but blanks shows it. */
const YEAR_WIDTH = 79;
const LAST_YEAR = 9999;

interface Style {
  /** Days are counted from the first of January. */
  readonly julian: boolean;
  /** 0 if weeks begin on Sunday, 1 for Monday. */
  readonly weekStart: number;
}

export const cal: Applet = function* (io) {
  const options = yield* getopt(io, "jmy");
  const style = { julian: options.has("j"), weekStart: options.has("m") ? 1 : 0 };
  const { month, year } = yield* wanted(io, options.operands, options.has("y"));
  yield* month === undefined ? showYear(io, year, style) : showMonth(io, year, month, style);
  return 0;
};

function* wanted(
  io: Io,
  operands: readonly string[],
  all: boolean,
): Routine<{ year: number; month: number | undefined }> {
  const [first, second, excess] = operands;
  if (excess !== undefined) return yield* usage(io);
  if (first === undefined) {
    const now = civilOf(yield* clock_gettime("realtime"), zoneOf(io.env.get("TZ")));
    return { year: now.year, month: all ? undefined : now.month };
  }
  const isMonth = second !== undefined && !all;
  const month = isMonth ? yield* toNumber(io, first, { least: 1, most: 12 }) : undefined;
  return { year: yield* toNumber(io, second ?? first, { least: 1, most: LAST_YEAR }), month };
}

function* showMonth(io: Io, year: number, month: number, style: Style): Routine<void> {
  const title = `${MONTHS[month - 1]} ${year}`;
  yield* io.out.line(" ".repeat((weekWidth(style) - title.length) >> 1) + title);
  yield* io.out.line(heading(style));
  const cells = cellsOf(year, month, style);
  for (let at = 0; at < CELLS; at += 7) yield* io.out.line(trimmed(row(cells, at, style)));
}

function* showYear(io: Io, year: number, style: Style): Routine<void> {
  const width = weekWidth(style);
  const abreast = style.julian ? 2 : 3;
  yield* io.out.write(`${centered(String(year), width * abreast + SEPARATOR.length * (abreast - 1))}\n\n`);
  for (let first = 1; first <= 12; first += abreast) {
    const months = Array.from({ length: abreast }, (_, i) => first + i);
    yield* io.out.line(months.map((month) => centered(MONTHS[month - 1] ?? "", width)).join(SEPARATOR));
    yield* io.out.line(months.map(() => heading(style)).join(SEPARATOR));
    const cells = months.map((month) => cellsOf(year, month, style));
    for (let at = 0; at < CELLS; at += 7) {
      const line = cells.map((days) => row(days, at, style)).join(" ");
      yield* io.out.line(trimmed(line.padEnd(YEAR_WIDTH)));
    }
  }
}

const weekWidth = (style: Style): number => (style.julian ? 27 : 20);

function heading({ julian, weekStart }: Style): string {
  const names = WEEKDAYS.map((_, i) => WEEKDAYS[(i + weekStart) % 7]?.slice(0, 2));
  return names.map((name) => (julian ? ` ${name}` : name)).join(" ");
}

function centered(text: string, width: number): string {
  const spare = width - text.length;
  return " ".repeat(spare >> 1) + text + " ".repeat((spare >> 1) + (spare % 2));
}

/** Blanks at the end of a line go; a line of blanks stays. */
function trimmed(line: string): string {
  const text = line.trimEnd();
  return text === "" ? line : text;
}

function row(cells: readonly (number | undefined)[], at: number, style: Style): string {
  const width = style.julian ? 3 : 2;
  return cells
    .slice(at, at + 7)
    .map((day) => `${String(day ?? "").padStart(width)} `)
    .join("");
}

/** Six weeks of a month: a day or nothing for each. */
function cellsOf(year: number, month: number, { julian, weekStart }: Style): (number | undefined)[] {
  const cells: (number | undefined)[] = Array.from({ length: CELLS }, () => undefined);
  const days = daysIn(year, month);
  const dayOfYear = MONTH_DAYS.slice(0, month - 1).reduce((sum, _, i) => sum + daysIn(year, i + 1), 0);
  let at = (weekdayOf(year, dayOfYear) - weekStart + 7) % 7;
  for (let day = 1; day <= days; day++) {
    const isSkipped = year === REFORM_YEAR && month === REFORM_MONTH && day > 2 && day <= 2 + SKIPPED_DAYS;
    if (!isSkipped) cells[at++] = julian ? dayOfYear + day : day;
  }
  return cells;
}

function isLeap(year: number): boolean {
  if (year <= REFORM_YEAR) return year % 4 === 0;
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

const daysIn = (year: number, month: number): number =>
  (MONTH_DAYS[month - 1] ?? 0) + (month === 2 && isLeap(year) ? 1 : 0);

/** The weekday of the day that follows `dayOfYear` days of a year. The first of January of year 1 was a Saturday. */
function weekdayOf(year: number, dayOfYear: number): number {
  let days = dayOfYear;
  for (let past = 1; past < year; past++) days += isLeap(past) ? 366 : 365;
  const isAfterReform = year > REFORM_YEAR || (year === REFORM_YEAR && dayOfYear >= 244);
  return (days + 6 - (isAfterReform && !(year === REFORM_YEAR && dayOfYear === 244) ? SKIPPED_DAYS : 0)) % 7;
}
