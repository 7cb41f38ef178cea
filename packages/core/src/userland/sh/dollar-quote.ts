/** `$'…'`: escapes as in C. */
import { type Cursor, END } from "./cursor.ts";

const SIMPLE: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  b: "\b",
  t: "\t",
  f: "\f",
  a: "\x07",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

/** The text up to the closing quote, which is taken. An escaped NUL is left out, an unknown escape stays as it is. */
export function decodeDollarQuote(cursor: Cursor): string {
  let text = "";
  for (let char = cursor.take(); char !== "'"; char = cursor.take()) {
    if (char === END) cursor.fail("unterminated quoted string");
    text += char === "\\" ? takeEscape(cursor) : char;
  }
  return text;
}

function takeEscape(cursor: Cursor): string {
  const digits = cursor.takeRun(/x[0-9A-Fa-f]{1,2}|[0-7]{1,3}/y);
  if (digits !== "") {
    const code = digits.startsWith("x") ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 8);
    return code === 0 ? "" : String.fromCharCode(code & 0xff);
  }
  const char = cursor.take();
  return SIMPLE[char] ?? `\\${char}`;
}
