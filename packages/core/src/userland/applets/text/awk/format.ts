/** Numbers as text, and printf, as busybox's awk writes them. */
import {
  formatFloat,
  formatGeneral,
  formatInteger,
  formatText,
  type Layout,
  readDirective,
} from "../../../format-number.ts";
import { contentOf, InputText, isLongLong, isNumeric, type Operand, toInt, toNumber } from "./cell.ts";
import { AwkError } from "./lexer.ts";

const INTEGERS = "diouxX";
const FLOATS = "eEfFgGaA";

/** A number in the format of OFMT or CONVFMT; whole numbers are written as they are. @throws AwkError */
function numberText(value: number, format: string): string {
  if (isLongLong(value)) return Number.isSafeInteger(value) ? String(value + 0) : BigInt(value).toString();
  if (format === "%.6g") return formatGeneral(value, 6);
  const letter = format.slice(-1);
  if (letter !== "" && INTEGERS.includes(letter)) return convertFirst(format, toInt(value));
  if (letter !== "" && FLOATS.includes(letter)) return convertFirst(format, value);
  throw new AwkError("Invalid format specifier");
}

/** The format with its first directive carried out. */
function convertFirst(format: string, value: number): string {
  const at = format.indexOf("%");
  if (at < 0) return format;
  const directive = readDirective(format, at);
  return format.slice(0, at) + convert(directive.conversion, directive, value) + format.slice(directive.end);
}

function convert(letter: string, layout: Layout, value: number): string {
  return INTEGERS.includes(letter)
    ? formatInteger(unsigned(letter, value), letter, layout)
    : formatFloat(value, letter, layout);
}

/** An int as the conversion sees it. */
function unsigned(letter: string, value: number): bigint {
  return letter === "d" || letter === "i" ? BigInt(value) : BigInt(value >>> 0);
}

/** printf. A missing argument is the empty string; what follows a `%` that no letter ends is left as it is. */
export function awkPrintf(format: string, next: () => Operand, text: (operand: Operand) => string): string {
  let result = "";
  for (let at = 0; ; ) {
    const percent = format.indexOf("%", at);
    if (percent < 0 || percent + 1 >= format.length) return result + format.slice(at);
    let end = percent + 1;
    while (end < format.length && !/[a-zA-Z*%]/.test(format[end] ?? "")) end++;
    if (end >= format.length) return result + format.slice(at);
    if (format[end] === "%") {
      // Whatever stands between the two, they are one.
      result += `${format.slice(at, percent)}%`;
      at = end + 1;
      continue;
    }
    if (format[end] === "*") throw new AwkError("%*x formats are not supported");
    const specification = format.slice(percent, end + 1);
    result += format.slice(at, percent) + directiveText(specification, next(), text);
    at = end + 1;
  }
}

/** How many arguments printf takes for a format. */
export function directiveCount(format: string): number {
  let count = 0;
  try {
    awkPrintf(
      format,
      () => {
        count++;
        return "";
      },
      () => "",
    );
  } catch (error) {
    if (!(error instanceof AwkError)) throw error;
  }
  return count;
}

function directiveText(specification: string, operand: Operand, text: (operand: Operand) => string): string {
  const letter = specification.slice(-1);
  const layout = readDirective(specification, 0);
  const wellFormed = layout.end === specification.length && layout.conversion === letter;
  if (letter === "c") {
    const char = isNumeric(operand) ? String.fromCharCode(toInt(toNumber(operand)) & 0xff) : text(operand).slice(0, 1);
    return wellFormed ? formatText(char === "" ? "\0" : char, { ...layout, precision: undefined }) : specification;
  }
  if (letter === "s") return wellFormed ? formatText(text(operand), layout) : specification;
  if (INTEGERS.includes(letter)) {
    const value = toInt(toNumber(operand));
    return wellFormed ? formatInteger(unsigned(letter, value), letter, layout) : specification;
  }
  if (FLOATS.includes(letter)) {
    return wellFormed ? formatFloat(toNumber(operand), letter, layout) : specification;
  }
  return specification;
}

/** The text of a value. */
export function textOf(operand: Operand, format: string): string {
  const value = contentOf(operand);
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberText(value, format);
  return value instanceof InputText ? value.text : "";
}
