/** Functions of lists, maps and sets. @see go-cty stdlib/collection.go, sequence.go, set.go; buildx bake/hclparser/stdlib.go */
import {
  areEqual,
  compareValues,
  entriesOf,
  type HclObject,
  type HclValue,
  isList,
  kindOf,
  Unsuitable,
  unified,
  wholeOf,
} from "../value.ts";
import { asOperand, BadOperand, type HclFunction, listOr, many, objectOr, of } from "./function.ts";

type List = readonly HclValue[];

const has = (items: List, item: HclValue): boolean => items.some((one) => areEqual(one, item));
const distinct = (items: List): List =>
  items.filter((item, at) => items.findIndex((other) => areEqual(other, item)) === at);
const flat = (items: List): List => items.flatMap((item) => (isList(item) ? flat(item) : [item]));

// ── lists ──

function range(params: readonly number[]): List {
  const [first = 0, second, third] = params;
  if (params.length < 1 || params.length > 3) throw new Unsuitable("must have one, two, or three arguments");
  const [start, end] = second === undefined ? [0, first] : [first, second];
  const step = third ?? (end < start ? -1 : 1);
  if (step < 0 && end > start) throw new BadOperand(1, "end must be less than start when step is negative");
  if (step >= 0 && end < start) throw new BadOperand(1, "end must be greater than start when step is positive");
  const items: number[] = [];
  for (let at = start; step < 0 ? at > end : at < end; at += step) {
    if (items.length >= RANGE_LIMIT) {
      const way = "either decrease the difference between start and end or use a smaller step";
      throw new Unsuitable(`more than ${RANGE_LIMIT} values were generated; ${way}`);
    }
    items.push(at);
  }
  return items;
}

/** @see go-cty stdlib/sequence.go */
const RANGE_LIMIT = 1024;

function element(list: HclValue, index: number): HclValue {
  const items = listOr(list, () => new Unsuitable(`cannot read elements from ${kindOf(list)}`));
  const at = said("invalid index: ", () => wholeOf(index));
  if (items.length === 0) throw new Unsuitable("cannot use element function with an empty list");
  if (at < 0) throw new Unsuitable("cannot use element function with a negative index");
  return items[at % items.length] ?? null;
}

/** What is unsuitable, with what it is about. */
function said<Value>(prefix: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof Unsuitable ? new Unsuitable(`${prefix}${error.message}`) : error;
  }
}

const NO_COLLECTION = "collection must be a list, a map or a tuple";

function indexOf(collection: HclValue, key: HclValue): HclValue {
  const items = listOr(collection, () => new Unsuitable(NO_COLLECTION));
  if (typeof key !== "number") throw new Unsuitable("key for tuple must be number");
  const at = said("invalid key for tuple: ", () => wholeOf(key));
  if (at < 0 || at >= items.length) throw new Unsuitable(`key must be between 0 and ${items.length} inclusive`);
  return items[at] ?? null;
}

function placeOf(list: HclValue, item: HclValue): number {
  const items = listOr(list, () => new Unsuitable("argument must be a list or tuple"));
  if (items.length === 0) throw new Unsuitable("cannot search an empty list");
  const at = items.findIndex((one) => areEqual(one, item));
  if (at < 0) throw new Unsuitable("item not found");
  return at;
}

function slice(list: HclValue, start: number, end: number): List {
  const items = listOr(list, () => new BadOperand(0, "must be a list or tuple value"));
  const edge = (at: 1 | 2, name: string, value: number): number => {
    const whole = asOperand(at, () => wholeOf(value), `invalid ${name} index: `);
    if (whole < 0) throw new BadOperand(at, `${name} index must not be less than zero`);
    if (whole > items.length) {
      throw new BadOperand(at, `${name} index must not be greater than the length of the list`);
    }
    return whole;
  };
  const [from, to] = [edge(1, "start", start), edge(2, "end", end)];
  if (from > to) throw new BadOperand(1, "start index must not be greater than end index");
  return items.slice(from, to);
}

function chunks(items: List, length: number): List {
  const size = said("invalid size: ", () => wholeOf(length));
  if (size < 0) throw new Unsuitable("the size argument must be positive");
  if (size === 0) return items.length === 0 ? [] : [items];
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

function concatenated(lists: List): List {
  if (lists.length === 0) throw new Unsuitable("at least one argument is required");
  return lists.flatMap((list, at) =>
    listOr(list, () => new BadOperand(at, `all arguments must be lists or tuples; got ${kindOf(list)}`)),
  );
}

function firstFilled(lists: List): List {
  if (lists.length === 0) throw new Unsuitable("at least one argument is required");
  const all = lists.map((list) => listOr(list, () => new Unsuitable("coalescelist arguments must be lists or tuples")));
  const found = all.find((list) => list.length > 0);
  if (found === undefined) throw new Unsuitable("no non-null arguments");
  return found;
}

function firstGiven(values: List): HclValue {
  const alike = values.length === 0 ? undefined : unified(values);
  if (alike === undefined) throw new Unsuitable("all arguments must have the same type");
  const found = alike.find((value) => value !== null);
  if (found === undefined) throw new Unsuitable("no non-null arguments");
  return found;
}

function reversed(list: HclValue): List {
  const refuse = () => new BadOperand(0, `can only reverse list or tuple values, not ${kindOf(list)}`);
  return listOr(list, refuse).toReversed();
}

// ── maps ──

const NO_MAP = "must have map or object type";

function lookup(map: HclValue, key: string, otherwise: HclValue): HclValue {
  const object = objectOr(map, () => new BadOperand(0, "lookup() requires a map as the first argument"));
  return object.get(key) ?? otherwise;
}

function merged(maps: List): HclObject {
  const all = maps.map((map) => {
    const kind = kindOf(map);
    return map === null
      ? new Map()
      : objectOr(map, () => new Unsuitable(`arguments must be maps or objects, got ${JSON.stringify(kind)}`));
  });
  return new Map(all.flatMap((map) => [...map]));
}

function zipped(keys: readonly (string | null)[], values: HclValue): HclObject {
  const items = listOr(values, () => new Unsuitable("values argument must be a list or tuple value"));
  if (keys.length !== items.length) {
    throw new Unsuitable(`number of keys (${keys.length}) does not match number of values (${items.length})`);
  }
  return new Map(
    keys.map((key, at) => {
      if (key === null) throw new Unsuitable(`keys list has null value at index ${at}`);
      return [key, items[at] ?? null];
    }),
  );
}

function valuesOf(map: HclValue): List {
  const object = objectOr(map, () => new Unsuitable("values() requires a map as the first argument"));
  return entriesOf(object).map(([, value]) => value);
}

// ── sets ──

/** Members in their order, each once. */
const setOf = (items: List): List => distinct(items).toSorted(compareValues);

/** A function of sets, whose members are made of one kind first. */
const sets = (make: (first: List, others: readonly List[]) => List): HclFunction =>
  many(["first_set: set"], "other_sets: set", ([first], others) => operation([first, ...others], make));

function operation(all: readonly List[], make: (first: List, others: readonly List[]) => List): List {
  const alike = unified(all.flat());
  if (alike === undefined) throw new Unsuitable("given sets must all have compatible element types");
  const [first = [], ...others] = all.map((set, at) => {
    const from = all.slice(0, at).reduce((sum, { length }) => sum + length, 0);
    return alike.slice(from, from + set.length);
  });
  return setOf(make(first, others));
}

const without = (a: List, b: List): List => a.filter((item) => !has(b, item));

function product(lists: List): List {
  if (lists.length < 2) throw new Unsuitable("at least two arguments are required");
  const all = lists.map((list, at) => {
    const items = unified(listOr(list, () => new BadOperand(at, "a set or a list is required")));
    if (items === undefined) throw new BadOperand(at, "all elements must be of the same type");
    return items;
  });
  return all.reduce<readonly List[]>((rows, items) => rows.flatMap((row) => items.map((item) => [...row, item])), [[]]);
}

const ANY = { kind: "any", takesNull: true } as const;

export const COLLECTIONS: readonly (readonly [name: string, function_: HclFunction])[] = [
  ["chunklist", of(["list: list", "size: number"], chunks)],
  ["coalesce", many([], { name: "vals", ...ANY }, (_, values) => firstGiven(values))],
  ["coalescelist", many([], { name: "vals", ...ANY }, (_, lists) => firstFilled(lists))],
  ["compact", of(["list: strings"], (items) => items.filter((item) => item !== null && item !== ""))],
  ["concat", many([], "seqs: any", (_, lists) => concatenated(lists))],
  [
    "contains",
    of(["list: any", "value: any"], (list, item) =>
      has(
        listOr(list, () => new Unsuitable("argument must be list, tuple, or set")),
        item,
      ),
    ),
  ],
  ["distinct", of(["list: list"], distinct)],
  ["element", of(["list: any", "index: number"], element)],
  [
    "flatten",
    of(["list: any"], (list) => flat(listOr(list, () => new Unsuitable("can only flatten lists, sets and tuples")))),
  ],
  [
    "hasindex",
    of(["collection: any", "key: any"], (list, key) => {
      const items = listOr(list, () => new Unsuitable(NO_COLLECTION));
      return typeof key === "number" && items[key] !== undefined;
    }),
  ],
  ["index", of(["collection: any", "key: any"], indexOf)],
  ["indexof", of(["list: any", "value: any"], placeOf)],
  [
    "keys",
    of(["inputMap: any"], (map) => entriesOf(objectOr(map, () => new BadOperand(0, NO_MAP))).map(([key]) => key)),
  ],
  ["length", of(["collection: any"], (list) => listOr(list, () => new Unsuitable(NO_COLLECTION)).length)],
  ["lookup", of(["inputMap: any", "key: string", "default: any"], lookup)],
  ["merge", many([], { name: "maps", ...ANY }, (_, maps) => merged(maps))],
  ["range", many([], "params: number", (_, params) => range(params))],
  ["reverselist", of(["list: any"], reversed)],
  ["sethaselement", of(["set: set", "elem: any"], has)],
  ["setintersection", sets((first, others) => first.filter((item) => others.every((one) => has(one, item))))],
  ["setproduct", many([], "sets: any", (_, lists) => product(lists))],
  [
    "setsubtract",
    of(["a: set", "b: set"], (a, b) => operation([a, b], (first, [other = []]) => without(first, other))),
  ],
  [
    "setsymmetricdifference",
    sets((first, others) => others.reduce((a, b) => [...without(a, b), ...without(b, a)], first)),
  ],
  ["setunion", sets((first, others) => [...first, ...others.flat()])],
  ["slice", of(["list: any", "start_index: number", "end_index: number"], slice)],
  ["values", of(["mapping: any"], valuesOf)],
  ["zipmap", of(["keys: strings", "values: any"], zipped)],
];
