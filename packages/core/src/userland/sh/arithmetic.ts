/**
 * Arithmetic: C's operators on 64-bit integers, evaluated while it is read.
 *
 * As in ash, `&&` and `||` evaluate both sides; only the branch of `?:` that is not taken has no effect.
 * @see POSIX.1-2017, Shell Command Language, 2.6.4
 */
import { isDigit, isNameChar, isNameStart } from "./characters.ts";
import { ShellError } from "./errors.ts";

/** The variables of an expression. */
export interface ArithmeticScope {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

/** The value of an expression. An empty one is 0. @throws ShellError */
export function evaluateArithmetic(text: string, scope: ArithmeticScope): bigint {
  return new Evaluator(text, scope, []).all();
}

/** Binary operators: how tightly they bind. Those of one precedence are left-associative, except `**`. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  "||": 5,
  "&&": 6,
  "|": 7,
  "^": 8,
  "&": 9,
  "==": 10,
  "!=": 10,
  "<": 11,
  ">": 11,
  "<=": 11,
  ">=": 11,
  "<<": 12,
  ">>": 12,
  "+": 13,
  "-": 13,
  "*": 14,
  "/": 14,
  "%": 14,
  "**": 15,
};
const CONDITIONAL = 4;
const EXPONENT = 15;

const ASSIGNMENTS: ReadonlySet<string> = new Set(["=", "|=", "&=", "^=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>="]);

/** Longest first. */
const OPERATORS = [
  ...["<<=", ">>=", "<<", ">>", "||", "&&", "!=", "<=", ">=", "==", "|=", "&=", "*=", "/=", "%=", "+=", "-=", "--"],
  ...["^=", "++", "**", "!", "<", ">", "=", "|", "&", "*", "/", "%", "+", "-", "^", "~", ",", "?", ":", ")", "("],
];

const SYNTAX_ERROR = "arithmetic syntax error";
const MALFORMED = "malformed ?: operator";

/** A value, and the variable that it was read from if it may be assigned to. */
interface Operand {
  readonly value: bigint;
  readonly name: string | undefined;
}

class Evaluator {
  readonly #text: string;
  readonly #scope: ArithmeticScope;
  /** Variables whose values are being evaluated as expressions. */
  readonly #names: readonly string[];
  #at = 0;
  /** Above zero in a branch that is not taken. */
  #disabled = 0;
  /** Operators whose left side waits for their right one. */
  #waiting = 0;
  /** The last value that was read is a variable, and nothing has been done with it yet. */
  #isVariable = false;
  /** What the parenthesis holds that the end has closed. */
  #unclosed: bigint | undefined;

  constructor(text: string, scope: ArithmeticScope, names: readonly string[]) {
    this.#text = text;
    this.#scope = scope;
    this.#names = names;
  }

  all(): bigint {
    this.#skipBlanks();
    if (this.#at >= this.#text.length) return 0n;
    const value = this.#closedByEnd(() => this.#list().value);
    if (this.#at < this.#text.length) throw new ShellError(this.#peek() === ":" ? MALFORMED : SYNTAX_ERROR);
    return value;
  }

  /**
   * The end closes one parenthesis, as in ash: whatever stands before that one and is no left side of an operator is
   * forgotten.
   */
  #closedByEnd(read: () => bigint): bigint {
    try {
      return read();
    } catch (error) {
      if (this.#unclosed === undefined) throw error;
      return this.#unclosed;
    }
  }

  /** Expressions separated by commas. */
  #list(): Operand {
    let operand = this.#assignment();
    while (this.#takeIf(",")) {
      operand = this.#rightSide(() => this.#assignment());
      if (this.#peek() === ",") this.#isVariable = false;
    }
    return operand;
  }

  #rightSide(read: () => Operand): Operand {
    this.#waiting++;
    const operand = read();
    this.#waiting--;
    return operand;
  }

  #assignment(): Operand {
    const left = this.#conditional();
    const operator = this.#peek();
    if (operator === undefined || !ASSIGNMENTS.has(operator)) return left;
    this.#take(operator);
    const right = this.#rightSide(() => this.#assignment()).value;
    const value = operator === "=" ? right : this.#apply(operator.slice(0, -1), left.value, right);
    return this.#store(left.name, value, value);
  }

  #conditional(): Operand {
    const condition = this.#binary(CONDITIONAL + 1);
    if (!this.#takeIf("?")) return condition;
    const isTrue = condition.value !== 0n;
    const first = this.#branch(isTrue, () => this.#rightSide(() => this.#list()));
    if (!this.#takeIf(":")) throw new ShellError(SYNTAX_ERROR);
    this.#isVariable = false;
    const second = this.#branch(!isTrue, () => this.#rightSide(() => this.#conditional()));
    return this.#plain(isTrue ? first : second);
  }

  #branch(taken: boolean, read: () => Operand): bigint {
    if (!taken) this.#disabled++;
    const { value } = read();
    if (!taken) this.#disabled--;
    return value;
  }

  #binary(minimum: number): Operand {
    let left = this.#unary();
    for (;;) {
      const operator = this.#peek();
      const precedence = operator === undefined ? undefined : PRECEDENCE[operator];
      if (operator === undefined || precedence === undefined || precedence < minimum) return left;
      this.#take(operator);
      const right = this.#rightSide(() => this.#binary(precedence === EXPONENT ? precedence : precedence + 1));
      left = this.#plain(this.#apply(operator, left.value, right.value));
    }
  }

  #unary(): Operand {
    const operator = this.#peek();
    switch (operator) {
      case "!":
        this.#take(operator);
        return this.#plain(this.#unary().value === 0n ? 1n : 0n);
      case "~":
        this.#take(operator);
        return this.#plain(~this.#unary().value);
      case "-":
      case "+": {
        this.#take(operator);
        const operand = this.#unary();
        // A plus leaves even a variable what it is.
        return operator === "-" ? this.#plain(wrap(-operand.value)) : operand;
      }
      case "++":
      case "--": {
        this.#take(operator);
        const { name, value } = this.#unary();
        const changed = wrap(operator === "++" ? value + 1n : value - 1n);
        return this.#store(name, changed, changed);
      }
      default:
        return this.#primary();
    }
  }

  #primary(): Operand {
    this.#skipBlanks();
    const char = this.#text[this.#at];
    if (isDigit(char)) return this.#plain(this.#number());
    if (isNameStart(char)) return this.#variable();
    if (!this.#takeIf("(")) throw new ShellError(SYNTAX_ERROR);
    const { value } = this.#list();
    if (this.#takeIf(")")) return this.#plain(value);
    if (this.#at >= this.#text.length && this.#waiting === 0) this.#unclosed = value;
    throw new ShellError(this.#peek() === ":" ? MALFORMED : SYNTAX_ERROR);
  }

  #variable(): Operand {
    const start = this.#at;
    while (isNameChar(this.#text[this.#at])) this.#at++;
    const name = this.#text.slice(start, this.#at);
    // In a branch that is not taken names are not looked up: what stands there is no variable, and cannot be counted.
    this.#isVariable = this.#disabled === 0;
    const isTarget = this.#peek() === "=";
    const value = isTarget || this.#disabled > 0 ? 0n : this.#valueOf(name);
    const operator = this.#peek();
    if (!this.#isVariable || (operator !== "++" && operator !== "--")) return { value, name };
    this.#take(operator);
    this.#skipBlanks();
    // What follows at once counts up or down, too: something that is no variable any more.
    if (/^(?:\+\+|--)/.test(this.#text.slice(this.#at))) throw new ShellError(SYNTAX_ERROR);
    return this.#store(name, wrap(operator === "++" ? value + 1n : value - 1n), value);
  }

  /** A variable's value is itself an expression. */
  #valueOf(name: string): bigint {
    const text = this.#scope.get(name);
    if (text === undefined) return 0n;
    if (this.#names.includes(name)) throw new ShellError("expression recursion loop detected");
    return new Evaluator(text, this.#scope, [...this.#names, name]).all();
  }

  /** In a branch that is not taken nobody asks whether there is a variable to assign to. */
  #store(name: string | undefined, stored: bigint, value: bigint): Operand {
    if (this.#disabled === 0) {
      if (name === undefined) throw new ShellError(SYNTAX_ERROR);
      this.#scope.set(name, stored.toString());
    }
    return this.#plain(value);
  }

  #plain(value: bigint): Operand {
    this.#isVariable = false;
    return { value, name: undefined };
  }

  /** Decimal, `0x` hexadecimal, `0` octal, or `base#digits`. */
  #number(): bigint {
    const prefix = /0[xX]|0|([2-9]|[1-5][0-9]|6[0-4])#|(?:)/y;
    prefix.lastIndex = this.#at;
    const [matched = "", given] = prefix.exec(this.#text) ?? [];
    const base = given !== undefined ? Number(given) : matched === "" ? 10 : matched === "0" ? 8 : 16;
    this.#at += matched === "0" ? 0 : matched.length;
    const start = this.#at;
    let value = 0n;
    for (;;) {
      const digit = digitValue(this.#text[this.#at], base);
      if (digit === undefined) break;
      value = BigInt.asUintN(64, value * BigInt(base) + BigInt(digit));
      this.#at++;
    }
    // `0x` alone is 0, as for strtoull(3).
    const isEmpty = this.#at === start && (matched === "" || given !== undefined);
    if (isEmpty || isNameChar(this.#text[this.#at])) throw new ShellError(SYNTAX_ERROR);
    return wrap(value);
  }

  #apply(operator: string, left: bigint, right: bigint): bigint {
    if (this.#disabled > 0) return 0n;
    switch (operator) {
      case "||":
        return truth(left !== 0n || right !== 0n);
      case "&&":
        return truth(left !== 0n && right !== 0n);
      case "|":
        return left | right;
      case "^":
        return left ^ right;
      case "&":
        return left & right;
      case "==":
        return truth(left === right);
      case "!=":
        return truth(left !== right);
      case "<":
        return truth(left < right);
      case ">":
        return truth(left > right);
      case "<=":
        return truth(left <= right);
      case ">=":
        return truth(left >= right);
      case "<<":
        return wrap(left << (right & 63n));
      case ">>":
        return left >> (right & 63n);
      case "+":
        return wrap(left + right);
      case "-":
        return wrap(left - right);
      case "*":
        return wrap(left * right);
      case "**":
        return power(left, right);
      default:
        return divide(operator, left, right);
    }
  }

  #skipBlanks(): void {
    while (/[ \t\n\v\f\r]/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  /**
   * The operator that comes next. `++` and `--` are such only before a variable, or where the last value is one: also
   * `n * ++0` has one then, and nothing to count up.
   */
  #peek(): string | undefined {
    this.#skipBlanks();
    const operator = OPERATORS.find((one) => this.#text.startsWith(one, this.#at));
    if (operator !== "++" && operator !== "--") return operator;
    const isBefore = /^[ \t\n\v\f\r]*[A-Za-z_]/.test(this.#text.slice(this.#at + 2));
    return this.#isVariable || isBefore ? operator : operator[0];
  }

  #take(operator: string): void {
    this.#skipBlanks();
    this.#at += operator.length;
  }

  #takeIf(operator: string): boolean {
    if (this.#peek() !== operator) return false;
    this.#take(operator);
    return true;
  }
}

const truth = (condition: boolean): bigint => (condition ? 1n : 0n);
/** What fits into 64 bits with a sign. */
const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);

function divide(operator: string, left: bigint, right: bigint): bigint {
  if (right === 0n) throw new ShellError("divide by zero");
  return wrap(operator === "/" ? left / right : left % right);
}

function power(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) throw new ShellError("exponent less than 0");
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = wrap(result * square);
    square = wrap(square * square);
  }
  return result;
}

/** Letters of either case are 10 … 35; above base 36 capitals are 36 … 61, `@` 62 and `_` 63. */
function digitValue(char: string | undefined, base: number): number | undefined {
  if (char === undefined) return undefined;
  let value: number | undefined;
  if (isDigit(char)) value = Number(char);
  else if (char >= "a" && char <= "z") value = char.charCodeAt(0) - 87;
  else if (char >= "A" && char <= "Z") value = char.charCodeAt(0) - (base > 36 ? 29 : 55);
  else if (base > 36 && char === "@") value = 62;
  else if (base > 36 && char === "_") value = 63;
  return value !== undefined && value < base ? value : undefined;
}
