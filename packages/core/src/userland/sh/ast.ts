/**
 * The tree of a shell script: what `parse.ts` makes and `execute.ts` walks. Plain, immutable values.
 *
 * All text in it is a byte string, one character a byte: the shell works in the C locale.
 */

// ── words ──

/** A word is the concatenation of its parts. */
export type Word = readonly Part[];

export type Part = Text | Parameter | CommandSubstitution | ProcessSubstitution | Arithmetic;

/** Literal text. An empty quoted text says that quotes were there, so that the word is a field even if it is empty. */
export interface Text {
  readonly kind: "text";
  readonly text: string;
  /** Quoted or escaped: no character of it is special to tilde, glob or splitting. */
  readonly quoted: boolean;
}

/**
 * What is done to a parameter's value. `value` is a bare `$x`; `:` is the substring, `/` and `//` are replacements;
 * `bad` is what the parser lets pass and the expansion refuses.
 */
export type ParameterOperator =
  | "value"
  | "length"
  | "-"
  | "+"
  | "="
  | "?"
  | "%"
  | "%%"
  | "#"
  | "##"
  | ":"
  | "/"
  | "//"
  | "bad";

export interface Parameter {
  readonly kind: "parameter";
  readonly name: string;
  readonly operator: ParameterOperator;
  /** With a colon, as in `${x:-word}`: a null value counts as unset. */
  readonly nullIsUnset: boolean;
  readonly word: Word;
  readonly quoted: boolean;
  /** `"$@"` has its quotes for itself: they do not make a field of it. */
  readonly isAlone?: true;
}

export interface CommandSubstitution {
  readonly kind: "command";
  readonly body: Node | undefined;
  readonly quoted: boolean;
}

/** `<(list)` or `>(list)`. */
export interface ProcessSubstitution {
  readonly kind: "process";
  readonly operator: "<" | ">";
  readonly body: Node | undefined;
}

export interface Arithmetic {
  readonly kind: "arithmetic";
  readonly expression: Word;
  readonly quoted: boolean;
}

// ── redirections ──

/** `&>` sends both outputs to a file; `<<` is a here-document whose text is in `target`, `<<<` a here-string. */
export type RedirectionOperator = ">" | ">>" | ">|" | "<" | "<>" | ">&" | "<&" | "&>" | "<<" | "<<<";

export interface Redirection {
  readonly operator: RedirectionOperator;
  readonly fd: number;
  readonly target: Word;
}

// ── commands ──

export type Node =
  | Sequence
  | Background
  | Conditional
  | Not
  | Pipeline
  | Simple
  | If
  | Loop
  | For
  | Case
  | Subshell
  | Redirected
  | FunctionDefinition;

/** `a; b`: never empty. */
export interface Sequence {
  readonly kind: "sequence";
  readonly items: readonly Node[];
}

/** `body &`. */
export interface Background {
  readonly kind: "background";
  readonly body: Node;
  readonly line: number;
}

export interface Conditional {
  readonly kind: "and" | "or";
  readonly left: Node;
  readonly right: Node;
}

export interface Not {
  readonly kind: "not";
  readonly body: Node;
}

export interface Pipeline {
  readonly kind: "pipeline";
  readonly stages: readonly Node[];
}

export interface Simple {
  readonly kind: "simple";
  readonly assignments: readonly Word[];
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
  readonly line: number;
}

export interface If {
  readonly kind: "if";
  readonly condition: Node;
  readonly body: Node;
  readonly otherwise: Node | undefined;
}

export interface Loop {
  readonly kind: "while" | "until";
  readonly condition: Node;
  readonly body: Node;
}

export interface For {
  readonly kind: "for";
  readonly name: string;
  readonly words: readonly Word[];
  readonly body: Node;
  readonly line: number;
}

export interface Case {
  readonly kind: "case";
  readonly subject: Word;
  readonly items: readonly CaseItem[];
  readonly line: number;
}

export interface CaseItem {
  readonly patterns: readonly Word[];
  readonly body: Node | undefined;
}

export interface Subshell {
  readonly kind: "subshell";
  readonly body: Node;
  readonly redirections: readonly Redirection[];
  readonly line: number;
}

/** A compound command with redirections. */
export interface Redirected {
  readonly kind: "redirected";
  readonly body: Node;
  readonly redirections: readonly Redirection[];
  readonly line: number;
}

export interface FunctionDefinition {
  readonly kind: "function";
  readonly name: string;
  readonly body: Node;
  readonly line: number;
}

/** `"$@"`: what `for x; do` loops over. */
export const ALL_PARAMETERS: Word = [
  { kind: "parameter", name: "@", operator: "value", nullIsUnset: false, word: [], quoted: true },
];

/** The text of a word that is one unquoted literal; `undefined` for any other. */
export function literal(word: Word): string | undefined {
  const [part] = word;
  return word.length === 1 && part?.kind === "text" && !part.quoted ? part.text : undefined;
}

/** The name that a word assigns to, if it looks like `NAME=…`. */
export function assignedName(word: Word): string | undefined {
  const [part] = word;
  if (part?.kind !== "text" || part.quoted) return undefined;
  return /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(part.text)?.[1];
}
