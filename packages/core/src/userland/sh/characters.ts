/** Characters and names as the shell sees them, in the C locale. */

export const isDigit = (char: string | undefined): boolean => char !== undefined && char >= "0" && char <= "9";

export const isNameStart = (char: string | undefined): boolean =>
  char !== undefined && ((char >= "a" && char <= "z") || (char >= "A" && char <= "Z") || char === "_");

export const isNameChar = (char: string | undefined): boolean => isNameStart(char) || isDigit(char);

/** True for a text that may name a variable. */
export const isName = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);

/** True for decimal digits alone. */
export const isNumber = (text: string): boolean => /^[0-9]+$/.test(text);

/** One-character parameters: `$?`, `$1` and the like. */
export const isSpecialParameter = (char: string | undefined): boolean =>
  char !== undefined && char !== "" && "!#$*-0123456789?@".includes(char);

export const KEYWORDS: ReadonlySet<string> = new Set([
  "!",
  "case",
  "do",
  "done",
  "elif",
  "else",
  "esac",
  "fi",
  "for",
  "function",
  "if",
  "in",
  "then",
  "until",
  "while",
  "{",
  "}",
]);

/**
 * Orders names as a table of `buckets` chains lists them. The shell keeps variables, aliases and commands in such
 * tables, and `env`, `alias` and `hash` show that order.
 */
export function inTableOrder<T>(entries: Iterable<T>, nameOf: (entry: T) => string, buckets: number): readonly T[] {
  const chains: T[][] = Array.from({ length: buckets }, () => []);
  for (const entry of entries) chains[bucketOf(nameOf(entry)) % buckets]?.push(entry);
  return chains.flat();
}

function bucketOf(name: string): number {
  let sum = name.charCodeAt(0) << 4;
  for (let i = 0; i < name.length; i++) sum += name.charCodeAt(i);
  return sum;
}
