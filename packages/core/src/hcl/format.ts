/** `format("%03d-%s", 7, "x")`. @see go-cty stdlib/format.go */
import { quote } from "../lib/go/index.ts";
import {
  boolOf,
  type HclValue,
  isList,
  isObject,
  jsonText,
  numberOf,
  numberText,
  textOf,
  Unsuitable,
} from "./value.ts";

const VERB = /%(?:%|([-+ 0#]*)(\d*)(?:\.(\d+))?(?:\[(\d+)\])?([a-zA-Z]))/g;

/** @throws Unsuitable for too few operands, or too many */
export function format(template: string, operands: readonly HclValue[]): string {
  let next = 0;
  const used = new Set<number>();
  const text = template.replace(VERB, (verb, flags = "", width = "", precision, place, letter) => {
    if (verb === "%%") return "%";
    const at = place === undefined ? next : Number(place) - 1;
    next = at + 1;
    used.add(at);
    const operand = operands[at];
    if (operand === undefined) throw new Unsuitable(`not enough arguments for ${quote(verb)} at ${at}`);
    const shown = converted(letter, operand, precision === undefined ? undefined : Number(precision), flags);
    return padded(shown, Number(width), flags);
  });
  if (used.size < operands.length) throw new Unsuitable("too many arguments; no verbs in format string");
  return text;
}

function converted(letter: string, operand: HclValue, precision: number | undefined, flags: string): string {
  const sign = (text: string): string => (flags.includes("+") && !text.startsWith("-") ? `+${text}` : text);
  switch (letter) {
    case "s":
      return textOf(operand).slice(0, precision);
    case "v":
      return isList(operand) || isObject(operand) || operand === null ? jsonText(operand) : textOf(operand);
    case "q":
      return quote(textOf(operand));
    case "t":
      return String(boolOf(operand));
    case "d":
      return sign(numberText(Math.trunc(numberOf(operand))));
    case "f":
      return sign(numberOf(operand).toFixed(precision ?? 6));
    case "x":
    case "X":
    case "o":
    case "b": {
      const base = letter === "o" ? 8 : letter === "b" ? 2 : 16;
      const text = Math.trunc(numberOf(operand)).toString(base);
      return letter === "X" ? text.toUpperCase() : text;
    }
    default:
      throw new Unsuitable(`unsupported format verb ${quote(letter)}`);
  }
}

function padded(text: string, width: number, flags: string): string {
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0")) return text.padStart(width);
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}
