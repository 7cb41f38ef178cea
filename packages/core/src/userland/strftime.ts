/**
 * strftime(3) in the C locale, with glibc's flags and field widths.
 *
 * @see strftime(3), "Glibc notes"
 */
import { type Civil, dayOfDate, epochOf, US_PER_SECOND } from "./calendar.ts";

export const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

/** Conversions that are short for others. */
export const COMPOUND: Readonly<Record<string, string>> = {
  c: "%a %b %e %H:%M:%S %Y",
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  r: "%I:%M:%S %p",
  R: "%H:%M",
  T: "%H:%M:%S",
  x: "%m/%d/%y",
  X: "%H:%M:%S",
};

/** A conversion: flags, width, modifier, letter. */
const CONVERSION = /%([_\-0^#]*)([0-9]*)([EO]?)([\s\S]?)/g;
/** Where glibc does not take a modifier; everywhere else it changes nothing in the C locale. */
const REFUSED: Readonly<Record<string, string>> = { E: "aAbBdDeFgGhHIjklmMSUVwW", O: "aAcDFxXY" };

/** The text of `civil` in `format`. A conversion that there is not stays as it is. */
export function strftime(format: string, civil: Civil): string {
  return format.replace(CONVERSION, (whole: string, flags: string, width: string, modifier: string, letter: string) => {
    const style: Style = {
      pad: /[_\-0]/.test(flags) ? (flags.replace(/[\^#]/g, "").slice(-1) as Style["pad"]) : undefined,
      upper: flags.includes("^"),
      swapped: flags.includes("#"),
      width: Math.min(Number(width), MAX_WIDTH),
    };
    const allowed = letter !== "" && !(REFUSED[modifier] ?? "").includes(letter);
    const text = allowed ? convert(letter, civil, style) : undefined;
    return padded(text ?? (style.upper ? whole.toUpperCase() : whole), style);
  });
}

/** Wider fields do not fit into any program's buffer. */
const MAX_WIDTH = 1024;

interface Style {
  /** What fills a field: `-` is nothing, `_` spaces, `0` zeros; each conversion has its own if none is given. */
  readonly pad: "-" | "_" | "0" | undefined;
  readonly upper: boolean;
  /** `#`: the other case. */
  readonly swapped: boolean;
  readonly width: number;
}

function convert(letter: string, civil: Civil, style: Style): string | undefined {
  const compound = COMPOUND[letter];
  if (compound !== undefined) {
    const text = strftime(compound, civil);
    return style.upper ? text.toUpperCase() : text;
  }
  return numeric(letter, civil, style) ?? textual(letter, civil, style);
}

function numeric(letter: string, civil: Civil, style: Style): string | undefined {
  const number = (value: number, digits: number, pad: "_" | "0" = "0") => digitsOf(value, digits, style, pad);
  const hour12 = civil.hour % 12 === 0 ? 12 : civil.hour % 12;
  switch (letter) {
    case "C":
      return number(Math.floor(civil.year / 100), 1);
    case "d":
      return number(civil.day, 2);
    case "e":
      return number(civil.day, 2, "_");
    case "g":
      return number(lastTwo(isoWeek(civil).year), 2);
    case "G":
      return number(isoWeek(civil).year, 1);
    case "H":
      return number(civil.hour, 2);
    case "I":
      return number(hour12, 2);
    case "j":
      return number(civil.yearDay + 1, 3);
    case "k":
      return number(civil.hour, 2, "_");
    case "l":
      return number(hour12, 2, "_");
    case "m":
      return number(civil.month, 2);
    case "M":
      return number(civil.minute, 2);
    case "s":
      return String(epochOf(civil) / US_PER_SECOND);
    case "S":
      return number(civil.second, 2);
    case "u":
      return number(civil.weekday === 0 ? 7 : civil.weekday, 1);
    case "U":
      return number(weekFrom(civil, 0), 2);
    case "V":
      return number(isoWeek(civil).week, 2);
    case "w":
      return number(civil.weekday, 1);
    case "W":
      return number(weekFrom(civil, 1), 2);
    case "y":
      return number(lastTwo(civil.year), 2);
    case "Y":
      return number(civil.year, 1);
    case "z":
      return offset(civil.zone.offsetSeconds, style);
    default:
      return undefined;
  }
}

function textual(letter: string, civil: Civil, style: Style): string | undefined {
  const upper = (text: string) => (style.upper || style.swapped ? text.toUpperCase() : text);
  const noon = civil.hour < 12 ? "AM" : "PM";
  switch (letter) {
    case "a":
      return upper(WEEKDAYS[civil.weekday]?.slice(0, 3) ?? "?");
    case "A":
      return upper(WEEKDAYS[civil.weekday] ?? "?");
    case "b":
    case "h":
      return upper(MONTHS[civil.month - 1]?.slice(0, 3) ?? "?");
    case "B":
      return upper(MONTHS[civil.month - 1] ?? "?");
    case "n":
      return "\n";
    case "p":
      return style.swapped ? noon.toLowerCase() : noon;
    case "P":
      return noon.toLowerCase();
    case "t":
      return "\t";
    case "Z":
      return style.swapped ? civil.zone.name.toLowerCase() : upper(civil.zone.name);
    case "%":
      return "%";
    default:
      return undefined;
  }
}

/** A number with at least `digits` digits, or as many as the field is wide. */
function digitsOf(value: number, digits: number, style: Style, ownPad: "_" | "0"): string {
  const pad = style.pad ?? ownPad;
  const text = String(Math.abs(value));
  const sign = value < 0 ? "-" : "";
  if (pad === "-") return sign + text;
  const width = Math.max(digits, style.width) - sign.length;
  return pad === "_" ? (sign + text).padStart(width + sign.length) : sign + text.padStart(width, "0");
}

/** `+0130`. A width counts for the sign and for the digits, each. */
function offset(seconds: number, style: Style): string {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const value = Math.floor(minutes / 60) * 100 + (minutes % 60);
  return padded(seconds < 0 ? "-" : "+", style) + padded(digitsOf(value, 4, style, "0"), style);
}

function padded(text: string, style: Style): string {
  return text.padStart(style.width, style.pad === "0" ? "0" : " ");
}

const lastTwo = (year: number): number => ((year % 100) + 100) % 100;

/** The week of the year when weeks begin on `firstWeekday`; days before the first such day are in week 0. */
function weekFrom(civil: Civil, firstWeekday: number): number {
  return Math.floor((civil.yearDay + 7 - ((civil.weekday - firstWeekday + 7) % 7)) / 7);
}

/** The ISO 8601 week: it belongs to the year that its Thursday is in. */
function isoWeek(civil: Civil): { readonly year: number; readonly week: number } {
  const thursday = civil.yearDay - ((civil.weekday + 6) % 7) + 3;
  const lengthOf = (year: number) => dayOfDate(year + 1, 1, 1) - dayOfDate(year, 1, 1);
  if (thursday < 0) {
    const year = civil.year - 1;
    return { year, week: Math.floor((thursday + lengthOf(year)) / 7) + 1 };
  }
  const length = lengthOf(civil.year);
  if (thursday >= length) return { year: civil.year + 1, week: 1 };
  return { year: civil.year, week: Math.floor(thursday / 7) + 1 };
}
