/** dc: a desk calculator for reverse Polish notation. @see dc(1) */
import type { Routine } from "../../../../abi/index.ts";
import { byteString } from "../../../../lib/index.ts";
import type { Applet } from "../../../applet.ts";
import { getopt } from "../../../getopt.ts";
import type { Io } from "../../../io.ts";
import { openOrDie } from "../../../or-die.ts";
import { LineReader, put } from "../lines.ts";
import {
  add,
  CalculatorError,
  compare,
  type Decimal,
  digitCount,
  divide,
  formatDecimal,
  integer,
  multiply,
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
  const machine = new Machine(io);
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
  const fd = yield* openOrDie(io, path);
  yield* machine.run(yield* new LineReader(fd).rest());
}

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<": (order) => order < 0,
  ">": (order) => order > 0,
  "!=": (order) => order !== 0,
  "!<": (order) => order >= 0,
  "!>": (order) => order <= 0,
};
const ARITHMETIC: Readonly<Record<string, (a: Decimal, b: Decimal, scale: number) => Decimal>> = {
  "+": add,
  "-": subtract,
  "*": multiply,
  "/": divide,
  "%": remainder,
  "^": power,
};

class Machine {
  readonly #io: Io;
  readonly #lineLength: number;
  readonly input = new LineReader(0);
  #stack: Value[] = [];
  readonly #registers = new Map<string, Value[]>();
  readonly #arrays = new Map<string, Map<bigint, Value>>();
  #scale = 0;
  /** Macros that run one inside the other. */
  #depth = 0;
  #inputBase = 10;
  #outputBase = 10;

  constructor(io: Io) {
    this.#io = io;
    // The backslash takes a column.
    this.#lineLength = lineLength(io, "DC_LINE_LENGTH") - 1;
  }

  /** Runs a text. @throws CalculatorError @throws Quit */
  *run(source: string): Routine<void> {
    let at = 0;
    while (at < source.length) {
      const number = /^_?(?:[0-9A-F]+(?:\.[0-9A-F]*)?|\.[0-9A-F]+)/.exec(source.slice(at))?.[0];
      if (number !== undefined) {
        const size = parseDecimal(number.replace("_", ""), this.#inputBase);
        this.#stack.push(number.startsWith("_") ? { ...size, value: -size.value } : size);
        at += number.length;
        continue;
      }
      const char = source[at] ?? "";
      const comparison = /^!?[=<>]/.exec(source.slice(at))?.[0];
      if (char === "[") at = this.#string(source, at);
      else if (char === "#") at = endOfLine(source, at);
      else if (comparison !== undefined) {
        const name = source[at + comparison.length] ?? "";
        at += comparison.length + 1;
        yield* this.#conditional(comparison, name);
      } else if ("slSL:;".includes(char)) {
        this.#register(char, source[at + 1] ?? "");
        at += 2;
      } else {
        at++;
        if (!/\s/.test(char)) yield* this.#command(char);
      }
    }
  }

  /** Pushes the text between brackets; where it ends. */
  #string(source: string, start: number): number {
    let depth = 0;
    for (let at = start; at < source.length; at++) {
      if (source[at] === "[") depth++;
      if (source[at] === "]" && --depth === 0) {
        this.#stack.push(source.slice(start + 1, at));
        return at + 1;
      }
    }
    throw new CalculatorError("unterminated string");
  }

  #pop(): Value {
    const value = this.#stack.pop();
    if (value === undefined) throw new CalculatorError("stack has too few elements");
    return value;
  }

  #need(count: number): void {
    if (this.#stack.length < count) throw new CalculatorError("stack has too few elements");
  }

  #popNumber(): Decimal {
    const value = this.#pop();
    if (typeof value === "string") throw new CalculatorError("variable is wrong type");
    return value;
  }

  *#conditional(comparison: string, name: string): Routine<void> {
    this.#need(2);
    const top = this.#popNumber();
    const below = this.#popNumber();
    if (COMPARISONS[comparison]?.(compare(top, below)) !== true) return;
    const macro = this.#registers.get(name)?.at(-1);
    if (macro === undefined) throw new CalculatorError("variable is wrong type");
    if (typeof macro === "string") yield* this.#macro(macro);
    else this.#stack.push(macro);
  }

  *#macro(text: string): Routine<void> {
    this.#depth++;
    try {
      yield* this.run(text);
    } catch (ending) {
      if (!(ending instanceof Quit)) throw ending;
      if (--ending.levels > 0) throw ending;
    } finally {
      this.#depth--;
    }
  }

  #register(command: string, name: string): void {
    const values = this.#registers.get(name) ?? [];
    this.#registers.set(name, values);
    const elements = this.#arrays.get(name) ?? new Map<bigint, Value>();
    this.#arrays.set(name, elements);
    switch (command) {
      case "s":
        values.splice(Math.max(values.length - 1, 0), 1, this.#pop());
        return;
      case "S":
        values.push(this.#pop());
        return;
      case "l":
        this.#stack.push(values.at(-1) ?? ZERO);
        return;
      case "L": {
        const value = values.pop();
        if (value === undefined) throw new CalculatorError("stack has too few elements");
        this.#stack.push(value);
        return;
      }
      case ":": {
        this.#need(2);
        const index = withScale(this.#popNumber(), 0).value;
        elements.set(index, this.#pop());
        return;
      }
      default:
        this.#stack.push(elements.get(withScale(this.#popNumber(), 0).value) ?? ZERO);
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
      yield* put(this.#io, String.fromCharCode(Number(withScale(value, 0).value & 255n)));
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
        this.#scale = Number(withScale(this.#popNumber(), 0).value);
        return;
      case "i":
        this.#inputBase = this.#base(2, 36, "ibase");
        return;
      case "o":
        this.#outputBase = this.#base(2, 999, "obase");
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
        if (typeof value === "string") push(char === "Z" ? value.length : 0);
        else push(char === "Z" ? digitCount(value) : value.scale);
      }
    }
  }

  #base(least: number, most: number, name: string): number {
    const base = Number(withScale(this.#popNumber(), 0).value);
    if (base < least || base > most) throw new CalculatorError(`bad ${name}; must be [${least},${most}]`);
    return base;
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
        throw new Quit(this.#levels());
      default:
        throw new CalculatorError(`bad ${char === "e" ? "token at" : "character"} '${char}'`);
    }
  }

  /** How many macros are to be ended: no more than run. */
  #levels(): number {
    const levels = Number(withScale(this.#popNumber(), 0).value);
    if (levels > this.#depth) throw new CalculatorError("stack has too few elements");
    return levels;
  }

  #modularPower(): void {
    this.#need(3);
    const modulus = withScale(this.#popNumber(), 0).value;
    let exponent = withScale(this.#popNumber(), 0).value;
    let base = withScale(this.#popNumber(), 0).value;
    if (modulus === 0n) throw new CalculatorError("divide by zero");
    if (exponent < 0n) throw new CalculatorError("negative number");
    let result = 1n;
    for (base %= modulus; exponent > 0n; exponent >>= 1n) {
      if ((exponent & 1n) === 1n) result = (result * base) % modulus;
      base = (base * base) % modulus;
    }
    this.#stack.push(integer(result));
  }
}

function endOfLine(source: string, at: number): number {
  const end = source.indexOf("\n", at);
  return end < 0 ? source.length : end;
}
