/**
 * strptime(3) in the C locale, as glibc has it: blanks in the format match any blanks, numbers may have blanks before.
 *
 * @see strptime(3)
 */
import { type Civil, civilOf, dayOfDate, US_PER_SECOND } from "./calendar.ts";
import { COMPOUND, MONTHS, WEEKDAYS } from "./strftime.ts";

/** Numbers: how many digits at most, and the range. */
const NUMBERS: Readonly<Record<string, readonly [digits: number, least: number, most: number]>> = {
  C: [2, 0, 99],
  d: [2, 1, 31],
  e: [2, 1, 31],
  g: [2, 0, 99],
  G: [4, 0, 9999],
  H: [2, 0, 23],
  I: [2, 1, 12],
  j: [3, 1, 366],
  k: [2, 0, 23],
  l: [2, 1, 12],
  m: [2, 1, 12],
  M: [2, 0, 59],
  S: [2, 0, 61],
  u: [1, 1, 7],
  U: [2, 0, 53],
  V: [2, 0, 53],
  w: [1, 0, 6],
  W: [2, 0, 53],
  y: [2, 0, 99],
  Y: [4, 0, 9999],
};

/** What was read: the fields of `base` with those of the text, and what is left of the text. */
export interface Read {
  readonly civil: Civil;
  /** What %z said: how far ahead of UTC the text's zone is. It is not applied. */
  readonly aheadSeconds: number | undefined;
  readonly rest: string;
}

/** Reads `text` in `format`; `undefined` where they do not match. */
export function strptime(text: string, format: string, base: Civil): Read | undefined {
  const reader = new Reader(text);
  if (!reader.read(format)) return undefined;
  return { civil: reader.civil(base), aheadSeconds: reader.aheadSeconds, rest: reader.rest };
}

class Reader {
  rest: string;
  /** Numbers by their letter; names as numbers, `p` 1 for PM, `z` seconds ahead of UTC, `s` seconds since 1970. */
  readonly #found = new Map<string, number>();

  constructor(text: string) {
    this.rest = text;
  }

  read(format: string): boolean {
    for (let at = 0; at < format.length; at++) {
      const letter = format[at] as string;
      if (/\s/.test(letter)) this.#skipBlanks();
      else if (letter !== "%") {
        if (!this.rest.startsWith(letter)) return false;
        this.rest = this.rest.slice(letter.length);
      } else {
        at++;
        while (/[EO_\-0^#]/.test(format[at] ?? "")) at++;
        if (!this.#convert(format[at] ?? "")) return false;
      }
    }
    return true;
  }

  /** The fields of `base`, replaced by those found. Day of week and of year are not worked out anew. */
  civil(base: Civil): Civil {
    const found = this.#found;
    const since1970 = found.get("s");
    if (since1970 !== undefined) return civilOf(since1970 * US_PER_SECOND, base.zone);
    const year = this.#year(base);
    const hour12 = found.get("I");
    return {
      ...base,
      ...this.#date(base, year),
      hour: hour12 === undefined ? (found.get("H") ?? base.hour) : (hour12 % 12) + 12 * (found.get("p") ?? 0),
      minute: found.get("M") ?? base.minute,
      second: found.get("S") ?? base.second,
    };
  }

  get aheadSeconds(): number | undefined {
    return this.#found.get("z");
  }

  #year(base: Civil): number {
    const century = this.#found.get("C");
    const short = this.#found.get("y");
    const year = this.#found.get("Y");
    if (century !== undefined) return century * 100 + (short ?? 0);
    if (short !== undefined) return short < 69 ? 2000 + short : 1900 + short;
    return year ?? base.year;
  }

  /** Year, month and day; a day of the year or a week with its weekday does where no month and day are given. */
  #date(base: Civil, year: number): Pick<Civil, "year" | "month" | "day"> {
    const month = this.#found.get("m");
    const day = this.#found.get("d");
    const hasYear = ["C", "y", "Y"].some((letter) => this.#found.has(letter));
    if (month === undefined && day === undefined && hasYear) {
      const yearDay = this.#found.get("j");
      const firstDay = dayOfDate(year, 1, 1);
      const known = yearDay === undefined ? this.#weekDay(firstDay) : yearDay - 1;
      if (known !== undefined) return civilOf((firstDay + known) * 86_400 * US_PER_SECOND);
    }
    return { year, month: month ?? base.month, day: day ?? base.day };
  }

  /** The day of the year that %U or %W and a weekday name. */
  #weekDay(firstDay: number): number | undefined {
    const weekday = this.#found.get("w");
    const sundayWeek = this.#found.get("U");
    const mondayWeek = this.#found.get("W");
    const week = sundayWeek ?? mondayWeek;
    if (week === undefined || weekday === undefined) return undefined;
    const starts = sundayWeek === undefined ? 1 : 0;
    const firstWeekday = (((firstDay + 4) % 7) + 7) % 7;
    return ((7 - (firstWeekday - starts)) % 7) + (week - 1) * 7 + ((weekday - starts + 7) % 7);
  }

  #convert(letter: string): boolean {
    const compound = COMPOUND[letter];
    if (compound !== undefined) return this.read(compound);
    const number = NUMBERS[letter];
    if (number !== undefined) return this.#number(letter, number);
    switch (letter) {
      case "%":
        return this.#literal("%");
      case "n":
      case "t":
        this.#skipBlanks();
        return true;
      case "a":
      case "A":
        return this.#name("w", WEEKDAYS, 0);
      case "b":
      case "B":
      case "h":
        return this.#name("m", MONTHS, 1);
      case "p":
      case "P":
        return this.#name("p", ["AM", "PM"], 0);
      case "s":
        return this.#take(/^\d+/, (digits) => this.#found.set("s", Number(digits)));
      case "z":
        return this.#offset();
      case "Z":
        // glibc reads over the name of a zone: it is whatever is no blank.
        return this.#take(/^\s*\S*/, () => {});
      default:
        return false;
    }
  }

  #number(letter: string, [digits, least, most]: readonly [number, number, number]): boolean {
    this.#skipBlanks();
    // Digits are taken while one more may still fit into the range.
    let value = 0;
    let length = 0;
    while (length < digits && /\d/.test(this.rest[length] ?? "") && (length === 0 || value * 10 <= most)) {
      value = value * 10 + Number(this.rest[length]);
      length++;
    }
    if (length === 0) return false;
    if (value < least || value > most) return false;
    this.rest = this.rest.slice(length);
    this.#set(letter, value);
    return true;
  }

  /** Several letters name the same field, and the last one found counts. */
  #set(letter: string, value: number): void {
    if (letter === "H" || letter === "k") {
      this.#found.delete("I");
      this.#found.set("H", value);
    } else if (letter === "l") this.#found.set("I", value);
    else if (letter === "e") this.#found.set("d", value);
    else if (letter === "u") this.#found.set("w", value % 7);
    else this.#found.set(letter, value);
  }

  #name(field: string, names: readonly string[], first: number): boolean {
    const text = this.rest.toLowerCase();
    for (const [index, name] of names.entries()) {
      for (const form of [name, name.slice(0, 3)]) {
        if (!text.startsWith(form.toLowerCase())) continue;
        this.rest = this.rest.slice(form.length);
        this.#found.set(field, index + first);
        return true;
      }
    }
    return false;
  }

  /** `Z`, `+hh`, `+hhmm` or `+hh:mm`. */
  #offset(): boolean {
    this.#skipBlanks();
    if (this.#literal("Z")) {
      this.#found.set("z", 0);
      return true;
    }
    const [whole, sign, hours, minutes = "00"] = /^([+-])(\d\d)(?::?(\d\d))?/.exec(this.rest) ?? [];
    if (whole === undefined || Number(minutes) >= 60) return false;
    this.rest = this.rest.slice(whole.length);
    const seconds = Number(hours) * 3600 + Number(minutes) * 60;
    this.#found.set("z", sign === "-" ? -seconds : seconds);
    return true;
  }

  #literal(text: string): boolean {
    if (!this.rest.startsWith(text)) return false;
    this.rest = this.rest.slice(text.length);
    return true;
  }

  #take(pattern: RegExp, use: (text: string) => void): boolean {
    const [text] = pattern.exec(this.rest) ?? [];
    if (text === undefined) return false;
    this.rest = this.rest.slice(text.length);
    use(text);
    return true;
  }

  #skipBlanks(): void {
    this.rest = this.rest.trimStart();
  }
}
