/**
 * printf(3) conversions of numbers and strings, exact to the last digit.
 *
 * Doubles are expanded as the integers that they are (mantissa × 2^exponent) and rounded half to even, as glibc does.
 * `readDirective` takes a `%…` apart; `formatInteger`, `formatFloat` and `formatText` carry it out on byte strings.
 *
 * @see printf(3)
 */

/** What stands between `%` and the conversion letter. */
export interface Layout {
  /** `-`: pad on the right. */
  readonly left: boolean;
  /** `+`: a sign always. */
  readonly plus: boolean;
  /** A blank where a plus would stand. */
  readonly space: boolean;
  /** `#`: the alternate form. */
  readonly alternate: boolean;
  /** `0`: pad with zeros. */
  readonly zero: boolean;
  readonly width: number;
  readonly precision: number | undefined;
}

/** A conversion specification as written. */
export interface Directive extends Layout {
  /** The conversion letter; empty if the format ends before it. */
  readonly conversion: string;
  /** Width or precision are `*`: the value is to come from an argument. */
  readonly starWidth: boolean;
  readonly starPrecision: boolean;
  /** Index of the first character after the specification. */
  readonly end: number;
}

export const PLAIN: Layout = {
  left: false,
  plus: false,
  space: false,
  alternate: false,
  zero: false,
  width: 0,
  precision: undefined,
};

const DIRECTIVE = /([-+ #0]*)(\*|[0-9]*)(?:\.(\*|[0-9]*))?[hlLqjzt]*(.?)/suy;

/** Reads the specification whose `%` stands at `at`. Length modifiers (`l`, `h` …) are skipped. */
export function readDirective(format: string, at: number): Directive {
  DIRECTIVE.lastIndex = at + 1;
  const [, flags = "", width = "", precision, conversion = ""] = DIRECTIVE.exec(format) ?? [];
  return {
    left: flags.includes("-"),
    plus: flags.includes("+"),
    space: flags.includes(" "),
    alternate: flags.includes("#"),
    zero: flags.includes("0"),
    width: width === "*" ? 0 : Number(width),
    precision: precision === undefined || precision === "*" ? undefined : Number(precision),
    conversion,
    starWidth: width === "*",
    starPrecision: precision === "*",
    end: DIRECTIVE.lastIndex,
  };
}

/** `layout` with a width given by an argument: a negative one means `-`. */
export function withWidth<L extends Layout>(layout: L, width: number): L {
  return width < 0 ? { ...layout, left: true, width: -width } : { ...layout, width };
}

/** `layout` with a precision given by an argument: a negative one means none. */
export function withPrecision<L extends Layout>(layout: L, precision: number): L {
  return { ...layout, precision: precision < 0 ? undefined : precision };
}

/** Pads a `%s` or `%c`; the precision cuts. */
export function formatText(text: string, layout: Layout): string {
  const cut = layout.precision === undefined ? text : text.slice(0, layout.precision);
  return layout.left ? cut.padEnd(layout.width) : cut.padStart(layout.width);
}

/** `%d %i %u %o %x %X` of a 64-bit number. */
export function formatInteger(value: bigint, conversion: string, layout: Layout): string {
  const signed = conversion === "d" || conversion === "i";
  const number = signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
  const magnitude = number < 0n ? -number : number;
  const base = conversion === "o" ? 8 : conversion === "x" || conversion === "X" ? 16 : 10;
  let digits = magnitude.toString(base);
  if (layout.precision !== undefined) {
    digits = layout.precision === 0 && magnitude === 0n ? "" : digits.padStart(layout.precision, "0");
  }
  let prefix = signed ? signOf(number < 0n, layout) : "";
  if (layout.alternate) {
    if (base === 8 && !digits.startsWith("0")) digits = `0${digits}`;
    if (base === 16 && magnitude !== 0n) prefix = "0x";
  }
  const zeros = layout.zero && layout.precision === undefined;
  const text = pad(prefix, digits, { ...layout, zero: zeros });
  return conversion === "X" ? text.toUpperCase() : text;
}

/** `%e %f %g %a` and their capitals. */
export function formatFloat(value: number, conversion: string, layout: Layout): string {
  const lower = conversion.toLowerCase();
  const negative = value < 0 || Object.is(value, -0);
  const sign = signOf(negative, layout);
  let text: string;
  if (Number.isNaN(value)) text = pad(sign, "nan", { ...layout, zero: false });
  else if (!Number.isFinite(value)) text = pad(sign, "inf", { ...layout, zero: false });
  else {
    const size = Math.abs(value);
    if (lower === "a") text = hexadecimal(size, sign, layout);
    else if (lower === "f") text = pad(sign, fixed(size, layout.precision ?? 6, layout.alternate), layout);
    else if (lower === "e") text = pad(sign, exponential(size, layout.precision ?? 6, layout.alternate), layout);
    else text = pad(sign, general(size, layout.precision ?? 6, layout.alternate), layout);
  }
  return lower === conversion ? text : text.toUpperCase();
}

/** `%.Ng`, the commonest conversion: awk's OFMT. */
export function formatGeneral(value: number, precision: number): string {
  return formatFloat(value, "g", { ...PLAIN, precision });
}

/** `%.Ne` of mantissa × 2^exponent, for numbers that no double holds. */
export function formatScaled(mantissa: bigint, exponent: number, precision: number): string {
  if (mantissa === 0n) return mantissaText("0".repeat(precision + 1), false) + exponentText(0);
  const numerator = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa;
  const denominator = exponent >= 0 ? 1n : 1n << BigInt(-exponent);
  let power = numerator.toString().length - denominator.toString().length;
  if (numerator * 10n ** BigInt(Math.max(-power, 0)) < denominator * 10n ** BigInt(Math.max(power, 0))) power--;
  const scale = precision - power;
  const quotient =
    scale >= 0
      ? divideToEven(numerator * 10n ** BigInt(scale), denominator)
      : divideToEven(numerator, denominator * 10n ** BigInt(-scale));
  const digits = quotient.toString();
  // Rounding up to a power of ten makes one digit more.
  if (digits.length > precision + 1) power++;
  return mantissaText(digits.slice(0, precision + 1), false) + exponentText(power);
}

function signOf(negative: boolean, layout: Layout): string {
  return negative ? "-" : layout.plus ? "+" : layout.space ? " " : "";
}

/** Fills up to the width: zeros go between the prefix and the digits. */
function pad(prefix: string, digits: string, layout: Layout): string {
  if (layout.left) return (prefix + digits).padEnd(layout.width);
  if (layout.zero) return prefix + digits.padStart(layout.width - prefix.length, "0");
  return (prefix + digits).padStart(layout.width);
}

/** A finite, non-negative double as mantissa × 2^exponent. */
function decompose(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number(bits >> 52n) & 0x7ff;
  const fraction = bits & 0xfffffffffffffn;
  if (biased === 0) return { mantissa: fraction, exponent: -1074 };
  return { mantissa: fraction | 0x10000000000000n, exponent: biased - 1075 };
}

/** numerator / denominator to the nearest integer, a tie to the even one. */
function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}

/** value × 10^power as an exact fraction. */
function ratio(value: number, power: number): readonly [numerator: bigint, denominator: bigint] {
  const { mantissa, exponent } = decompose(value);
  let numerator = mantissa;
  let denominator = 1n;
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  if (power >= 0) numerator *= 10n ** BigInt(power);
  else denominator *= 10n ** BigInt(-power);
  return [numerator, denominator];
}

/** value × 10^power, rounded to an integer. */
function scaled(value: number, power: number): bigint {
  const [numerator, denominator] = ratio(value, power);
  return divideToEven(numerator, denominator);
}

/** The decimal exponent of the first digit. */
function decimalExponent(value: number): number {
  const shortest = value.toExponential();
  const exponent = Number(shortest.slice(shortest.indexOf("e") + 1));
  if (!shortest.startsWith("1e")) return exponent;
  // A number just below a power of ten may have that power as its shortest text.
  const [numerator, denominator] = ratio(value, -exponent);
  return numerator < denominator ? exponent - 1 : exponent;
}

function fixed(value: number, precision: number, alternate: boolean): string {
  const digits = scaled(value, precision)
    .toString()
    .padStart(precision + 1, "0");
  const point = digits.length - precision;
  const fraction = digits.slice(point);
  return digits.slice(0, point) + (fraction !== "" || alternate ? `.${fraction}` : "");
}

/** The first `count` significant digits and the decimal exponent of the first one. */
function significant(value: number, count: number): readonly [digits: string, exponent: number] {
  if (value === 0) return ["0".repeat(count), 0];
  let exponent = decimalExponent(value);
  let digits = scaled(value, count - 1 - exponent).toString();
  if (digits.length > count) {
    digits = digits.slice(0, count);
    exponent++;
  }
  return [digits, exponent];
}

function exponential(value: number, precision: number, alternate: boolean): string {
  const [digits, exponent] = significant(value, precision + 1);
  return mantissaText(digits, alternate) + exponentText(exponent);
}

function mantissaText(digits: string, alternate: boolean): string {
  const fraction = digits.slice(1);
  return digits.slice(0, 1) + (fraction !== "" || alternate ? `.${fraction}` : "");
}

function exponentText(exponent: number): string {
  return `e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function general(value: number, precision: number, alternate: boolean): string {
  const count = precision === 0 ? 1 : precision;
  const [digits, exponent] = significant(value, count);
  const kept = alternate ? digits : digits.replace(/0+$/, "") || "0";
  if (exponent < -4 || exponent >= count) return mantissaText(kept, alternate) + exponentText(exponent);
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${kept}`;
  const whole = kept.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const fraction = kept.slice(exponent + 1);
  return whole + (fraction !== "" || alternate ? `.${fraction}` : "");
}

function hexadecimal(value: number, sign: string, layout: Layout): string {
  const { mantissa, exponent } = decompose(value);
  const normal = mantissa >= 0x10000000000000n;
  let lead = normal ? 1n : 0n;
  let fraction = mantissa & 0xfffffffffffffn;
  let places = 13;
  if (layout.precision !== undefined && layout.precision < 13) {
    const shift = BigInt(4 * (13 - layout.precision));
    const rounded = divideToEven((lead << 52n) | fraction, 1n << shift);
    places = layout.precision;
    lead = rounded >> BigInt(4 * places);
    fraction = rounded & ((1n << BigInt(4 * places)) - 1n);
  }
  let digits = places === 0 ? "" : fraction.toString(16).padStart(places, "0");
  digits = layout.precision === undefined ? digits.replace(/0+$/, "") : digits.padEnd(layout.precision, "0");
  const power = value === 0 ? 0 : normal ? exponent + 52 : -1022;
  const point = digits !== "" || layout.alternate ? "." : "";
  return pad(`${sign}0x`, `${lead}${point}${digits}p${power < 0 ? "-" : "+"}${Math.abs(power)}`, layout);
}
