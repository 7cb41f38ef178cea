/** Bracket expressions: `[a-z]`, `[^[:space:]]`, `[[.hyphen.]]`. @see regex(7) */
import { ByteSet, characterClass } from "./byte-set.ts";
import { type Dialect, REASONS, RegexError } from "./syntax.ts";

const NEWLINE = 10;

/** One thing inside the brackets: a byte that may begin or end a range, or a whole set. */
type Element = { readonly byte: number } | { readonly set: ByteSet };

/** Parses the expression whose `[` stands just before `start`. */
export function parseBracket(pattern: string, start: number, dialect: Dialect): { set: ByteSet; end: number } {
  let at = start;
  const inverted = pattern[at] === "^";
  if (inverted) at++;
  if (at >= pattern.length) throw new RegexError(REASONS.badPattern);
  const set = new ByteSet();
  for (let first = true; first || pattern[at] !== "]"; first = false) {
    if (at >= pattern.length) throw new RegexError(REASONS.unmatchedBracket);
    const misplaced = pattern[at] === "-" && !first && pattern[at + 1] !== "]";
    if (misplaced) throw new RegexError(REASONS.badRange);
    const low = element(pattern, at, dialect);
    at = low.end;
    const isRange = pattern[at] === "-" && pattern[at + 1] !== "]";
    if (!isRange) {
      if ("set" in low.element) set.addAll(low.element.set);
      else set.add(low.element.byte);
      continue;
    }
    if (at + 1 >= pattern.length) throw new RegexError(REASONS.unmatchedBracket);
    const high = element(pattern, at + 1, dialect);
    at = high.end;
    if ("set" in low.element || "set" in high.element) throw new RegexError(REASONS.badRange);
    if (low.element.byte > high.element.byte) throw new RegexError(REASONS.badRange);
    for (let byte = low.element.byte; byte <= high.element.byte; byte++) set.add(byte);
  }
  const folded = dialect.ignoreCase ? set.folded() : set;
  const result = inverted ? folded.complement() : folded;
  if (inverted && dialect.newlineEnds) result.delete(NEWLINE);
  return { set: result, end: at + 1 };
}

function element(pattern: string, at: number, dialect: Dialect): { element: Element; end: number } {
  const mark = pattern[at + 1];
  if (pattern[at] !== "[" || (mark !== ":" && mark !== "." && mark !== "=")) {
    return { element: { byte: pattern.charCodeAt(at) & 0xff }, end: at + 1 };
  }
  const close = pattern.indexOf(`${mark}]`, at + 2);
  if (close < 0) throw new RegexError(REASONS.unmatchedBracket);
  const name = pattern.slice(at + 2, close);
  const end = close + 2;
  if (mark === ":") {
    // Without regard to case, "upper" and "lower" mean any letter.
    const wanted = dialect.ignoreCase && (name === "upper" || name === "lower") ? "alpha" : name;
    const set = characterClass(wanted);
    if (set === undefined) throw new RegexError(REASONS.badClass);
    return { element: { set }, end };
  }
  if (name.length !== 1) throw new RegexError(REASONS.badCollation);
  const byte = name.charCodeAt(0) & 0xff;
  return { element: mark === "=" ? { set: ByteSet.of(byte) } : { byte }, end };
}
