/** Scalars are passed over, and checked on the way. @see https://yaml.org/spec/1.1, chapter 9 */
import type { Characters } from "./characters.ts";
import { lexicalProblem, type Mark } from "./problem.ts";

const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** In quotes; the opening one is next. */
export function passQuoted(text: Characters): void {
  const start = text.mark;
  const quote = text.peek();
  const refuse = (message: string): never => {
    throw lexicalProblem(message, start, text.mark);
  };
  text.next();
  for (;;) {
    if (text.isAtEnd) refuse("found unexpected end of stream");
    if (text.isDocumentMark()) refuse("found unexpected document indicator");
    const character = text.peek();
    if (character === quote && !(quote === "'" && text.peek(1) === "'")) break;
    if (character === quote) text.next();
    else if (character === "\\" && quote === '"') {
      text.next();
      const escaped = text.peek();
      if (!/^[0abtnvfre "'/\\N_LPxuU\t\n]$/.test(escaped)) refuse("found unknown escape character");
      for (let digit = 1; digit <= (HEX_DIGITS[escaped] ?? 0); digit++) {
        if (!/^[0-9a-fA-F]$/.test(text.peek(digit))) refuse("did not find expected hexdecimal digit");
      }
    }
    text.next();
  }
  text.next();
}

/** Without quotes. True if it ended with a line. */
export function passPlain(text: Characters, indent: number, isFlow: boolean): boolean {
  const start = text.mark;
  let isAfterBreak = false;
  for (;;) {
    if (text.isDocumentMark() || text.peek() === "#") return isAfterBreak;
    while (!text.isSpace() && !endsPlain(text, isFlow)) {
      isAfterBreak = false;
      text.next();
    }
    if (text.isAtEnd || !text.isSpace()) return isAfterBreak;
    while (!text.isAtEnd && text.isSpace()) {
      const isTab = text.peek() === "\t";
      if (isAfterBreak && isTab && text.column < indent) {
        throw lexicalProblem("found a tab character that violates indentation", start, text.mark);
      }
      if (text.peek() === "\n") isAfterBreak = true;
      text.next();
    }
    if (!isFlow && text.column < indent) return isAfterBreak;
  }
}

function endsPlain(text: Characters, isFlow: boolean): boolean {
  const character = text.peek();
  if (character === ":") return text.isSpace(1) || (isFlow && /^[,?[\]{}]$/.test(text.peek(1)));
  return isFlow && /^[,[\]{}]$/.test(character);
}

/** `|` or `>`, which is next; `indent` is that of the block around it. */
export function passBlockScalar(text: Characters, indent: number): void {
  const start = text.mark;
  text.next();
  const header = /^(?:[-+]([1-9])?|([1-9])[-+]?)/.exec(text.peek() + text.peek(1));
  text.next(header?.[0].length ?? 0);
  while (/^[ \t]$/.test(text.peek())) text.next();
  if (text.peek() === "#") text.skipLine();
  if (!text.isAtEnd && text.peek() !== "\n") {
    throw lexicalProblem("did not find expected comment or line break", start, text.mark);
  }
  text.next();
  const given = Number(header?.[1] ?? header?.[2] ?? 0);
  let own = given === 0 ? 0 : Math.max(indent, 0) + given;
  own = passBreaks(text, own, indent, start);
  while (!text.isAtEnd && text.column === own) {
    text.skipLine();
    text.next();
    passBreaks(text, own, indent, start);
  }
}

/** Passes empty lines and the indentation; returns that, if it was not known. */
function passBreaks(text: Characters, known: number, indent: number, start: Mark): number {
  let widest = 0;
  for (;;) {
    while ((known === 0 || text.column < known) && text.peek() === " ") text.next();
    widest = Math.max(widest, text.column);
    if ((known === 0 || text.column < known) && text.peek() === "\t") {
      throw lexicalProblem("found a tab character where an indentation space is expected", start, text.mark);
    }
    if (text.isAtEnd || text.peek() !== "\n") break;
    text.next();
  }
  return known === 0 ? Math.max(widest, indent + 1, 1) : known;
}
