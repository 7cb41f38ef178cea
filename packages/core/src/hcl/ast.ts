/** Definitions as they are written: bodies of attributes and blocks, and expressions. Model: hashicorp/hcl hclsyntax. */
import type { HclRange } from "./problem.ts";
import type { HclValue } from "./value.ts";

export interface Body {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly blocks: readonly Block[];
  /** Where something would stand that is missing. */
  readonly start: HclRange;
}

export interface Attribute {
  readonly name: string;
  readonly nameRange: HclRange;
  readonly value: Expression;
}

export interface Block {
  readonly type: string;
  readonly labels: readonly Label[];
  readonly body: Body;
  /** The brace that opens it. */
  readonly open: HclRange;
}

export interface Label {
  readonly text: string;
  readonly range: HclRange;
}

export type BinaryOperator = "||" | "&&" | "==" | "!=" | "<" | ">" | "<=" | ">=" | "+" | "-" | "*" | "/" | "%";

/** A step behind a splat: `.name` or `[key]`. */
export type Step =
  | { readonly kind: "attribute"; readonly name: string; readonly range: HclRange }
  | { readonly kind: "index"; readonly key: Expression; readonly range: HclRange };

export interface ForExpression {
  readonly kind: "for";
  readonly keyName: string | undefined;
  readonly valueName: string;
  readonly collection: Expression;
  /** Of an object. */
  readonly key: Expression | undefined;
  readonly value: Expression;
  readonly condition: Expression | undefined;
  /** Values of the same key make a list: `...`. */
  readonly groups: boolean;
}

export type ExpressionNode =
  | { readonly kind: "literal"; readonly value: HclValue }
  /** A text of several parts; one part alone keeps its type. */
  | { readonly kind: "template"; readonly parts: readonly Expression[] }
  /** The parts of a loop in a template. */
  | { readonly kind: "joined"; readonly items: Expression }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "get"; readonly of: Expression; readonly step: Step }
  | { readonly kind: "splat"; readonly of: Expression; readonly steps: readonly Step[] }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly nameRange: HclRange;
      /** Its parentheses. */
      readonly open: HclRange;
      readonly close: HclRange;
      readonly operands: readonly Expression[];
      /** The last operand is a list of operands: `...`. */
      readonly spreads: boolean;
    }
  | { readonly kind: "tuple"; readonly items: readonly Expression[] }
  | { readonly kind: "object"; readonly items: readonly { readonly key: Expression; readonly value: Expression }[] }
  | ForExpression
  | {
      readonly kind: "conditional";
      readonly condition: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "unary"; readonly operator: "!" | "-"; readonly operand: Expression };

export type Expression = ExpressionNode & {
  readonly range: HclRange;
  /** Of a text what is first within the quotes. */
  readonly first?: HclRange;
};
