/**
 * Expressions of awk by precedence climbing. The ranks are busybox's, which has `^` group to the left, takes no assignment
 * behind `?` without parentheses, and reads `getline < "a" "b"` as one file name.
 */
import { EXTENDED, Regex, RegexError } from "../../../regex/index.ts";
import {
  type ArithmeticOperator,
  type ArrayReference,
  type AwkFunction,
  type ComparisonOperator,
  type Expression,
  type LogicalOperator,
  listOf,
  type RegexPair,
} from "./ast.ts";
import type { Cell } from "./cell.ts";
import { AwkError, type Token } from "./lexer.ts";
import type { TokenStream } from "./token-stream.ts";

/** A lower rank binds more tightly; even ranks group to the right. */
const RANK = {
  field: 5,
  step: 9,
  unary: 19,
  concat: 35,
  pipe: 37,
  in: 49,
  question: 64,
  colon: 66,
  assign: 74,
  comma: 80,
} as const;

const BINARY_RANK: Readonly<Record<string, number>> = {
  "^": 15,
  "**": 15,
  "*": 25,
  "/": 25,
  "%": 25,
  "+": 29,
  "-": 29,
  "<": 39,
  "<=": 39,
  ">": 39,
  ">=": 39,
  "==": 39,
  "!=": 39,
  "~": 45,
  "!~": 45,
  "&&": 55,
  "||": 59,
};

/** What may follow a `length` without parentheses, besides what is joined to it. */
const LENGTH_ENDS: ReadonlySet<string> = new Set([...Object.keys(BINARY_RANK), "?", ":", "=", ";", "}", ","]);

/** What the program's names mean while it is read. */
export interface Names {
  variable(name: string): Cell;
  /** Index of a parameter of the function at hand. */
  parameter(name: string): number | undefined;
  function(name: string): AwkFunction;
}

/** A regular expression that does not compile. */
export class BadRegex {
  readonly pattern: string;
  readonly reason: string;

  constructor(pattern: string, reason: string) {
    this.pattern = pattern;
    this.reason = reason;
  }
}

/** @throws BadRegex */
export function compilePair(pattern: string): RegexPair {
  try {
    return { exact: new Regex(pattern, EXTENDED), folded: new Regex(pattern, { ...EXTENDED, ignoreCase: true }) };
  } catch (error) {
    if (error instanceof RegexError) throw new BadRegex(pattern, error.message);
    throw error;
  }
}

export class ExpressionParser {
  readonly #tokens: TokenStream;
  readonly #names: Names;
  /** `>`, `>>` and `|` end the expression: it is printed. */
  #redirects = false;

  constructor(tokens: TokenStream, names: Names) {
    this.#tokens = tokens;
    this.#names = names;
  }

  /** An expression that may be missing. The caller checks what follows. */
  optional(options = { redirects: false }): Expression | undefined {
    const before = this.#redirects;
    this.#redirects = options.redirects;
    const result = this.#beginsOperand() ? this.#binary(RANK.comma) : undefined;
    this.#redirects = before;
    return result;
  }

  /** `( expression )`, perhaps with nothing inside. */
  parenthesized(): Expression | undefined {
    this.#tokens.expect("(");
    const inner = this.optional();
    this.#tokens.expect(")");
    return inner;
  }

  #peek(): Token {
    return this.#tokens.peek({ redirection: this.#redirects });
  }

  #beginsOperand(): boolean {
    const token = this.#tokens.peek({ regex: true, redirection: this.#redirects });
    if (token.kind === "operator") return ["(", "$", "++", "--", "+", "-", "!"].includes(token.text);
    if (token.kind === "word") return token.text === "getline";
    return token.kind !== "newline" && token.kind !== "end";
  }

  #binary(limit: number): Expression {
    let left = this.#operand();
    for (;;) {
      const next = this.#extend(left, limit);
      if (next === undefined) return left;
      left = next;
    }
  }

  /** `left` with the next operator applied, if that binds at least as tightly as `limit`. */
  #extend(left: Expression, limit: number): Expression | undefined {
    const last = this.#tokens.last;
    const token = this.#peek();
    const { line } = token;
    if (token.kind === "word" && token.text === "in" && RANK.in <= limit) {
      this.#tokens.take({ continues: true });
      return { kind: "in", line, key: left, array: this.#binary(RANK.in - 1) };
    }
    if (token.kind === "operator") {
      const redirection = this.#redirects && (token.text === ">" || token.text === ">>" || token.text === "|");
      if (redirection) return undefined;
      const result = this.#operator(left, token, limit);
      if (result !== undefined) return result;
    }
    if (RANK.concat <= limit && endsConcatenation(last) && this.#beginsConcatenation(token)) {
      return { kind: "concat", line, left, right: this.#binary(RANK.concat - 1) };
    }
    return undefined;
  }

  #operator(left: Expression, token: Token, limit: number): Expression | undefined {
    const { text, line } = token;
    const rank = BINARY_RANK[text];
    if (rank !== undefined) return rank <= limit ? this.#binaryOperator(left, text, rank, line) : undefined;
    if (text === "++" || text === "--") {
      // Unlike other awks, busybox takes no `$1++`: nothing can follow a number but an operator that binds two.
      const { kind } = this.#tokens.last;
      if (RANK.step > limit || kind === "number" || kind === "string") return undefined;
      this.#tokens.take();
      return { kind: "step", line, by: text === "++" ? 1 : -1, after: true, target: left };
    }
    if (text === "," && RANK.comma <= limit) {
      this.#tokens.take({ continues: true });
      return { kind: "comma", line, left, right: this.#binary(RANK.comma) };
    }
    if (text === "?" && RANK.question <= limit) return this.#ternary(left, line);
    if (text === "|" && RANK.pipe <= limit) return this.#pipe(left, line);
    if (/^(?:[-+*/%^]|\*\*)?=$/.test(text) && RANK.assign <= limit) return this.#assignment(left, text, line);
    return undefined;
  }

  #binaryOperator(left: Expression, text: string, rank: number, line: number): Expression {
    this.#tokens.take({ continues: true });
    const right = this.#binary(rank - 1);
    if (rank <= 29) {
      const operator = (text === "**" ? "^" : text) as ArithmeticOperator;
      return { kind: "arithmetic", line, operator, left, right };
    }
    if (rank === 39) return { kind: "compare", line, operator: text as ComparisonOperator, left, right };
    if (rank === 45) return { kind: "match", line, negated: text === "!~", left, right };
    return { kind: "logical", line, operator: text as LogicalOperator, left, right };
  }

  #ternary(condition: Expression, line: number): Expression {
    this.#tokens.take({ continues: true });
    const yes = this.#binary(RANK.colon);
    if (!this.#tokens.is(":")) return { kind: "ternary", line, condition, yes, no: undefined };
    this.#tokens.take({ continues: true });
    return { kind: "ternary", line, condition, yes, no: this.#binary(RANK.colon) };
  }

  #assignment(target: Expression, text: string, line: number): Expression {
    if (!isTarget(target)) this.#tokens.fail();
    this.#tokens.take({ continues: true });
    const value = this.#binary(RANK.assign);
    if (text === "=") return { kind: "assign", line, target, value };
    const operator = (text === "**=" ? "^" : text.slice(0, -1)) as ArithmeticOperator;
    return { kind: "update", line, operator, target, value };
  }

  #pipe(source: Expression, line: number): Expression {
    this.#tokens.take({ continues: true });
    this.#tokens.expect("getline");
    return { kind: "getline", line, from: "command", source, target: this.#getlineTarget() };
  }

  #getlineTarget(): Expression | undefined {
    const token = this.#peek();
    const begins = token.kind === "variable" || token.kind === "array" || token.text === "$";
    return begins ? this.#binary(RANK.field - 1) : undefined;
  }

  #beginsConcatenation(token: Token): boolean {
    if (token.kind === "operator") return ["(", "$", "++", "--", "!"].includes(token.text);
    if (token.kind === "word") return token.text === "getline";
    return token.kind !== "newline" && token.kind !== "end" && token.kind !== "regex";
  }

  #operand(): Expression {
    const token = this.#tokens.peek({ regex: true, redirection: this.#redirects });
    const { line, text } = token;
    switch (token.kind) {
      case "number":
        this.#tokens.take();
        return { kind: "constant", line, value: token.number };
      case "string":
        this.#tokens.take();
        return { kind: "constant", line, value: text };
      case "regex":
        this.#tokens.take();
        // busybox reads an operand that stands right behind, and forgets it: `/a/ "x"` is what `/a/` is.
        if (this.#beginsConcatenation(this.#peek())) this.#binary(RANK.step);
        return { kind: "regex", line, regex: compilePair(text) };
      case "variable":
      case "array":
        return this.#variable(token);
      case "function": {
        this.#tokens.take();
        const callee = this.#names.function(text);
        return { kind: "call", line, callee, arguments: listOf(this.parenthesized()) };
      }
      case "builtin":
        return this.#builtin(token);
      case "operator":
        return this.#prefix(token);
      default:
        if (text === "getline") return this.#getline(line);
        return this.#tokens.fail();
    }
  }

  #variable(token: Token): Expression {
    const { line, text } = token;
    this.#tokens.take();
    const index = this.#names.parameter(text);
    const name: ArrayReference =
      index === undefined
        ? { kind: "variable", line, cell: this.#names.variable(text) }
        : { kind: "argument", line, index };
    if (token.kind === "variable") return name;
    this.#tokens.expect("[");
    const key = this.optional();
    this.#tokens.expect("]");
    return key === undefined ? name : { kind: "element", line, array: name, key };
  }

  #builtin({ line, text }: Token): Expression {
    this.#tokens.take();
    if (text === "length" && !this.#tokens.is("(")) {
      const next = this.#peek();
      // Busybox looks for no prefix behind it.
      const joins = this.#beginsConcatenation(next) && next.text !== "$" && next.text !== "!";
      if (!joins && next.kind !== "newline" && !LENGTH_ENDS.has(next.text)) this.#tokens.fail();
      return { kind: "builtin", line, name: text, arguments: [] };
    }
    return { kind: "builtin", line, name: text, arguments: listOf(this.parenthesized()) };
  }

  #prefix({ line, text }: Token): Expression {
    if (text === "(") {
      const inner = this.parenthesized();
      if (inner === undefined) throw new AwkError("Empty sequence", line);
      return inner;
    }
    if (text === "$") {
      this.#tokens.take();
      return { kind: "field", line, index: this.#binary(RANK.field - 1) };
    }
    if (text === "++" || text === "--") {
      this.#tokens.take();
      const next = this.#peek();
      const ok = next.kind === "variable" || next.kind === "array" || ["++", "--", "$"].includes(next.text);
      if (!ok) this.#tokens.fail();
      const target = this.#binary(RANK.step - 1);
      return { kind: "step", line, by: text === "++" ? 1 : -1, after: false, target };
    }
    if (text !== "+" && text !== "-" && text !== "!") return this.#tokens.fail();
    this.#tokens.take();
    return { kind: "unary", line, operator: text, operand: this.#binary(RANK.unary - 1) };
  }

  #getline(line: number): Expression {
    this.#tokens.take();
    const target = this.#getlineTarget();
    if (!this.#tokens.is("<", { redirection: this.#redirects })) {
      return { kind: "getline", line, from: "input", source: undefined, target };
    }
    this.#tokens.take({ continues: true });
    return { kind: "getline", line, from: "file", source: this.#binary(RANK.pipe - 1), target };
  }
}

/** What can be assigned to. */
function isTarget(expression: Expression): boolean {
  return ["variable", "argument", "element", "field"].includes(expression.kind);
}

/** Whether an operand directly behind this token is joined to it. */
function endsConcatenation({ kind, text }: Token): boolean {
  if (kind === "operator") return [")", "]", "++", "--"].includes(text);
  return kind === "variable" || kind === "string" || kind === "number" || (kind === "builtin" && text === "length");
}
