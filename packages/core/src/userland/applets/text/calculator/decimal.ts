/** Decimal numbers of any length with a fixed number of places, as bc and dc have them. @see bc(1p) */

/** value / 10^scale */
export interface Decimal {
  readonly value: bigint;
  readonly scale: number;
}

/** What cannot be computed. */
export class CalculatorError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** Bases up to this have one character a digit. */
const LAST_LETTER_BASE = 16;
const EXPONENT_MAX = 999_999_999n;

export const ZERO: Decimal = { value: 0n, scale: 0 };
export const integer = (value: number | bigint): Decimal => ({ value: BigInt(value), scale: 0 });

const tenTo = (power: number): bigint => 10n ** BigInt(power);
const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** The same number with another count of places; what is too much is cut off. */
export function withScale({ value, scale }: Decimal, places: number): Decimal {
  if (places >= scale) return { value: value * tenTo(places - scale), scale: places };
  return { value: value / tenTo(scale - places), scale: places };
}

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { value: withScale(a, scale).value + withScale(b, scale).value, scale };
}

export const negate = ({ value, scale }: Decimal): Decimal => ({ value: -value, scale });
export const subtract = (a: Decimal, b: Decimal): Decimal => add(a, negate(b));

/** Negative, zero or positive. */
export function compare(a: Decimal, b: Decimal): number {
  const { value } = subtract(a, b);
  return value < 0n ? -1 : value > 0n ? 1 : 0;
}

export function multiply(a: Decimal, b: Decimal, scale: number): Decimal {
  const exact = { value: a.value * b.value, scale: a.scale + b.scale };
  return withScale(exact, Math.min(exact.scale, Math.max(scale, a.scale, b.scale)));
}

/** @throws CalculatorError */
export function divide(a: Decimal, b: Decimal, scale: number): Decimal {
  if (b.value === 0n) throw new CalculatorError("divide by zero");
  return { value: (a.value * tenTo(scale + b.scale)) / (b.value * tenTo(a.scale)), scale };
}

/** What the division to `scale` places leaves. @throws CalculatorError */
export function remainder(a: Decimal, b: Decimal, scale: number): Decimal {
  const quotient = divide(a, b, scale);
  const rest = subtract(a, { value: quotient.value * b.value, scale: quotient.scale + b.scale });
  return withScale(rest, Math.max(scale + b.scale, a.scale));
}

/** @throws CalculatorError */
export function power(a: Decimal, b: Decimal, scale: number): Decimal {
  const exponent = withScale(b, 0);
  if (compare(exponent, b) !== 0) throw new CalculatorError("not an integer");
  const times = magnitude(exponent.value);
  if (a.value === 0n && times > 0n) return { value: 0n, scale };
  if (times > EXPONENT_MAX) throw new CalculatorError("exponent is too large");
  const count = Number(times);
  const raised = { value: a.value ** times, scale: a.scale * count };
  if (exponent.value < 0n) return divide(integer(1), raised, scale);
  return withScale(raised, Math.min(raised.scale, Math.max(scale, a.scale)));
}

/** @throws CalculatorError */
export function squareRoot(a: Decimal, scale: number): Decimal {
  if (a.value < 0n) throw new CalculatorError("negative number");
  const places = Math.max(scale, a.scale);
  const scaled = withScale(a, 2 * places).value;
  return { value: integerRoot(scaled), scale: places };
}

/** The largest integer whose square is not above `value`. */
function integerRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** How many digits a number has, zeros before the first one not counted. */
export const digitCount = ({ value }: Decimal): number => magnitude(value).toString().length;

/** Digits above F are for ibase only, but what is said of it has not kept up. */
const BASE_MAX = { ibase: 36n, obase: 999n } as const;
const SAID_MAX = { ibase: 16, obase: 999 } as const;

/** @throws CalculatorError for a base that numbers cannot have */
export function checkBase(name: "ibase" | "obase", base: bigint): void {
  if (base < 2n || base > BASE_MAX[name]) throw new CalculatorError(`bad ${name}; must be [2,${SAID_MAX[name]}]`);
}

/** The digits of a number in base 256, those of its fraction behind the others. */
export function byteDigits({ value, scale }: Decimal): readonly number[] {
  const unit = tenTo(scale);
  const digits = [...wholeDigits(value / unit, 256), ...fractionDigits(value % unit, unit, 256)];
  return digits.length > 0 ? digits : [0];
}

/** Reads a number in base `base`: digits up to Z, and a point. Nothing has no places. A single digit has its own value in every base. */
export function parseDecimal(text: string, base: number): Decimal {
  if (/^[0.]*$/.test(text)) return ZERO;
  const [leading = "", fraction = ""] = text.split(".");
  const whole = leading.replace(/^0+/, "");
  if (base === 10 && /^[0-9]*$/.test(whole + fraction)) {
    return { value: BigInt(whole + fraction || "0"), scale: fraction.length };
  }
  const isSingle = whole.length + fraction.length === 1;
  const digits = [...(whole + fraction)].map((digit) => {
    const value = DIGITS.indexOf(digit);
    return BigInt(isSingle ? value : Math.min(value, base - 1));
  });
  const value = digits.reduce((sum, digit) => sum * BigInt(base) + digit, 0n);
  return divide(integer(value), integer(BigInt(base) ** BigInt(fraction.length)), fraction.length);
}

/** A number as it is printed in base `base`. Nothing stands before the point of a fraction. */
export function formatDecimal(number: Decimal, base: number): string {
  if (number.value === 0n) return "0";
  const sign = number.value < 0n ? "-" : "";
  const size = { value: magnitude(number.value), scale: number.scale };
  const unit = tenTo(size.scale);
  const whole = size.value / unit;
  const rest = size.value % unit;
  if (base === 10) {
    const fraction = size.scale > 0 ? `.${rest.toString().padStart(size.scale, "0")}` : "";
    return sign + (whole === 0n ? "" : whole.toString()) + fraction;
  }
  const fraction = fractionDigits(rest, unit, base);
  const point = fraction.length > 0 ? "." : "";
  return sign + show(wholeDigits(whole, base), base) + point + show(fraction, base).trimStart();
}

function wholeDigits(whole: bigint, base: number): number[] {
  const digits: number[] = [];
  for (let rest = whole; rest > 0n; rest /= BigInt(base)) digits.unshift(Number(rest % BigInt(base)));
  return digits;
}

/** As many digits as make the fraction as exact as its decimal places. */
function fractionDigits(fraction: bigint, unit: bigint, base: number): number[] {
  const digits: number[] = [];
  let rest = fraction;
  for (let reached = 1n; reached < unit; reached *= BigInt(base)) {
    rest *= BigInt(base);
    digits.push(Number(rest / unit));
    rest %= unit;
  }
  return digits;
}

/** Digits above F are decimal numbers of equal width. */
function show(digits: readonly number[], base: number): string {
  if (base <= LAST_LETTER_BASE) return digits.map((digit) => DIGITS[digit]).join("");
  const width = String(base - 1).length;
  return digits.map((digit) => ` ${String(digit).padStart(width, "0")}`).join("");
}
