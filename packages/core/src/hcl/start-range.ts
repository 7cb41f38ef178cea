/** Where an expression begins: what is pointed at if its value is of a wrong kind. @see hashicorp/hcl Expression.StartRange */
import type { Expression } from "./ast.ts";
import type { HclRange } from "./problem.ts";

export function startRange(expression: Expression): HclRange {
  const { range } = expression;
  switch (expression.kind) {
    case "tuple":
    case "object":
    case "for":
    case "unary":
      return { ...range, end: range.start + 1 };
    case "call":
      return { ...expression.nameRange, end: expression.open.end };
    case "conditional":
      return startRange(expression.condition);
    case "binary":
      return startRange(expression.left);
    case "get":
    case "splat":
      return startRange(expression.of);
    default:
      return expression.first ?? range;
  }
}
