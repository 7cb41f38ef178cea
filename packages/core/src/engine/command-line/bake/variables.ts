/** Variables of bake files: their types, what the environment says instead, and what is asked of them. */

import {
  type Block,
  boolOf,
  compareValues,
  type Expression,
  evaluate,
  fromJson,
  HclError,
  type HclValue,
  isList,
  isObject,
  kindOf,
  numberOf,
  type Scope,
  textOf,
  Unsuitable,
} from "../../../hcl/index.ts";
import { parseBool, parseCsv, parseFloat64, parseJson, reworded, type ValueError } from "../../../lib/go/index.ts";
import { ownValue } from "../../../lib/index.ts";

export interface VariableType {
  /** "list of string" */
  readonly name: string;
  /** @throws Unsuitable */
  readonly convert: (value: HclValue) => HclValue;
  /** A text as the environment has it; without it only JSON will do. */
  readonly read?: (name: string, text: string) => HclValue;
}

const PRIMITIVES: Readonly<Record<string, VariableType>> = {
  string: { name: "string", convert: textOf, read: (_, text) => text },
  number: { name: "number", convert: numberOf, read: numberFrom },
  bool: { name: "bool", convert: boolOf, read: boolFrom },
  any: { name: "any", convert: (value) => value, read: (_, text) => text },
};

/** `string`, `list(number)`, `map(bool)` and the like. @throws HclError for other types, which are not known here */
export function variableType(expression: Expression): VariableType {
  if (expression.kind === "variable") {
    const found = ownValue(PRIMITIVES, expression.name);
    if (found !== undefined) return found;
    const why = `The keyword ${JSON.stringify(expression.name)} is not a valid type specification.`;
    throw new HclError("Invalid type specification", why, expression.range);
  }
  const [operand] = expression.kind === "call" ? expression.operands : [];
  if (expression.kind === "call" && operand !== undefined) {
    const { name } = expression;
    if (name === "list" || name === "set") return listType(name, variableType(operand));
    if (name === "map") return mapType(variableType(operand));
  }
  const known = "bottleship knows string, number, bool, any, list, set and map";
  throw new HclError("Unsupported type", known, expression.range);
}

function listType(name: "list" | "set", of: VariableType): VariableType {
  return {
    name: `${name} of ${of.name}`,
    convert: (value) => {
      if (!isList(value)) throw new Unsuitable(`${name} of ${of.name} required`);
      const items = value.map(of.convert);
      return name === "set" ? [...new Set(items)].sort(compareValues) : items;
    },
    ...(of.read !== undefined && {
      read: (variable, text) => (text === "" ? [] : parseCsv(text).map((one) => of.read?.(variable, one) ?? one)),
    }),
  };
}

function mapType(of: VariableType): VariableType {
  return {
    name: `map of ${of.name}`,
    convert: (value) => {
      if (!isObject(value)) throw new Unsuitable(`map of ${of.name} required`);
      return new Map([...value].map(([key, item]) => [key, of.convert(item)]));
    },
  };
}

interface Given {
  /** What the file says; undefined if it says nothing. */
  readonly usual: HclValue | undefined;
  readonly type: VariableType | undefined;
  readonly lookup: (name: string) => string | undefined;
}

/** A variable's value: what the environment says comes first. @throws Unsuitable */
export function overridden(name: string, { usual, type, lookup }: Given): HclValue {
  const plain = lookup(name);
  const json = plain === undefined || type !== undefined ? lookup(`${name}_JSON`) : undefined;
  if (type !== undefined && json !== undefined) return type.convert(fromJsonText(name, json));
  const own = usual === undefined ? (type === undefined ? "" : null) : converted(name, usual, type);
  const text = plain ?? json;
  if (text === undefined) return own;
  if (type !== undefined) {
    if (type.read !== undefined) return type.read(name, text);
    throw new Unsuitable(`unsupported type ${type.name} for variable ${name}`);
  }
  if (typeof own === "number") return numberFrom(name, text);
  if (typeof own === "boolean") return boolFrom(name, text);
  if (typeof own === "string" || own === null) return text;
  throw new Unsuitable(`unsupported type ${kindOf(own)} for variable ${name}`);
}

function converted(name: string, value: HclValue, type: VariableType | undefined): HclValue {
  if (type === undefined || value === null) return value;
  try {
    return type.convert(value);
  } catch (error) {
    if (!(error instanceof Unsuitable)) throw error;
    throw new Unsuitable(`invalid type ${type.name} for variable ${name} default value: ${error.message}`);
  }
}

const unsuitable = (prefix: string) => (refusal: ValueError) => new Unsuitable(prefix + refusal.message);

function numberFrom(name: string, text: string): number {
  return reworded(() => parseFloat64(text), unsuitable(`failed to parse ${name} as number: `));
}

function boolFrom(name: string, text: string): boolean {
  return reworded(() => parseBool(text), unsuitable(`failed to parse ${name} as bool: `));
}

function fromJsonText(name: string, text: string): HclValue {
  return fromJson(reworded(() => parseJson(text), unsuitable(`failed to convert variable ${name} from JSON: `)));
}

/** What a variable has to fulfil. @throws HclError */
export function checkValidations({ body }: Block, scope: Scope): void {
  for (const { type, body: rule } of body.blocks) {
    const condition = rule.attributes.get("condition")?.value;
    if (type !== "validation" || condition === undefined) continue;
    if (isFulfilled(condition, scope)) continue;
    const message = rule.attributes.get("error_message")?.value;
    const why = message === undefined ? UNSAID : textOf(evaluate(message, scope));
    throw new HclError("Validation failed", why, condition.range);
  }
}

const UNSAID = "This check failed, but has an invalid error message.";

function isFulfilled(condition: Expression, scope: Scope): boolean {
  try {
    return boolOf(evaluate(condition, scope));
  } catch (error) {
    if (!(error instanceof Unsuitable)) throw error;
    const why = `Invalid condition result value: ${error.message}`;
    throw new HclError("Invalid condition result", why, condition.range);
  }
}
