/**
 * Variables in texts: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:?message}`, `${NAME:+instead}`, and the three
 * without the colon, which ask whether a variable is set rather than whether it has a value. `$$` is a dollar sign.
 *
 * @see compose-spec 12-interpolation.md
 */
import { quote } from "../lib/go/index.ts";
import { ComposeError } from "./compose-error.ts";
import { type Cast, castOf } from "./interpolate-casts.ts";
import { isList, isMap, mapEntries, type Path, type Tree, type TreeMap } from "./tree.ts";

export interface Variables {
  /** Undefined: not set. */
  get(name: string): string | undefined;
}

/** A text in which a variable stands that nobody could mean. */
class InvalidTemplate extends Error {
  override readonly name = "InvalidTemplate";
  readonly template: string;

  constructor(template: string) {
    super(`Invalid template: ${JSON.stringify(template)}`);
    this.template = template;
  }
}

class MissingVariable extends Error {
  override readonly name = "MissingVariable";
}

export type Warn = (message: string) => void;

/** Puts variables into every text; texts that stand for numbers and booleans become such. @throws ComposeError */
export function interpolate(tree: TreeMap, variables: Variables, warn: Warn): TreeMap {
  const walk = (value: Tree, path: Path): Tree => {
    if (typeof value === "string") return interpolateAt(value, path, variables, warn);
    if (isMap(value)) return mapEntries(value, (inner, key) => walk(inner, [...path, key]));
    if (isList(value)) return value.map((inner, at) => walk(inner, [...path, String(at)]));
    return value;
  };
  return mapEntries(tree, (value, key) => walk(value, [key]));
}

/** The same as `docker stack` does it: only texts in which a variable stands become anything else. @throws ComposeError */
export function interpolateChanged(tree: TreeMap, variables: Variables, warn: Warn): TreeMap {
  const walk = (value: Tree, path: Path): Tree => {
    if (typeof value === "string") return interpolateText(value, path, variables, warn);
    if (isMap(value)) return mapEntries(value, (inner, key) => walk(inner, [...path, key]));
    return isList(value) ? value.map((inner, at) => walk(inner, [...path, String(at)])) : value;
  };
  return mapEntries(tree, (value, key) => walk(value, [key]));
}

function interpolateText(text: string, path: Path, variables: Variables, warn: Warn): Tree {
  const shown = path.map((part) => (/^\d+$/.test(part) ? "[]" : part)).join(".");
  try {
    const result = substitute(text, variables, () => {});
    const cast = result === text ? undefined : castOf(path);
    return cast === undefined ? result : castTo(cast, result, warn);
  } catch (error) {
    if (error instanceof CastError)
      throw new ComposeError(`failed to cast to expected type: ${error.message}`, { path });
    if (!(error instanceof InvalidTemplate) && !(error instanceof MissingVariable)) throw error;
    const what = quote(error instanceof InvalidTemplate ? error.template : error.message);
    const hint = "you may need to escape any $ with another $";
    throw new ComposeError(`invalid interpolation format for ${shown}: ${what}; ${hint}`, { path });
  }
}

function interpolateAt(text: string, path: Path, variables: Variables, warn: Warn): Tree {
  const shown = path.map((part) => (/^\d+$/.test(part) ? "[]" : part)).join(".");
  try {
    const result = substitute(text, variables, warn);
    const cast = castOf(path);
    return cast === undefined ? result : castTo(cast, result, warn);
  } catch (error) {
    if (error instanceof InvalidTemplate) {
      const hint = "You may need to escape any $ with another $.";
      throw new ComposeError(`invalid interpolation format for ${shown}.\n${hint}\n${error.template}`, { path });
    }
    if (!(error instanceof MissingVariable) && !(error instanceof CastError)) throw error;
    throw new ComposeError(`error while interpolating ${shown}: ${error.message}`, { path });
  }
}

class CastError extends Error {
  override readonly name = "CastError";
}

function castTo(cast: Cast, text: string, warn: Warn): Tree {
  const result = cast(text, warn);
  if (typeof result === "object") throw new CastError(`failed to cast to expected type: ${result.problem}`);
  return result;
}

/** @throws InvalidTemplate, MissingVariable */
export function substitute(template: string, variables: Variables, warn: Warn): string {
  let result = "";
  let at = 0;
  while (at < template.length) {
    const dollar = template.indexOf("$", at);
    if (dollar < 0) return result + template.slice(at);
    result += template.slice(at, dollar);
    const next = template[dollar + 1];
    const [name] = /^[_a-z][_a-z0-9]*/i.exec(template.slice(dollar + 1)) ?? [];
    if (next === "$") {
      result += "$";
      at = dollar + 2;
    } else if (name !== undefined) {
      result += valueOf(name, variables, warn);
      at = dollar + 1 + name.length;
    } else if (next === "{") {
      const end = closingBrace(template, dollar + 1);
      if (end < 0) throw new InvalidTemplate(template);
      result += expand(template.slice(dollar + 2, end), template, variables, warn);
      at = end + 1;
    } else {
      result += "$";
      at = dollar + 1;
    }
  }
  return result;
}

function valueOf(name: string, variables: Variables, warn: Warn): string {
  const value = variables.get(name);
  if (value === undefined) warn(`The "${name}" variable is not set. Defaulting to a blank string.`);
  return value ?? "";
}

/** What stands between the braces. */
function expand(inner: string, template: string, variables: Variables, warn: Warn): string {
  const [all, name = "", operator = "", rest = ""] = /^([_a-z][_a-z0-9]*)(?:(:?[-+?])(.*))?$/is.exec(inner) ?? [];
  if (all === undefined) throw new InvalidTemplate(template);
  if (operator === "") return valueOf(name, variables, warn);
  const value = variables.get(name);
  const isThere = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  const other = (): string => substitute(rest, variables, warn);
  switch (operator.at(-1)) {
    case "-":
      return isThere ? (value ?? "") : other();
    case "+":
      return isThere ? other() : (value ?? "");
    default: {
      if (isThere) return value ?? "";
      const reason = other();
      throw new MissingVariable(`required variable ${name} is missing a value${reason === "" ? "" : `: ${reason}`}`);
    }
  }
}

/** The index of the brace that closes the one at `open`; -1 without one. */
function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at;
  }
  return -1;
}
