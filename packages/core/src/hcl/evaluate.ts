/** What expressions come to. Model: hashicorp/hcl hclsyntax/expression.go. */
import type { BinaryOperator, Expression, ForExpression, Step } from "./ast.ts";
import { type HclFunction, nearest } from "./functions.ts";
import { HclError, type HclRange } from "./problem.ts";
import { startRange } from "./start-range.ts";
import {
  areEqual,
  boolOf,
  entriesOf,
  type HclValue,
  isList,
  isObject,
  numberOf,
  numberText,
  textOf,
  Unsuitable,
} from "./value.ts";

/** What names mean where an expression stands. */
export interface Scope {
  /** Undefined for a name that nobody has. @throws HclError, Unsuitable for one that cannot be had */
  variable(name: string): HclValue | undefined;
  function(name: string): HclFunction | undefined;
  /** An attribute of a block, where the name of a variable is a type of block. */
  attribute?(type: string, block: string, name: string): HclValue | undefined;
  readonly functionNames: readonly string[];
}

/** @throws HclError */
export function evaluate(expression: Expression, scope: Scope): HclValue {
  const { range } = expression;
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "template":
      return expression.parts.map((part) => partText(part, scope)).join("");
    case "joined":
      return joined(evaluate(expression.items, scope));
    case "variable":
      return variable(expression.name, range, scope);
    case "get":
      return blockAttribute(expression, scope) ?? get(evaluate(expression.of, scope), expression.step, scope);
    case "splat": {
      const of = evaluate(expression.of, scope);
      const items = isList(of) ? of : of === null ? [] : [of];
      return items.map((item) => expression.steps.reduce<HclValue>((value, step) => get(value, step, scope), item));
    }
    case "call":
      return call(expression, scope);
    case "tuple":
      return expression.items.map((item) => evaluate(item, scope));
    case "object":
      return new Map(
        expression.items.map(({ key, value }) => [
          suitable("key", key.range, () => textOf(evaluate(key, scope))),
          evaluate(value, scope),
        ]),
      );
    case "for":
      return loop(expression, scope);
    case "conditional": {
      const { condition, yes, no } = expression;
      const isTrue = operand("condition", condition, scope, boolOf, "Incorrect condition type", CONDITION);
      return evaluate(isTrue ? yes : no, scope);
    }
    case "binary":
      return binary(expression, scope);
    case "unary":
      return expression.operator === "!"
        ? !operand("unary", expression.operand, scope, boolOf)
        : -operand("unary", expression.operand, scope, numberOf);
  }
}

const CONDITION = "The condition expression must be of type bool.";

function variable(name: string, range: HclRange, scope: Scope): HclValue {
  const value = known(range, () => scope.variable(name));
  if (value === undefined) {
    throw new HclError("Unknown variable", `There is no variable named ${JSON.stringify(name)}.`, range);
  }
  return value;
}

/** What cannot be had is told of where it is asked for. */
function known<T>(range: HclRange, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Unsuitable ? new HclError("Invalid expression", error.message, range) : error;
  }
}

/** `target.app.tags`; undefined for what is no such thing. */
function blockAttribute(expression: Extract<Expression, { kind: "get" }>, scope: Scope): HclValue | undefined {
  const { of, step } = expression;
  if (of.kind !== "get" || of.of.kind !== "variable" || step.kind !== "attribute") return undefined;
  const type = of.of.name;
  const block = of.step.kind === "attribute" ? of.step.name : textOf(evaluate(of.step.key, scope));
  return known(expression.range, () => scope.attribute?.(type, block, step.name));
}

function get(value: HclValue, step: Step, scope: Scope): HclValue {
  const { range } = step;
  if (step.kind === "attribute" && isObject(value)) {
    const found = value.get(step.name);
    if (found !== undefined) return found;
    const message = `This object does not have an attribute named ${JSON.stringify(step.name)}.`;
    throw new HclError("Unsupported attribute", message, range);
  }
  const key = step.kind === "attribute" ? step.name : evaluate(step.key, scope);
  if (value === null)
    throw new HclError("Attempt to index null value", "This value is null, so it does not have any indices.", range);
  const found = isList(value) ? value[numberOf(key)] : isObject(value) ? value.get(textOf(key)) : undefined;
  if (found !== undefined) return found;
  if (isList(value) || isObject(value)) {
    throw new HclError("Invalid index", "The given key does not identify an element in this collection value.", range);
  }
  if (step.kind === "index") throw new HclError("Invalid index", "This value does not have any indices.", range);
  throw new HclError("Unsupported attribute", "This value does not have any attributes.", range);
}

function call(expression: Extract<Expression, { kind: "call" }>, scope: Scope): HclValue {
  const { name, nameRange, operands, spreads, range } = expression;
  const found = known(range, () => scope.function(name));
  if (found === undefined) {
    const near = nearest(name, scope.functionNames);
    const hint = near === undefined ? "" : ` Did you mean ${JSON.stringify(near)}?`;
    throw new HclError(
      "Call to unknown function",
      `There is no function named ${JSON.stringify(name)}.${hint}`,
      nameRange,
    );
  }
  if (found.isLazy === true) return found.lazy(operands.map((operand) => () => evaluate(operand, scope)));
  const values = operands.map((operand) => evaluate(operand, scope));
  const last = values.at(-1) ?? null;
  const given = spreads && isList(last) ? [...values.slice(0, -1), ...last] : values;
  const { least, most } = found;
  if (given.length < least) {
    const expected = `Function ${JSON.stringify(name)} expects ${most === least ? "" : "at least "}${least} argument(s).`;
    throw new HclError("Not enough function arguments", expected, range);
  }
  if (given.length > most) {
    const extra = operands[most];
    const expected = `Function ${JSON.stringify(name)} expects only ${most} argument(s).`;
    throw new HclError("Too many function arguments", expected, extra === undefined ? range : startRange(extra));
  }
  try {
    return found.call(...given);
  } catch (error) {
    if (!(error instanceof Unsuitable)) throw error;
    throw new HclError(
      "Error in function call",
      `Call to function ${JSON.stringify(name)} failed: ${error.message}.`,
      range,
    );
  }
}

function loop(expression: ForExpression & { readonly range: HclRange }, scope: Scope): HclValue {
  const { keyName, valueName, key, value, condition, groups, range } = expression;
  const collection = evaluate(expression.collection, scope);
  if (!isList(collection) && !isObject(collection)) {
    const message = `A value of type ${typeof collection} cannot be used as the collection in a 'for' expression.`;
    throw new HclError("Iteration over non-iterable value", message, expression.collection.range);
  }
  const entries: readonly (readonly [HclValue, HclValue])[] = isList(collection)
    ? collection.map((item, at) => [at, item])
    : entriesOf(collection);
  const items: HclValue[] = [];
  const map = new Map<string, HclValue>();
  for (const [at, item] of entries) {
    const inner = within(scope, { [valueName]: item, ...(keyName !== undefined && { [keyName]: at }) });
    if (condition !== undefined && !operand("condition", condition, inner, boolOf)) continue;
    if (key === undefined) items.push(evaluate(value, inner));
    else {
      const name = suitable("key", key.range, () => textOf(evaluate(key, inner)));
      const before = map.get(name);
      if (before !== undefined && !groups) {
        const why = `Two different items produced the key ${JSON.stringify(name)} in this 'for' expression.`;
        throw new HclError("Duplicate object key", why, range);
      }
      const found = evaluate(value, inner);
      map.set(name, groups ? [...(before !== undefined && isList(before) ? before : []), found] : found);
    }
  }
  return key === undefined ? items : map;
}

/** A scope with more names. */
export function within(scope: Scope, names: Readonly<Record<string, HclValue>>): Scope {
  return {
    variable: (name) => (Object.hasOwn(names, name) ? names[name] : scope.variable(name)),
    function: (name) => scope.function(name),
    attribute: (type, block, name) => scope.attribute?.(type, block, name),
    functionNames: scope.functionNames,
  };
}

function binary(expression: Extract<Expression, { kind: "binary" }>, scope: Scope): HclValue {
  const { operator, left, right } = expression;
  const numbers = (): readonly [number, number] => [
    operand("left operand", left, scope, numberOf),
    operand("right operand", right, scope, numberOf),
  ];
  switch (operator) {
    case "||":
    case "&&": {
      const sides = [operand("left operand", left, scope, boolOf), operand("right operand", right, scope, boolOf)];
      return operator === "||" ? sides.some(Boolean) : sides.every(Boolean);
    }
    case "==":
      return areEqual(evaluate(left, scope), evaluate(right, scope));
    case "!=":
      return !areEqual(evaluate(left, scope), evaluate(right, scope));
    default:
      return arithmetic(operator, numbers(), expression.range);
  }
}

function arithmetic(
  operator: Exclude<BinaryOperator, "||" | "&&" | "==" | "!=">,
  [a, b]: readonly [number, number],
  range: HclRange,
): HclValue {
  if ((operator === "/" || operator === "%") && b === 0) {
    throw new HclError("Division by zero", "Cannot divide by zero", range);
  }
  switch (operator) {
    case "<":
      return a < b;
    case ">":
      return a > b;
    case "<=":
      return a <= b;
    case ">=":
      return a >= b;
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
  }
}

function operand<T>(
  place: string,
  expression: Expression,
  scope: Scope,
  read: (value: HclValue) => T,
  summary = "Invalid operand",
  detail?: string,
): T {
  const value = evaluate(expression, scope);
  try {
    return read(value);
  } catch (error) {
    if (!(error instanceof Unsuitable)) throw error;
    const why = detail ?? `Unsuitable value for ${place}: ${error.message}.`;
    throw new HclError(summary, why, expression.range);
  }
}

function suitable<T>(place: string, range: HclRange, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Unsuitable)) throw error;
    throw new HclError(`Incorrect ${place} type`, `Can't use this value as a ${place}: ${error.message}.`, range);
  }
}

function partText(part: Expression, scope: Scope): string {
  const value = evaluate(part, scope);
  if (value !== null && !isList(value) && !isObject(value))
    return typeof value === "number" ? numberText(value) : String(value);
  const why =
    value === null
      ? "The expression result is null. Cannot include a null value in a string template."
      : "Cannot include the given value in a string template: string required.";
  throw new HclError("Invalid template interpolation value", why, part.range);
}

const joined = (items: HclValue): HclValue => (isList(items) ? items.map(textOf).join("") : "");
