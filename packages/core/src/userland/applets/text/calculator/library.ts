/** The functions of `bc -l`, computed with more places than asked for and then cut off. @see bc(1p) */
import {
  add,
  compare,
  type Decimal,
  divide,
  integer,
  multiply,
  negate,
  squareRoot,
  subtract,
  withScale,
  ZERO,
} from "./decimal.ts";

/** Places that are computed and not shown. */
const SPARE = 12;
const ONE = integer(1);

export type LibraryFunction = (arguments_: readonly Decimal[], scale: number) => Decimal;

export const LIBRARY: ReadonlyMap<string, LibraryFunction> = new Map<string, LibraryFunction>([
  ["s", ([x = ZERO], scale) => withScale(sine(x, places(x, scale)), scale)],
  ["c", ([x = ZERO], scale) => withScale(cosine(x, places(x, scale)), scale)],
  ["a", ([x = ZERO], scale) => withScale(arctangent(x, places(x, scale)), scale)],
  ["l", ([x = ZERO], scale) => logarithm(x, scale)],
  ["e", ([x = ZERO], scale) => withScale(exponential(x, scale + SPARE + wholeDigits(x)), scale)],
  ["j", ([n = ZERO, x = ZERO], scale) => withScale(bessel(n, x, places(x, scale)), scale)],
]);

const wholeDigits = (x: Decimal): number => withScale(x, 0).value.toString().length;
const places = (x: Decimal, scale: number): number => scale + SPARE + 2 * wholeDigits(x);

/** A sum whose terms each come from the one before; it ends when they are nothing. */
function series(first: Decimal, next: (term: Decimal, n: number) => Decimal): Decimal {
  let sum = first;
  let term = first;
  for (let n = 1; term.value !== 0n; n++) {
    term = next(term, n);
    sum = add(sum, term);
  }
  return sum;
}

function exponential(x: Decimal, scale: number): Decimal {
  if (x.value < 0n) {
    const inverse = exponential(negate(x), scale);
    return divide(ONE, inverse, scale);
  }
  // Halved until it is small, then squared as often; each squaring costs a digit.
  let halvings = 0;
  let small = x;
  const digits = scale + wholeDigits(x) + SPARE;
  while (compare(small, ONE) > 0) {
    small = divide(small, integer(2), digits + 1);
    halvings++;
  }
  const work = digits + halvings;
  let result = series(withScale(ONE, work), (term, n) =>
    divide(multiply(term, withScale(small, work), work), integer(n), work),
  );
  for (let i = 0; i < halvings; i++) result = multiply(result, result, work);
  return result;
}

function logarithm(x: Decimal, scale: number): Decimal {
  // There is none: as near to minus infinity as the places allow.
  if (x.value <= 0n) return divide(subtract(ONE, integer(10n ** BigInt(scale))), ONE, scale);
  const work = scale + SPARE + wholeDigits(x);
  let near = withScale(x, Math.max(work, x.scale));
  let factor = 2n;
  const two = integer(2);
  const half = divide(ONE, two, 1);
  while (compare(near, two) > 0 || compare(near, half) < 0) {
    near = squareRoot(near, work);
    factor *= 2n;
  }
  const ratio = divide(subtract(near, ONE), add(near, ONE), work);
  const square = multiply(ratio, ratio, work);
  let power = ratio;
  const sum = series(ratio, (_, n) => {
    power = multiply(power, square, work);
    return divide(power, integer(2 * n + 1), work);
  });
  return withScale(multiply(sum, integer(factor), work), scale);
}

function sine(x: Decimal, work: number): Decimal {
  const turn = multiply(integer(8), arctangent(ONE, work), work);
  const turns = divide(x, turn, 0);
  const angle = withScale(subtract(x, multiply(turns, turn, work)), work);
  const square = negate(multiply(angle, angle, work));
  return series(angle, (term, n) => divide(multiply(term, square, work), integer(2 * n * (2 * n + 1)), work));
}

function cosine(x: Decimal, work: number): Decimal {
  const quarter = multiply(integer(2), arctangent(ONE, work), work);
  return sine(add(x, quarter), work);
}

function arctangent(x: Decimal, work: number): Decimal {
  if (x.value < 0n) return negate(arctangent(negate(x), work));
  // arctan x = 2 arctan (x / (1 + sqrt (1 + x²))), until the series is quick.
  let factor = 1n;
  let small = withScale(x, work);
  const limit = divide(ONE, integer(5), 1);
  while (compare(small, limit) > 0) {
    const root = squareRoot(add(ONE, multiply(small, small, work)), work);
    small = divide(small, add(ONE, root), work);
    factor *= 2n;
  }
  const square = negate(multiply(small, small, work));
  let power = small;
  const sum = series(small, (_, n) => {
    power = multiply(power, square, work);
    return divide(power, integer(2 * n + 1), work);
  });
  return multiply(sum, integer(factor), work);
}

function bessel(order: Decimal, x: Decimal, work: number): Decimal {
  const n = withScale(order, 0).value;
  const count = n < 0n ? -n : n;
  const half = divide(x, integer(2), work);
  let first = withScale(ONE, work);
  for (let i = 1n; i <= count; i++) first = divide(multiply(first, half, work), integer(i), work);
  const square = negate(multiply(half, half, work));
  const sum = series(first, (term, i) =>
    divide(multiply(term, square, work), integer(BigInt(i) * (count + BigInt(i))), work),
  );
  return n < 0n && count % 2n === 1n ? negate(sum) : sum;
}
