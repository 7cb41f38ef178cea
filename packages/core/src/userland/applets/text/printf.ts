/** printf: format and print arguments. @see printf(1p) */
import { Errno, fcntl, type Routine } from "../../../abi/index.ts";
import { byteString, fromByteString, fromLatin1 } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import {
  type Directive,
  formatFloat,
  formatInteger,
  formatText,
  readDirective,
  withPrecision,
  withWidth,
} from "../../format-number.ts";
import { showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { strtod } from "../../strtod.ts";
import { interpret } from "./echo.ts";
import { readEscape } from "./escape.ts";

export const printf: Applet = function* (io) {
  if ((yield* attempt(fcntl(1, "F_GETFL"))) instanceof Errno) return 1;
  const words = io.argv.slice(1).map(byteString);
  if (words[0] === "--") words.shift();
  const [format, ...values] = words;
  if (format === undefined) {
    if (io.name === "printf") return yield* showUsage(io);
    yield* io.warn("usage: printf FORMAT [ARGUMENT...]");
    return 2;
  }
  return yield* new Printer(io, values).printAll(format);
};

/** The format was left in the middle: by `\c`, or because it makes no sense. */
type Stop = "stopped" | "invalid";

class Printer {
  readonly #io: Io;
  readonly #values: string[];
  #failed = false;

  constructor(io: Io, values: readonly string[]) {
    this.#io = io;
    this.#values = [...values];
  }

  /** Uses the format again until all values are used up. */
  *printAll(format: string): Routine<number> {
    for (;;) {
      const before = this.#values.length;
      const stop = yield* this.#print(format);
      if (stop === "invalid") return 1;
      if (stop === "stopped" || this.#values.length === 0 || this.#values.length === before) break;
    }
    return this.#failed ? 1 : 0;
  }

  *#print(format: string): Routine<Stop | undefined> {
    for (let at = 0; at < format.length; ) {
      const char = format[at];
      if (char === "\\") {
        if (format[at + 1] === "c") return "stopped";
        const sequence = readEscape(format, at + 1);
        yield* this.#put(sequence.char ?? "\\");
        at = sequence.end;
      } else if (char !== "%") {
        const run = /[^\\%]+/y;
        run.lastIndex = at;
        const plain = run.exec(format)?.[0] ?? "";
        yield* this.#put(plain);
        at += plain.length;
      } else if (format[at + 1] === "%") {
        yield* this.#put("%");
        at += 2;
      } else if (format[at + 1] === "b") {
        const { shown, stopped } = interpret(this.#values.shift() ?? "");
        yield* this.#put(shown);
        if (stopped) return "stopped";
        at += 2;
      } else {
        const directive = readDirective(format, at);
        const layout = yield* this.#layout(directive);
        if (!isValid(format, at, directive)) {
          const rest = format.slice(at).replace(/^(%[-+ #0]*(?:\*|[0-9]*)(?:\.(?:\*|[0-9]*))?)[hlLz]*/, "$1");
          yield* this.#io.warn(`${fromByteString(rest)}: invalid format`);
          return "invalid";
        }
        yield* this.#convert(layout);
        at = directive.end;
      }
    }
    return undefined;
  }

  /** Width and precision are read before it is looked what is to be converted. */
  *#layout(directive: Directive): Routine<Directive> {
    let layout = directive;
    if (directive.starWidth) layout = withWidth(layout, yield* this.#star());
    if (directive.starPrecision) layout = withPrecision(layout, yield* this.#star());
    return layout;
  }

  *#convert(layout: Directive): Routine<void> {
    const value = this.#values.shift() ?? "";
    const { conversion } = layout;
    if (conversion === "s") yield* this.#put(formatText(value, layout));
    else if (conversion === "c") {
      yield* this.#put(formatText(value.slice(0, 1) || "\0", { ...layout, precision: undefined }));
    } else if ("eEfgG".includes(conversion)) {
      yield* this.#put(formatFloat(yield* this.#float(value), conversion, layout));
    } else {
      const isSigned = conversion === "d" || conversion === "i";
      yield* this.#put(formatInteger(yield* this.#integer(value, isSigned), conversion, layout));
    }
  }

  /** A width or precision that is an argument; the exit code does not tell of one that is no number. */
  *#star(): Routine<number> {
    const text = this.#values.shift() ?? "0";
    if (/^-?[0-9]+$/.test(text) && Math.abs(Number(text)) <= 0x7fffffff) return Number(text);
    yield* this.#warn(text);
    return 0;
  }

  *#integer(text: string, isSigned: boolean): Routine<bigint> {
    const plain = text.replace(/^[ \t\n\v\f\r]+/, "");
    const value = quotedChar(plain) ?? parseInteger(plain, isSigned);
    if (value !== undefined) return value;
    yield* this.#complain(plain);
    return 0n;
  }

  *#float(text: string): Routine<number> {
    const quoted = quotedChar(text);
    if (quoted !== undefined) return Number(quoted);
    const { value, end, outOfRange } = strtod(text);
    if (end === text.length && !outOfRange) return value;
    yield* this.#complain(text);
    return end === text.length ? value : 0;
  }

  *#complain(text: string): Routine<void> {
    this.#failed = true;
    yield* this.#warn(text);
  }

  *#warn(text: string): Routine<void> {
    yield* this.#io.warn(`invalid number '${fromByteString(text)}'`);
  }

  *#put(text: string): Routine<void> {
    yield* this.#io.out.write(fromLatin1(text));
  }
}

/** Only these conversions exist, and only the modifiers `h`, `l`, `L` and `z`. */
function isValid(format: string, at: number, { conversion, end }: Directive): boolean {
  return "diouxXfeEgGcs".includes(conversion || " ") && !/[qjt]/.test(format.slice(at, end - 1));
}

/** `'A`: the code of a character. */
function quotedChar(text: string): bigint | undefined {
  return text.startsWith("'") || text.startsWith('"') ? BigInt(text.charCodeAt(1) || 0) : undefined;
}

/** A whole number in the manner of C: `0x1f`, `017`, `0b11`. `undefined` if it is none, or does not fit. */
function parseInteger(text: string, isSigned: boolean): bigint | undefined {
  const match = /^(\+|-|)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|(0[0-7]*)|([1-9][0-9]*))$/.exec(text);
  if (match === null) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  const magnitude =
    hex !== undefined
      ? BigInt(`0x${hex}`)
      : binary !== undefined
        ? BigInt(`0b${binary}`)
        : octal !== undefined
          ? BigInt(`0o0${octal}`)
          : BigInt(decimal ?? "0");
  const value = sign === "-" ? -magnitude : magnitude;
  const limit = isSigned || sign === "-" ? 1n << 63n : 1n << 64n;
  return value < limit && value >= -(1n << 63n) ? value : undefined;
}
