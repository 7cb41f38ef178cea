/** dc: a desk calculator for reverse Polish notation. @see dc(1) */
import type { Routine } from "../../../../abi/index.ts";
import { byteString } from "../../../../lib/index.ts";
import type { Applet } from "../../../applet.ts";
import { getopt } from "../../../getopt.ts";
import type { Io } from "../../../io.ts";
import { openOrDie } from "../../../or-die.ts";
import { LineReader, put } from "../lines.ts";
import { type Comparison, DcParser, type Operation } from "./dc-parser.ts";
import {
  add,
  byteDigits,
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
import { lineLength, printNumber } from "./print.ts";

type Value = Decimal | string;

/** Ends the running macro and the one that called it. */
class Quit {
  levels: number;

  constructor(levels: number) {
    this.levels = levels;
  }
}

export const dc: Applet = function* (io) {
  const options = yield* getopt(io, "xe:f:", "letters only");
  const machine = new Machine(io, { longNames: options.has("x") });
  try {
    for (const [name, value] of options.given) {
      if (name === "e") yield* machine.run(byteString(value));
      if (name === "f") yield* runFile(io, machine, value);
    }
    for (const file of options.operands) yield* runFile(io, machine, file);
    if (options.given.length === 0 && options.operands.length === 0) {
      const source = yield* machine.input.rest();
      yield* machine.run(source);
    }
  } catch (ending) {
    if (ending instanceof CalculatorError) return yield* io.die(ending.message);
    if (!(ending instanceof Quit)) throw ending;
  }
  return 0;
};

function* runFile(io: Io, machine: Machine, path: string): Routine<void> {
  const reader = new LineReader(yield* openOrDie(io, path));
  yield* machine.run(yield* reader.rest());
  if (reader.error !== undefined) yield* io.pdie("input error", reader.error);
}

const TOO_FEW = "stack has too few elements";
const NEGATIVE = "negative number";
const WRONG_TYPE = "variable is wrong type";
const COMPARISONS: Readonly<Record<Comparison, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<": (order) => order < 0,
  ">": (order) => order > 0,
  "!=": (order) => order !== 0,
  "!<": (order) => order >= 0,
  "!>": (order) => order <= 0,
};
const truth = (holds: boolean): Decimal => integer(holds ? 1 : 0);
const ARITHMETIC: Readonly<Record<string, (a: Decimal, b: Decimal, scale: number) => Decimal>> = {
  "+": add,
  "-": subtract,
  "*": multiply,
  "/": divide,
  "%": remainder,
  "^": power,
  "(": (a, b) => truth(compare(a, b) > 0),
  "{": (a, b) => truth(compare(a, b) >= 0),
  G: (a, b) => truth(compare(a, b) === 0),
};

class Machine {
  readonly #io: Io;
  readonly #lineLength: number;
  readonly input = new LineReader(0);
  #stack: Value[] = [];
  readonly #registers = new Map<string, Value[]>();
  readonly #arrays = new Map<string, Map<bigint, Decimal>>();
  readonly #longNames: boolean;
  #scale = 0;
  /** Macros that run one inside the other. */
  #depth = 0;
  #inputBase = 10;
  #outputBase = 10;

  constructor(io: Io, options: { readonly longNames: boolean }) {
    this.#io = io;
    this.#longNames = options.longNames;
    // The backslash takes a column.
    this.#lineLength = lineLength(io, "DC_LINE_LENGTH") - 1;
  }

  /** Runs a text; what is read ahead may be wrong before the operation in front of it is done. @throws CalculatorError @throws Quit */
  *run(source: string): Routine<void> {
    const parser = this.#parser(source);
    for (let ahead = parser.next(); ahead !== undefined; ) {
      const operation = ahead;
      ahead = parser.next();
      if (operation !== "newline") yield* this.#perform([operation]);
    }
  }

  #parser(source: string): DcParser {
    return new DcParser(source, { longNames: this.#longNames });
  }

  *#perform(operations: readonly Operation[]): Routine<void> {
    for (const operation of operations) {
      switch (operation.kind) {
        case "number": {
          const size = parseDecimal(operation.text, this.#inputBase);
          this.#stack.push(operation.negative ? negate(size) : size);
          break;
        }
        case "string":
          this.#stack.push(operation.text);
          break;
        case "compare":
          yield* this.#conditional(operation);
          break;
        case "register":
          this.#register(operation.command, operation.name);
          break;
        case "command":
          yield* this.#command(operation.command);
      }
    }
  }

  #pop(): Value {
    const value = this.#stack.pop();
    if (value === undefined) throw new CalculatorError(TOO_FEW);
    return value;
  }

  #need(count: number): void {
    if (this.#stack.length < count) throw new CalculatorError(TOO_FEW);
  }

  #popNumber(): Decimal {
    const value = this.#pop();
    if (typeof value === "string") throw new CalculatorError(WRONG_TYPE);
    return value;
  }

  /** A whole number that is not below zero; a fraction is cut off. */
  #popCount(): bigint {
    const { value } = withScale(this.#popNumber(), 0);
    if (value < 0n) throw new CalculatorError(NEGATIVE);
    return value;
  }

  *#conditional({ how, then, otherwise }: Operation & { readonly kind: "compare" }): Routine<void> {
    this.#need(2);
    const top = this.#popNumber();
    const below = this.#popNumber();
    const name = COMPARISONS[how](compare(top, below)) ? then : otherwise;
    if (name === undefined) return;
    const macro = this.#valuesOf(name).at(-1);
    if (typeof macro !== "string") throw new CalculatorError(WRONG_TYPE);
    yield* this.#macro(macro);
  }

  *#macro(text: string): Routine<void> {
    this.#depth++;
    try {
      yield* this.#perform(this.#parser(text).rest());
    } catch (ending) {
      if (!(ending instanceof Quit)) throw ending;
      if (--ending.levels > 0) throw ending;
    } finally {
      this.#depth--;
    }
  }

  /** What is in a register, the oldest first: at the bottom lies what was never pushed. */
  #valuesOf(name: string): Value[] {
    const values = this.#registers.get(name) ?? [ZERO];
    this.#registers.set(name, values);
    return values;
  }

  #register(command: string, name: string): void {
    const values = this.#valuesOf(name);
    const elements = this.#arrays.get(name) ?? new Map<bigint, Decimal>();
    this.#arrays.set(name, elements);
    switch (command) {
      case "s":
        values.splice(-1, 1, this.#pop());
        return;
      case "S":
        values.push(this.#pop());
        return;
      case "l":
        this.#stack.push(values.at(-1) ?? ZERO);
        return;
      case "L": {
        const value = values.length > 1 ? values.pop() : undefined;
        if (value === undefined) throw new CalculatorError(TOO_FEW);
        this.#stack.push(value);
        return;
      }
      case ":": {
        this.#need(2);
        const index = this.#popCount();
        elements.set(index, this.#popNumber());
        return;
      }
      default:
        this.#stack.push(elements.get(this.#popCount()) ?? ZERO);
    }
  }

  *#command(char: string): Routine<void> {
    const operation = ARITHMETIC[char];
    if (operation !== undefined) {
      this.#need(2);
      const b = this.#popNumber();
      const a = this.#popNumber();
      this.#stack.push(operation(a, b, this.#scale));
      return;
    }
    if ("pnPf".includes(char)) return yield* this.#print(char);
    if ("kioKIOZXz".includes(char)) return this.#parameter(char);
    yield* this.#stackCommand(char);
  }

  *#print(char: string): Routine<void> {
    if (char === "f") {
      for (const value of this.#stack.toReversed()) yield* this.#show(value, "\n");
      return;
    }
    this.#need(1);
    const value = char === "p" ? (this.#stack.at(-1) ?? ZERO) : this.#pop();
    if (char === "P" && typeof value !== "string") {
      if (value.value < 0n) throw new CalculatorError(NEGATIVE);
      yield* put(this.#io, String.fromCharCode(...byteDigits(value)));
    } else yield* this.#show(value, char === "P" ? "" : "\n");
  }

  *#show(value: Value, end: string): Routine<void> {
    if (typeof value === "string") yield* put(this.#io, value);
    else yield* printNumber(this.#io, formatDecimal(value, this.#outputBase), this.#lineLength);
    yield* this.#io.out.write(end);
  }

  #parameter(char: string): void {
    const push = (value: number): void => {
      this.#stack.push(integer(value));
    };
    switch (char) {
      case "k":
        this.#scale = Number(this.#popCount());
        return;
      case "i":
        this.#inputBase = this.#base("ibase");
        return;
      case "o":
        this.#outputBase = this.#base("obase");
        return;
      case "K":
        push(this.#scale);
        return;
      case "I":
        push(this.#inputBase);
        return;
      case "O":
        push(this.#outputBase);
        return;
      case "z":
        push(this.#stack.length);
        return;
      default: {
        const value = this.#pop();
        if (typeof value === "string") {
          if (char === "X") throw new CalculatorError(WRONG_TYPE);
          push(value.length);
        } else push(char === "Z" ? digitCount(value) : value.scale);
      }
    }
  }

  #base(name: "ibase" | "obase"): number {
    const base = withScale(this.#popNumber(), 0).value;
    checkBase(name, base);
    return Number(base);
  }

  *#stackCommand(char: string): Routine<void> {
    switch (char) {
      case "c":
        this.#stack = [];
        return;
      case "R":
        this.#pop();
        return;
      case "d": {
        const value = this.#pop();
        this.#stack.push(value, value);
        return;
      }
      case "r": {
        this.#need(2);
        const [b, a] = [this.#pop(), this.#pop()];
        this.#stack.push(b, a);
        return;
      }
      case "v":
        this.#stack.push(squareRoot(this.#popNumber(), this.#scale));
        return;
      case "~": {
        this.#need(2);
        const b = this.#popNumber();
        const a = this.#popNumber();
        this.#stack.push(divide(a, b, this.#scale), remainder(a, b, this.#scale));
        return;
      }
      case "|":
        return this.#modularPower();
      case "x": {
        const value = this.#pop();
        if (typeof value === "string") yield* this.#macro(value);
        else this.#stack.push(value);
        return;
      }
      case "?": {
        const line = yield* this.input.next();
        if (line !== undefined) yield* this.run(line);
        return;
      }
      case "q":
        throw new Quit(2);
      case "Q":
        this.#quit();
        return;
      case "N":
        this.#stack.push(truth(this.#popNumber().value === 0n));
        return;
      case "a":
        this.#stack.push(firstCharacter(this.#pop()));
    }
  }

  /** Ends so many macros: no more than run, the text around them counted. */
  #quit(): void {
    const levels = this.#popCount();
    if (levels > BigInt(this.#depth + 1)) throw new CalculatorError(TOO_FEW);
    if (levels > 0n) throw new Quit(Number(levels));
  }

  #modularPower(): void {
    this.#need(3);
    const [third, second, first] = [this.#popNumber(), this.#popNumber(), this.#popNumber()];
    const modulus = third.value;
    let [exponent, base] = [second.value, first.value];
    if (modulus === 0n) throw new CalculatorError("divide by zero");
    if (first.scale + second.scale + third.scale > 0) throw new CalculatorError("not an integer");
    if (exponent < 0n) throw new CalculatorError(NEGATIVE);
    let result = 1n;
    for (base %= modulus; exponent > 0n; exponent >>= 1n) {
      if ((exponent & 1n) === 1n) result = (result * base) % modulus;
      base = (base * base) % modulus;
    }
    this.#stack.push(integer(result));
  }
}

/** The character of that number, or the first one of a text. */
function firstCharacter(value: Value): string {
  if (typeof value === "string") return value[0] ?? "\0";
  const code = withScale(value, 0).value % 256n;
  if (code < 0n) throw new CalculatorError(NEGATIVE);
  return String.fromCharCode(Number(code));
}
