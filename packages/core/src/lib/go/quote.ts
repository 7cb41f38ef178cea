/** Go's quoted strings and characters: what `%q` prints. Model: strconv.Quote and strconv.QuoteRune. */
import { encode } from "../text.ts";

/** `text` in double quotes; a lone surrogate of `lib/text` is the invalid byte it stands for. */
export function quote(text: string): string {
  let quoted = '"';
  for (const character of text) quoted += character === '"' ? '\\"' : escaped(character);
  return `${quoted}"`;
}

/** One byte as a character in single quotes: Go's `%q` of a byte, which reads it as a code point. */
export function quoteByte(byte: number): string {
  const character = String.fromCodePoint(byte);
  return `'${character === "'" ? "\\'" : escaped(character)}'`;
}

/** `text` in double quotes, every byte outside printable ASCII as `\xNN`: how package time quotes a duration. */
export function quoteBytes(text: string): string {
  let quoted = '"';
  for (const byte of encode(text)) {
    if (byte === 0x22 || byte === 0x5c) quoted += `\\${String.fromCharCode(byte)}`;
    else quoted += byte < 0x20 || byte >= 0x80 ? `\\x${hex(byte, 2)}` : String.fromCharCode(byte);
  }
  return `${quoted}"`;
}

const NAMED: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
};

function escaped(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const named = NAMED[character];
  if (named !== undefined) return named;
  if (isPrint(character)) return character;
  if (point >= 0xdc80 && point <= 0xdcff) return `\\x${hex(point - 0xdc00, 2)}`;
  if (point < 0x20 || point === 0x7f) return `\\x${hex(point, 2)}`;
  if (point >= 0xd800 && point <= 0xdfff) return "\\ufffd";
  return point < 0x10000 ? `\\u${hex(point, 4)}` : `\\U${hex(point, 8)}`;
}

/** Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space. */
function isPrint(character: string): boolean {
  return character === " " || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character);
}

const hex = (value: number, width: number): string => value.toString(16).padStart(width, "0");
