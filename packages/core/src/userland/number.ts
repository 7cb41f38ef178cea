/**
 * Numbers on the command line, as libbb reads them: decimal digits, nothing around them, and a range.
 *
 * @see busybox's libbb xatonum
 */
import type { Routine } from "../abi/index.ts";
import type { Io } from "./io.ts";

export const INT_MAX = 2_147_483_647;
export const INT_MIN = -2_147_483_648;
export const UINT_MAX = 4_294_967_295;

/** Decimal digits as a number; `undefined` for everything else. */
export function parseUnsigned(text: string): number | undefined {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Decimal digits with an optional sign. */
export function parseInteger(text: string): number | undefined {
  const value = /^-?[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** An unsigned number, or ends the applet. */
export function* unsignedOrDie(io: Io, text: string, min = 0, max = UINT_MAX): Routine<number> {
  return yield* withinOrDie(io, text, parseUnsigned(text) ?? Number.NaN, min, max);
}

/** Hexadecimal digits, with or without 0x, as an unsigned number. */
export function* hexadecimalOrDie(io: Io, text: string, min: number, max: number): Routine<number> {
  const value = /^(0x)?[0-9a-f]+$/i.test(text) ? Number.parseInt(text, 16) : Number.NaN;
  return yield* withinOrDie(io, text, value, min, max);
}

function* withinOrDie(io: Io, text: string, value: number, min: number, max: number): Routine<number> {
  if (Number.isNaN(value) || value > UINT_MAX) return yield* io.die(`invalid number '${text}'`);
  return value >= min && value <= max ? value : yield* io.die(`number ${text} is not in ${min}..${max} range`);
}

/** A number that may be negative, or ends the applet. What it complains about is the number without its sign. */
export function* integerOrDie(io: Io, text: string, min = INT_MIN, max = INT_MAX): Routine<number> {
  const isNegative = text.startsWith("-") && min < 0;
  const digits = isNegative ? text.slice(1) : text;
  const magnitude = yield* unsignedOrDie(io, digits, 0, isNegative ? INT_MAX + 1 : INT_MAX);
  const value = isNegative ? -magnitude : magnitude;
  if (value >= min && value <= max) return value;
  return yield* io.die(`number ${text} is not in ${min}..${max} range`);
}
