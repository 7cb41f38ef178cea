/** Durations as sleep, timeout, watch and top take them: a number, perhaps with a fraction, and a unit. */
import type { Routine } from "../../../abi/index.ts";
import { showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";

const UNITS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };
const ULONG_MAX = 18_446_744_073_709_551_615n;

/** A number with a point in it. */
const FRACTION = /^([0-9]+\.?[0-9]*|\.[0-9]+)$/;

/** Microseconds. A text that is no duration ends the applet. */
export function* durationOrDie(io: Io, text: string): Routine<number> {
  const us = durationOf(text);
  if (us !== undefined) return us;
  if (!text.includes(".")) return yield* io.die(`invalid number '${text}'`);
  const number = numberOf(text);
  return yield* FRACTION.test(number) ? io.die(`invalid number '1${text.slice(number.length)}'`) : showUsage(io);
}

/** Microseconds; `undefined` for a text that is no duration. */
export function durationOf(text: string): number | undefined {
  if (!text.includes(".")) return wholeUs(text);
  const number = numberOf(text);
  const unitUs = FRACTION.test(number) ? wholeUs(`1${text.slice(number.length)}`) : undefined;
  return unitUs === undefined ? undefined : Math.floor(Number(number) * unitUs);
}

const numberOf = (text: string): string => /^[0-9.]*/.exec(text)?.[0] ?? "";

function wholeUs(text: string): number | undefined {
  const [, digits, unit = ""] = /^([0-9]+)([smhd]?)$/.exec(text) ?? [];
  if (digits === undefined || BigInt(digits) * BigInt(UNITS[unit] ?? 1) > ULONG_MAX) return undefined;
  return Number(digits) * (UNITS[unit] ?? 1) * 1e6;
}
