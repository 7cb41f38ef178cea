/** factor: print the prime factors of numbers. @see factor(1) */
import { burn, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import type { Io } from "../../io.ts";
import { usage } from "./arguments.ts";
import { LineReader } from "./lines.ts";

const LIMIT = 1n << 64n;
/** Bases that decide primality of all 64-bit numbers. */
const WITNESSES = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n];
const TRIAL_LIMIT = 1000n;

export const factor: Applet = function* (io) {
  // There are no options: a word that begins with a dash is a wrong number.
  const words = io.argv.slice(1);
  if (words.length > 0) {
    for (const word of words) yield* factorWord(io, word.trimStart());
    return 0;
  }
  const reader = new LineReader(0);
  for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
    for (const word of line.split(/[ \t\v\f\r]+/)) if (word !== "") yield* factorWord(io, word);
  }
  return 0;
};

function* factorWord(io: Io, word: string): Routine<void> {
  if (!/^\+?[0-9]+$/.test(word)) return yield* usage(io);
  const value = BigInt(word.replace("+", ""));
  if (value >= LIMIT) return yield* usage(io);
  const factors: bigint[] = [];
  yield* collect(value, factors);
  factors.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  yield* io.out.line([`${value}:`, ...factors].join(" "));
}

function* collect(value: bigint, factors: bigint[]): Routine<void> {
  let rest = value;
  if (rest < 2n) return;
  for (let divisor = 2n; divisor < TRIAL_LIMIT && divisor * divisor <= rest; divisor += divisor === 2n ? 1n : 2n) {
    while (rest % divisor === 0n) {
      factors.push(divisor);
      rest /= divisor;
    }
  }
  if (rest === 1n) return;
  if (isPrime(rest)) factors.push(rest);
  else {
    yield* burn(1000);
    const divisor = findDivisor(rest);
    yield* collect(divisor, factors);
    yield* collect(rest / divisor, factors);
  }
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** Miller and Rabin's test. */
function isPrime(value: bigint): boolean {
  for (const witness of WITNESSES) if (value % witness === 0n) return value === witness;
  let odd = value - 1n;
  let twos = 0;
  for (; (odd & 1n) === 0n; odd >>= 1n) twos++;
  return WITNESSES.every((witness) => {
    let x = power(witness, odd, value);
    if (x === 1n || x === value - 1n) return true;
    for (let i = 1; i < twos; i++) {
      x = (x * x) % value;
      if (x === value - 1n) return true;
    }
    return false;
  });
}

/** Pollard's rho. */
function findDivisor(value: bigint): bigint {
  for (let addend = 1n; ; addend++) {
    let slow = 2n;
    let fast = 2n;
    let divisor = 1n;
    const step = (x: bigint): bigint => (x * x + addend) % value;
    while (divisor === 1n) {
      slow = step(slow);
      fast = step(step(fast));
      divisor = gcd(slow > fast ? slow - fast : fast - slow, value);
    }
    if (divisor !== value) return divisor;
  }
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
