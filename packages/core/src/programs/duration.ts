/** Durations as people write them: `"10s"`, `"1m30s"`, `"250ms"`, or a number of microseconds. */
import { StatusError } from "../lib/index.ts";

/** A time span: text with a unit, or microseconds. */
export type Duration = number | string;

const UNIT_US: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
};

/** Microseconds. @throws StatusError invalid-argument for what is no duration */
export function durationUs(duration: Duration): number {
  if (typeof duration === "number") return Math.round(duration);
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== duration) {
    throw new StatusError("invalid-argument", `no duration: "${duration}"`);
  }
  return Math.round(parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (UNIT_US[unit] ?? 0), 0));
}

const UNIT_BYTES: Readonly<Record<string, number>> = { "": 1, b: 1, k: 1_024, m: 1_048_576, g: 1_073_741_824 };

/** Bytes: `"64m"`, `"1.5g"`, or a number of them. @throws StatusError invalid-argument */
export function byteCount(size: number | string): number {
  if (typeof size === "number") return Math.round(size);
  const match = /^(\d+(?:\.\d+)?)\s*([bkmg]?)b?$/.exec(size.toLowerCase());
  const unit = UNIT_BYTES[match?.[2] ?? "?"];
  if (match === null || unit === undefined) throw new StatusError("invalid-argument", `no size: "${size}"`);
  return Math.round(Number(match[1]) * unit);
}
