/**
 * Durations as Go's package time reads and prints them: `1h30m`, `300ms`, `1.5s`. Values are nanoseconds.
 *
 * @see https://pkg.go.dev/time#Duration
 */
import { ownValue } from "../own-value.ts";
import { quoteBytes } from "./quote.ts";
import { ValueError } from "./value-error.ts";

/** Duration.String: `1h0m0s`, `1.5s`, `300ms`, `0s`. */
export function durationText(nanoseconds: number): string {
  if (nanoseconds === 0) return "0s";
  const sign = nanoseconds < 0 ? "-" : "";
  const total = BigInt(Math.abs(nanoseconds));
  if (total < 1_000n) return `${sign}${total}ns`;
  if (total < 1_000_000n) return `${sign}${decimal(total, 3)}\u00b5s`;
  if (total < 1_000_000_000n) return `${sign}${decimal(total, 6)}ms`;
  const minutes = total / 60_000_000_000n;
  const seconds = `${decimal(total % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  const hours = minutes / 60n;
  return hours === 0n ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60n}m${seconds}`;
}

/** `value` with its last `places` digits behind the point, trailing zeros dropped. */
function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, "0");
  const fraction = digits.slice(-places).replace(/0+$/, "");
  const whole = digits.slice(0, -places);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  "\u00b5s": 1_000n,
  "\u03bcs": 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const LIMIT = 1n << 63n;

/**
 * time.ParseDuration. Beyond 2^53 ns (104 days) the result is the nearest number.
 *
 * @throws ValueError `time: invalid duration "x"`, `time: missing unit in duration "5"`, `time: unknown unit "d" in duration "1d"`
 */
export function parseDuration(text: string): number {
  const invalid = (): ValueError => new ValueError(`time: invalid duration ${quoteBytes(text)}`);
  const negative = text.startsWith("-");
  let rest = negative || text.startsWith("+") ? text.slice(1) : text;
  if (rest === "0") return 0;
  if (rest === "") throw invalid();
  let total = 0n;
  while (rest !== "") {
    const [matched = "", whole = "", fraction] = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest) ?? [];
    if (matched === "" || matched === ".") throw invalid();
    if (BigInt(whole || "0") > LIMIT) throw invalid();
    rest = rest.slice(matched.length);
    const unit = /^[^.0-9]*/.exec(rest)?.[0] ?? "";
    if (unit === "") throw new ValueError(`time: missing unit in duration ${quoteBytes(text)}`);
    rest = rest.slice(unit.length);
    const scale = ownValue(NANOSECONDS, unit);
    if (scale === undefined)
      throw new ValueError(`time: unknown unit ${quoteBytes(unit)} in duration ${quoteBytes(text)}`);
    const value = BigInt(whole || "0") * scale + fractionOf(fraction ?? "", scale);
    if (value > LIMIT) throw invalid();
    total += value;
    if (total > LIMIT) throw invalid();
  }
  if (!negative && total > LIMIT - 1n) throw invalid();
  return Number(negative ? -total : total);
}

function fractionOf(digits: string, scale: bigint): bigint {
  if (digits === "") return 0n;
  return (BigInt(digits) * scale) / 10n ** BigInt(digits.length);
}
