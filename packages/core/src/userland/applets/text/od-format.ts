/** The output formats of od: what `-t` describes. @see od(1p) */
import { formatFloat, formatInteger, formatScaled, PLAIN } from "../../format-number.ts";
import { CONTROL_NAMES, ESCAPES } from "./control-characters.ts";

export interface OdFormat {
  /** Bytes of one item. */
  readonly size: number;
  /** Characters of one item, without the blank before it. */
  readonly width: number;
  /** Shows the printable characters behind the items (`z`). */
  readonly trailer: boolean;
  readonly item: (view: DataView, at: number) => string;
}

export class BadFormat {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

const OCTAL_WIDTHS: Readonly<Record<number, number>> = { 1: 3, 2: 6, 4: 11, 8: 22 };
const SIGNED_WIDTHS: Readonly<Record<number, number>> = { 1: 4, 2: 6, 4: 11, 8: 20 };
const UNSIGNED_WIDTHS: Readonly<Record<number, number>> = { 1: 3, 2: 5, 4: 10, 8: 20 };
const INTEGER_SIZES: Readonly<Record<string, number>> = { C: 1, S: 2, I: 4, L: 8 };
const FLOAT_SIZES: Readonly<Record<string, number>> = { F: 4, D: 8, L: 16 };
/** Significant digits behind the first one, by size. */
const FLOAT_DIGITS: Readonly<Record<number, number>> = { 4: 7, 8: 15, 16: 15 };

/** What a size reads as that has anything behind it. */
const UINT_MAX = 4_294_967_295;

/** od writes "nl" for a line feed, and has a name for the blank. */
const NAMES = [...CONTROL_NAMES.with(10, "nl"), "sp"];

/** Reads a type string such as `x1z` or `dLa`. @throws BadFormat */
export function parseFormats(text: string): OdFormat[] {
  const formats: OdFormat[] = [];
  for (let at = 0; at < text.length; ) {
    const letter = text[at] ?? "";
    const rest = text.slice(at + 1);
    const isFloat = letter === "f";
    if (!"doxufac".includes(letter)) {
      throw new BadFormat(`invalid character '${letter}' in type string '${text}'`);
    }
    let format: Omit<OdFormat, "trailer">;
    let length = 0;
    if (letter === "a" || letter === "c") format = { size: 1, width: 3, item: letter === "a" ? named : escaped };
    else {
      const sizes = isFloat ? FLOAT_SIZES : INTEGER_SIZES;
      const digits = /^[0-9]+/.exec(rest)?.[0];
      const named = sizes[rest.charAt(0)];
      const given = digits?.length === rest.length ? Number(digits) : UINT_MAX;
      const size = named ?? (digits === undefined ? (isFloat ? 8 : 4) : given);
      length = named !== undefined ? 1 : (digits?.length ?? 0);
      if (!(isFloat ? [4, 8, 16] : [1, 2, 4, 8]).includes(size)) {
        const kind = isFloat ? "floating point" : "integral";
        throw new BadFormat(`invalid type string '${text}'; ${size}-byte ${kind} type is not supported`);
      }
      format = isFloat ? floating(size) : integer(letter, size);
    }
    at += 1 + length;
    const trailer = text[at] === "z";
    if (trailer) at++;
    formats.push({ ...format, trailer });
  }
  return formats;
}

function integer(letter: string, size: number): Omit<OdFormat, "trailer"> {
  const widths =
    letter === "o" ? OCTAL_WIDTHS : letter === "d" ? SIGNED_WIDTHS : letter === "u" ? UNSIGNED_WIDTHS : undefined;
  const width = widths?.[size] ?? 2 * size;
  const layout = { ...PLAIN, width, zero: letter === "o" || letter === "x" };
  return {
    size,
    width,
    item: (view, at) => formatInteger(readInteger(view, at, size, letter === "d"), letter, layout),
  };
}

/** A little-endian integer. */
export function readInteger(view: DataView, at: number, size: number, signed: boolean): bigint {
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(view.getUint8(at + i));
  return signed ? BigInt.asIntN(8 * size, value) : value;
}

function floating(size: number): Omit<OdFormat, "trailer"> {
  const precision = FLOAT_DIGITS[size] ?? 15;
  const width = precision + 8;
  const layout = { ...PLAIN, width, precision };
  if (size === 16) return { size, width, item: (view, at) => extended(view, at, precision).padStart(width) };
  const value = (view: DataView, at: number): number =>
    size === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
  return { size, width, item: (view, at) => formatFloat(value(view, at), "e", layout) };
}

/** An 80-bit x87 number: sign, 15 bits of exponent, and a mantissa with its leading bit. */
function extended(view: DataView, at: number, precision: number): string {
  const head = view.getUint16(at + 8, true);
  const mantissa = view.getBigUint64(at, true);
  const biased = head & 0x7fff;
  const sign = (head & 0x8000) === 0 ? "" : "-";
  const isNormal = mantissa >> 63n === 1n;
  if (biased === 0x7fff) return sign + (mantissa === 1n << 63n ? "inf" : "nan");
  // Unlike a double, such a number may lack its leading bit; the processor refuses it.
  if (biased > 0 && !isNormal) return `${sign}nan`;
  return sign + formatScaled(mantissa, Math.max(biased, 1) - 16383 - 63, precision);
}

function named(view: DataView, at: number): string {
  const byte = view.getUint8(at) & 0x7f;
  return (byte === 0x7f ? "del" : (NAMES[byte] ?? String.fromCharCode(byte))).padStart(3);
}

function escaped(view: DataView, at: number): string {
  const byte = view.getUint8(at);
  const text =
    ESCAPES[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, "0"));
  return text.padStart(3);
}
