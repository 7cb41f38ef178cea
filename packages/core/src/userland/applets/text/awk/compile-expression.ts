/** Turns expressions of awk into code that runs. */
import { Errno, type Routine } from "../../../../abi/index.ts";
import type { Regex } from "../../../regex/index.ts";
import type { AwkFunction, ComparisonOperator, Expression } from "./ast.ts";
import { type Argument, BUILTIN_FUNCTIONS, type Builtin, type Role, TOO_FEW, TOO_MANY } from "./builtins.ts";
import { awkMktime, CALLING_BUILTINS } from "./calling-builtins.ts";
import { Cell, contentOf, isNumeric, isTrue, type Operand, toInt, toNumber, type Value } from "./cell.ts";
import { all, both, type Code, choose, identity, later, map, now, run } from "./code.ts";
import { awkPrintf, directiveCount } from "./format.ts";
import { type MainInput, readRecord } from "./input.ts";
import { AwkError } from "./lexer.ts";
import type { Runtime } from "./runtime.ts";
import { type Splitter, splitterOf } from "./split.ts";

/** A function as code; the body is filled in when all functions are known. */
export interface FunctionCode {
  readonly parameters: number;
  readonly source: string;
  /** Whether the body makes system calls. */
  readonly calls: boolean;
  body: Code<unknown> | undefined;
}

const POSSIBLE_ERROR = "Possible syntax error";

export class ExpressionCompiler {
  readonly #runtime: Runtime;
  readonly #input: MainInput;
  readonly #functions: ReadonlyMap<AwkFunction, FunctionCode>;

  constructor(runtime: Runtime, input: MainInput, functions: ReadonlyMap<AwkFunction, FunctionCode>) {
    this.#runtime = runtime;
    this.#input = input;
    this.#functions = functions;
  }

  /** Code for an expression; a missing one is the empty string. */
  compile(expression: Expression | undefined): Code<Operand> {
    if (expression === undefined) return now(() => "");
    const runtime = this.#runtime;
    switch (expression.kind) {
      case "constant": {
        const { value } = expression;
        return now(() => value);
      }
      case "regex": {
        const { regex } = expression;
        return now(() => (runtime.pick(regex).test(runtime.text(runtime.record.whole)) ? 1 : 0));
      }
      case "variable":
      case "argument":
      case "element":
      case "field":
        return this.place(expression);
      case "assign":
        return both(this.place(expression.target), this.compile(expression.value), identity, (cell, value) =>
          runtime.set(cell, contentOf(value)),
        );
      case "update": {
        const operate = arithmetic(expression.operator);
        return both(
          this.place(expression.target),
          this.compile(expression.value),
          (cell) => ({ cell, before: toNumber(cell) }),
          ({ cell, before }, value) => runtime.set(cell, operate(before, toNumber(value))),
        );
      }
      case "step":
        return map(this.place(expression.target), (cell) => {
          const before = toNumber(cell);
          runtime.set(cell, before + expression.by);
          return expression.after ? before : before + expression.by;
        });
      case "unary":
        return this.#unary(expression.operator, this.compile(expression.operand));
      case "arithmetic": {
        const operate = arithmetic(expression.operator);
        const right = map(this.compile(expression.right), toNumber);
        return both(this.compile(expression.left), right, toNumber, operate);
      }
      case "compare":
        return this.#compare(expression.operator, expression.left, expression.right);
      case "match":
        return both(
          this.compile(expression.left),
          this.#regex(expression.right),
          (left) => runtime.text(left),
          (text, regex) => (regex.test(text) !== expression.negated ? 1 : 0),
        );
      case "in":
        return both(this.compile(expression.key), this.compile(expression.array), identity, (key, array) =>
          runtime.array(array).has(runtime.text(key)) ? 1 : 0,
        );
      case "logical": {
        const right = map(this.compile(expression.right), (value) => (isTrue(value) ? 1 : 0));
        const decided = now((): Operand => (expression.operator === "&&" ? 0 : 1));
        const left = this.compile(expression.left);
        return expression.operator === "&&"
          ? choose<Operand, Operand>(left, isTrue, right, decided)
          : choose<Operand, Operand>(left, isTrue, decided, right);
      }
      case "ternary": {
        const no = expression.no === undefined ? fails(POSSIBLE_ERROR) : this.compile(expression.no);
        const yes = expression.no === undefined ? no : this.compile(expression.yes);
        return choose(this.compile(expression.condition), isTrue, yes, no);
      }
      case "concat":
      case "comma":
        return this.#join(expression.left, expression.right, expression.kind === "comma");
      case "call":
        return this.#call(expression.callee, expression.arguments);
      case "builtin":
        return this.#builtin(expression.name, expression.arguments);
      case "getline":
        return this.#getline(expression);
    }
  }

  /** Code for what can be assigned to. */
  place(expression: Expression): Code<Cell> {
    const runtime = this.#runtime;
    switch (expression.kind) {
      case "variable": {
        const { cell } = expression;
        if (cell !== runtime.record.count) return now(() => cell);
        return now(() => {
          runtime.record.split();
          return cell;
        });
      }
      case "argument": {
        const { index } = expression;
        return now(() => runtime.frame[index] as Cell);
      }
      case "element":
        return both(this.place(expression.array), this.compile(expression.key), identity, (array, key) =>
          runtime.element(runtime.array(array), runtime.text(key)),
        );
      case "field":
        return map(this.compile(expression.index), (index) => runtime.record.field(toInt(toNumber(index))));
      default:
        return map(this.compile(expression), (operand) => (operand instanceof Cell ? operand : holding(operand)));
    }
  }

  #unary(operator: "+" | "-" | "!", operand: Code<Operand>): Code<Operand> {
    if (operator === "!") return map(operand, (value) => (isTrue(value) ? 0 : 1));
    return operator === "-" ? map(operand, (value) => -toNumber(value)) : map(operand, toNumber);
  }

  #compare(operator: ComparisonOperator, left: Expression, right: Expression): Code<Operand> {
    const decide = comparison(operator);
    return both(this.compile(left), this.compile(right), identity, (a, b) => (decide(this.#difference(a, b)) ? 1 : 0));
  }

  /** Less than, equal to or greater than zero; as numbers if both are. */
  #difference(a: Operand, b: Operand): number {
    if (isNumeric(a) && isNumeric(b)) return toNumber(a) - toNumber(b);
    let left = this.#runtime.text(a);
    let right = this.#runtime.text(b);
    if (this.#runtime.ignoreCase) {
      left = left.toLowerCase();
      right = right.toLowerCase();
    }
    return left < right ? -1 : left > right ? 1 : 0;
  }

  #join(left: Expression, right: Expression, withSeparator: boolean): Code<Operand> {
    const runtime = this.#runtime;
    return both(this.compile(left), this.compile(right), identity, (a, b) => {
      const end = runtime.text(b);
      return runtime.text(a) + (withSeparator ? runtime.text(runtime.variable("SUBSEP")) : "") + end;
    });
  }

  #regex(expression: Expression): Code<Regex> {
    const runtime = this.#runtime;
    if (expression.kind === "regex") {
      const { regex } = expression;
      return now(() => runtime.pick(regex));
    }
    return map(this.compile(expression), (value) => runtime.dynamicRegex(runtime.text(value)));
  }

  #splitter(expression: Expression): Code<Splitter> {
    if (expression.kind === "regex") {
      const splitter: Splitter = { kind: "regex", regex: expression.regex };
      return now(() => splitter);
    }
    return map(this.compile(expression), (value) => splitterOf(this.#runtime.text(value)));
  }

  #call(callee: AwkFunction, given: readonly Expression[]): Code<Operand> {
    const runtime = this.#runtime;
    const target = this.#functions.get(callee);
    if (target === undefined || callee.body === undefined) return fails("Call to undefined function");
    // A copy is made of each argument before the next is evaluated.
    const cells = all(
      given.map((argument) => map(this.compile(argument), argumentCell)),
      (values) => {
        const frame = values.slice(0, target.parameters);
        while (frame.length < target.parameters) frame.push(new Cell());
        return frame;
      },
    );
    const enter = (frame: readonly Cell[]) => {
      const before = { frame: runtime.frame, source: runtime.source };
      runtime.frame = frame;
      runtime.source = target.source;
      runtime.returned = "";
      return before;
    };
    const leave = (before: { readonly frame: readonly Cell[]; readonly source: string }): Value => {
      runtime.frame = before.frame;
      runtime.source = before.source;
      const { returned } = runtime;
      runtime.returned = "";
      return returned;
    };
    if (!target.calls && cells.now !== undefined) {
      const frames = cells.now;
      return now(() => {
        const before = enter(frames());
        target.body?.now?.();
        return leave(before);
      });
    }
    return later(function* () {
      const before = enter(yield* run(cells));
      if (target.body !== undefined) yield* run(target.body);
      return leave(before);
    });
  }

  #builtin(name: string, given: readonly Expression[]): Code<Operand> {
    const runtime = this.#runtime;
    // A value ends at its first NUL; what printf prints does not.
    if (name === "sprintf") return map(this.printf(given), (text) => text.split("\0", 1)[0] ?? "");
    const calling = CALLING_BUILTINS[name];
    if (calling !== undefined) {
      const values = all(
        given.map((argument) => this.compile(argument)),
        identity,
      );
      return later(function* () {
        return yield* calling(runtime, yield* run(values));
      });
    }
    if (name === "mktime") {
      if (given.length === 0) return fails(TOO_FEW);
      return map(this.compile(given[0]), (value) => awkMktime(runtime, [value]));
    }
    const builtin = BUILTIN_FUNCTIONS[name];
    if (builtin === undefined) return fails(POSSIBLE_ERROR);
    if (builtin.most !== undefined && given.length > builtin.most) return fails(TOO_MANY);
    if (given.length < builtin.least) return fails(TOO_FEW);
    return this.#computing(builtin, given);
  }

  #computing(builtin: Builtin, given: readonly Expression[]): Code<Operand> {
    const codes = given.map((argument, i): Code<Argument> => {
      const role: Role = builtin.roles?.[i] ?? "value";
      if (role === "regex") return this.#regex(argument);
      return role === "splitter" ? this.#splitter(argument) : this.compile(argument);
    });
    return all(codes, (values) => builtin.run(this.#runtime, values as readonly Operand[], values));
  }

  /** The text that printf makes of its arguments. Those that the format does not ask for are not evaluated. */
  printf(given: readonly Expression[]): Code<string> {
    const runtime = this.#runtime;
    const text = (operand: Operand): string => runtime.text(operand);
    // Each value is taken before the next argument can change it.
    const codes = given.map((argument) => map(this.compile(argument), (operand) => contentOf(operand)));
    const [format = now(() => ""), ...arguments_] = codes;
    const evaluate = arguments_.map((argument) => argument.now);
    const readFormat = format.now;
    if (readFormat !== undefined && evaluate.every((value) => value !== undefined)) {
      return now(() => {
        let at = 0;
        return awkPrintf(text(readFormat()), () => evaluate[at++]?.() ?? "", text);
      });
    }
    return later(function* () {
      const pattern = text(yield* run(format));
      const values: Operand[] = [];
      for (const argument of arguments_.slice(0, directiveCount(pattern))) values.push(yield* run(argument));
      let at = 0;
      return awkPrintf(pattern, () => (at < values.length ? values[at++] : ""), text);
    });
  }

  #getline(expression: Extract<Expression, { kind: "getline" }>): Code<Operand> {
    const runtime = this.#runtime;
    const input = this.#input;
    const { from } = expression;
    const source = expression.source === undefined ? undefined : this.compile(expression.source);
    const target = expression.target === undefined ? undefined : this.place(expression.target);
    return later(function* (): Routine<Operand> {
      const name = source === undefined ? "" : runtime.text(yield* run(source));
      const cell = target === undefined ? runtime.record.whole : yield* run(target);
      if (from === "input") {
        const result = yield* input.read(cell);
        if (result instanceof Errno) return -1;
        if (result > 0) {
          runtime.increment("FNR");
          runtime.increment("NR");
        }
        return result;
      }
      const reader = yield* runtime.streams.input(name, from);
      if (reader instanceof Errno) {
        runtime.setError(reader);
        return -1;
      }
      const result = yield* readRecord(runtime, reader, cell);
      return result instanceof Errno ? -1 : result;
    });
  }
}

function fails(message: string): Code<never> {
  return now(() => {
    throw new AwkError(message);
  });
}

/** A variable of a function: a copy of what was passed, and a way to the array that it may be. */
function argumentCell(operand: Operand): Cell {
  const cell = operand instanceof Cell ? new Cell({ parent: operand }) : new Cell();
  cell.value = contentOf(operand) ?? "";
  return cell;
}

function holding(value: Value): Cell {
  const cell = new Cell();
  cell.value = value;
  return cell;
}

function arithmetic(operator: string): (a: number, b: number) => number {
  switch (operator) {
    case "+":
      return (a, b) => a + b;
    case "-":
      return (a, b) => a - b;
    case "*":
      return (a, b) => a * b;
    case "/":
      return (a, b) => a / divisor(b);
    case "%":
      return (a, b) => a - Math.trunc(a / divisor(b)) * b;
    default:
      return () => {
        throw new AwkError("Math support is not compiled in");
      };
  }
}

function divisor(value: number): number {
  if (value === 0) throw new AwkError("Division by zero");
  return value;
}

/** Decides by the difference; written so that what cannot be compared comes out as in C. */
function comparison(operator: ComparisonOperator): (difference: number) => boolean {
  switch (operator) {
    case "<":
      return (d) => !(d >= 0);
    case "<=":
      return (d) => !(d > 0);
    case ">":
      return (d) => d > 0;
    case ">=":
      return (d) => d >= 0;
    case "==":
      return (d) => d === 0;
    case "!=":
      return (d) => d !== 0;
  }
}
