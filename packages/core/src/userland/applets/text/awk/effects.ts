/** Which functions of a program make system calls: they and their callers run as routines. */
import type { AwkFunction, AwkProgram, Expression, Statement } from "./ast.ts";

/** Built-in functions that need the kernel. */
const CALLING: ReadonlySet<string> = new Set(["close", "system", "fflush", "srand", "systime", "strftime"]);

export class Effects {
  readonly #calling = new Set<AwkFunction>();

  constructor({ functions }: AwkProgram) {
    for (let grown = true; grown; ) {
      grown = false;
      for (const callee of functions.values()) {
        if (this.#calling.has(callee) || callee.body === undefined || !this.#inStatement(callee.body)) continue;
        this.#calling.add(callee);
        grown = true;
      }
    }
  }

  ofFunction(callee: AwkFunction): boolean {
    return this.#calling.has(callee);
  }

  #inStatement(statement: Statement | undefined): boolean {
    if (statement === undefined) return false;
    switch (statement.kind) {
      case "block":
        return statement.body.some((inner) => this.#inStatement(inner));
      case "expression":
        return this.#inExpression(statement.expression);
      case "if":
        return this.#any(statement.condition) || this.#inStatement(statement.yes) || this.#inStatement(statement.no);
      case "return":
      case "exit":
        return this.#inExpression(statement.value);
      case "delete":
        return this.#any(statement.target);
      case "break":
      case "continue":
      case "next":
      case "nextfile":
        return false;
      // Loops let time pass.
      default:
        return true;
    }
  }

  #any(...expressions: readonly (Expression | undefined)[]): boolean {
    return expressions.some((expression) => this.#inExpression(expression));
  }

  #inExpression(expression: Expression | undefined): boolean {
    if (expression === undefined) return false;
    switch (expression.kind) {
      case "constant":
      case "regex":
      case "variable":
      case "argument":
        return false;
      case "element":
        return this.#any(expression.key);
      case "field":
        return this.#any(expression.index);
      case "assign":
      case "update":
        return this.#any(expression.target, expression.value);
      case "step":
        return this.#any(expression.target);
      case "unary":
        return this.#any(expression.operand);
      case "in":
        return this.#any(expression.key, expression.array);
      case "ternary":
        return this.#any(expression.condition, expression.yes, expression.no);
      case "call":
        return this.#calling.has(expression.callee) || this.#any(...expression.arguments);
      case "builtin":
        return CALLING.has(expression.name) || this.#any(...expression.arguments);
      case "getline":
        return true;
      default:
        return this.#any(expression.left, expression.right);
    }
  }
}
