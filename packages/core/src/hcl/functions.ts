/**
 * The functions that expressions can call: those of buildx's set that need nothing but their operands.
 *
 * Unlike buildx, there are no functions of times, random numbers, addresses and cryptography but sha256.
 *
 * @see docker/buildx bake/hclparser/stdlib.go; zclconf/go-cty cty/function/stdlib
 */
import { goRegExp, parseJson, quote, reworded } from "../lib/go/index.ts";
import { base64, base64Bytes, basename, compareBytes, decode, dirname, encode, sha256 } from "../lib/index.ts";
import { format } from "./format.ts";
import {
  areEqual,
  boolOf,
  entriesOf,
  fromJson,
  type HclObject,
  type HclValue,
  isList,
  isObject,
  jsonText,
  numberOf,
  textOf,
  Unsuitable,
} from "./value.ts";

export type HclFunction =
  | {
      readonly isLazy?: false;
      /** How many operands it takes. */
      readonly least: number;
      readonly most: number;
      /** @throws Unsuitable */
      readonly call: (...operands: readonly HclValue[]) => HclValue;
    }
  /** It evaluates its operands itself. */
  | { readonly isLazy: true; readonly lazy: (operands: readonly (() => HclValue)[]) => HclValue };

type Call = (...operands: readonly HclValue[]) => HclValue;

const of = (count: number, call: Call, most = count): HclFunction => ({ least: count, most, call });
const many = (least: number, call: Call): HclFunction => of(least, call, Number.POSITIVE_INFINITY);

/** Functions of a text. */
const text = (change: (given: string) => HclValue): HclFunction => of(1, (given = null) => change(textOf(given)));
const texts = (change: (a: string, b: string) => HclValue): HclFunction =>
  of(2, (a = null, b = null) => change(textOf(a), textOf(b)));
const number = (change: (given: number) => HclValue): HclFunction => of(1, (given = null) => change(numberOf(given)));
const numbers = (change: (a: number, b: number) => HclValue): HclFunction =>
  of(2, (a = null, b = null) => change(numberOf(a), numberOf(b)));
const list = (change: (given: readonly HclValue[]) => HclValue): HclFunction =>
  of(1, (given = null) => change(listOf(given)));
const bools = (change: (a: boolean, b: boolean) => HclValue): HclFunction =>
  of(2, (a = null, b = null) => change(boolOf(a), boolOf(b)));

function listOf(value: HclValue): readonly HclValue[] {
  if (isList(value)) return value;
  throw new Unsuitable("list of any single type required");
}

function objectOf(value: HclValue): HclObject {
  if (isObject(value)) return value;
  throw new Unsuitable("map of any single type required");
}

function lengthOf(value: HclValue): number {
  if (isList(value)) return value.length;
  if (isObject(value)) return value.size;
  throw new Unsuitable("collection must be a list, a map or a tuple");
}

const distinct = (items: readonly HclValue[]): readonly HclValue[] =>
  items.filter((item, at) => items.findIndex((other) => areEqual(other, item)) === at);

const flat = (items: readonly HclValue[]): readonly HclValue[] =>
  items.flatMap((item) => (isList(item) ? flat(item) : [item]));

function range(...[first = null, second = null, third = null]: readonly HclValue[]): HclValue {
  const [start, end] = second === null ? [0, numberOf(first)] : [numberOf(first), numberOf(second)];
  const step = third === null ? (end < start ? -1 : 1) : numberOf(third);
  if (step === 0 || (end > start && step < 0) || (end < start && step > 0))
    throw new Unsuitable("step must not be zero");
  const items: number[] = [];
  for (let at = start; step > 0 ? at < end : at > end; at += step) {
    items.push(at);
    if (items.length > RANGE_LIMIT) throw new Unsuitable(`more than ${RANGE_LIMIT} values were generated`);
  }
  return items;
}

/** @see go-cty stdlib/sequence.go */
const RANGE_LIMIT = 1024;

function element(items: readonly HclValue[], at: number): HclValue {
  if (items.length === 0) throw new Unsuitable("cannot use element function with an empty list");
  return items[((at % items.length) + items.length) % items.length] ?? null;
}

function lookup(...[map = null, key = null, otherwise]: readonly HclValue[]): HclValue {
  const found = objectOf(map).get(textOf(key));
  if (found !== undefined) return found;
  if (otherwise !== undefined) return otherwise;
  throw new Unsuitable(`the given object has no attribute ${quote(textOf(key))}`);
}

function indexOf(collection: HclValue, key: HclValue): HclValue {
  const found = isList(collection) ? collection[numberOf(key)] : objectOf(collection).get(textOf(key));
  if (found === undefined) throw new Unsuitable("invalid index");
  return found;
}

/** The groups by their names if they have some, or else in order; without groups what was found. */
function matched(found: RegExpExecArray): HclValue {
  if (found.groups !== undefined) return fromJson({ ...found.groups });
  return found.length > 1 ? found.slice(1).map((group) => group ?? null) : (found[0] ?? null);
}

function pattern(source: string, flags = ""): RegExp {
  const found = goRegExp(source);
  if (found === undefined) throw new Unsuitable(`invalid regexp pattern: ${quote(source)}`);
  return new RegExp(found, `u${flags}`);
}

function regex(source: string, given: string): HclValue {
  const found = pattern(source).exec(given);
  if (found === null) throw new Unsuitable("pattern did not match any part of the given string");
  return matched(found);
}

/** Each word with a capital. */
const title = (given: string): string => given.replace(/(^|\s)(\S)/g, (_, gap, letter) => gap + letter.toUpperCase());

/** From the first of the operands that is something. */
function coalesce(...items: readonly HclValue[]): HclValue {
  const found = items.find((item) => item !== null);
  if (found === undefined) throw new Unsuitable("no non-null arguments");
  return found;
}

const lazily = (body: Extract<HclFunction, { isLazy: true }>["lazy"]): HclFunction => ({ isLazy: true, lazy: body });

/** The first operand that has a value. */
function tried(operands: readonly (() => HclValue)[]): HclValue {
  let problem: unknown;
  for (const operand of operands) {
    try {
      return operand();
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

function can(operands: readonly (() => HclValue)[]): HclValue {
  try {
    operands[0]?.();
    return true;
  } catch {
    return false;
  }
}

const trimmed = (given: string, characters: string, ends: "both" | "start" | "end" = "both"): string => {
  const all = [...given];
  const isKept = (one: string): boolean => !characters.includes(one);
  const first = ends === "end" ? 0 : all.findIndex(isKept);
  const last = ends === "start" ? all.length - 1 : all.findLastIndex(isKept);
  return first < 0 ? "" : all.slice(first, last + 1).join("");
};

const product = (lists: readonly (readonly HclValue[])[]): readonly (readonly HclValue[])[] =>
  lists.reduce<readonly (readonly HclValue[])[]>(
    (rows, items) => rows.flatMap((row) => items.map((item) => [...row, item])),
    [[]],
  );

export const FUNCTIONS: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  ["abs", number(Math.abs)],
  ["add", numbers((a, b) => a + b)],
  ["and", bools((a, b) => a && b)],
  ["base64decode", text((given) => decode(base64Bytes(given)))],
  ["base64encode", text((given) => base64(encode(given)))],
  ["basename", text(basename)],
  ["can", lazily(can)],
  ["ceil", number(Math.ceil)],
  ["chomp", text((given) => given.replace(/(?:\r?\n)+$/, ""))],
  ["chunklist", of(2, (items = null, size = null) => chunks(listOf(items), numberOf(size)))],
  ["coalesce", many(1, coalesce)],
  ["coalescelist", many(1, (...lists) => lists.find((one) => isList(one) && one.length > 0) ?? [])],
  ["compact", list((items) => items.filter((item) => item !== null && item !== ""))],
  ["concat", many(1, (...lists) => lists.flatMap(listOf))],
  ["contains", of(2, (items = null, item = null) => listOf(items).some((one) => areEqual(one, item)))],
  ["dirname", text(dirname)],
  ["distinct", list(distinct)],
  ["divide", numbers((a, b) => a / b)],
  ["element", of(2, (items = null, at = null) => element(listOf(items), numberOf(at)))],
  ["equal", of(2, (a = null, b = null) => areEqual(a, b))],
  ["flatten", list(flat)],
  ["floor", number(Math.floor)],
  ["format", many(1, (template = null, ...operands) => format(textOf(template), operands))],
  ["formatlist", many(1, formatList)],
  ["greaterthan", numbers((a, b) => a > b)],
  ["greaterthanorequalto", numbers((a, b) => a >= b)],
  ["hasindex", of(2, (of = null, key = null) => can([() => indexOf(of, key)]))],
  ["indent", of(2, (width = null, given = null) => textOf(given).replaceAll("\n", `\n${" ".repeat(numberOf(width))}`))],
  ["index", of(2, (of = null, key = null) => indexOf(of, key))],
  ["int", number(Math.trunc)],
  ["join", many(2, (gap = null, ...lists) => lists.flatMap(listOf).map(textOf).join(textOf(gap)))],
  ["jsondecode", text((given) => decoded(given))],
  ["jsonencode", of(1, (given = null) => jsonText(given))],
  ["keys", of(1, (map = null) => entriesOf(objectOf(map)).map(([key]) => key))],
  ["length", of(1, (given = null) => lengthOf(given))],
  ["lessthan", numbers((a, b) => a < b)],
  ["lessthanorequalto", numbers((a, b) => a <= b)],
  ["lookup", of(2, lookup, 3)],
  ["lower", text((given) => given.toLowerCase())],
  ["max", many(1, (...all) => Math.max(...all.map(numberOf)))],
  ["merge", many(0, (...maps) => new Map(maps.flatMap((map) => (map === null ? [] : [...objectOf(map)]))))],
  ["min", many(1, (...all) => Math.min(...all.map(numberOf)))],
  ["modulo", numbers((a, b) => a % b)],
  ["multiply", numbers((a, b) => a * b)],
  ["negate", number((given) => -given)],
  ["not", of(1, (given = null) => !boolOf(given))],
  ["notequal", of(2, (a = null, b = null) => !areEqual(a, b))],
  ["or", bools((a, b) => a || b)],
  ["parseint", of(2, (given = null, base = null) => integer(textOf(given), numberOf(base)))],
  ["range", of(1, range, 3)],
  ["regex", texts(regex)],
  ["regexall", texts((source, given) => [...given.matchAll(pattern(source, "g"))].map(matched))],
  [
    "regex_replace",
    of(3, (given = null, source = null, by = null) => replaced(textOf(given), textOf(source), textOf(by))),
  ],
  [
    "replace",
    of(3, (given = null, what = null, by = null) => textOf(given).replaceAll(textOf(what), () => textOf(by))),
  ],
  ["reverse", text((given) => [...given].reverse().join(""))],
  ["reverselist", list((items) => items.toReversed())],
  ["sanitize", text((given) => given.replace(/[^a-zA-Z0-9_-]/g, "_"))],
  [
    "setintersection",
    many(1, (...sets) => distinct(listOf(sets[0] ?? null)).filter((item) => sets.every((one) => has(one, item)))),
  ],
  ["setproduct", many(1, (...sets) => product(sets.map(listOf)))],
  ["setsubtract", of(2, (a = null, b = null) => listOf(a).filter((item) => !has(b, item)))],
  ["setunion", many(1, (...sets) => distinct(sets.flatMap(listOf)))],
  ["sha256", text((given) => sha256(encode(given)))],
  ["signum", number(Math.sign)],
  ["slice", of(3, (items = null, from = null, to = null) => listOf(items).slice(numberOf(from), numberOf(to)))],
  ["sort", list((items) => items.map(textOf).sort(compareBytes))],
  ["split", texts((gap, given) => given.split(gap))],
  ["strlen", text((given) => [...given].length)],
  [
    "substr",
    of(3, (given = null, from = null, size = null) => part([...textOf(given)], numberOf(from), numberOf(size))),
  ],
  ["subtract", numbers((a, b) => a - b)],
  ["title", text(title)],
  ["trim", texts(trimmed)],
  ["trimprefix", texts((given, start) => (given.startsWith(start) ? given.slice(start.length) : given))],
  ["trimspace", text((given) => given.trim())],
  ["trimsuffix", texts((given, end) => (end !== "" && given.endsWith(end) ? given.slice(0, -end.length) : given))],
  ["try", lazily(tried)],
  ["upper", text((given) => given.toUpperCase())],
  ["urlencode", text((given) => encodeURIComponent(given).replaceAll("%20", "+"))],
  ["values", of(1, (map = null) => entriesOf(objectOf(map)).map(([, value]) => value))],
  ["zipmap", of(2, (keys = null, values = null) => zipped(listOf(keys), listOf(values)))],
]);

function has(items: HclValue, item: HclValue): boolean {
  return listOf(items).some((one) => areEqual(one, item));
}

function chunks(items: readonly HclValue[], size: number): HclValue {
  if (size <= 0) return [items];
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}

function formatList(template: HclValue = null, ...operands: readonly HclValue[]): HclValue {
  const length = Math.max(1, ...operands.map((one) => (isList(one) ? one.length : 1)));
  return Array.from({ length }, (_, at) =>
    format(
      textOf(template),
      operands.map((one) => (isList(one) ? (one[at] ?? null) : one)),
    ),
  );
}

function decoded(given: string): HclValue {
  return reworded(
    () => fromJson(parseJson(given)),
    ({ message }) => new Unsuitable(message),
  );
}

function integer(given: string, base: number): HclValue {
  const value = Number.parseInt(given, base);
  if (Number.isNaN(value)) throw new Unsuitable(`cannot parse ${quote(given)} as a base ${base} integer`);
  return value;
}

function replaced(given: string, source: string, by: string): HclValue {
  return given.replace(pattern(source, "g"), by.replace(/\$\{(\w+)\}/g, "$$$1"));
}

/** A negative place counts from the end; a size of -1 is all that is left. */
function part(characters: readonly string[], from: number, size: number): HclValue {
  const start = from < 0 ? Math.max(0, characters.length + from) : from;
  return characters.slice(start, size < 0 ? undefined : start + size).join("");
}

function zipped(keys: readonly HclValue[], values: readonly HclValue[]): HclValue {
  if (keys.length !== values.length) {
    throw new Unsuitable(`number of keys (${keys.length}) does not match number of values (${values.length})`);
  }
  return new Map(keys.map((key, at) => [textOf(key), values[at] ?? null]));
}

/** A name that somebody may have meant: of several the one that begins alike the longest. @see agext/levenshtein */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const near = names.filter((one) => distance(name, one) < 3);
  return near.sort((a, b) => common(b, name) - common(a, name))[0];
}

/** How many characters two names begin with alike. */
function common(a: string, b: string): number {
  const differs = [...a].findIndex((letter, at) => letter !== b[at]);
  return differs < 0 ? a.length : differs;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replacing = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replacing, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
