/** `format("%03d-%s", 7, "x")`. @see go-cty stdlib/format.go, format_fsm.rl */
import { escapeHtml, exponentText, fixedText, generalText, quote, shortestText } from "../../lib/go/index.ts";
import { encode } from "../../lib/index.ts";
import { boolOf, type HclValue, isList, jsonText, numberOf, textOf, Unsuitable } from "../value.ts";
import { BadOperand } from "./function.ts";

interface Verb {
  readonly raw: string;
  /** In bytes. */
  readonly offset: number;
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly letter: string;
}

const VERB = /%(?:%|([-+ 0#]*)([1-9]\d*)?(?:\.(\d*))?(?:\[([1-9]\d*)\])?([a-zA-Z]))/y;
/** What could be a verb so far. */
const BEGUN = /%[-+ 0#]*(?:[1-9]\d*)?(?:\.\d*)?(?:\[(?:[1-9]\d*\]?)?)?/y;

/** @throws Unsuitable, BadOperand for too many operands */
export function format(template: string, operands: readonly HclValue[]): string {
  let text = "";
  let next = 1;
  let highest = 0;
  for (let at = 0; at < template.length; ) {
    const percent = template.indexOf("%", at);
    text += template.slice(at, percent < 0 ? undefined : percent);
    if (percent < 0) break;
    VERB.lastIndex = percent;
    const [raw, flags = "", width = "", precision, place, letter = ""] =
      VERB.exec(template) ?? refuse(template, percent);
    at = percent + raw.length;
    if (raw === "%%") {
      text += "%";
      continue;
    }
    const number = place === undefined ? next : Number(place);
    next = number + 1;
    highest = Math.max(highest, number);
    const offset = encode(template.slice(0, percent)).length;
    const verb = { raw, offset, flags, width: Number(width), precision: precisionOf(precision), letter };
    text += formatted(verb, operandOf(verb, number, operands));
  }
  if (highest < operands.length) {
    const used = highest === 0 ? "no verbs in format string" : `only ${highest} used by format string`;
    throw new BadOperand(highest + 1, `too many arguments; ${used}`);
  }
  return text;
}

const precisionOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

/** @throws Unsuitable */
function refuse(template: string, percent: number): never {
  BEGUN.lastIndex = percent;
  const end = percent + (BEGUN.exec(template)?.[0].length ?? 0);
  const offset = encode(template.slice(0, end)).length;
  const [wrong] = template.slice(end);
  if (wrong === undefined) throw new Unsuitable(`invalid format string starting at offset ${offset}`);
  throw new Unsuitable(`unrecognized format character '${wrong}' at offset ${offset}`);
}

function operandOf({ raw, offset, letter }: Verb, number: number, operands: readonly HclValue[]): HclValue {
  const operand = operands[number - 1];
  const where = `${quote(raw)} at ${offset}`;
  if (operand === undefined) {
    throw new Unsuitable(`not enough arguments for ${where}: need index ${number} but have ${operands.length} total`);
  }
  if (operand === null && letter !== "v") {
    throw new Unsuitable(`unsupported value for ${where}: null value cannot be formatted`);
  }
  return operand;
}

function formatted(verb: Verb, operand: HclValue): string {
  const { raw, offset, letter, flags } = verb;
  try {
    switch (letter) {
      case "v":
        return padded(verb, plainText(operand, flags.includes("#")));
      case "t":
        return String(boolOf(operand));
      case "s":
        return padded(verb, cut(verb, textOf(operand)));
      case "q":
        return padded(verb, escapeHtml(JSON.stringify(cut(verb, textOf(operand)))));
      case "b":
      case "d":
      case "o":
      case "x":
      case "X":
        return signed(verb, wholeText(verb, numberOf(operand)), numberOf(operand) < 0);
      case "e":
      case "E":
      case "f":
      case "g":
      case "G":
        return signed(verb, fractionText(verb, Math.abs(numberOf(operand))), numberOf(operand) < 0);
    }
  } catch (error) {
    if (!(error instanceof Unsuitable)) throw error;
    throw new Unsuitable(`unsupported value for ${quote(raw)} at ${offset}: ${error.message}`);
  }
  throw new Unsuitable(`unsupported format verb '${letter}' in ${quote(raw)} at offset ${offset}`);
}

function plainText(operand: HclValue, asJson: boolean): string {
  if (!asJson && typeof operand === "string") return operand;
  return !asJson && typeof operand === "number" ? bigText(operand) : jsonText(operand);
}

/** big.Float's `Text('g', -1)`: an exponent from 1e21 on, or as soon as that is shorter than the zeros. */
function bigText(value: number): string {
  const digits = value.toExponential().split("e")[0]?.replace(/[-.]/g, "").length ?? 0;
  const size = Math.abs(value);
  return Number.isInteger(value) && size < 1e21 && size < 10 ** Math.max(digits, 6) ? `${value}` : shortestText(value);
}

/** Unlike with Go's own, a precision of nothing cuts nothing. */
const cut = ({ precision = 0 }: Verb, text: string): string =>
  precision === 0 ? text : [...text].slice(0, precision).join("");

/** Digits without a sign. */
function wholeText({ letter, flags }: Verb, value: number): string {
  if (!Number.isInteger(value)) throw new Unsuitable("an integer is required");
  const size = BigInt(Math.abs(value));
  switch (letter) {
    case "b":
      return (flags.includes("#") ? "0b" : "") + size.toString(2);
    case "o":
      return (flags.includes("#") ? "0" : "") + size.toString(8);
    case "x":
      return (flags.includes("#") ? "0x" : "") + size.toString(16);
    case "X":
      return (flags.includes("#") ? "0X" : "") + size.toString(16).toUpperCase();
    default:
      return size.toString();
  }
}

function fractionText({ letter, precision }: Verb, size: number): string {
  switch (letter) {
    case "e":
      return exponentText(size, precision ?? 6);
    case "E":
      return exponentText(size, precision ?? 6).toUpperCase();
    case "f":
      return fixedText(size, precision ?? 6);
    default: {
      const text = precision === undefined ? bigText(size) : generalText(size, precision || 1);
      return letter === "G" ? text.toUpperCase() : text;
    }
  }
}

/** Zeros come behind the sign, blanks before it. */
function signed({ flags, width }: Verb, digits: string, isNegative: boolean): string {
  const sign = isNegative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  if (flags.includes("-")) return (sign + digits).padEnd(width);
  return flags.includes("0") ? sign + digits.padStart(width - sign.length, "0") : (sign + digits).padStart(width);
}

function padded({ flags, width }: Verb, text: string): string {
  const fill = (flags.includes("0") ? "0" : " ").repeat(Math.max(0, width - [...text].length));
  return flags.includes("-") ? text + fill : fill + text;
}

/** The same for the items of lists, which are of one length. @throws Unsuitable, BadOperand */
export function formatList(template: string, operands: readonly HclValue[]): readonly string[] {
  if (operands.length === 0) return [format(template, [])];
  const first = operands.findIndex((operand) => isList(operand));
  const lengthOf = (operand: HclValue | undefined): number =>
    operand !== undefined && isList(operand) ? operand.length : 1;
  const length = lengthOf(operands[first]);
  for (const [at, operand] of operands.entries()) {
    if (!isList(operand) || operand.length === length) continue;
    const other = `argument ${first + 1} of length ${length}`;
    const why = `argument ${at + 1} has length ${operand.length}, which is inconsistent with ${other}`;
    throw new BadOperand(at + 1, why);
  }
  return Array.from({ length }, (_, at) => {
    try {
      return format(
        template,
        operands.map((one) => (isList(one) ? (one[at] ?? null) : one)),
      );
    } catch (error) {
      const isKnown = error instanceof Unsuitable || error instanceof BadOperand;
      throw isKnown ? new Unsuitable(`error on format iteration ${at}: ${error.message}`) : error;
    }
  });
}
