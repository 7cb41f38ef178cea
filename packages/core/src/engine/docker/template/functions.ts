/**
 * The functions that a template can call: those of Go's text/template and those of the docker command line.
 *
 * `and` and `or`, which stop at the first operand that decides, and `call` are the executor's own.
 * Model: text/template funcs.go, docker/cli templates.
 */
import { byteString, encode, fromByteString } from "../../../lib/index.ts";
import { ValueError } from "../problem.ts";
import { equal, lessThan } from "./compare.ts";
import { jsonText } from "./json.ts";
import { printed, sprint } from "./print.ts";
import { sprintf } from "./sprintf.ts";
import {
  ANY,
  BOOL,
  elements,
  type GoType,
  GoValue,
  INT,
  indirect,
  isAssignable,
  mapEntries,
  mapEntry,
  STRING,
  STRINGS,
  typeName,
  UINT8,
  unwrap,
  zero,
} from "./type.ts";

/** A value as it is, without being converted: Go's reflect.Value. */
export const RAW = "raw";

export interface TemplateFunction {
  readonly parameters: readonly (GoType | typeof RAW)[];
  /** The last parameter may come any number of times. */
  readonly variadic?: true;
  /** @throws ValueError, shown as `error calling NAME: …` */
  call(...args: readonly (GoValue | undefined)[]): GoValue | undefined;
}

const text = (value: string): GoValue => new GoValue(STRING, value);
const truth = (value: boolean): GoValue => new GoValue(BOOL, value);
const stringOf = (value: GoValue | undefined): string => `${value?.value ?? ""}`;
const numberOf = (value: GoValue | undefined): number => Number(value?.value ?? 0);

const compares = (test: (a: GoValue | undefined, b: GoValue | undefined) => boolean): TemplateFunction => ({
  parameters: [RAW, RAW],
  call: (a, b) => truth(test(a, b)),
});

const rewrites = (rewrite: (given: string) => string): TemplateFunction => ({
  parameters: [STRING],
  call: (given) => text(rewrite(stringOf(given))),
});

const prints = (print: (values: readonly (GoValue | undefined)[]) => string): TemplateFunction => ({
  parameters: [ANY],
  variadic: true,
  call: (...values) => text(print(values)),
});

/** Go's own. */
const BUILT_IN: readonly (readonly [name: string, TemplateFunction])[] = [
  ["eq", { parameters: [RAW, RAW], variadic: true, call: (first, ...others) => truth(equal(first, others)) }],
  ["ne", compares((a, b) => !equal(a, [b]))],
  ["lt", compares(lessThan)],
  ["le", compares((a, b) => lessThan(a, b) || equal(a, [b]))],
  ["gt", compares((a, b) => !(lessThan(a, b) || equal(a, [b])))],
  ["ge", compares((a, b) => !lessThan(a, b))],
  ["not", { parameters: [RAW], call: (value) => truth(!isTrue(unwrap(value))) }],
  ["and", { parameters: [RAW, RAW], variadic: true, call: () => undefined }],
  ["or", { parameters: [RAW, RAW], variadic: true, call: () => undefined }],
  ["len", { parameters: [RAW], call: length }],
  ["index", { parameters: [RAW, RAW], variadic: true, call: index }],
  ["slice", { parameters: [RAW, RAW], variadic: true, call: slice }],
  ["call", { parameters: [RAW, RAW], variadic: true, call: () => undefined }],
  ["print", prints(sprint)],
  ["println", prints((values) => `${values.map((value) => sprint([value])).join(" ")}\n`)],
  [
    "printf",
    { parameters: [STRING, ANY], variadic: true, call: (format, ...rest) => text(sprintf(stringOf(format), rest)) },
  ],
  ["html", prints((values) => joined(values).replace(/["'&<>\0]/g, (character) => HTML[character] ?? ""))],
  ["js", prints((values) => joined(values).replace(/[\\'"<>&=\0-\x1f]/g, escapeScript))],
  ["urlquery", prints((values) => escapeQuery(joined(values)))],
];

/** The docker command line's. */
const DOCKER: readonly (readonly [name: string, TemplateFunction])[] = [
  ["json", { parameters: [ANY], call: (value) => text(jsonText(value)) }],
  ["split", { parameters: [STRING, STRING], call: (given, separator) => split(stringOf(given), stringOf(separator)) }],
  ["join", { parameters: [STRINGS, STRING], call: (list, separator) => text(join(list, stringOf(separator))) }],
  [
    "title",
    rewrites((given) =>
      given.replace(/(^|[^\p{L}\p{Nd}_])(\p{Ll})/gu, (_, before, letter) => before + letter.toUpperCase()),
    ),
  ],
  ["lower", rewrites((given) => eachCharacter(given, (character) => character.toLowerCase()))],
  ["upper", rewrites((given) => eachCharacter(given, (character) => character.toUpperCase()))],
  [
    "pad",
    {
      parameters: [STRING, INT, INT],
      call: (given, before, after) => text(pad(stringOf(given), numberOf(before), numberOf(after))),
    },
  ],
  [
    "truncate",
    { parameters: [STRING, INT], call: (given, length) => text(truncate(stringOf(given), numberOf(length))) },
  ],
];

/** Go's own, by name. */
export const GO_FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map(BUILT_IN);

/** Those and the docker command line's. */
export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map([...GO_FUNCTIONS, ...DOCKER]);

const heading = (more: number): TemplateFunction => ({
  parameters: [STRING, ...new Array<GoType>(more).fill(more === 1 ? STRING : INT)].slice(0, more + 1),
  call: (given) => text(stringOf(given)),
});

/** In the heading of a table the rewriting functions leave the column's name alone. */
export const HEADER_FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map([
  ...FUNCTIONS,
  ...["json", "title", "lower", "upper"].map((name) => [name, heading(0)] as const),
  ...["split", "join"].map((name) => [name, heading(1)] as const),
  ["truncate", { parameters: [STRING, INT], call: (given) => text(stringOf(given)) }],
]);

/** What `if` takes for true: anything but false, 0, nil and what is empty. */
export function isTrue(value: GoValue | undefined): boolean {
  if (value === undefined) return false;
  const { type, value: data } = value;
  if (type.kind === "struct") return true;
  if (type.kind === "slice") return elements(value).length > 0;
  if (type.kind === "map") return mapEntries(value).length > 0;
  return data !== null && data !== undefined && data !== "" && data !== 0 && data !== false;
}

function length(given: GoValue | undefined): GoValue {
  const { value, nil } = indirect(given);
  if (value === undefined) throw new ValueError("reflect: call of reflect.Value.Type on zero Value");
  if (nil) throw new ValueError("len of nil pointer");
  const { kind } = value.type;
  if (kind === "string") return new GoValue(INT, encode(stringOf(value)).length);
  if (kind === "slice") return new GoValue(INT, elements(value).length);
  if (kind === "map") return new GoValue(INT, mapEntries(value).length);
  throw new ValueError(`len of type ${typeName(value.type)}`);
}

function index(given: GoValue | undefined, ...keys: readonly (GoValue | undefined)[]): GoValue | undefined {
  let item = unwrap(given);
  if (item === undefined) throw new ValueError("index of untyped nil");
  for (const key of keys.map(unwrap)) {
    const { value, nil } = indirect(item);
    if (nil || value === undefined) throw new ValueError("index of nil pointer");
    item = indexOne(value, key);
  }
  return item;
}

function indexOne(item: GoValue, key: GoValue | undefined): GoValue {
  const { type } = item;
  if (type.kind === "map") return mapEntry(item, mapKey(type.key, key)) ?? new GoValue(type.of, zero(type.of));
  if (type.kind === "slice") {
    const list = elements(item);
    return list[position(key, list.length)] ?? outOfRange("slice");
  }
  if (type.kind !== "string") throw new ValueError(`can't index item of type ${typeName(type)}`);
  const bytes = encode(stringOf(item));
  const byte = bytes[position(key, bytes.length)];
  return byte === undefined ? outOfRange("string") : new GoValue(UINT8, byte);
}

/** Go's own complaint: its check lets the length itself pass as a position. */
function outOfRange(kind: "slice" | "string"): never {
  throw new ValueError(`reflect: ${kind} index out of range`);
}

function mapKey(type: GoType, key: GoValue | undefined): string {
  if (key === undefined) throw new ValueError(`value is nil; should be of type ${typeName(type)}`);
  if (!isAssignable(key.type, type))
    throw new ValueError(`value has type ${typeName(key.type)}; should be ${typeName(type)}`);
  return stringOf(key);
}

function position(key: GoValue | undefined, limit: number): number {
  if (key === undefined) throw new ValueError("cannot index slice/array with nil");
  if (key.type.kind !== "int" && key.type.kind !== "uint")
    throw new ValueError(`cannot index slice/array with type ${typeName(key.type)}`);
  const at = numberOf(key);
  if (at < 0 || at > limit) throw new ValueError(`index out of range: ${at}`);
  return at;
}

function slice(given: GoValue | undefined, ...keys: readonly (GoValue | undefined)[]): GoValue {
  const outer = unwrap(given);
  if (outer === undefined) throw new ValueError("slice of untyped nil");
  const { value, nil } = indirect(outer);
  if (nil || value === undefined) throw new ValueError("slice of nil pointer");
  if (keys.length > 3) throw new ValueError(`too many slice indexes: ${keys.length}`);
  const { kind } = value.type;
  if (kind !== "string" && kind !== "slice") throw new ValueError(`can't slice item of type ${typeName(value.type)}`);
  if (kind === "string" && keys.length === 3) throw new ValueError("cannot 3-index slice a string");
  const bytes = kind === "string" ? byteString(stringOf(value)) : "";
  const length = kind === "string" ? bytes.length : elements(value).length;
  const [start = 0, end = length, capacity = length] = keys.map((key) => position(unwrap(key), length));
  if (start > end) throw new ValueError(`invalid slice index: ${start} > ${end}`);
  if (end > capacity) throw new ValueError(`invalid slice index: ${end} > ${capacity}`);
  if (kind === "string") return new GoValue(value.type, fromByteString(bytes.slice(start, end)));
  return new GoValue(
    value.type,
    elements(value)
      .slice(start, end)
      .map((entry) => entry.value),
  );
}

/** Go changes the case of one code point at a time and keeps what would become several. */
function eachCharacter(given: string, change: (character: string) => string): string {
  return Array.from(given, (character) => ([...change(character)].length === 1 ? change(character) : character)).join(
    "",
  );
}

function split(given: string, separator: string): GoValue {
  return new GoValue(STRINGS, separator === "" ? [...given] : given.split(separator));
}

function join(list: GoValue | undefined, separator: string): string {
  return list === undefined ? "" : elements(list).map(stringOf).join(separator);
}

function pad(given: string, before: number, after: number): string {
  if (before < 0 || after < 0) throw new ValueError("strings: negative Repeat count");
  return given === "" ? given : " ".repeat(before) + given + " ".repeat(after);
}

function truncate(given: string, length: number): string {
  const bytes = byteString(given);
  if (bytes.length < length) return given;
  if (length < 0) throw new ValueError(`runtime error: slice bounds out of range [:${length}]`);
  return fromByteString(bytes.slice(0, length));
}

function joined(values: readonly (GoValue | undefined)[]): string {
  const [only] = values;
  if (values.length === 1 && only?.type.kind === "string") return stringOf(only);
  return sprint(values.map((value) => (value?.type.kind === "pointer" ? text(printed(value)) : value)));
}

const HTML: Readonly<Record<string, string>> = {
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\0": "\ufffd",
};

function escapeScript(character: string): string {
  if ("\\'\"".includes(character)) return `\\${character}`;
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function escapeQuery(given: string): string {
  return [...byteString(given)]
    .map((byte) => {
      if (/[A-Za-z0-9\-_.~]/.test(byte)) return byte;
      return byte === " " ? "+" : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}
