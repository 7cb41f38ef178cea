/** The words of bc. @see bc(1p), "Lexical Conventions" */
import { CalculatorError } from "./decimal.ts";

export interface Token {
  readonly kind: "number" | "name" | "keyword" | "string" | "operator" | "newline" | "end";
  readonly text: string;
  /** Where it begins. */
  readonly at: number;
}

const KEYWORDS: ReadonlySet<string> = new Set([
  "auto",
  "break",
  "continue",
  "define",
  "else",
  "for",
  "halt",
  "if",
  "limits",
  "print",
  "quit",
  "return",
  "while",
  "ibase",
  "obase",
  "scale",
  "last",
  "length",
  "read",
  "sqrt",
]);
/** Those that POSIX does not have. */
const FOREIGN: ReadonlySet<string> = new Set(["continue", "else", "halt", "last", "limits", "print", "read"]);
const OPERATOR = /(?:\+\+|--|&&|\|\||[-+*/%^=<>!]=|[-+*/%^=<>!(){}[\],;])/y;
const BOOLEANS: ReadonlySet<string> = new Set(["&&", "||", "!"]);
const NUMBER = /(?:[0-9A-Z](?:\\\n|[0-9A-Z])*(?:\.(?:\\\n|[0-9A-Z])*)?|\.(?:\\\n)*[0-9A-Z](?:\\\n|[0-9A-Z])*)/y;
const NAME = /[a-z][a-z0-9_]*/y;
const BLANK = /(?:[ \t\v\f\r]|\\\n|#[^\n]*|\/\*[\s\S]*?\*\/)+/y;

/** Hears of what POSIX does not have: it may throw. */
export type Remark = (message: string) => void;

/** @throws CalculatorError */
export function lex(source: string, remark: Remark): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let start = 0;
  const push = (kind: Token["kind"], text: string): void => {
    tokens.push({ kind, text, at: start });
  };
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  while (at < source.length) {
    const blank = match(BLANK);
    if (blank !== undefined) {
      if (blank.replace(/\/\*[\s\S]*?\*\//g, "").includes("#")) remark("POSIX does not allow '#' script comments");
      continue;
    }
    if (source.startsWith("/*", at)) throw new CalculatorError("unterminated comment");
    start = at;
    const char = source[at] ?? "";
    if (char === "\n") {
      at++;
      push("newline", "\n");
      continue;
    }
    if (char === '"') {
      const end = source.indexOf('"', at + 1);
      if (end < 0) throw new CalculatorError("unterminated string");
      push("string", source.slice(at + 1, end));
      at = end + 1;
      continue;
    }
    const number = match(NUMBER);
    if (number !== undefined) {
      push("number", number.replace(/\\\n/g, ""));
      continue;
    }
    const name = match(NAME);
    if (name !== undefined) {
      const isKeyword = KEYWORDS.has(name);
      if (isKeyword && FOREIGN.has(name)) remark(`POSIX does not allow the '${name}' keyword`);
      else if (!isKeyword && name.length > 1) {
        const rest = source.slice(start).split("\n", 1)[0] ?? "";
        remark(`POSIX only allows one character names; this is bad: '${rest}'`);
      }
      push(isKeyword ? "keyword" : "name", name);
      continue;
    }
    const operator = match(OPERATOR);
    if (operator !== undefined) {
      if (BOOLEANS.has(operator)) remark(`POSIX does not allow boolean operators; this is bad: ${operator}`);
      push("operator", operator);
    } else if (char === ".") {
      remark("POSIX does not allow '.' as 'last'");
      at++;
      push("keyword", "last");
    } else throw new CalculatorError(`bad character '${char}'`);
  }
  return tokens;
}
