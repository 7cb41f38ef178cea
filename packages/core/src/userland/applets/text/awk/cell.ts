/**
 * Values and variables of awk.
 *
 * A value is a number, a string, text from the input (a number too, if it looks like one) or nothing yet. Strings have one
 * character a byte.
 */
import { strtod } from "../../../strtod.ts";
import type { AwkArray } from "./array.ts";

export type Value = number | string | InputText | undefined;

/** What an expression yields: a value, or the variable that holds it. */
export type Operand = Value | Cell;

/** Variables whose change has consequences. */
export type Special = "NF" | "$0" | "FS" | "RS" | "IGNORECASE" | "field";

/** Text from outside: fields, getline, ARGV, ENVIRON, -v. */
export class InputText {
  readonly text: string;
  #number: number | undefined;
  #isNumeric = false;

  constructor(text: string) {
    this.text = text;
  }

  get number(): number {
    return this.#number ?? this.#read();
  }

  /** Whether nothing but blanks follows the number. */
  get isNumeric(): boolean {
    if (this.#number === undefined) this.#read();
    return this.#isNumeric;
  }

  #read(): number {
    const { value, end } = strtod(this.text);
    this.#isNumeric = this.text !== "" && /^(?:[ \t]|\\\n)*$/.test(this.text.slice(end));
    this.#number = value;
    return value;
  }
}

export class Cell {
  value: Value = undefined;
  array: AwkArray | undefined = undefined;
  /** Of a function's argument: the variable that was passed. An array made here is made there. */
  readonly parent: Cell | undefined;
  readonly special: Special | undefined;
  /** Of a field: its number. */
  readonly index: number;

  constructor(options: { readonly parent?: Cell; readonly special?: Special; readonly index?: number } = {}) {
    this.parent = options.parent;
    this.special = options.special;
    this.index = options.index ?? 0;
  }
}

export const contentOf = (operand: Operand): Value => (operand instanceof Cell ? operand.value : operand);

export function toNumber(operand: Operand): number {
  const value = contentOf(operand);
  if (typeof value === "number") return value;
  if (value === undefined) return 0;
  return typeof value === "string" ? strtod(value).value : value.number;
}

/** Whether it counts as a number in comparisons: numbers, input that looks like one, what was never set. */
export function isNumeric(operand: Operand): boolean {
  const value = contentOf(operand);
  if (value instanceof InputText) return value.isNumeric;
  return typeof value !== "string";
}

export function isTrue(operand: Operand): boolean {
  const value = contentOf(operand);
  if (typeof value === "string") return value !== "";
  if (value instanceof InputText) return value.isNumeric ? value.number !== 0 : value.text !== "";
  return value !== undefined && value !== 0;
}

/** As C casts a double to int: what does not fit becomes the smallest int. */
export function toInt(value: number): number {
  const whole = Math.trunc(value);
  return whole >= -2_147_483_648 && whole <= 2_147_483_647 ? whole + 0 : -2_147_483_648;
}

export const isLongLong = (value: number): boolean => Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
