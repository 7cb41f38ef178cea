/** Calls of functions: how many operands there are, and what becomes of them. Model: hashicorp/hcl hclsyntax FunctionCallExpr. */
import type { Expression } from "./ast.ts";
import { BadOperand, converted, type HclFunction, type Parameter } from "./functions/function.ts";
import { nearest } from "./nearest.ts";
import { CycleError, HclError, type HclRange, readEach } from "./problem.ts";
import type { Scope } from "./scope.ts";
import { startRange } from "./start-range.ts";
import { Cyclic, type HclValue, isList, Unsuitable } from "./value.ts";

type Call = Extract<Expression, { kind: "call" }>;
type Evaluate = (expression: Expression, scope: Scope) => HclValue;

/** Where an operand begins, and its value. */
interface Operand {
  readonly start: HclRange;
  readonly value: () => HclValue;
}

/** @throws HclError */
export function call(expression: Call, scope: Scope, evaluate: Evaluate): HclValue {
  const { name } = expression;
  const found = functionOf(expression, scope);
  const operands = operandsOf(expression, (one) => evaluate(one, scope));
  checkCount(expression, found, operands);
  const parameterAt = (at: number): Parameter | undefined => found.parameters[at] ?? found.rest;
  try {
    if (found.isLazy === true) return found.lazy(operands.map(({ value }) => value));
    const values = readEach(operands, ({ start, value }, at) => operandValue(start, value(), parameterAt(at)));
    const empty = values.findIndex((value, at) => value === null && parameterAt(at)?.takesNull !== true);
    if (empty >= 0) throw new BadOperand(empty, "argument must not be null");
    return found.call(...values);
  } catch (error) {
    if (error instanceof BadOperand) {
      const { at, message } = error;
      throw unsuitable(operands[at]?.start ?? expression.range, parameterAt(at), message);
    }
    if (error instanceof Cyclic) throw new CycleError("Invalid expression", error.message, expression.range);
    if (!(error instanceof Unsuitable)) throw error;
    const why = `Call to function ${JSON.stringify(name)} failed: ${error.message}.`;
    throw new HclError("Error in function call", why, startRange(expression));
  }
}

function functionOf({ name, nameRange }: Call, scope: Scope): HclFunction {
  try {
    const found = scope.function(name);
    if (found !== undefined) return found;
  } catch (error) {
    throw error instanceof Unsuitable ? new HclError("Invalid expression", error.message, nameRange) : error;
  }
  const near = nearest(name, scope.functionNames);
  const hint = near === undefined ? "" : ` Did you mean ${JSON.stringify(near)}?`;
  const why = `There is no function named ${JSON.stringify(name)}.${hint}`;
  throw new HclError("Call to unknown function", why, nameRange);
}

/** Those that are written, and those that the last one is a list of. */
function operandsOf({ operands, spreads }: Call, evaluate: (expression: Expression) => HclValue): readonly Operand[] {
  const last = operands.at(-1);
  const written = (spreads ? operands.slice(0, -1) : operands).map((expression) => ({
    start: startRange(expression),
    value: () => evaluate(expression),
  }));
  if (!spreads || last === undefined) return written;
  const list = evaluate(last);
  if (list !== null && isList(list))
    return [...written, ...list.map((one) => ({ start: last.range, value: () => one }))];
  const problem = list === null ? "not be null" : "be of a tuple, list, or set type";
  const why = `The expanding argument (indicated by ...) must ${problem}.`;
  throw new HclError("Invalid expanding argument value", why, last.range);
}

function checkCount({ name, close }: Call, { parameters, rest }: HclFunction, operands: readonly Operand[]): void {
  const missing = parameters[operands.length];
  const quoted = JSON.stringify(name);
  if (missing !== undefined) {
    const count = `${rest === undefined ? "" : "at least "}${parameters.length}`;
    const why = `Function ${quoted} expects ${count} argument(s). Missing value for ${JSON.stringify(missing.name)}.`;
    throw new HclError("Not enough function arguments", why, close);
  }
  const extra = rest === undefined ? operands[parameters.length] : undefined;
  if (extra === undefined) return;
  const why = `Function ${quoted} expects only ${parameters.length} argument(s).`;
  throw new HclError("Too many function arguments", why, extra.start);
}

function operandValue(start: HclRange, value: HclValue, parameter: Parameter | undefined): HclValue {
  try {
    return converted(value, parameter?.kind ?? "any");
  } catch (error) {
    throw error instanceof Unsuitable ? unsuitable(start, parameter, error.message) : error;
  }
}

const unsuitable = (range: HclRange, parameter: Parameter | undefined, why: string): HclError =>
  new HclError(
    "Invalid function argument",
    `Invalid value for ${JSON.stringify(parameter?.name ?? "")} parameter: ${why}.`,
    range,
  );
