/** The syntax tree of an awk program. */
import type { Regex } from "../../../regex/index.ts";
import type { Cell } from "./cell.ts";

/** A regular expression literal: as it stands, and without regard to case. */
export interface RegexPair {
  readonly exact: Regex;
  readonly folded: Regex;
}

/** `line` and `source` are for messages. */
interface Place {
  readonly line: number;
}

export type LogicalOperator = "&&" | "||";
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%" | "^";
export type ComparisonOperator = "<" | "<=" | ">" | ">=" | "==" | "!=";

export type Expression = Place &
  (
    | { readonly kind: "constant"; readonly value: number | string }
    | { readonly kind: "regex"; readonly regex: RegexPair }
    | { readonly kind: "variable"; readonly cell: Cell }
    | { readonly kind: "argument"; readonly index: number }
    | { readonly kind: "element"; readonly array: ArrayReference; readonly key: Expression | undefined }
    | { readonly kind: "field"; readonly index: Expression }
    | { readonly kind: "assign"; readonly target: Expression; readonly value: Expression }
    | {
        readonly kind: "update";
        readonly operator: ArithmeticOperator;
        readonly target: Expression;
        readonly value: Expression;
      }
    | { readonly kind: "step"; readonly by: 1 | -1; readonly after: boolean; readonly target: Expression }
    | { readonly kind: "unary"; readonly operator: "+" | "-" | "!"; readonly operand: Expression }
    | {
        readonly kind: "arithmetic";
        readonly operator: ArithmeticOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly kind: "compare";
        readonly operator: ComparisonOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly kind: "match"; readonly negated: boolean; readonly left: Expression; readonly right: Expression }
    | { readonly kind: "in"; readonly key: Expression; readonly array: Expression }
    | {
        readonly kind: "logical";
        readonly operator: LogicalOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly kind: "ternary";
        readonly condition: Expression;
        readonly yes: Expression;
        /** Missing if there was no `:`: an error when run. */
        readonly no: Expression | undefined;
      }
    | { readonly kind: "concat"; readonly left: Expression; readonly right: Expression }
    /** A list; as a value its parts joined by SUBSEP. */
    | { readonly kind: "comma"; readonly left: Expression; readonly right: Expression }
    | { readonly kind: "call"; readonly callee: AwkFunction; readonly arguments: readonly Expression[] }
    | { readonly kind: "builtin"; readonly name: string; readonly arguments: readonly Expression[] }
    | {
        readonly kind: "getline";
        readonly from: "input" | "file" | "command";
        readonly source: Expression | undefined;
        readonly target: Expression | undefined;
      }
  );

/** What may stand before `[`. */
export type ArrayReference = Extract<Expression, { kind: "variable" | "argument" }>;

export type Redirection = ">" | ">>" | "|";

export type Statement = Place &
  (
    | { readonly kind: "block"; readonly body: readonly Statement[] }
    | { readonly kind: "expression"; readonly expression: Expression | undefined }
    | {
        readonly kind: "print" | "printf";
        readonly arguments: readonly Expression[];
        readonly redirection: Redirection | undefined;
        readonly target: Expression | undefined;
      }
    | {
        readonly kind: "if";
        readonly condition: Expression;
        readonly yes: Statement;
        readonly no: Statement | undefined;
      }
    | { readonly kind: "while"; readonly condition: Expression; readonly body: Statement }
    | { readonly kind: "do"; readonly condition: Expression; readonly body: Statement }
    | {
        readonly kind: "for";
        readonly start: Expression | undefined;
        readonly condition: Expression | undefined;
        readonly step: Expression | undefined;
        readonly body: Statement;
      }
    | { readonly kind: "for-in"; readonly target: Expression; readonly array: Expression; readonly body: Statement }
    | { readonly kind: "break" | "continue" | "next" | "nextfile" }
    | { readonly kind: "return" | "exit"; readonly value: Expression | undefined }
    | { readonly kind: "delete"; readonly target: Expression }
  );

/** A pattern and its action; without a pattern it runs always. */
export interface Rule {
  readonly pattern: Expression | undefined;
  readonly action: Statement;
  readonly source: string;
}

export interface AwkFunction {
  readonly name: string;
  parameters: number;
  /** Missing until it is defined; a call of a function that never is fails when it is run. */
  body: Statement | undefined;
  source: string;
}

export interface AwkProgram {
  readonly begin: readonly Rule[];
  readonly rules: readonly Rule[];
  readonly end: readonly Rule[];
  readonly functions: ReadonlyMap<string, AwkFunction>;
}

/** The parts of a list, which leans to the right. */
export function listOf(expression: Expression | undefined): Expression[] {
  const parts: Expression[] = [];
  let rest = expression;
  for (; rest?.kind === "comma"; rest = rest.right) parts.push(rest.left);
  if (rest !== undefined) parts.push(rest);
  return parts;
}
