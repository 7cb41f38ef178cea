/** Reads expressions. Model: hashicorp/hcl hclsyntax/parser.go, parser_template.go. */
import type { BinaryOperator, Expression, ExpressionNode, Step } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { loopName } from "./loop-name.ts";
import { parseHeredoc, parseString } from "./parse-template.ts";
import type { HclRange } from "./problem.ts";

/** Operators that bind equally, the weakest first. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ["||"],
  ["&&"],
  ["==", "!="],
  ["<=", ">=", "<", ">"],
  ["+", "-"],
  ["*", "/", "%"],
];
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** @throws HclError */
export function parseExpression(cursor: Cursor): Expression {
  cursor.skip();
  const start = cursor.at;
  const condition = parseBinary(cursor, 0);
  if (!cursor.takes("?")) return condition;
  const yes = parseExpression(cursor);
  if (!cursor.takes(":")) {
    cursor.refuse(
      "Missing false expression in conditional",
      "The conditional operator (...?...:...) requires a false expression, delimited by a colon.",
    );
  }
  return ranged(cursor, start, { kind: "conditional", condition, yes, no: parseExpression(cursor) });
}

const ranged = (cursor: Cursor, start: number, node: ExpressionNode): Expression => ({
  ...node,
  range: cursor.rangeFrom(start),
});

function parseBinary(cursor: Cursor, level: number): Expression {
  const operators = LEVELS[level];
  if (operators === undefined) return parseUnary(cursor);
  cursor.skip();
  const start = cursor.at;
  let left = parseBinary(cursor, level + 1);
  for (;;) {
    const operator = operators.find((one) => cursor.takes(one));
    if (operator === undefined) return left;
    left = ranged(cursor, start, { kind: "binary", operator, left, right: parseBinary(cursor, level + 1) });
  }
}

function parseUnary(cursor: Cursor): Expression {
  cursor.skip();
  const start = cursor.at;
  const operator = cursor.takes("!") ? "!" : cursor.takes("-") ? "-" : undefined;
  if (operator === undefined) return parseSteps(cursor, parseTerm(cursor), start);
  return ranged(cursor, start, { kind: "unary", operator, operand: parseUnary(cursor) });
}

/** What follows a term: `.name`, `[key]`, and splats, which take all steps behind them. */
function parseSteps(cursor: Cursor, term: Expression, start: number): Expression {
  let of = term;
  for (;;) {
    const isSplat = cursor.takes(".*") || cursor.takes("[*]");
    if (isSplat) {
      const steps: Step[] = [];
      for (let step = parseStep(cursor); step !== undefined; step = parseStep(cursor)) steps.push(step);
      of = ranged(cursor, start, { kind: "splat", of, steps });
      continue;
    }
    const step = parseStep(cursor);
    if (step === undefined) return of;
    of = ranged(cursor, start, { kind: "get", of, step });
  }
}

function parseStep(cursor: Cursor): Step | undefined {
  if (cursor.sees("...") || cursor.sees(".*") || cursor.sees("[*]")) return undefined;
  const start = cursor.at;
  if (cursor.takes(".")) {
    const name = cursor.name() ?? cursor.match(/\d+(?:\.\d+)?/y)?.[0];
    if (name === undefined) {
      cursor.refuse("Invalid attribute name", "An attribute name is required after a dot.");
    }
    const [first = "", second] = /^\d/.test(name) ? name.split(".") : [];
    if (second !== undefined) {
      cursor.refuse(
        "Invalid legacy index syntax",
        `When using the legacy index syntax, chaining two indexes together is not permitted. Use the proper index syntax instead, like [${first}][${second}].`,
        cursor.rangeFrom(start),
      );
    }
    return { kind: "attribute", name, range: cursor.rangeFrom(start) };
  }
  if (!cursor.takes("[")) return undefined;
  const key = cursor.bracketed(true, () => {
    const found = parseExpression(cursor);
    if (!cursor.takes("]")) {
      cursor.refuse("Missing close bracket on index", 'The index operator must end with a closing bracket ("]").');
    }
    return found;
  });
  return { kind: "index", key, range: cursor.rangeFrom(start) };
}

function parseTerm(cursor: Cursor): Expression {
  const start = cursor.at;
  const make = (node: ExpressionNode): Expression => ranged(cursor, start, node);
  if (cursor.sees('"')) return parseString(cursor, parseExpression);
  if (cursor.sees("<<")) return parseHeredoc(cursor, parseExpression);
  if (cursor.takes("(")) return parseParenthesis(cursor);
  if (cursor.takes("[")) return make(parseTuple(cursor));
  if (cursor.takes("{")) return make(parseObject(cursor));
  const number = cursor.match(NUMBER)?.[0];
  if (number !== undefined) return make({ kind: "literal", value: Number(number) });
  const name = cursor.name();
  if (name === undefined) {
    cursor.refuse("Invalid expression", "Expected the start of an expression, but found an invalid expression token.");
  }
  const nameRange = cursor.rangeFrom(start);
  const word = (node: ExpressionNode): Expression => ({ ...node, range: nameRange });
  if (cursor.sees("(")) return make({ kind: "call", name, nameRange, ...parseOperands(cursor) });
  if (name === "true" || name === "false") return word({ kind: "literal", value: name === "true" });
  return word(name === "null" ? { kind: "literal", value: null } : { kind: "variable", name });
}

function parseParenthesis(cursor: Cursor): Expression {
  return cursor.bracketed(true, () => {
    const inner = parseExpression(cursor);
    if (!cursor.takes(")")) {
      cursor.refuse("Unbalanced parentheses", "Expected a closing parenthesis to terminate the expression.");
    }
    return inner;
  });
}

function parseOperands(cursor: Cursor) {
  return cursor.bracketed(true, () => {
    const open = character(cursor);
    const operands: Expression[] = [];
    let spreads = false;
    while (!cursor.sees(")")) {
      operands.push(parseExpression(cursor));
      spreads = cursor.takes("...");
      const isSeparated = spreads ? cursor.sees(")") : cursor.takes(",") || cursor.sees(")");
      if (!isSeparated) {
        cursor.refuse(
          "Missing argument separator",
          "A comma is required to separate each function argument from the next.",
        );
      }
    }
    return { open, operands, spreads, close: character(cursor) };
  });
}

/** Passes one character. */
function character(cursor: Cursor): HclRange {
  const start = cursor.at++;
  return cursor.rangeFrom(start);
}

function parseTuple(cursor: Cursor): ExpressionNode {
  return cursor.bracketed(true, () => {
    if (seesFor(cursor)) return parseFor(cursor, "]");
    const items: Expression[] = [];
    while (!cursor.takes("]")) {
      items.push(parseExpression(cursor));
      if (!cursor.takes(",") && !cursor.sees("]")) {
        cursor.refuse("Missing item separator", "Expected a comma to mark the beginning of the next item.");
      }
    }
    return { kind: "tuple", items };
  });
}

function parseObject(cursor: Cursor): ExpressionNode {
  if (cursor.bracketed(true, () => seesFor(cursor))) return cursor.bracketed(true, () => parseFor(cursor, "}"));
  // Items end with their lines, or with commas.
  return cursor.bracketed(false, () => {
    const items: { key: Expression; value: Expression }[] = [];
    for (;;) {
      cursor.skipLines();
      if (cursor.takes("}")) return { kind: "object", items };
      const key = parseKey(cursor);
      if (!cursor.takes("=") && !cursor.takes(":")) {
        cursor.refuse(
          "Missing key/value separator",
          'Expected an equals sign ("=") to mark the beginning of the attribute value.',
        );
      }
      items.push({ key, value: parseExpression(cursor) });
      if (!cursor.takes(",") && !cursor.sees("\n") && !cursor.sees("}")) {
        cursor.refuse(
          "Missing attribute separator",
          "Expected a newline or comma to mark the beginning of the next attribute.",
        );
      }
    }
  });
}

/** A name alone means itself. */
function parseKey(cursor: Cursor): Expression {
  cursor.skip();
  const start = cursor.at;
  const name = cursor.name();
  const isBare = name !== undefined && (cursor.sees("=") || cursor.sees(":")) && !cursor.sees("==");
  if (isBare) return ranged(cursor, start, { kind: "literal", value: name });
  cursor.at = start;
  return parseExpression(cursor);
}

function seesFor(cursor: Cursor): boolean {
  cursor.skip();
  return /for\b(?![-(])/y.test(cursor.text.slice(cursor.at, cursor.at + 4));
}

function parseFor(cursor: Cursor, close: "]" | "}"): ExpressionNode {
  cursor.takes("for");
  const first = loopName(cursor, "expression");
  const second = cursor.takes(",") ? loopName(cursor, "expression") : undefined;
  if (cursor.name() !== "in") {
    cursor.refuse("Invalid 'for' expression", "For expression requires the 'in' keyword after its name declarations.");
  }
  const collection = parseExpression(cursor);
  if (!cursor.takes(":")) {
    cursor.refuse("Invalid 'for' expression", "For expression requires a colon after the collection expression.");
  }
  const left = parseExpression(cursor);
  const key = close === "}" ? left : undefined;
  if (close === "}" && !cursor.takes("=>")) {
    cursor.refuse("Invalid 'for' expression", "Key expression is required when building an object.", left.range);
  }
  if (close === "]" && cursor.sees("=>")) {
    cursor.refuse("Invalid 'for' expression", "Key expression is not valid when building a tuple.", left.range);
  }
  const value = key === undefined ? left : parseExpression(cursor);
  const groups = cursor.takes("...");
  const at = cursor.at;
  const hasCondition = cursor.name() === "if";
  if (!hasCondition) cursor.at = at;
  const condition = hasCondition ? parseExpression(cursor) : undefined;
  if (!cursor.takes(close)) {
    cursor.refuse("Invalid 'for' expression", "Extra characters after the end of the 'for' expression.");
  }
  const names = { keyName: second === undefined ? undefined : first, valueName: second ?? first };
  return { kind: "for", ...names, collection, key, value, condition, groups };
}

/** A label of a block: a text in which nothing is put in. @throws HclError */
export function parseQuoted(cursor: Cursor): string {
  const read = parseString(cursor, parseExpression);
  if (read.kind === "literal" && typeof read.value === "string") return read.value;
  return cursor.refuse("Invalid string literal", "Template sequences are not allowed in this string.", read.range);
}
