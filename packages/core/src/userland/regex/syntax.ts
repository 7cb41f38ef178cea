/**
 * Dialects of regular expressions, and their syntax tree.
 *
 * The switches are those of glibc's `reg_syntax_t` in which the programs of the userland differ: sed, awk and expr
 * compile with regcomp(3), grep with the older GNU interface, which forgives more.
 *
 * @see regex(7), re_syntax_options in glibc's regex.h
 */
import type { ByteSet } from "./byte-set.ts";

export interface Dialect {
  /** Extended expressions: `( ) { } + ? |` are operators without a backslash. */
  readonly extended: boolean;
  readonly ignoreCase?: boolean;
  /** `^` and `$` match at newlines inside the text too. */
  readonly newlineAnchors?: boolean;
  /** Neither `.` nor `[^…]` matches a newline. */
  readonly newlineEnds?: boolean;
  /** `.` matches NUL. */
  readonly dotMatchesNul?: boolean;
  /**
   * Grep's leniency: stray repetition operators are no errors, nor are an extended expression's malformed intervals; a
   * newline separates alternatives.
   */
  readonly lenient?: boolean;
}

/** Without look-around: what must hold between two bytes. */
export type Assertion =
  | "line-start"
  | "line-end"
  | "text-start"
  | "text-end"
  | "word-start"
  | "word-end"
  | "word-edge"
  | "no-word-edge";

export type RegexNode =
  | { readonly kind: "empty" }
  | { readonly kind: "set"; readonly set: ByteSet }
  | { readonly kind: "assertion"; readonly assertion: Assertion }
  | { readonly kind: "group"; readonly index: number; readonly body: RegexNode }
  | { readonly kind: "back-reference"; readonly index: number }
  | { readonly kind: "sequence"; readonly items: readonly RegexNode[] }
  | { readonly kind: "alternatives"; readonly items: readonly RegexNode[] }
  | { readonly kind: "star"; readonly body: RegexNode };

export const EMPTY: RegexNode = { kind: "empty" };

/** Why an expression could not be compiled. @see regerror(3) */
export class RegexError extends Error {
  override readonly name = "RegexError";
}

export const REASONS = {
  badRepeat: "Invalid preceding regular expression",
  unmatchedBrace: "Unmatched \\{",
  badInterval: "Invalid content of \\{\\}",
  tooBig: "Regular expression too big",
  unmatchedGroup: "Unmatched ( or \\(",
  strayGroupEnd: "Unmatched ) or \\)",
  unmatchedBracket: "Unmatched [, [^, [:, [., or [=",
  badPattern: "Invalid regular expression",
  badClass: "Invalid character class name",
  badCollation: "Invalid collation character",
  badRange: "Invalid range end",
  badReference: "Invalid back reference",
  trailingBackslash: "Trailing backslash",
} as const;
