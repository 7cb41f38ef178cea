/** Durations as sleep, timeout, watch and top take them: a number, perhaps with a fraction, and a unit. */
import type { Routine } from "../../../abi/index.ts";
import { showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";

const UNITS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };
const ULONG_MAX = 18_446_744_073_709_551_615n;

/** Microseconds. A text that is no duration ends the applet. */
export function* durationOrDie(io: Io, text: string): Routine<number> {
  if (!text.includes(".")) return (yield* seconds(io, text)) * 1e6;
  const [number = ""] = /^[0-9.]*/.exec(text) ?? [];
  if (!/^([0-9]+\.?[0-9]*|\.[0-9]+)$/.test(number)) return yield* showUsage(io);
  const unit = yield* seconds(io, `1${text.slice(number.length)}`);
  return Math.floor(Number(number) * unit * 1e6);
}

function* seconds(io: Io, text: string): Routine<number> {
  const [, digits, unit = ""] = /^([0-9]+)([smhd]?)$/.exec(text) ?? [];
  const tooLarge = digits !== undefined && BigInt(digits) * BigInt(UNITS[unit] ?? 1) > ULONG_MAX;
  if (digits === undefined || tooLarge) return yield* io.die(`invalid number '${text}'`);
  return Number(digits) * (UNITS[unit] ?? 1);
}
