/** The keys of sort: which part of a line counts, and how parts are compared. */
import { strtod } from "../../strtod.ts";
import { compareVersions } from "../files/version-order.ts";

/** Letters of the options that a key or the whole command has. */
export type SortFlags = ReadonlySet<string>;

export interface SortKey {
  readonly startField: number;
  readonly startChar: number;
  readonly endField: number;
  readonly endChar: number;
  /** Empty: those of the command line hold. `B` stands for a `b` behind the comma. */
  readonly flags: SortFlags;
}

export const WHOLE_LINE: SortKey = { startField: 1, startChar: 0, endField: 0, endChar: 0, flags: new Set() };

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const SPACE = /[ \t\n\v\f\r]/;

/** What is wrong with the text of a `-k` option. */
export class BadKey {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Reads `F[.C][opts][,F[.C][opts]]`. @throws BadKey */
export function parseKey(text: string): SortKey {
  const [start = "", ...rest] = splitOnce(text);
  const flags = new Set<string>();
  const begin = position(start, flags, false);
  const end = rest[0] === undefined ? { field: 0, char: 0 } : position(rest[0], flags, true);
  return { startField: begin.field, startChar: begin.char, endField: end.field, endChar: end.char, flags };
}

function splitOnce(text: string): string[] {
  const comma = text.indexOf(",");
  return comma < 0 || comma === text.length - 1
    ? [text.replace(/,$/, "")]
    : [text.slice(0, comma), text.slice(comma + 1)];
}

function position(text: string, flags: Set<string>, isEnd: boolean): { field: number; char: number } {
  const [whole, field = "", , char] = /^([0-9]*)(\.([0-9]*))?/.exec(text) ?? [];
  const result = { field: count(field), char: char === undefined ? 0 : count(char) };
  for (const letter of text.slice(whole?.length ?? 0)) {
    if (!"nghMVucszbrdfimSTokt".includes(letter)) throw new BadKey("unknown key option");
    if (!"nghMbrdfi".includes(letter)) throw new BadKey("unknown sort type");
    flags.add(isEnd && letter === "b" ? "B" : letter);
  }
  return result;
}

function count(digits: string): number {
  const value = Number(digits);
  if (digits === "" || value === 0 || value > 2_147_483_647) throw new BadKey("bad field specification");
  return value;
}

/** The part of `line` that the key takes, prepared for comparing. */
export function keyText(line: string, key: SortKey, flags: SortFlags, separator: string | undefined): string {
  const plain = key.startField === 1 && key.startChar === 0 && key.endField === 0 && key.endChar === 0;
  if (plain && !["b", "d", "f", "i", "B"].some((letter) => flags.has(letter))) return line;
  let start = fieldStart(line, key.startField, separator);
  let end = key.endField === 0 ? line.length : fieldEnd(line, key.endField, separator);
  if (flags.has("b")) while (start < line.length && SPACE.test(line[start] ?? "")) start++;
  if (flags.has("B")) while (end > start && SPACE.test(line[end - 1] ?? "")) end--;
  if (key.endChar > 0) end = Math.min(key.endChar, line.length);
  if (key.startChar > 0) start = Math.min(start + key.startChar - 1, line.length);
  let text = line.slice(start, Math.max(end, start));
  if (flags.has("d")) text = text.replace(/[^0-9A-Za-z \t\n\v\f\r]/g, "");
  if (flags.has("i")) text = text.replace(/[^ -~]/g, "");
  return flags.has("f") ? text.replace(/[a-z]/g, (letter) => letter.toUpperCase()) : text;
}

function fieldStart(line: string, field: number, separator: string | undefined): number {
  let at = 0;
  for (let i = 1; i < field; i++) at = skipField(line, at, separator).end;
  return at;
}

function fieldEnd(line: string, field: number, separator: string | undefined): number {
  let at = 0;
  let stopped = false;
  for (let i = 1; i <= field; i++) {
    const skipped = skipField(line, at, separator);
    at = skipped.end;
    stopped = skipped.separated;
  }
  return stopped ? at - 1 : at;
}

function skipField(line: string, from: number, separator: string | undefined): { end: number; separated: boolean } {
  if (separator !== undefined) {
    const at = line.indexOf(separator, from);
    // A field at the end of the line counts its last character as separator if that is one.
    if (at < 0) return { end: line.length, separated: false };
    return { end: at + 1, separated: true };
  }
  let at = from;
  while (at < line.length && SPACE.test(line[at] ?? "")) at++;
  while (at < line.length && !SPACE.test(line[at] ?? "")) at++;
  return { end: at, separated: false };
}

/** Compares two keys; what the letters n, g, h, M and V say decides how. */
export function compareText(a: string, b: string, flags: SortFlags): number {
  if (flags.has("n")) return numeric(a) - numeric(b) || 0;
  if (flags.has("g") || flags.has("h")) return compareGeneral(a, b, flags.has("h"));
  if (flags.has("M")) return month(a) - month(b);
  if (flags.has("V")) return compareVersions(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function numeric(text: string): number {
  const { value } = strtod(text);
  return Number.isNaN(value) ? 0 : Math.max(Math.min(value, Number.MAX_VALUE), -Number.MAX_VALUE);
}

/** No number, then NaN, then numbers; with suffixes the larger suffix wins. */
function compareGeneral(a: string, b: string, suffixes: boolean): number {
  const x = strtod(a);
  const y = strtod(b);
  if (x.end === 0 || y.end === 0) return Number(x.end !== 0) - Number(y.end !== 0);
  if (Number.isNaN(x.value) || Number.isNaN(y.value))
    return Number(!Number.isNaN(x.value)) - Number(!Number.isNaN(y.value));
  if (suffixes) {
    const scale = scaleOf(a[x.end]) - scaleOf(b[y.end]);
    if (scale !== 0) return scale;
  }
  return x.value > y.value ? 1 : x.value < y.value ? -1 : 0;
}

function scaleOf(suffix: string | undefined): number {
  if (suffix === undefined) return -1;
  if (suffix === "k") return 0;
  return "KMGTPEZY".indexOf(suffix);
}

function month(text: string): number {
  const name = /^[ \t\n\v\f\r]*([A-Za-z]{3})/.exec(text)?.[1]?.toLowerCase() ?? "";
  return MONTHS.indexOf(name);
}
