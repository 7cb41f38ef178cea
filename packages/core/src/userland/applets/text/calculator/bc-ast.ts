/** What a bc program consists of. */

/** Something that can be assigned to. */
export type Place =
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "element"; readonly name: string; readonly index: Expression }
  | { readonly kind: "parameter"; readonly name: "ibase" | "obase" | "scale" | "last" };

export type Expression =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "place"; readonly place: Place }
  | { readonly kind: "assign"; readonly place: Place; readonly operator: string; readonly value: Expression }
  | { readonly kind: "step"; readonly place: Place; readonly operator: "+" | "-"; readonly before: boolean }
  | { readonly kind: "unary"; readonly operator: "-" | "!"; readonly operand: Expression }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "function"; readonly name: "length" | "read" | "sqrt" | "scale"; readonly argument: Expression }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Argument[] }
  | { readonly kind: "array-length"; readonly name: string }
  | { readonly kind: "group"; readonly inner: Expression };

/** An argument is a value or a whole array. */
export type Argument = Expression | { readonly kind: "array"; readonly name: string };

export type Statement =
  | { readonly kind: "expression"; readonly value: Expression }
  | {
      readonly kind: "print";
      readonly items: readonly (Expression | { readonly kind: "string"; readonly text: string })[];
    }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "block"; readonly body: readonly Statement[] }
  | {
      readonly kind: "if";
      readonly test: Expression;
      readonly then: Statement;
      readonly otherwise: Statement | undefined;
    }
  | { readonly kind: "while"; readonly test: Expression; readonly body: Statement }
  | {
      readonly kind: "for";
      readonly first: Expression | undefined;
      readonly test: Expression | undefined;
      readonly next: Expression | undefined;
      readonly body: Statement;
    }
  | { readonly kind: "return"; readonly value: Expression | undefined }
  | { readonly kind: "define"; readonly definition: Definition }
  | { readonly kind: "break" | "continue" | "quit" | "halt" | "limits" };

export interface Variable {
  readonly name: string;
  readonly isArray: boolean;
  /** `*a[]`: what is done to the array is done to the caller's. */
  readonly isReference: boolean;
}

export interface Definition {
  readonly name: string;
  /** It need not return anything. */
  readonly isVoid: boolean;
  readonly parameters: readonly Variable[];
  readonly locals: readonly Variable[];
  readonly body: readonly Statement[];
}
