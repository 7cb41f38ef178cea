/** Go's double-quoted strings: what `%q` and `%#v` print. Model: strconv.Quote. */
import { encode } from "../../lib/index.ts";

const PRINTABLE = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;
const NAMED = new Map([
  ["\x07", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ["\\", "\\\\"],
  ['"', '\\"'],
]);

/** `text` in double quotes; a lone surrogate stands for an invalid byte (see `lib/text`). */
export function quote(text: string): string {
  let quoted = '"';
  for (const character of text) quoted += NAMED.get(character) ?? escaped(character);
  return `${quoted}"`;
}

/** `text` in double quotes, each byte outside printable ASCII as `\xNN`: how package time quotes a duration. */
export function quoteBytes(text: string): string {
  let quoted = '"';
  for (const byte of encode(text)) {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === "\\") quoted += `\\${character}`;
    else quoted += byte < 0x20 || byte >= 0x80 ? `\\x${hex(byte, 2)}` : character;
  }
  return `${quoted}"`;
}

function escaped(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  if (point >= 0xdc80 && point <= 0xdcff) return `\\x${hex(point - 0xdc00, 2)}`;
  if (PRINTABLE.test(character)) return character;
  if (point < 0x20 || point === 0x7f) return `\\x${hex(point, 2)}`;
  return point < 0x10000 ? `\\u${hex(point, 4)}` : `\\U${hex(point, 8)}`;
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, "0");
}
