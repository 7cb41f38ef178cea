/** Constants in a template: quoted text, characters and numbers. Model: strconv.Unquote, parse.newNumber. */

import { parseFloat64, parseInteger, parseUnsigned, quote, readOr } from "../../../lib/go/index.ts";
import { decode, encode, fromLatin1 } from "../../../lib/index.ts";
import { ValueError } from "../problem.ts";
import type { NumberNode } from "./node.ts";

const NAMED: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, "\\": 92 };
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))|([^\\]+)/gsu;

/** The text of a literal in double quotes or backquotes. @throws ValueError `invalid syntax` */
export function unquote(literal: string): string {
  const inner = literal.slice(1, -1);
  if (literal.startsWith("`")) return inner.replaceAll("\r", "");
  return decode(Uint8Array.from(pieces(inner, '"').flatMap((piece) => [...piece])));
}

/** The bytes of every escape and of every run of plain characters. */
function pieces(inner: string, mark: string): Uint8Array[] {
  return [...inner.matchAll(ESCAPE)].map(([, hex, unicode, long, octal, letter, plain]) => {
    if (plain !== undefined) return encode(plain);
    if (hex !== undefined) return fromLatin1(String.fromCharCode(Number.parseInt(hex, 16)));
    const point = unicode ?? long;
    if (point !== undefined) return encode(character(Number.parseInt(point, 16)));
    const byte =
      octal !== undefined ? Number.parseInt(octal, 8) : letter === mark ? mark.charCodeAt(0) : NAMED[letter ?? ""];
    if (byte === undefined || byte > 255) throw new ValueError("invalid syntax");
    return fromLatin1(String.fromCharCode(byte));
  });
}

function character(point: number): string {
  if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) throw new ValueError("invalid syntax");
  return String.fromCodePoint(point);
}

/** A character constant: the number of its code point. */
export function characterNode(literal: string, at: number): NumberNode {
  const inner = literal.slice(1, -1);
  const escaped = /^\\[uU]([0-9a-fA-F]+)$/.exec(inner)?.[1];
  const bytes = escaped === undefined && inner.startsWith("\\") ? pieces(inner, "'")[0] : undefined;
  const point = escaped !== undefined ? Number.parseInt(escaped, 16) : (bytes?.[0] ?? inner.codePointAt(0));
  if (point === undefined) throw new ValueError("invalid syntax");
  if (bytes === undefined && escaped === undefined && [...inner].length > 1)
    throw new ValueError(`malformed character constant: ${literal}`);
  return { kind: "number", at, text: literal, integer: point, unsigned: point, float: point };
}

/** A number; Unlike Go's, complex constants are refused. */
export function numberNode(text: string, at: number): NumberNode {
  const integer = attempt(() => parseInteger(text, { base: 0 }));
  const unsigned = attempt(() => parseUnsigned(text, { base: 0 })) ?? (integer === 0 ? 0 : undefined);
  const whole = integer ?? unsigned;
  if (whole !== undefined) return { kind: "number", at, text, integer, unsigned, float: whole };
  const float = attempt(() => parseFloat64(text));
  if (float === undefined) throw new ValueError(`illegal number syntax: ${quote(text)}`);
  if (!/[.eEpP]/.test(text)) throw new ValueError(`integer overflow: ${quote(text)}`);
  const exact = Number.isInteger(float) ? float : undefined;
  const positive = exact !== undefined && exact >= 0 ? exact : undefined;
  return { kind: "number", at, text, integer: exact, unsigned: positive, float };
}

const attempt = (parse: () => number): number | undefined => readOr(parse, () => undefined);
