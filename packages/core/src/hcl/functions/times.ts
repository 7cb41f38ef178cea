/** Functions of times, which are texts as RFC 3339 has them. @see go-cty stdlib/datetime.go, datetime_rfc3339.go */
import { calendar, parseDuration, quote, reworded, rfc3339, secondsOf } from "../../lib/go/index.ts";
import { Unsuitable } from "../value.ts";
import { asOperand, BadOperand, type HclFunction, of } from "./function.ts";

/** A moment, and the clock of the place that it was told in. */
interface Stamp {
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Minutes before UTC's. */
  readonly offset: number;
}

const MONTHS = "January February March April May June July August September October November December".split(" ");
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const SECONDS_A_DAY = 86_400;
/** Parts in their order: what a part is called, what it looks like, and the largest that there is. */
const PARTS: readonly (readonly [name: string, form: RegExp, most?: number])[] = [
  ["year", /\d{4}/y],
  ["-", /-/y],
  ["month", /\d{2}/y, 12],
  ["-", /-/y],
  ["day of month", /\d{2}/y],
  ["T", /T/y],
  ["hour", /\d{1,2}/y, 23],
  [":", /:/y],
  ["minute", /\d{2}/y, 59],
  [":", /:/y],
  ["second", /\d{2}(?:\.\d+)?/y, 59],
  ["UTC offset", /Z|[+-]\d{2}:\d{2}/y],
];

/** @throws Unsuitable */
function stampOf(text: string): Stamp {
  const found: string[] = [];
  let at = 0;
  for (const [name, form, most = Number.POSITIVE_INFINITY] of PARTS) {
    form.lastIndex = at;
    const [part] = form.exec(text) ?? [];
    const isTooMuch = part !== undefined && Number.parseFloat(part) >= most + 1;
    if (part === undefined || isTooMuch) throw unreadable(name, text.slice(isTooMuch ? at + part.length : at));
    at += part.length;
    found.push(part);
  }
  if (at < text.length) throw new Unsuitable(`${INVALID}: extra text: ${quote(text.slice(at))}`);
  const [year, , month, , day, , hour, , minute, second = "", zone = ""] = found.filter((_, index) => index !== 9);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = [year, month, day, hour, minute, second].map((part) =>
    Math.floor(Number(part)),
  );
  const local = secondsOf({ year: y, month: mo, day: d, hour: h, minute: mi, second: s });
  if (mo < 1) throw unreadable("month", text.slice("YYYY-MM".length));
  if (calendar(local).day !== d || calendar(local).month !== mo) throw new Unsuitable(`${INVALID}: day out of range`);
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? [];
  const offset = sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
  const fraction = second.split(".")[1] ?? "";
  return { seconds: local - offset * 60, nanoseconds: Number(fraction.slice(0, 9).padEnd(9, "0")), offset };
}

const INVALID = "not a valid RFC3339 timestamp";

function unreadable(name: string, rest: string): Unsuitable {
  if (name === "T") return new Unsuitable(`${INVALID}: missing required time introducer 'T'`);
  const isSign = name === "-" || name === ":";
  const wanted = isSign ? quote(name) : name;
  if (rest === "")
    return new Unsuitable(`${INVALID}: end of string ${isSign ? `where ${wanted} is expected` : `before ${wanted}`}`);
  const why = isSign ? `found ${quote(rest)} where ${wanted} is expected` : `cannot use ${quote(rest)} as ${wanted}`;
  return new Unsuitable(`${INVALID}: ${why}`);
}

const zoneText = (offset: number, gap: string): string => {
  const size = Math.abs(offset);
  return `${offset < 0 ? "-" : "+"}${digits(Math.floor(size / 60), 2)}${gap}${digits(size % 60, 2)}`;
};

const digits = (value: number, count: number): string => `${value}`.padStart(count, "0");

/** What a letter stands for by how often it is there, and why another number is refused. */
interface Mnemonic {
  readonly texts: Readonly<Record<number, string>>;
  readonly refusal: string;
}

function mnemonics({ seconds, offset }: Stamp): Readonly<Record<string, Mnemonic>> {
  const local = seconds + offset * 60;
  const { year, month, day, hour, minute, second } = calendar(local);
  const weekday = DAYS[(((Math.floor(local / SECONDS_A_DAY) + 4) % 7) + 7) % 7] ?? "";
  const monthName = MONTHS[month - 1] ?? "";
  const both = (value: number): Readonly<Record<number, string>> => ({ 1: `${value}`, 2: digits(value, 2) });
  const half = hour < 12 ? "AM" : "PM";
  const numeric = zoneText(offset, "");
  return {
    Y: { texts: { 2: digits(year % 100, 2), 4: digits(year, 4) }, refusal: 'year must either be "YY" or "YYYY"' },
    M: {
      texts: { ...both(month), 3: monthName.slice(0, 3), 4: monthName },
      refusal: 'month must be "M", "MM", "MMM", or "MMMM"',
    },
    D: { texts: both(day), refusal: 'day of month must either be "D" or "DD"' },
    E: { texts: { 3: weekday.slice(0, 3), 4: weekday }, refusal: 'day of week must either be "EEE" or "EEEE"' },
    h: { texts: both(hour), refusal: '24-hour must either be "h" or "hh"' },
    H: { texts: both(hour % 12 || 12), refusal: '12-hour must either be "H" or "HH"' },
    A: { texts: { 2: half }, refusal: 'must be "AA"' },
    a: { texts: { 2: half.toLowerCase() }, refusal: 'must be "aa"' },
    m: { texts: both(minute), refusal: 'minute must either be "m" or "mm"' },
    s: { texts: both(second), refusal: 'second must either be "s" or "ss"' },
    Z: {
      texts: {
        1: offset === 0 ? "Z" : zoneText(offset, ":"),
        3: offset === 0 ? "UTC" : numeric,
        4: numeric,
        5: zoneText(offset, ":"),
      },
      refusal: "timezone must be Z, ZZZZ, or ZZZZZ",
    },
  };
}

/** Texts in quotes are themselves, two quotes are one, and letters stand for parts of the time. */
function formatted(format: string, time: string): string {
  const known = mnemonics(asOperand(1, () => stampOf(time)));
  return format.replace(/''|'(?:[^']|'')*'?|([a-zA-Z])\1*/g, (piece, letter) => {
    if (letter === undefined) return piece === "''" ? "'" : unquoted(piece);
    const found = Object.hasOwn(known, letter) ? known[letter] : undefined;
    const text = found?.texts[piece.length];
    if (text !== undefined) return text;
    const why = found === undefined ? "" : `: ${found.refusal}`;
    throw new BadOperand(0, `invalid date format verb ${quote(piece)}${why}`);
  });
}

function unquoted(piece: string): string {
  if (piece.length > 1 && piece.endsWith("'")) return piece.slice(1, -1).replaceAll("''", "'");
  throw new BadOperand(0, "unterminated literal '");
}

/** Whole seconds are told. */
function later(timestamp: string, duration: string): string {
  const { seconds, nanoseconds, offset } = stampOf(timestamp);
  const added = reworded(
    () => parseDuration(duration),
    ({ message }) => new Unsuitable(message),
  );
  const whole = Math.floor(added / 1e9);
  const carried = Math.floor((nanoseconds + (added - whole * 1e9)) / 1e9);
  const text = rfc3339(seconds + whole + carried + offset * 60);
  return offset === 0 ? text : text.replace(/Z$/, zoneText(offset, ":"));
}

export const TIMES: readonly (readonly [name: string, function_: HclFunction])[] = [
  ["formatdate", of(["format: string", "time: string"], formatted)],
  ["timeadd", of(["timestamp: string", "duration: string"], later)],
];
