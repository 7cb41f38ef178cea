/** Functions of numbers, and comparisons. @see go-cty stdlib/number.go, bool.go, general.go */
import { quote } from "../../lib/go/index.ts";
import { areEqual, kindOf, Unsuitable, wholeOf } from "../value.ts";
import { asOperand, BadOperand, type HclFunction, many, of } from "./function.ts";

const number = (change: (given: number) => number): HclFunction => of(["num: number"], change);
const numbers = (change: (a: number, b: number) => number | boolean): HclFunction =>
  of(["a: number", "b: number"], change);
const bools = (change: (a: boolean, b: boolean) => boolean): HclFunction => of(["a: bool", "b: bool"], change);
const best = (choose: (...all: readonly number[]) => number): HclFunction =>
  many([], "numbers: number", (_, all) => {
    if (all.length === 0) throw new Unsuitable("must pass at least one number");
    return choose(...all);
  });

/** @throws Unsuitable */
export function quotient(a: number, b: number): number {
  const found = a / b;
  if (Number.isNaN(found)) throw new Unsuitable("can't divide zero by zero or infinity by infinity");
  return found;
}

/** What is left of a division; by nothing that is all. */
export const remainder = (a: number, b: number): number => (b === 0 ? a : a % b);

/** Powers of whole numbers, and roots. Others differ between hosts. */
function power(base: number, exponent: number): number {
  if (exponent < 0) return 1 / power(base, -exponent);
  if (exponent % 1 === 0.5) return Math.sqrt(base) * power(base, exponent - 0.5);
  if (!Number.isInteger(exponent)) throw new Unsuitable(`bottleship knows no power of ${exponent}`);
  let [found, square] = [1, base];
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) found *= square;
    square *= square;
  }
  return found;
}

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LARGEST_BASE = DIGITS.length;
/** Up to here capitals mean the same as small letters. */
const LETTERS_BASE = 36;

function integer(text: string, base: number): number {
  if (base < 2 || base > LARGEST_BASE) {
    throw new BadOperand(1, `base must be a whole number between 2 and ${LARGEST_BASE} inclusive`);
  }
  const [, sign = "", given = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  const digits = [...(base <= LETTERS_BASE ? given.toLowerCase() : given)].map((digit) => DIGITS.indexOf(digit));
  if (digits.length === 0 || digits.some((digit) => digit < 0 || digit >= base)) {
    throw new BadOperand(0, `cannot parse ${quote(text)} as a base ${base} integer`);
  }
  const value = digits.reduce((sum, digit) => sum * BigInt(base) + BigInt(digit), 0n);
  return Number(sign === "-" ? -value : value);
}

export const NUMBERS: readonly (readonly [name: string, function_: HclFunction])[] = [
  ["absolute", number(Math.abs)],
  ["add", numbers((a, b) => a + b)],
  ["and", bools((a, b) => a && b)],
  ["ceil", number(Math.ceil)],
  ["divide", numbers(quotient)],
  ["equal", of(["a: any", "b: any"], areEqual)],
  ["floor", number(Math.floor)],
  ["greaterthan", numbers((a, b) => a > b)],
  ["greaterthanorequalto", numbers((a, b) => a >= b)],
  ["int", number(Math.trunc)],
  ["lessthan", numbers((a, b) => a < b)],
  ["lessthanorequalto", numbers((a, b) => a <= b)],
  ["max", best(Math.max)],
  ["min", best(Math.min)],
  ["modulo", numbers(remainder)],
  ["multiply", numbers((a, b) => a * b)],
  ["negate", number((given) => -given)],
  ["not", of(["val: bool"], (given) => !given)],
  ["notequal", of(["a: any", "b: any"], (a, b) => !areEqual(a, b))],
  ["or", bools((a, b) => a || b)],
  [
    "parseint",
    of(["number: any", "base: number"], (text, base) => {
      if (typeof text !== "string") throw new BadOperand(0, `first argument must be a string, not ${kindOf(text)}`);
      return integer(
        text,
        asOperand(1, () => wholeOf(base)),
      );
    }),
  ],
  ["pow", of(["num: number", "power: number"], power)],
  ["signum", number((given) => Math.sign(wholeOf(given)))],
  ["subtract", numbers((a, b) => a - b)],
];
