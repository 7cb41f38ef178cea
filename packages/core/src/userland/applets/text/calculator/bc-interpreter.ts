/** Runs bc programs. @see bc(1p) */
import type { Routine } from "../../../../abi/index.ts";
import type { Io } from "../../../io.ts";
import { Rounds } from "../../../rounds.ts";
import type { LineReader } from "../lines.ts";
import { put } from "../lines.ts";
import type { Argument, Definition, Expression, Place, Statement } from "./bc-ast.ts";
import { Parser } from "./bc-parser.ts";
import {
  add,
  CalculatorError,
  checkBase,
  compare,
  type Decimal,
  digitCount,
  divide,
  formatDecimal,
  integer,
  multiply,
  negate,
  parseDecimal,
  power,
  remainder,
  squareRoot,
  subtract,
  withScale,
  ZERO,
} from "./decimal.ts";
import { LIBRARY } from "./library.ts";
import { lineLength, printNumber } from "./print.ts";

/** `quit` or `halt`: the program is over. */
export class Halt {}

/** How a statement ended. */
type Ending = "normal" | "break" | "continue" | { readonly result: Decimal | undefined };

const LIBRARY_SCALE = 20;
const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  e: "\\",
  "\\": "\\",
};
const LIMITS = [
  "BC_BASE_MAX     = 999",
  "BC_DIM_MAX      = 2147483647",
  "BC_SCALE_MAX    = 4294967295",
  "BC_STRING_MAX   = 4294967294",
  "MAX Exponent    = 999999999",
  "Number of vars  = 999999999",
];
const ARITHMETIC: Readonly<Record<string, (a: Decimal, b: Decimal, scale: number) => Decimal>> = {
  "+": add,
  "-": subtract,
  "*": multiply,
  "/": divide,
  "%": remainder,
  "^": power,
};
const RELATIONS: Readonly<Record<string, (order: number) => boolean>> = {
  "==": (order) => order === 0,
  "!=": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

const NEGATIVE = "negative number";

type Elements = Map<bigint, Decimal>;

/** What busybox's bc needs for a round of `while (x < n) x = x + 1`, in nanoseconds. */
const ROUND_NS = 400;

export class Calculator {
  readonly #io: Io;
  readonly #input: LineReader;
  readonly #lineLength: number;
  readonly #library: boolean;
  readonly #rounds = new Rounds(ROUND_NS);
  readonly #variables = new Map<string, Decimal>();
  readonly #arrays = new Map<string, Elements>();
  readonly #definitions = new Map<string, Definition>();
  #parameters = { ibase: 10, obase: 10, scale: 0 };
  #last: Decimal = ZERO;

  constructor(io: Io, input: LineReader, options: { readonly library: boolean }) {
    this.#io = io;
    this.#input = input;
    // The backslash takes a column, and one is left free.
    this.#lineLength = lineLength(io, "BC_LINE_LENGTH") - 2;
    this.#library = options.library;
    if (options.library) this.#parameters.scale = LIBRARY_SCALE;
  }

  /** @throws CalculatorError @throws Halt */
  *run(statements: readonly Statement[]): Routine<Ending> {
    for (const statement of statements) {
      const ending = yield* this.#execute(statement);
      if (ending !== "normal") return ending;
    }
    return "normal";
  }

  *#execute(statement: Statement): Routine<Ending> {
    switch (statement.kind) {
      case "expression":
        yield* this.#show(statement.value);
        return "normal";
      case "string":
        yield* put(this.#io, statement.text);
        return "normal";
      case "print":
        yield* this.#print(statement.items);
        return "normal";
      case "block":
        return yield* this.run(statement.body);
      case "if":
        if (yield* this.#isTrue(statement.test)) return yield* this.#execute(statement.then);
        return statement.otherwise === undefined ? "normal" : yield* this.#execute(statement.otherwise);
      case "while":
        return yield* this.#loop(statement.test, undefined, statement.body);
      case "for":
        if (statement.first !== undefined) yield* this.#value(statement.first);
        return yield* this.#loop(statement.test, statement.next, statement.body);
      case "return":
        return { result: statement.value === undefined ? undefined : yield* this.#value(statement.value) };
      case "define":
        this.#definitions.set(statement.definition.name, statement.definition);
        return "normal";
      case "limits":
        for (const line of LIMITS) yield* this.#io.out.line(line);
        return "normal";
      case "quit":
      case "halt":
        throw new Halt();
      default:
        return statement.kind;
    }
  }

  *#loop(test: Expression | undefined, next: Expression | undefined, body: Statement): Routine<Ending> {
    while (test === undefined || (yield* this.#isTrue(test))) {
      if (this.#rounds.isDue()) yield* this.#rounds.pass();
      const ending = yield* this.#execute(body);
      if (ending === "break") break;
      if (typeof ending === "object") return ending;
      if (next !== undefined) yield* this.#value(next);
    }
    return "normal";
  }

  *#isTrue(test: Expression): Routine<boolean> {
    return (yield* this.#value(test)).value !== 0n;
  }

  /** An assignment is not printed, nor is what a void function does not return. */
  *#show(expression: Expression): Routine<void> {
    const value =
      expression.kind === "call" ? yield* this.#call(expression.name, expression.args) : yield* this.#value(expression);
    if (value === undefined || expression.kind === "assign") return;
    this.#last = value;
    yield* this.#write(value);
    yield* this.#io.out.write("\n");
  }

  *#write(value: Decimal): Routine<void> {
    yield* printNumber(this.#io, formatDecimal(value, this.#parameters.obase), this.#lineLength);
  }

  *#print(items: readonly (Expression | { readonly kind: "string"; readonly text: string })[]): Routine<void> {
    for (const item of items) {
      if (item.kind === "string") {
        yield* put(
          this.#io,
          item.text.replace(/\\(.)/gs, (whole, letter: string) => ESCAPES[letter] ?? whole),
        );
      } else {
        const value = yield* this.#value(item);
        this.#last = value;
        yield* this.#write(value);
      }
    }
  }

  *#value(expression: Expression): Routine<Decimal> {
    const { scale, ibase } = this.#parameters;
    switch (expression.kind) {
      case "number":
        return parseDecimal(expression.text, ibase);
      case "group":
        return yield* this.#value(expression.inner);
      case "place":
        return yield* this.#read(expression.place);
      case "assign": {
        const given = yield* this.#value(expression.value);
        const operation = ARITHMETIC[expression.operator];
        const value =
          operation === undefined
            ? given
            : operation(yield* this.#read(expression.place), given, this.#parameters.scale);
        yield* this.#assign(expression.place, value);
        return value;
      }
      case "step": {
        const old = yield* this.#read(expression.place);
        const value = (expression.operator === "+" ? add : subtract)(old, integer(1));
        yield* this.#assign(expression.place, value);
        return expression.before ? value : old;
      }
      case "unary": {
        const operand = yield* this.#value(expression.operand);
        return expression.operator === "-" ? negate(operand) : integer(operand.value === 0n ? 1 : 0);
      }
      case "binary": {
        const left = yield* this.#value(expression.left);
        const right = yield* this.#value(expression.right);
        return combine(expression.operator, left, right, scale);
      }
      case "function":
        return yield* this.#function(expression.name, expression.argument);
      case "call":
        return (yield* this.#call(expression.name, expression.args)) ?? ZERO;
      case "array-length":
        return integer([...this.#elements(expression.name).keys()].reduce(larger, 0n) + 1n);
    }
  }

  *#function(name: "length" | "read" | "sqrt" | "scale", argument: Expression): Routine<Decimal> {
    if (name === "read") {
      const line = yield* this.#input.next();
      const [statement] = new Parser(line ?? "").line() ?? [];
      if (statement === undefined) throw new CalculatorError("bad expression");
      if (statement.kind !== "expression") throw new CalculatorError("bad read() expression");
      return yield* this.#value(statement.value);
    }
    const value = yield* this.#value(argument);
    if (name === "length") return integer(digitCount(value));
    return name === "scale" ? integer(value.scale) : squareRoot(value, this.#parameters.scale);
  }

  *#read(place: Place): Routine<Decimal> {
    switch (place.kind) {
      case "variable":
        return this.#variables.get(place.name) ?? ZERO;
      case "element":
        return this.#elements(place.name).get(yield* this.#index(place.index)) ?? ZERO;
      case "parameter":
        return place.name === "last" ? this.#last : integer(this.#parameters[place.name]);
    }
  }

  *#assign(place: Place, value: Decimal): Routine<void> {
    if (place.kind === "variable") this.#variables.set(place.name, value);
    else if (place.kind === "element") this.#elements(place.name).set(yield* this.#index(place.index), value);
    else if (place.name === "last") this.#last = value;
    else this.#setParameter(place.name, withScale(value, 0).value);
  }

  #setParameter(name: "ibase" | "obase" | "scale", value: bigint): void {
    if (name !== "scale") checkBase(name, value);
    else if (value < 0n) throw new CalculatorError(NEGATIVE);
    this.#parameters = { ...this.#parameters, [name]: Number(value) };
  }

  #elements(name: string): Elements {
    const elements = this.#arrays.get(name) ?? new Map<bigint, Decimal>();
    this.#arrays.set(name, elements);
    return elements;
  }

  *#index(expression: Expression): Routine<bigint> {
    const { value } = withScale(yield* this.#value(expression), 0);
    if (value < 0n) throw new CalculatorError(NEGATIVE);
    return value;
  }

  /**
   * Parameters and locals hide what has their names until the function is left. Without a result if a void function
   * returns nothing.
   */
  *#call(name: string, args: readonly Argument[]): Routine<Decimal | undefined> {
    const definition = this.#definitions.get(name);
    if (definition === undefined) return yield* this.#callLibrary(name, args);
    checkCount(definition.parameters.length, args.length);
    const given: (Decimal | Elements)[] = [];
    for (const [i, arg] of args.entries()) {
      if (arg.kind !== "array") given.push(yield* this.#value(arg));
      else if (definition.parameters[i]?.isReference === true) given.push(this.#elements(arg.name));
      else given.push(new Map(this.#elements(arg.name)));
    }
    const locals = [...definition.parameters, ...definition.locals];
    const hidden = locals.map(({ name: local, isArray }) =>
      isArray ? this.#arrays.get(local) : this.#variables.get(local),
    );
    for (const [i, { name: local }] of locals.entries())
      this.#bind(local, given[i] ?? (locals[i]?.isArray ? new Map() : ZERO));
    const ending = yield* this.run(definition.body);
    for (const [i, { name: local, isArray }] of locals.entries()) {
      const old = hidden[i];
      if (old !== undefined) this.#bind(local, old);
      else if (isArray) this.#arrays.delete(local);
      else this.#variables.delete(local);
    }
    const result = typeof ending === "object" ? ending.result : undefined;
    return result ?? (definition.isVoid ? undefined : ZERO);
  }

  #bind(name: string, value: Decimal | Elements): void {
    if (value instanceof Map) this.#arrays.set(name, value);
    else this.#variables.set(name, value);
  }

  *#callLibrary(name: string, args: readonly Argument[]): Routine<Decimal> {
    const compute = this.#library ? LIBRARY.get(name) : undefined;
    if (compute === undefined) throw new CalculatorError("undefined function");
    checkCount(name === "j" ? 2 : 1, args.length);
    const values: Decimal[] = [];
    for (const arg of args) if (arg.kind !== "array") values.push(yield* this.#value(arg));
    return compute(values, this.#parameters.scale);
  }
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

function checkCount(wanted: number, given: number): void {
  if (wanted === given) return;
  throw new CalculatorError(`function has ${wanted} parameters, but called with ${given}`);
}

function combine(operator: string, left: Decimal, right: Decimal, scale: number): Decimal {
  const operation = ARITHMETIC[operator];
  if (operation !== undefined) return operation(left, right, scale);
  const relation = RELATIONS[operator];
  if (relation !== undefined) return integer(relation(compare(left, right)) ? 1 : 0);
  const [a, b] = [left.value !== 0n, right.value !== 0n];
  return integer((operator === "&&" ? a && b : a || b) ? 1 : 0);
}
