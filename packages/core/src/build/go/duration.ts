/** Go's durations: `1h2m3.5s`. Model: time.ParseDuration, with its messages. */
import { BuildError } from "../dockerfile/error.ts";
import { quoteBytes } from "./quote.ts";

const NANOSECONDS = new Map<string, bigint>([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n],
  ["μs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);
const LIMIT = 2n ** 63n;

/**
 * Nanoseconds of a duration. They are exact up to 104 days; a longer one is rounded to a double.
 *
 * @throws BuildError `time: invalid duration "x"`, `time: missing unit in duration "5"` or
 * `time: unknown unit "d" in duration "1d"`.
 */
export function parseDuration(text: string): number {
  const invalid = (): BuildError => new BuildError(`time: invalid duration ${quoteBytes(text)}`);
  const negative = text.startsWith("-");
  let rest = text.replace(/^[+-]/, "");
  if (rest === "0") return 0;
  if (rest === "") throw invalid();
  let total = 0n;
  while (rest !== "") {
    const [matched, whole = "", fraction = "", unit = ""] = /^([0-9]*)(?:\.([0-9]*))?([^.0-9]*)/.exec(rest) ?? [""];
    if (whole === "" && fraction === "") throw invalid();
    if (unit === "") throw new BuildError(`time: missing unit in duration ${quoteBytes(text)}`);
    const scale = NANOSECONDS.get(unit);
    if (scale === undefined)
      throw new BuildError(`time: unknown unit ${quoteBytes(unit)} in duration ${quoteBytes(text)}`);
    total += BigInt(whole || "0") * scale;
    if (fraction !== "") total += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
    if (total > (negative ? LIMIT : LIMIT - 1n)) throw invalid();
    rest = rest.slice(matched?.length ?? 0);
  }
  return Number(negative ? -total : total);
}
