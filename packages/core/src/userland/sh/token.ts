/** The tokens of the shell's grammar. @see POSIX.1-2017, Shell Command Language, 2.3 Token Recognition */
import type { RedirectionOperator, Word } from "./ast.ts";

/** Operators that are a token by themselves. */
export type Punctuation = ";" | "&" | "&&" | "||" | "|" | "(" | ")" | ";;";

export type Token =
  | { readonly kind: "end" | "newline" }
  | { readonly kind: "punctuation"; readonly text: Punctuation }
  | WordToken
  | RedirectionToken;

export interface WordToken {
  readonly kind: "word";
  readonly word: Word;
  /** The text, if it is one unquoted literal: only then can it be a keyword or an alias. */
  readonly text: string | undefined;
  /** Some of it was quoted or escaped. */
  readonly quoted: boolean;
  /** Recognised as a keyword here. */
  readonly isKeyword: boolean;
  /** The line on which it ends. */
  readonly line: number;
}

/** An operator like `2>`; the word after it is a token of its own. */
export interface RedirectionToken {
  readonly kind: "redirection";
  readonly operator: RedirectionOperator;
  /** `<<-`. */
  readonly stripsTabs: boolean;
  readonly fd: number;
  readonly line: number;
}

/** What the grammar expects of the next token: whether it may be a keyword, an alias, and whether newlines count. */
export interface Lookout {
  readonly keywords: boolean;
  readonly aliases: boolean;
  readonly skipsNewlines: boolean;
}

/** How messages call a token. */
export function describe(token: Token): string {
  switch (token.kind) {
    case "end":
      return "end of file";
    case "newline":
      return "newline";
    case "redirection":
      return "redirection";
    case "punctuation":
      return `"${token.text}"`;
    case "word":
      return token.isKeyword ? `"${token.text}"` : "word";
  }
}
