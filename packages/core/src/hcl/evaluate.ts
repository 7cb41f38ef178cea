/** What expressions come to. Model: hashicorp/hcl hclsyntax/expression.go, expression_ops.go, ops.go. */

import { attributeOf, indexed } from "./access.ts";
import type { BinaryOperator, Expression, ForExpression, Step } from "./ast.ts";
import { call } from "./call.ts";
import { quotient, remainder } from "./functions/numbers.ts";
import { CycleError, HclError, type HclRange, readEach } from "./problem.ts";
import type { Scope } from "./scope.ts";
import { within } from "./scope.ts";
import {
  areEqual,
  boolOf,
  Cyclic,
  entriesOf,
  type HclObject,
  type HclValue,
  isList,
  isObject,
  kindOf,
  numberOf,
  numberText,
  textOf,
  Unsuitable,
  unified,
} from "./value.ts";

/** @throws HclError */
export function evaluate(expression: Expression, scope: Scope): HclValue {
  const { range } = expression;
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "template":
      return readEach(expression.parts, (part) => partText(part, scope)).join("");
    case "joined":
      return joined(evaluate(expression.items, scope));
    case "variable":
      return variable(expression.name, range, scope);
    case "get":
      return blockAttribute(expression, scope) ?? get(evaluate(expression.of, scope), expression.step, scope);
    case "splat": {
      const of = evaluate(expression.of, scope);
      const items = isList(of) ? of : of === null ? [] : [of];
      const { steps } = expression;
      return readEach(items, (item) => steps.reduce<HclValue>((value, step) => get(value, step, scope), item));
    }
    case "call":
      return call(expression, scope, evaluate);
    case "tuple":
      return readEach(expression.items, (item) => evaluate(item, scope));
    case "object":
      return new Map(
        readEach(expression.items, ({ key, value }) => [keyText(key, value, scope), evaluate(value, scope)] as const),
      );
    case "for":
      return loop(expression, scope);
    case "conditional":
      return conditional(expression, scope);
    case "binary":
      return binary(expression, scope);
    case "unary":
      return unary(expression, scope);
  }
}

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
    if (error instanceof Cyclic) throw new CycleError("Invalid expression", error.message, range);
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

const get = (value: HclValue, step: Step, scope: Scope): HclValue =>
  step.kind === "index"
    ? indexed(value, evaluate(step.key, scope), step.range)
    : attributeOf(value, step.name, step.range);

function loop(expression: ForExpression & { readonly range: HclRange }, scope: Scope): HclValue {
  const { key, value, groups } = expression;
  if (key === undefined) return readEach(rounds(expression, scope), (inner) => evaluate(value, inner));
  const map = new Map<string, HclValue>();
  readEach(rounds(expression, scope), (inner) => {
    const name = loopKey(key, inner);
    const before = map.get(name);
    if (before !== undefined && !groups) throw duplicate(name, key.range);
    const found = evaluate(value, inner);
    const group = before !== undefined && before !== null && isList(before) ? before : [];
    map.set(name, groups ? [...group, found] : found);
  });
  return map;
}

function duplicate(name: string, range: HclRange): HclError {
  const hint =
    "If duplicates are expected, use the ellipsis (...) after the value expression to enable grouping by key.";
  const why = `Two different items produced the key ${JSON.stringify(name)} in this 'for' expression.`;
  return new HclError("Duplicate object key", `${why} ${hint}`, range);
}

/** What names mean in each round of a loop that its condition lets pass. */
function rounds(expression: ForExpression, scope: Scope): readonly Scope[] {
  const { keyName, valueName, condition } = expression;
  const collection = loopCollection(expression.collection, scope);
  const entries: readonly (readonly [HclValue, HclValue])[] = isObject(collection)
    ? entriesOf(collection)
    : collection.map((one, at) => [at, one]);
  return entries
    .map(([at, one]) => within(scope, { [valueName]: one, ...(keyName !== undefined && { [keyName]: at }) }))
    .filter((inner) => condition === undefined || meets(condition, inner));
}

function loopCollection(expression: Expression, scope: Scope): readonly HclValue[] | HclObject {
  const found = evaluate(expression, scope);
  if (found === null) {
    const why = "A null value cannot be used as the collection in a 'for' expression.";
    throw new HclError("Iteration over null value", why, expression.range);
  }
  if (isList(found) || isObject(found)) return found;
  const why = `A value of type ${kindOf(found)} cannot be used as the collection in a 'for' expression.`;
  throw new HclError("Iteration over non-iterable value", why, expression.range);
}

function meets(condition: Expression, scope: Scope): boolean {
  const value = evaluate(condition, scope);
  if (value === null) {
    throw new HclError("Condition is null", "The value of the 'if' clause must not be null.", condition.range);
  }
  return told(
    () => boolOf(value),
    (why) => new HclError("Invalid 'for' condition", `The 'if' clause value is invalid: ${why}.`, condition.range),
  );
}

function loopKey(key: Expression, scope: Scope): string {
  const value = evaluate(key, scope);
  const invalid = (why: string): HclError => new HclError("Invalid object key", why, key.range);
  if (value === null) throw invalid("Key expression in 'for' expression must not produce a null value.");
  return told(
    () => textOf(value),
    (why) => invalid(`The key expression produced an invalid result: ${why}.`),
  );
}

/** The name of an attribute of an object. One that is null is told of where its value is. */
function keyText(key: Expression, { range }: Expression, scope: Scope): string {
  const value = evaluate(key, scope);
  if (value === null) throw new HclError("Null value as key", "Can't use a null value as a key.", range);
  return told(
    () => textOf(value),
    (why) => new HclError("Incorrect key type", `Can't use this value as a key: ${why}.`, key.range),
  );
}

/** What is unsuitable is told otherwise. */
function told<Value>(read: () => Value, say: (why: string) => HclError): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof Unsuitable ? say(error.message) : error;
  }
}

/** Both values are of one kind, though only one of them is taken: what is wrong with the other is nobody's concern. */
function conditional({ condition, yes, no }: Extract<Expression, { kind: "conditional" }>, scope: Scope): HclValue {
  const results = [attempt(yes, scope), attempt(no, scope)] as const;
  const [first, second] = results.map((result) => (result instanceof HclError ? null : result));
  const alike = unified([first ?? null, second ?? null]);
  if (alike === undefined) {
    const types = `The 'true' value is ${kindOf(first ?? null)}, but the 'false' value is ${kindOf(second ?? null)}`;
    const why = `The true and false result expressions must have consistent types. ${types}.`;
    throw new HclError("Inconsistent conditional result types", why, { ...yes.range, end: no.range.end });
  }
  const value = evaluate(condition, scope);
  if (value === null) {
    const why = "The condition value is null. Conditions must either be true or false.";
    throw new HclError("Null condition", why, condition.range);
  }
  const wrong = new HclError(
    "Incorrect condition type",
    "The condition expression must be of type bool.",
    condition.range,
  );
  const at = told(
    () => boolOf(value),
    () => wrong,
  )
    ? 0
    : 1;
  const result = results[at];
  if (result instanceof HclError) throw result;
  return alike[at] ?? null;
}

function attempt(expression: Expression, scope: Scope): HclValue | HclError {
  try {
    return evaluate(expression, scope);
  } catch (error) {
    if (error instanceof HclError) return error;
    throw error;
  }
}

function unary({ operator, operand, range }: Extract<Expression, { kind: "unary" }>, scope: Scope): HclValue {
  const value =
    operator === "!"
      ? operandOf("unary operand", operand, boolOf, scope)
      : operandOf("unary operand", operand, numberOf, scope);
  if (value === null) throw failed(NULL, range);
  return typeof value === "number" ? -value : !value;
}

const NULL = "argument must not be null";
const failed = (why: string, range: HclRange): HclError =>
  new HclError("Operation failed", `Error during operation: ${why}.`, range);

function binary(expression: Binary, scope: Scope): HclValue {
  const { operator, left, right, range } = expression;
  if (operator === "==" || operator === "!=") {
    const [a = null, b = null] = readEach([left, right], (side) => evaluate(side, scope));
    return areEqual(a, b) === (operator === "==");
  }
  if (operator === "||" || operator === "&&") {
    const [a, b] = sides(expression, boolOf, scope);
    return operator === "||" ? a || b : a && b;
  }
  const [a, b] = sides(expression, numberOf, scope);
  return told(
    () => arithmetic(operator, a, b),
    (why) => failed(why, range),
  );
}

type Binary = Extract<Expression, { kind: "binary" }>;

/** Both operands, as the operator wants them. @throws HclError */
function sides<Value>({ left, right, range }: Binary, read: (value: HclValue) => Value, scope: Scope): [Value, Value] {
  const [a = null, b = null] = readEach([left, right], (side) =>
    operandOf(side === left ? "left operand" : "right operand", side, read, scope),
  );
  if (a === null || b === null) throw failed(NULL, range);
  return [a, b];
}

/** @throws Unsuitable */
function arithmetic(operator: Exclude<BinaryOperator, "||" | "&&" | "==" | "!=">, a: number, b: number): HclValue {
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
      return quotient(a, b);
    case "%":
      return remainder(a, b);
  }
}

/** A value as an operator wants it, or null. */
function operandOf<Value>(
  place: string,
  expression: Expression,
  read: (value: HclValue) => Value,
  scope: Scope,
): Value | null {
  const value = evaluate(expression, scope);
  if (value === null) return null;
  const { range } = expression;
  return told(
    () => read(value),
    (why) => new HclError("Invalid operand", `Unsuitable value for ${place}: ${why}.`, range),
  );
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

const joined = (items: HclValue): HclValue => (items !== null && isList(items) ? items.map(textOf).join("") : "");
