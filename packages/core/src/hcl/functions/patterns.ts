/** Regular expressions. Unlike Go's, what they can do and why one is refused is what `goRegExp` knows. @see go-cty stdlib/regexp.go */
import { goRegExp, quote } from "../../lib/go/index.ts";
import { fromJson, type HclValue, Unsuitable } from "../value.ts";
import { BadOperand, type HclFunction, of } from "./function.ts";

/** @throws BadOperand */
function pattern(source: string): RegExp {
  const found = goRegExp(source);
  if (found === undefined) throw new BadOperand(0, `invalid regexp pattern: ${quote(source)}`);
  // An alternative that always matches tells which groups there are.
  const groups = new RegExp(`${found.source}|`, found.flags).exec("");
  const named = Object.keys(groups?.groups ?? {}).length;
  if (named > 0 && named + 1 < (groups?.length ?? 0)) {
    throw new BadOperand(0, "invalid regexp pattern: cannot mix both named and unnamed capture groups");
  }
  return new RegExp(found, `${found.flags}g`);
}

/** The groups by their names if they have some, or else in order; without groups what was found. */
function matched(found: RegExpExecArray): HclValue {
  if (found.groups !== undefined) {
    return new Map(Object.entries(found.groups).map(([name, group]) => [name, group ?? null]));
  }
  return found.length > 1 ? found.slice(1).map((group) => group ?? null) : fromJson(found[0]);
}

function first(source: string, given: string): HclValue {
  const [found] = given.matchAll(pattern(source));
  if (found === undefined) throw new Unsuitable("pattern did not match any part of the given string");
  return matched(found);
}

/** Regexp.ReplaceAllString: what is empty does not match where something has just matched. */
function replaced(given: string, source: string, by: string): string {
  const expression = goRegExp(source);
  if (expression === undefined) throw new Unsuitable(`invalid regexp pattern: ${quote(source)}`);
  let text = "";
  let end = 0;
  for (const found of given.matchAll(new RegExp(expression, `${expression.flags}g`))) {
    if (found[0] === "" && found.index === end && end > 0) continue;
    text += given.slice(end, found.index) + expanded(by, found);
    end = found.index + found[0].length;
  }
  return text + given.slice(end);
}

/** Regexp.Expand: `$1`, `${1}`, `$name`, `$$`; a name is as long as it can be. */
const expanded = (template: string, found: RegExpExecArray): string =>
  template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (all, braced, bare) => {
    if (all === "$$") return "$";
    const name = braced ?? bare;
    return (/^\d+$/.test(name) ? found[Number(name)] : found.groups?.[name]) ?? "";
  });

export const PATTERNS: readonly (readonly [name: string, function_: HclFunction])[] = [
  ["regex", of(["pattern: string", "string: string"], first)],
  [
    "regexall",
    of(["pattern: string", "string: string"], (source, given) => [...given.matchAll(pattern(source))].map(matched)),
  ],
  ["regex_replace", of(["str: string", "pattern: string", "replace: string"], replaced)],
];
