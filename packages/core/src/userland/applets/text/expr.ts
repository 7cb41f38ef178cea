/** expr: evaluate an expression. @see expr(1p) */
import type { Routine } from "../../../abi/index.ts";
import { byteString, fromLatin1 } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import type { Io } from "../../io.ts";
import { BASIC, captured, Regex, RegexError } from "../../regex/index.ts";

const FAILURE = 2;
const KEYWORDS = ["quote", "length", "match", "index", "substr"];
/** Binary operators, the loosest first. */
const LEVELS: readonly (readonly string[])[] = [
  ["|"],
  ["&"],
  ["<", "<=", "=", "==", "!=", ">=", ">"],
  ["+", "-"],
  ["*", "/", "%"],
  [":"],
];

type Value = bigint | string;

export const expr: Applet = function* (io) {
  if (io.argv.length === 1) return yield* io.die("too few arguments", FAILURE);
  const parser = new Parser(io, io.argv.slice(1).map(byteString));
  const value = yield* parser.all();
  yield* io.out.write(fromLatin1(`${value}\n`));
  return isNull(value) ? 1 : 0;
};

const isNull = (value: Value): boolean => (typeof value === "bigint" ? value === 0n : value === "" || value === "0");

/** A whole number, if the value is one. */
function toInteger(value: Value): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (!/^[ \t\n\v\f\r]*[-+]?[0-9]+$/.test(value)) return undefined;
  const number = BigInt(value.trim().replace(/^\+/, ""));
  return number > LARGEST ? LARGEST : number < -LARGEST - 1n ? -LARGEST - 1n : number;
}

/** What is beyond it counts as it, as for strtoll(3). */
const LARGEST = 0x7fff_ffff_ffff_ffffn;

class Parser {
  readonly #io: Io;
  readonly #words: readonly string[];
  #at = 0;

  constructor(io: Io, words: readonly string[]) {
    this.#io = io;
    this.#words = words;
  }

  *all(): Routine<Value> {
    const value = yield* this.#level(0);
    if (this.#at < this.#words.length) return yield* this.#syntaxError();
    return value;
  }

  *#level(level: number): Routine<Value> {
    const operators = LEVELS[level];
    if (operators === undefined) return yield* this.#operand();
    let left = yield* this.#level(level + 1);
    for (;;) {
      const operator = this.#words[this.#at];
      if (operator === undefined || !operators.includes(operator)) return left;
      this.#at++;
      left = yield* this.#apply(operator, left, yield* this.#level(level + 1));
    }
  }

  *#apply(operator: string, left: Value, right: Value): Routine<Value> {
    if (operator === "|") return isNull(left) ? right : left;
    if (operator === "&") return isNull(left) || isNull(right) ? 0n : left;
    if (operator === ":") return yield* this.#match(String(left), String(right));
    if ("+-*/%".includes(operator)) return yield* this.#arithmetic(operator, left, right);
    return compare(operator, left, right) ? 1n : 0n;
  }

  *#arithmetic(operator: string, left: Value, right: Value): Routine<bigint> {
    const a = toInteger(left);
    const b = toInteger(right);
    if (a === undefined || b === undefined) return yield* this.#io.die("non-numeric argument", FAILURE);
    if ((operator === "/" || operator === "%") && b === 0n) return yield* this.#io.die("division by zero", FAILURE);
    const result =
      operator === "+" ? a + b : operator === "-" ? a - b : operator === "*" ? a * b : operator === "/" ? a / b : a % b;
    return BigInt.asIntN(64, result);
  }

  *#operand(): Routine<Value> {
    const word = this.#words[this.#at];
    if (word !== undefined && KEYWORDS.includes(word)) {
      this.#at++;
      return yield* this.#keyword(word);
    }
    if (word === undefined || word === ")") return yield* this.#syntaxError();
    this.#at++;
    if (word !== "(") return word;
    const value = yield* this.#level(0);
    if (this.#words[this.#at] !== ")") return yield* this.#syntaxError();
    this.#at++;
    return value;
  }

  *#keyword(word: string): Routine<Value> {
    if (word === "quote") {
      const quoted = this.#words[this.#at++];
      return quoted ?? (yield* this.#syntaxError());
    }
    const text = String(yield* this.#operand());
    if (word === "length") return BigInt(text.length);
    const second = yield* this.#operand();
    if (word === "match") return yield* this.#match(text, String(second));
    if (word === "index") return BigInt([...text].findIndex((char) => String(second).includes(char)) + 1);
    const start = toInteger(second);
    const count = toInteger(yield* this.#operand());
    if (start === undefined || count === undefined || start <= 0n || count <= 0n) return "";
    return start > BigInt(text.length) ? "" : text.slice(Number(start) - 1, Number(start - 1n + count));
  }

  /** A match that begins where the text does: its length, or what the first group holds. */
  *#match(text: string, pattern: string): Routine<Value> {
    if (pattern.startsWith("^")) {
      yield* this.#io.warn(
        `warning: '${pattern}': using '^' as the first character\n` +
          "of a basic regular expression is not portable; it is ignored",
      );
    }
    const regex = yield* this.#compile(pattern);
    const match = regex.exec(text);
    if (match === undefined || match[0] !== 0) return regex.groups > 0 ? "" : 0n;
    return regex.groups > 0 && (match[2] ?? -1) >= 0 ? captured(text, match, 1) : BigInt(match[1] ?? 0);
  }

  *#compile(pattern: string): Routine<Regex> {
    try {
      return new Regex(pattern, BASIC);
    } catch (error) {
      if (!(error instanceof RegexError)) throw error;
      return yield* this.#io.die(`bad regex '${pattern}': ${error.message}`, FAILURE);
    }
  }

  *#syntaxError(): Routine<never> {
    return yield* this.#io.die("syntax error", FAILURE);
  }
}

/** Numbers compare as such if both are. */
function compare(operator: string, left: Value, right: Value): boolean {
  const a = toInteger(left);
  const b = toInteger(right);
  const [x, y] = a !== undefined && b !== undefined ? [a, b] : [String(a ?? left), String(b ?? right)];
  switch (operator) {
    case "<":
      return x < y;
    case "<=":
      return x <= y;
    case ">":
      return x > y;
    case ">=":
      return x >= y;
    case "!=":
      return x !== y;
    default:
      return x === y;
  }
}
