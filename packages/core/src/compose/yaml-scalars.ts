/**
 * What plain scalars of YAML mean to go-yaml: numbers as Go reads them, with underscores and prefixes, and dates.
 *
 * @see go-yaml v3 resolve.go, strconv.ParseInt with base 0
 */
import type { ScalarTag } from "yaml";

/** A date or a time, which no attribute of a compose file may be. */
export class YamlTime {
  /** As RFC 3339 has it. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?$/i;
const INTEGER = /^([-+]?)(?:0x([\da-f]+)|0b([01]+)|0o?([0-7]+)|(0|[1-9]\d*))$/i;
const INT64_LEAST = -(2n ** 63n);
const UINT64_MOST = 2n ** 64n - 1n;

/** What looks like a number may be a text yet: `08` is a float, `0o8` is none of them. */
const NUMBER: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  test: /^[-+]?(?:\d|\.\d)[\w.+-]*$/,
  resolve: (text) => numberOf(text.replaceAll("_", "")) ?? text,
};

const TIME: ScalarTag = {
  tag: "tag:yaml.org,2002:timestamp",
  default: true,
  test: /^\d{4}-\d{1,2}-\d{1,2}(?:t\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:z|[-+]\d\d:\d\d)| \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?)?$/i,
  resolve: (text) => timeOf(text) ?? text,
};

/** Tried before those of the `yaml` package. */
export const GO_SCALARS: readonly ScalarTag[] = [TIME, NUMBER];

/** Integers that JavaScript's numbers do not hold stay the text that they print as. */
function numberOf(plain: string): number | string | undefined {
  const [, sign = "", hex, binary, octal, decimal] = INTEGER.exec(plain) ?? [];
  const digits = [hex && `0x${hex}`, binary && `0b${binary}`, octal && `0o${octal}`, decimal].find(Boolean);
  if (digits !== undefined) {
    const value = BigInt(digits) * (sign === "-" ? -1n : 1n);
    if (Number.isSafeInteger(Number(value))) return Number(value);
    if (value >= INT64_LEAST && value <= UINT64_MOST) return String(value);
  }
  return FLOAT.test(plain) ? Number(plain) : undefined;
}

/** Whether a plain text is read as a date or a time. */
export const isTime = (text: string): boolean => TIME.test?.test(text) === true && timeOf(text) !== undefined;

function timeOf(text: string): YamlTime | undefined {
  const [, year = "", month = "", day = "", rest = ""] = /^(\d{4})-(\d+)-(\d+)(.*)$/.exec(text) ?? [];
  const [, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] =
    /^.(\d+):(\d+):(\d+)(?:\.(\d+))?(.+)?$/.exec(rest) ?? [];
  const isDay = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= daysOf(year, month);
  if (!isDay || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const [date, clock] = [
    [month, day],
    [hour, minute, second],
  ].map((parts) => parts.map(twoDigits));
  const split = fraction.replace(/0+$/, "");
  const exact = `${clock?.join(":")}${split === "" ? "" : `.${split}`}`;
  return new YamlTime(`${year}-${date?.join("-")}T${exact}${zone.toUpperCase()}`);
}

const twoDigits = (number: string): string => number.padStart(2, "0");

function daysOf(year: string, month: string): number {
  const [y, m] = [Number(year), Number(month)];
  const isLeap = (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
  if (m === 2) return isLeap ? 29 : 28;
  return [4, 6, 9, 11].includes(m) ? 30 : 31;
}
