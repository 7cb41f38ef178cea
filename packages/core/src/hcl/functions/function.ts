/**
 * What a function is: parameters with names and kinds, and what it makes of their values.
 *
 * @see zclconf/go-cty cty/function/function.go
 */
import {
  boolOf,
  type HclObject,
  type HclValue,
  isList,
  isObject,
  numberOf,
  textOf,
  textsOrNulls,
  Unsuitable,
  unified,
} from "../value.ts";

/** What values become before a function sees them. */
interface Kinds {
  readonly any: HclValue;
  readonly string: string;
  readonly number: number;
  readonly bool: boolean;
  readonly strings: readonly (string | null)[];
  /** Items of one kind. */
  readonly list: readonly HclValue[];
  readonly set: readonly HclValue[];
}

export type ParameterKind = keyof Kinds;

export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly takesNull?: boolean;
}

export type HclFunction =
  | {
      readonly isLazy?: false;
      readonly parameters: readonly Parameter[];
      /** Any number of values of a kind come after those. */
      readonly rest: Parameter | undefined;
      /** With as many values as there are parameters at least, of their kinds. @throws Unsuitable, BadOperand */
      readonly call: (...values: readonly HclValue[]) => HclValue;
    }
  /** It evaluates its operands itself. */
  | {
      readonly isLazy: true;
      readonly parameters: readonly Parameter[];
      readonly rest: Parameter | undefined;
      /** @throws Unsuitable */
      readonly lazy: (operands: readonly (() => HclValue)[]) => HclValue;
    };

/** An operand that a function does not take, by its place. */
export class BadOperand extends Error {
  override readonly name = "BadOperand";
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** "str: string" */
type Declared<Kind extends ParameterKind = ParameterKind> = `${string}: ${Kind}`;
type KindOf<Text extends Declared> = Text extends `${string}: ${infer Kind extends ParameterKind}`
  ? Kinds[Kind]
  : never;
type ValuesOf<Texts extends readonly Declared[]> = { readonly [At in keyof Texts]: KindOf<Texts[At]> };

function parameter(declared: Declared): Parameter {
  const [name = "", kind] = declared.split(": ") as [string, ParameterKind];
  return { name, kind };
}

/** A function of so many values: `of(["str: string"], (text) => …)`. */
export function of<const Texts extends readonly Declared[]>(
  declared: Texts,
  call: (...values: ValuesOf<Texts>) => HclValue,
): HclFunction {
  const untyped = call as (...values: readonly HclValue[]) => HclValue;
  return { parameters: declared.map(parameter), rest: undefined, call: untyped };
}

/** A function of at least so many values, and more of one kind. */
export function many<const Texts extends readonly Declared[], const Rest extends Declared>(
  declared: Texts,
  rest: Rest | Parameter,
  call: (values: ValuesOf<Texts>, rest: readonly KindOf<Rest>[]) => HclValue,
): HclFunction {
  const count = declared.length;
  const untyped = call as (values: readonly HclValue[], rest: readonly HclValue[]) => HclValue;
  return {
    parameters: declared.map(parameter),
    rest: typeof rest === "string" ? parameter(rest) : rest,
    call: (...values) => untyped(values.slice(0, count), values.slice(count)),
  };
}

/** A value as a parameter wants it. @throws Unsuitable */
export function converted(value: HclValue, kind: ParameterKind): HclValue {
  if (value === null || kind === "any") return value;
  switch (kind) {
    case "string":
      return textOf(value);
    case "number":
      return numberOf(value);
    case "bool":
      return boolOf(value);
    case "strings":
      return textsOrNulls(value);
    case "list":
    case "set": {
      if (!isList(value)) throw new Unsuitable(`${kind} of any single type required`);
      const items = unified(value);
      if (items === undefined) throw new Unsuitable(`all ${kind} elements must have the same type`);
      return items;
    }
  }
}

/** A list, whatever is in it. @throws what `refuse` makes */
export function listOr(value: HclValue, refuse: () => Error): readonly HclValue[] {
  if (isList(value)) return value;
  throw refuse();
}

export function objectOr(value: HclValue, refuse: () => Error): HclObject {
  if (isObject(value)) return value;
  throw refuse();
}

/** What is unsuitable of an operand is told of it. @throws BadOperand */
export function asOperand<Value>(at: number, read: () => Value, prefix = ""): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof Unsuitable ? new BadOperand(at, `${prefix}${error.message}`) : error;
  }
}
