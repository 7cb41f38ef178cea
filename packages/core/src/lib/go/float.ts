/**
 * Decimal texts of floating point numbers as Go's strconv.FormatFloat makes them.
 *
 * JavaScript's toFixed rounds an exact half up, Go to the even digit; both see the exact value of the number.
 */

/** Digits without a point; the value is 0.DIGITS times ten to the power of `point`. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/** The exact value: no number of ours needs more digits than toPrecision gives. */
function exact(value: number): Decimal {
  const [mantissa = "0", exponent = "0"] = value.toExponential(100).split("e");
  return { digits: mantissa.replace(".", ""), point: Number(exponent) + 1 };
}

/** The decimal rounded to so many digits, half to even. */
function rounded({ digits, point }: Decimal, count: number): Decimal {
  if (count < 0) return { digits: "", point };
  const kept = digits.slice(0, count).padEnd(count, "0");
  const rest = digits.slice(count);
  const half = /^50*$/.test(rest);
  const odd = Number(kept.at(-1) ?? "0") % 2 === 1;
  if (rest === "" || rest < "5" || (half && !odd)) return { digits: kept, point };
  const up = `${BigInt(kept === "" ? "0" : kept) + 1n}`.padStart(count, "0");
  return up.length > count ? { digits: up, point: point + 1 } : { digits: up, point };
}

/** `%.2f`: so many places behind the point. @param value at least 0 */
export function fixedText(value: number, places: number): string {
  const before = exact(value);
  const { digits, point } = rounded(before, before.point + places);
  const all = digits.padStart(digits.length + Math.max(0, 1 - point), "0");
  const whole = all.slice(0, Math.max(1, point));
  const fraction = all.slice(Math.max(1, point)).padEnd(places, "0").slice(0, places);
  return places === 0 ? whole || "0" : `${whole || "0"}.${fraction}`;
}

/** `%.2e`: one digit, a point and so many places, an exponent of at least two digits. @param value at least 0 */
export function exponentText(value: number, places: number): string {
  const { digits, point } = rounded(exact(value), places + 1);
  const fraction = digits.slice(1, places + 1);
  return `${digits.slice(0, 1)}${fraction === "" ? "" : `.${fraction}`}${exponentSuffix(value === 0 ? 0 : point - 1)}`;
}

/** `%.4g`: at most so many digits, trailing zeros dropped, with an exponent where that is shorter. @param value at least 0 */
export function generalText(value: number, count: number): string {
  const { digits, point } = rounded(exact(value), count);
  const power = value === 0 ? 0 : point - 1;
  const short = digits.replace(/0+$/, "") || "0";
  if (power < -4 || power >= count)
    return `${short.slice(0, 1)}${short.length > 1 ? `.${short.slice(1)}` : ""}${exponentSuffix(power)}`;
  if (power < 0) return `0.${"0".repeat(-power - 1)}${short}`;
  const padded = short.padEnd(power + 1, "0");
  const fraction = padded.slice(power + 1);
  return padded.slice(0, power + 1) + (fraction === "" ? "" : `.${fraction}`);
}

const exponentSuffix = (power: number): string => `e${power < 0 ? "-" : "+"}${`${Math.abs(power)}`.padStart(2, "0")}`;

/** `%v`: the shortest digits that read back as the number, an exponent outside 1e-4 to 1e6. */
export function shortestText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const [mantissa = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  return exponent >= -4 && exponent < 6 ? `${value}` : mantissa + exponentSuffix(exponent);
}
