/** The built-in functions of awk that only compute. Arguments have been evaluated. */
import { Regex } from "../../../regex/index.ts";
import { type Cell, InputText, isLongLong, type Operand, toInt, toNumber, type Value } from "./cell.ts";
import { AwkError } from "./lexer.ts";
import type { Runtime } from "./runtime.ts";
import { type Splitter, split } from "./split.ts";
import { substitute } from "./substitute.ts";

export const TOO_FEW = "Too few arguments";
export const TOO_MANY = "Too many arguments";
const NO_MATH = "Math support is not compiled in";

export type Argument = Operand | Regex | Splitter;

/** How an argument is used, where it is not just a value. */
export type Role = "value" | "regex" | "splitter";

export interface Builtin {
  readonly least: number;
  /** More arguments than this are an error; those with no limit are ignored. */
  readonly most?: number;
  readonly roles?: readonly Role[];
  readonly run: (runtime: Runtime, values: readonly Operand[], values_: readonly Argument[]) => Operand;
}

const noMath = (least: number, most?: number): Builtin => ({
  least,
  ...(most === undefined ? {} : { most }),
  run: () => {
    throw new AwkError(NO_MATH);
  },
});

const bitwise = (operation: (a: bigint, b: bigint) => bigint): Builtin => ({
  least: 2,
  run: (_, [a, b]) => Number(BigInt.asUintN(64, operation(toBits(a), toBits(b)))),
});

export const BUILTIN_FUNCTIONS: Readonly<Record<string, Builtin>> = {
  atan2: noMath(2),
  cos: noMath(1, 1),
  exp: noMath(1, 1),
  log: noMath(1, 1),
  sin: noMath(1, 1),
  sqrt: noMath(1, 1),
  and: bitwise((a, b) => a & b),
  or: bitwise((a, b) => a | b),
  xor: bitwise((a, b) => a ^ b),
  lshift: bitwise((a, b) => a << (b & 63n)),
  rshift: bitwise((a, b) => a >> (b & 63n)),
  compl: { least: 1, run: (_, [a]) => Number(BigInt.asUintN(64, ~toBits(a))) },
  int: { least: 1, most: 1, run: (_, [a]) => wholePart(toNumber(a)) },
  rand: { least: 0, most: 0, run: (runtime) => runtime.random.fraction() },
  length: { least: 0, most: 1, run: length },
  index: { least: 2, run: index },
  substr: { least: 2, run: substr },
  match: { least: 2, roles: ["value", "regex"], run: match },
  split: { least: 2, roles: ["value", "value", "splitter"], run: splitInto },
  sub: { least: 2, roles: ["regex"], run: (runtime, values, raw) => replaceIn(runtime, values, raw, 1) },
  gsub: { least: 2, roles: ["regex"], run: (runtime, values, raw) => replaceIn(runtime, values, raw, 0) },
  gensub: { least: 3, roles: ["regex"], run: gensub },
  tolower: { least: 1, run: (runtime, [a]) => runtime.text(a).replace(/[A-Z]/g, (letter) => letter.toLowerCase()) },
  toupper: { least: 1, run: (runtime, [a]) => runtime.text(a).replace(/[a-z]/g, (letter) => letter.toUpperCase()) },
};

function toBits(operand: Operand): bigint {
  const value = toNumber(operand);
  return Number.isFinite(value) ? BigInt.asUintN(64, BigInt(Math.trunc(value))) : 1n << 63n;
}

function wholePart(value: number): number {
  const whole = Math.trunc(value);
  return isLongLong(whole) ? whole + 0 : -(2 ** 63);
}

function length(runtime: Runtime, values: readonly Operand[]): Value {
  if (values.length === 0) return runtime.text(runtime.record.whole).length;
  const operand = values[0];
  if (operand !== undefined && typeof operand === "object" && "array" in operand && operand.array !== undefined) {
    return operand.array.length;
  }
  return runtime.text(operand).length;
}

function index(runtime: Runtime, [a, b]: readonly Operand[]): Value {
  const text = runtime.text(a);
  const sought = runtime.text(b);
  if (sought === "") return 0;
  return (runtime.ignoreCase ? text.toLowerCase().indexOf(sought.toLowerCase()) : text.indexOf(sought)) + 1;
}

function substr(runtime: Runtime, [a, b, c]: readonly Operand[], values: readonly Argument[]): Value {
  const text = runtime.text(a);
  const start = Math.max(Math.min(toInt(toNumber(b) - 1), text.length), 0);
  const count = values.length > 2 ? toInt(toNumber(c)) : text.length - start;
  return text.slice(start, start + Math.max(count, 0));
}

function match(runtime: Runtime, [a]: readonly Operand[], [, regex]: readonly Argument[]): Operand {
  const span = regex instanceof Regex ? regex.find(runtime.text(a)) : undefined;
  runtime.set(runtime.variable("RLENGTH"), span === undefined ? -1 : span.end - span.start);
  return runtime.set(runtime.variable("RSTART"), span === undefined ? 0 : span.start + 1);
}

function splitInto(runtime: Runtime, [a, b]: readonly Operand[], [, , given]: readonly Argument[]): Value {
  const splitter = given === undefined ? runtime.fieldSplitter : (given as Splitter);
  const paragraphs = runtime.text(runtime.variable("RS")) === "";
  const parts = split(runtime.text(a), splitter, { paragraphs, ignoreCase: runtime.ignoreCase });
  const array = runtime.array(b);
  runtime.clear(array);
  for (const [i, part] of parts.entries()) runtime.set(runtime.element(array, String(i + 1)), new InputText(part));
  return parts.length;
}

/** sub and gsub: the third argument, or `$0`, is assigned even if nothing was found. */
function replaceIn(runtime: Runtime, values: readonly Operand[], raw: readonly Argument[], which: number): Value {
  const target = values.length > 2 ? values[2] : runtime.record.whole;
  const replacement = runtime.text(values[1]);
  const regex = raw[0];
  if (!(regex instanceof Regex)) return 0;
  const result = substitute(runtime.text(target), regex, { replacement, which, groups: false });
  if (isCell(target)) runtime.set(target, result.text);
  return result.count;
}

function gensub(runtime: Runtime, values: readonly Operand[], raw: readonly Argument[]): Value {
  const regex = raw[0];
  if (!(regex instanceof Regex)) return "";
  const text = runtime.text(values.length > 3 ? values[3] : runtime.record.whole);
  const which = toInt(toNumber(values[2]));
  return substitute(text, regex, { replacement: runtime.text(values[1]), which, groups: true }).text;
}

function isCell(operand: Operand): operand is Cell {
  return typeof operand === "object" && "array" in operand;
}
