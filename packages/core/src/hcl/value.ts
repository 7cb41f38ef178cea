/**
 * Values of expressions, and how one kind becomes another.
 *
 * Unlike go-cty, numbers are those of JavaScript, and lists, sets and tuples are one kind, as are maps and objects.
 *
 * @see zclconf/go-cty cty/convert
 */
import { compareBytes, escapeHtml } from "../lib/index.ts";

export type HclObject = ReadonlyMap<string, HclValue>;
export type HclValue = string | number | boolean | null | readonly HclValue[] | HclObject;

/** A value that cannot be what is wanted; where that was is known to others. */
export class Unsuitable extends Error {
  override readonly name = "Unsuitable";
}

/** A value that leads back to itself. */
export class Cyclic extends Unsuitable {}

export const isList = (value: HclValue): value is readonly HclValue[] => Array.isArray(value);
export const isObject = (value: HclValue): value is HclObject => value instanceof Map;

/** Entries in the order of their keys. */
export const entriesOf = (value: HclObject): readonly (readonly [key: string, value: HclValue])[] =>
  [...value].sort(([a], [b]) => compareBytes(a, b));

/** @throws Unsuitable `string required` */
export function textOf(value: HclValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberText(value);
  if (typeof value === "boolean") return String(value);
  throw new Unsuitable(value === null ? "null value is not allowed" : "string required");
}

/** @throws Unsuitable `a number is required` for a text that is none, `number required` for what is no text either */
export function numberOf(value: HclValue): number {
  if (typeof value === "number") return value;
  if (typeof value !== "string") throw new Unsuitable("number required");
  if (/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value)) return Number(value);
  throw new Unsuitable("a number is required");
}

/** A number without a fraction. @throws Unsuitable */
export function wholeOf(value: HclValue): number {
  const number = numberOf(value);
  if (Number.isInteger(number)) return number;
  throw new Unsuitable("value must be a whole number, between -9223372036854775808 and 9223372036854775807");
}

/** @throws Unsuitable `a bool is required` for a text that is none, `bool required` for what is no text either */
export function boolOf(value: HclValue): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "1") return true;
  if (value === "false" || value === "0") return false;
  throw new Unsuitable(typeof value === "string" ? "a bool is required" : "bool required");
}

/** Values of one kind: numbers and bools become texts beside a text. `undefined` if they have none in common. */
export function unified(values: readonly HclValue[]): readonly HclValue[] | undefined {
  const given = values.filter((value) => value !== null);
  if (given.length === 0) return values;
  if (given.every(isList)) return unifiedLists(values);
  if (given.every(isObject)) return values;
  const kinds = new Set(given.map(kindOf));
  if (given.some((value) => typeof value === "object")) return undefined;
  if (kinds.size < 2) return values;
  return kinds.has("string") ? values.map((value) => (value === null ? null : textOf(value))) : undefined;
}

/** Lists of lists have one kind of items in all of them, if that can be. */
function unifiedLists(values: readonly HclValue[]): readonly HclValue[] {
  const lists = values.map((value) => (value !== null && isList(value) ? value : []));
  const items = unified(lists.flat());
  if (items === undefined) return values;
  let from = 0;
  return lists.map((list, at) => {
    const own = items.slice(from, from + list.length);
    from += list.length;
    return values[at] === null ? null : own;
  });
}

/** As sets order their members: `false` before `true`, numbers by size, texts by their bytes. */
export function compareValues(a: HclValue, b: HclValue): number {
  if (typeof a === "string" && typeof b === "string") return compareBytes(a, b);
  const isPlain = typeof a !== "object" && typeof b !== "object";
  return isPlain ? Number(a) - Number(b) : compareBytes(jsonText(a), jsonText(b));
}

/** @throws Unsuitable `list of string required`, `element 0: string required` */
export function textsOf(value: HclValue): readonly string[] {
  if (!isList(value)) throw new Unsuitable("list of string required");
  return value.map((item, at) => textWithin(`element ${at}`, item));
}

/** The same of a list in which some say nothing. @throws Unsuitable */
export function textsOrNulls(value: HclValue): readonly (string | null)[] {
  if (!isList(value)) throw new Unsuitable("list of string required");
  return value.map((item, at) => (item === null ? null : textWithin(`element ${at}`, item)));
}

/** Texts by their names; null stands for none. @throws Unsuitable `map of string required`, … */
export function textMapOf(value: HclValue): ReadonlyMap<string, string | null> {
  if (!isObject(value)) throw new Unsuitable("map of string required");
  return new Map(
    entriesOf(value).map(([key, item]) => [
      key,
      item === null ? null : textWithin(`element ${JSON.stringify(key)}`, item),
    ]),
  );
}

/** A text within a value, whose place is told if it is none. @throws Unsuitable `element 0: string required` */
export function textWithin(place: string, item: HclValue): string {
  try {
    return textOf(item);
  } catch (error) {
    if (!(error instanceof Unsuitable) || item === null) throw error;
    throw new Unsuitable(`${place}: ${error.message}`);
  }
}

/** Digits without an exponent. */
export function numberText(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString();
  const text = String(value);
  return /e-/.test(text) ? value.toFixed(Number(text.split("e-")[1]) + (text.split("e")[0]?.length ?? 0)) : text;
}

/** What Go calls the kind of a value. */
export function kindOf(value: HclValue): string {
  if (value === null) return "dynamic";
  if (typeof value === "boolean") return "bool";
  if (isList(value)) return "tuple";
  return isObject(value) ? "object" : typeof value;
}

export function areEqual(a: HclValue, b: HclValue): boolean {
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((item, at) => areEqual(item, b[at] ?? null));
  }
  if (isObject(a) && isObject(b)) {
    return a.size === b.size && [...a].every(([key, item]) => b.has(key) && areEqual(item, b.get(key) ?? null));
  }
  return a === b;
}

/** As JSON has it. */
export function fromJson(value: unknown): HclValue {
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value === "object" && value !== null) {
    return new Map(Object.entries(value).map(([key, item]) => [key, fromJson(item)]));
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

/** A value in JSON, as Go writes it. @throws Unsuitable for what is no number of JSON */
export function jsonText(value: HclValue): string {
  if (value === Infinity || value === -Infinity) throw new Unsuitable("cannot serialize infinity as JSON");
  if (isList(value)) return `[${value.map(jsonText).join(",")}]`;
  if (!isObject(value)) return typeof value === "number" ? numberText(value) : escapeHtml(JSON.stringify(value));
  return `{${entriesOf(value)
    .map(([key, item]) => `${escapeHtml(JSON.stringify(key))}:${jsonText(item)}`)
    .join(",")}}`;
}

/** The same as plain data. */
export function toJson(value: HclValue): unknown {
  if (isList(value)) return value.map(toJson);
  return isObject(value) ? Object.fromEntries(entriesOf(value).map(([key, item]) => [key, toJson(item)])) : value;
}
