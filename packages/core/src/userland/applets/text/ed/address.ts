/** Line addresses of ed: numbers, `.`, `$`, marks and searches, added and subtracted. @see ed(1p) */
import { type Buffer, EdError } from "./buffer.ts";

export interface Address {
  /** `undefined` if there is none. */
  readonly line: number | undefined;
  /** What follows. */
  readonly rest: string;
}

/** The one or two addresses before a command. */
export interface Range {
  readonly first: number;
  readonly last: number;
  readonly given: boolean;
  readonly rest: string;
}

/** @throws EdError */
export function parseRange(buffer: Buffer, text: string): Range {
  const from = parseAddress(buffer, text);
  const rest = from.rest.trimStart();
  if (!rest.startsWith(",")) {
    const line = from.line ?? buffer.current;
    return { first: line, last: line, given: from.line !== undefined, rest };
  }
  const to = parseAddress(buffer, rest.slice(1));
  return { first: from.line ?? 1, last: to.line ?? buffer.last, given: true, rest: to.rest };
}

function parseAddress(buffer: Buffer, text: string): Address {
  let rest = text;
  let line: number | undefined;
  let negative = false;
  for (;;) {
    rest = rest.trimStart();
    const term = parseTerm(buffer, rest);
    if (term === undefined) return { line, rest };
    line = (line ?? 0) + (negative ? -term.value : term.value);
    rest = term.rest.trimStart();
    if (!/^[-+]/.test(rest)) return { line, rest };
    negative = rest.startsWith("-");
    rest = rest.slice(1);
  }
}

function parseTerm(buffer: Buffer, text: string): { value: number; rest: string } | undefined {
  const digits = /^[0-9]+/.exec(text)?.[0];
  if (digits !== undefined) return { value: Number(digits), rest: text.slice(digits.length) };
  switch (text[0]) {
    case ".":
      return { value: buffer.current, rest: text.slice(1) };
    case "$":
      return { value: buffer.last, rest: text.slice(1) };
    case "'": {
      const name = text[1] ?? "";
      if (!/[a-z]/.test(name)) throw new EdError("bad mark name");
      return { value: buffer.marks.get(name) ?? 0, rest: text.slice(2) };
    }
    case "/": {
      const [, wanted = "", rest = ""] = /^\/([^/]*)(?:\/(.*))?$/s.exec(text) ?? [];
      return { value: buffer.search(wanted, buffer.current, buffer.last), rest };
    }
    default:
      return undefined;
  }
}
