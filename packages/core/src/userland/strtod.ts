/**
 * strtod(3): the number at the beginning of a text, and where it ends.
 *
 * Decimal numbers are left to JavaScript, which rounds them exactly; hexadecimal ones, `inf` and `nan` it does not know.
 */

export interface LeadingNumber {
  readonly value: number;
  /** Index of the first character that is no part of the number; the start if there is no number. */
  readonly end: number;
  /** ERANGE: the number is written down, and too large or too small for a double. */
  readonly outOfRange: boolean;
}

/** Below it doubles lose digits. @see float.h: DBL_MIN */
const LEAST_NORMAL = 2.2250738585072014e-308;

const DECIMAL = /[ \t\n\v\f\r]*([-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)/y;
const OTHER =
  /[ \t\n\v\f\r]*([-+]?)(?:0[xX]([0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?|\.[0-9a-fA-F]+)(?:[pP]([-+]?[0-9]+))?|(inf(?:inity)?)|(nan(?:\([0-9a-zA-Z_]*\))?))/iy;

export function strtod(text: string, start = 0): LeadingNumber {
  OTHER.lastIndex = start;
  const other = OTHER.exec(text);
  if (other !== null) return { value: special(other), end: OTHER.lastIndex, outOfRange: false };
  DECIMAL.lastIndex = start;
  const decimal = DECIMAL.exec(text);
  if (decimal === null) return { value: 0, end: start, outOfRange: false };
  const value = Number(decimal[1]);
  const isTooSmall = Math.abs(value) < LEAST_NORMAL && /[1-9]/.test((decimal[1] ?? "").replace(/[eE].*/, ""));
  return { value, end: DECIMAL.lastIndex, outOfRange: isTooSmall || !Number.isFinite(value) };
}

function special(match: RegExpExecArray): number {
  const [, sign, digits, exponent = "0", infinity] = match;
  const value = infinity !== undefined ? Infinity : digits === undefined ? NaN : hexadecimal(digits, Number(exponent));
  return sign === "-" ? -value : value;
}

function hexadecimal(digits: string, exponent: number): number {
  const point = digits.indexOf(".");
  const fraction = point < 0 ? 0 : digits.length - point - 1;
  const mantissa = BigInt(`0x${digits.replace(".", "")}`);
  const power = exponent - 4 * fraction;
  return power < 0 ? scaleDown(mantissa, -power) : Number(mantissa << BigInt(Math.min(power, 4096)));
}

/** mantissa / 2^shift; the digits that a double cannot hold decide only the rounding. */
function scaleDown(mantissa: bigint, shift: number): number {
  let value = Number(mantissa);
  for (let rest = shift; rest > 0; rest -= 512) value /= 2 ** Math.min(rest, 512);
  return value;
}
