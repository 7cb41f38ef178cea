/**
 * Numbers and booleans as Go's package strconv reads them, with its error texts. What is called `read…` says what is wrong
 * with a text, what is called `parse…` throws it.
 */
import { quote } from "./quote.ts";
import { problemOf, ValueError } from "./value-error.ts";

const SYNTAX = "invalid syntax";
const RANGE = "value out of range";

export type NumberProblem = typeof SYNTAX | typeof RANGE;

/** A refusal of strconv. */
const refusal = (operation: string, text: string, reason: NumberProblem): ValueError =>
  new ValueError(`strconv.${operation}: parsing ${quote(text)}: ${reason}`, reason);

export interface IntegerFormat {
  /** 10, 8, or 0: the prefix decides and underscores may separate digits. */
  readonly base?: 0 | 8 | 10;
  readonly bits?: 16 | 32 | 64;
}

/** A signed integer. Beyond 2^53 the result is the nearest number; the range is checked exactly. */
export function readInteger(text: string, { base = 10, bits = 64 }: IntegerFormat = {}): number | NumberProblem {
  const negative = text.startsWith("-");
  const magnitude = digits(negative || text.startsWith("+") ? text.slice(1) : text, base);
  if (magnitude === undefined) return SYNTAX;
  const limit = 1n << BigInt(bits - 1);
  if (magnitude > (negative ? limit : limit - 1n)) return RANGE;
  return Number(negative ? -magnitude : magnitude);
}

/** An unsigned integer: no sign is accepted. */
export function readUnsigned(text: string, { base = 10, bits = 64 }: IntegerFormat = {}): number | NumberProblem {
  const value = digits(text, base);
  if (value === undefined) return SYNTAX;
  return value >= 1n << BigInt(bits) ? RANGE : Number(value);
}

/** strconv.ParseInt. @throws ValueError */
export function parseInteger(text: string, format?: IntegerFormat): number {
  return orThrow("ParseInt", text, readInteger(text, format));
}

/** strconv.ParseUint. @throws ValueError */
export function parseUnsigned(text: string, format?: IntegerFormat): number {
  return orThrow("ParseUint", text, readUnsigned(text, format));
}

/** strconv.Atoi. @throws ValueError */
export function atoi(text: string): number {
  return orThrow("Atoi", text, readInteger(text));
}

/** What strconv.Atoi says of a text; `undefined` for a whole number of 64 bits. */
export function atoiProblem(text: string): string | undefined {
  return problemOf(() => atoi(text));
}

function orThrow(operation: string, text: string, read: number | NumberProblem): number {
  if (typeof read === "string") throw refusal(operation, text, read);
  return read;
}

/** Digits of a base 0 literal, by prefix; underscores only between digits or after the prefix. */
const LITERAL = /^(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/;

function digits(text: string, base: 0 | 8 | 10): bigint | undefined {
  if (base === 10) return /^[0-9]+$/.test(text) ? BigInt(text) : undefined;
  if (base === 8) return /^[0-7]+$/.test(text) ? BigInt(`0o${text}`) : undefined;
  if (!LITERAL.test(text)) return undefined;
  const bare = text.replaceAll("_", "").toLowerCase();
  if (/^0[0-7]/.test(bare)) return BigInt(`0o${bare.slice(1)}`);
  return BigInt(bare);
}

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/** Whether strconv.ParseBool takes it. */
export const isBool = (text: string): boolean => TRUE.has(text) || FALSE.has(text);

/** Whether strconv.ParseBool takes it, and reads it as true. */
export const isTrue = (text: string): boolean => TRUE.has(text);

/** `undefined` for anything but the twelve words of strconv.ParseBool. */
export function readBool(text: string): boolean | undefined {
  if (TRUE.has(text)) return true;
  return FALSE.has(text) ? false : undefined;
}

/** strconv.ParseBool. @throws ValueError */
export function parseBool(text: string): boolean {
  const read = readBool(text);
  if (read === undefined) throw refusal("ParseBool", text, SYNTAX);
  return read;
}

const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)$/;

/** strconv.ParseFloat with 64 bits. @throws ValueError */
export function parseFloat64(text: string): number {
  if (/^[+-]?(?:inf|infinity)$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return NaN;
  if (DECIMAL.test(text)) {
    const value = Number(text);
    if (!Number.isFinite(value)) throw refusal("ParseFloat", text, RANGE);
    return value;
  }
  const [, sign, whole, fraction, exponent] = HEXADECIMAL.exec(text) ?? [];
  if (whole === undefined || fraction === undefined || whole + fraction === "")
    throw refusal("ParseFloat", text, SYNTAX);
  const magnitude = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
  if (!Number.isFinite(magnitude)) throw refusal("ParseFloat", text, RANGE);
  return sign === "-" ? -magnitude : magnitude;
}

/** A decimal or binary fraction as numerator over denominator: math/big's Rat.SetString; undefined if it is none. */
export function parseRational(text: string): readonly [numerator: bigint, denominator: bigint] | undefined {
  const slash = text.indexOf("/");
  if (slash >= 0) {
    const numerator = signed(text.slice(0, slash));
    const denominator = digits(text.slice(slash + 1), 0);
    if (numerator === undefined || denominator === undefined || denominator === 0n) return undefined;
    return [numerator, denominator];
  }
  const bare = /^[+-]?[0-9]+(?:_[0-9]+)*(?=[.eE]|$)/.test(text) ? text.replaceAll(/(?<=[0-9])_(?=[0-9])/g, "") : text;
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$/.exec(bare);
  if (match === null) {
    const whole = /^[+-]?0[xXbBoO]/.test(text) ? signed(text) : undefined;
    return whole === undefined ? undefined : [whole, 1n];
  }
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  if (whole + fraction === "") return undefined;
  const power = Number(exponent) - fraction.length;
  if (Math.abs(power) > 10_000) return undefined;
  const mantissa = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
  return power >= 0 ? [mantissa * 10n ** BigInt(power), 1n] : [mantissa, 10n ** BigInt(-power)];
}

function signed(text: string): bigint | undefined {
  const magnitude = digits(text.replace(/^[+-]/, ""), 0);
  return magnitude !== undefined && text.startsWith("-") ? -magnitude : magnitude;
}
