/** Rates and shares as people write them. */
import { parseDuration } from "../../lib/go/index.ts";
import { ownValue, StatusError } from "../../lib/index.ts";

const UNITS: Readonly<Record<string, number>> = {
  bit: 1,
  kbit: 1e3,
  mbit: 1e6,
  gbit: 1e9,
  bps: 8,
  kbps: 8e3,
  mbps: 8e6,
};

/** Bits a second: a number, or "10mbit", "1gbit", "500kbps" (kilobytes). @throws StatusError. @see tc(8): RATES */
export function bitsPerSecond(rate: string | number): number {
  if (typeof rate === "number") return positive(rate, `${rate}`);
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([a-z]+)$/i.exec(rate.trim()) ?? [];
  const factor = ownValue(UNITS, unit.toLowerCase());
  if (factor === undefined) throw invalid(`"${rate}" is no rate: it is like "10mbit"`);
  return positive(Math.round(Number(number) * factor), rate);
}

/** Microseconds: a number, or a duration as Go writes it: "20ms". @throws StatusError */
export function durationUs(duration: string | number): number {
  const us = typeof duration === "number" ? duration : Math.round(parse(duration) / 1000);
  if (!Number.isInteger(us) || us < 0) throw invalid(`"${duration}" is no time that passes`);
  return us;
}

/** A share of 1, as one in a million. @throws StatusError */
export function perMillion(share: number): number {
  if (!(share >= 0 && share <= 1)) throw invalid(`${share} is no share: it is between 0 and 1`);
  return Math.round(share * 1_000_000);
}

function parse(duration: string): number {
  try {
    return parseDuration(duration);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

function positive(value: number, text: string): number {
  if (!(value > 0)) throw invalid(`a rate of ${text} carries nothing: cut the link instead`);
  return value;
}

const invalid = (message: string): StatusError => new StatusError("invalid-argument", message);
