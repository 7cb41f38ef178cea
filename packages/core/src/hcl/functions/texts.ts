/** Functions of texts. Unlike go-cty, characters are code points. @see go-cty stdlib/string.go, string_replace.go */
import { lowerCase, trimSpace, upperCase } from "../../lib/go/index.ts";
import { clean, compareBytes } from "../../lib/index.ts";
import { Unsuitable, wholeOf } from "../value.ts";
import { format, formatList } from "./format.ts";
import { BadOperand, type HclFunction, many, of } from "./function.ts";

const text = (change: (given: string) => string | number): HclFunction => of(["str: string"], change);
const affix = (name: string, change: (given: string, affix: string) => string): HclFunction =>
  of(["str: string", `${name}: string`], change);

/** Each letter behind what is neither letter nor digit, nor a line below. @see strings.Title */
const title = (given: string): string =>
  given.replace(/(^|[^\p{L}\p{N}_])(\p{L})/gu, (_, before, letter) => before + upperCase(letter));

function trimmed(given: string, characters: string): string {
  const all = [...given];
  const isKept = (one: string): boolean => !characters.includes(one);
  const first = all.findIndex(isKept);
  return first < 0 ? "" : all.slice(first, all.findLastIndex(isKept) + 1).join("");
}

/** A negative place counts from the end; a negative size is all that is left. Nothing of a text from its end is all of that. */
function part(given: string, offset: number, length: number): string {
  const characters = [...given];
  const [from, size] = [wholeOf(offset), wholeOf(length)];
  if (from >= 0 && size === 0) return "";
  const start = from < 0 ? Math.max(0, characters.length + from) : from;
  return characters.slice(start, size <= 0 ? undefined : start + size).join("");
}

function joined(separator: string, lists: readonly (readonly (string | null)[])[]): string {
  if (lists.length === 0) throw new Unsuitable("at least one list is required");
  for (const [at, list] of lists.entries()) {
    const empty = list.indexOf(null);
    const place = lists.length === 1 ? "" : ` of list ${at + 1}`;
    if (empty >= 0) throw new BadOperand(at + 1, `element ${empty}${place} is null; cannot concatenate null values`);
  }
  return lists.flat().join(separator);
}

function sorted(list: readonly (string | null)[]): readonly string[] {
  return list
    .map((item, at) => {
      if (item === null) throw new Unsuitable(`given list element ${at} is null; a null string cannot be sorted`);
      return item;
    })
    .sort(compareBytes);
}

function indented(spaces: number, given: string): string {
  const count = wholeOf(spaces);
  if (count < 0) throw new Unsuitable("panic in function implementation: strings: negative Repeat count");
  return given.replaceAll("\n", `\n${" ".repeat(count)}`);
}

/** path.Base. */
function base(path: string): string {
  if (path === "") return ".";
  const bare = path.replace(/\/+$/, "");
  return bare === "" ? "/" : bare.slice(bare.lastIndexOf("/") + 1);
}

/** path.Dir. */
const directory = (path: string): string => clean(path.slice(0, path.lastIndexOf("/") + 1)) || ".";

export const TEXTS: readonly (readonly [name: string, function_: HclFunction])[] = [
  ["basename", of(["path: string"], base)],
  ["chomp", text((given) => given.replace(/(?:\r\n?|\n)+$/, ""))],
  ["dirname", of(["path: string"], directory)],
  [
    "format",
    many(["format: string"], { name: "args", kind: "any", takesNull: true }, ([template], operands) =>
      format(template, operands),
    ),
  ],
  [
    "formatlist",
    many(["format: string"], { name: "args", kind: "any", takesNull: true }, ([template], operands) =>
      formatList(template, operands),
    ),
  ],
  ["indent", of(["spaces: number", "str: string"], indented)],
  ["join", many(["separator: string"], "lists: strings", ([separator], lists) => joined(separator, lists))],
  ["lower", text(lowerCase)],
  [
    "replace",
    of(["str: string", "substr: string", "replace: string"], (given, what, by) => given.replaceAll(what, () => by)),
  ],
  ["reverse", text((given) => [...given].reverse().join(""))],
  ["sanitize", of(["name: string"], (given) => given.replace(/[^a-zA-Z0-9_-]/gu, "_"))],
  ["sort", of(["list: strings"], sorted)],
  ["split", of(["separator: string", "str: string"], (gap, given) => (gap === "" ? [...given] : given.split(gap)))],
  ["strlen", text((given) => [...given].length)],
  ["substr", of(["str: string", "offset: number", "length: number"], part)],
  ["title", text(title)],
  ["trim", affix("cutset", trimmed)],
  ["trimprefix", affix("prefix", (given, start) => (given.startsWith(start) ? given.slice(start.length) : given))],
  ["trimspace", text(trimSpace)],
  [
    "trimsuffix",
    affix("suffix", (given, end) => (given.endsWith(end) ? given.slice(0, given.length - end.length) : given)),
  ],
  ["upper", text(upperCase)],
];
