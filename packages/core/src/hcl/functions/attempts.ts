/** Functions that try whether expressions have a value. @see hashicorp/hcl ext/tryfunc */
import { HclError, rangeText } from "../problem.ts";
import { type HclValue, Unsuitable } from "../value.ts";
import type { HclFunction } from "./function.ts";

/** The first operand that has a value. */
function tried(operands: readonly (() => HclValue)[]): HclValue {
  if (operands.length === 0) throw new Unsuitable("at least one argument is required");
  const problems: HclError[] = [];
  for (const operand of operands) {
    try {
      return operand();
    } catch (error) {
      if (!(error instanceof HclError)) throw error;
      problems.push(...error.all);
    }
  }
  const told = problems.map(({ summary, detail, range }) => `- ${summary} (at ${rangeText(range)})\n  ${detail}\n`);
  const lines = ["no expression succeeded:\n", ...told, "\nAt least one expression must produce a successful result"];
  throw new Unsuitable(lines.join(""));
}

function can([operand]: readonly (() => HclValue)[]): HclValue {
  try {
    operand?.();
    return true;
  } catch (error) {
    if (error instanceof HclError) return false;
    throw error;
  }
}

export const ATTEMPTS: readonly (readonly [name: string, function_: HclFunction])[] = [
  ["can", { isLazy: true, parameters: [{ name: "expression", kind: "any" }], rest: undefined, lazy: can }],
  ["try", { isLazy: true, parameters: [], rest: { name: "expressions", kind: "any" }, lazy: tried }],
];
