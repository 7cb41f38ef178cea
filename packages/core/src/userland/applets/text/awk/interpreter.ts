/** Runs an awk program: BEGIN, the rules for every record, END. */
import { Errno, type Routine } from "../../../../abi/index.ts";
import type { AwkFunction, AwkProgram, Expression, Rule } from "./ast.ts";
import { isTrue, type Operand } from "./cell.ts";
import { type Code, run } from "./code.ts";
import { ExpressionCompiler, type FunctionCode } from "./compile-expression.ts";
import { Jump, type Signal, StatementCompiler } from "./compile-statement.ts";
import { Effects } from "./effects.ts";
import { MainInput } from "./input.ts";
import { AwkError } from "./lexer.ts";
import type { Runtime } from "./runtime.ts";

/** A rule as code. */
interface RuleCode {
  readonly source: string;
  readonly pattern: Pattern;
  readonly action: Code<Signal>;
}

type Pattern =
  | { readonly kind: "always" }
  | { readonly kind: "expression"; readonly test: Code<Operand> }
  | { readonly kind: "range"; readonly begin: Code<Operand>; readonly end: Code<Operand>; inside: boolean };

export class Interpreter {
  readonly #runtime: Runtime;
  readonly #input: MainInput;
  readonly #begin: readonly RuleCode[];
  readonly #rules: readonly RuleCode[];
  readonly #end: readonly RuleCode[];
  #exitCode = 0;

  constructor(runtime: Runtime, program: AwkProgram, options: { readonly takesAssignments: boolean }) {
    this.#runtime = runtime;
    this.#input = new MainInput(runtime, options);
    const effects = new Effects(program);
    const functions = new Map<AwkFunction, FunctionCode>();
    for (const callee of program.functions.values()) {
      const { parameters, source } = callee;
      functions.set(callee, { parameters, source, calls: effects.ofFunction(callee), body: undefined });
    }
    const expressions = new ExpressionCompiler(runtime, this.#input, functions);
    const statements = new StatementCompiler(runtime, expressions);
    for (const [callee, code] of functions) if (callee.body !== undefined) code.body = statements.compile(callee.body);
    const compile = (rules: readonly Rule[]): RuleCode[] =>
      rules.map(({ pattern, action, source }) => ({
        source,
        pattern: patternOf(pattern, expressions),
        action: statements.compile(action),
      }));
    this.#begin = compile(program.begin);
    this.#rules = compile(program.rules);
    this.#end = compile(program.end);
  }

  /** Runs the program; its exit code. */
  *run(): Routine<number> {
    const jump = yield* this.#until(this.#main());
    if (jump !== undefined) this.#exitCode = jump.code ?? this.#exitCode;
    const last = yield* this.#until(this.#runRules(this.#end));
    if (last?.to === "exit") this.#exitCode = last.code ?? this.#exitCode;
    yield* this.#runtime.streams.closeCommands();
    yield* this.#runtime.streams.flush();
    return this.#exitCode;
  }

  *#main(): Routine<void> {
    const jump = yield* this.#until(this.#runRules(this.#begin));
    if (jump?.to === "exit") throw jump;
    if (this.#rules.length === 0 && this.#end.length === 0) return;
    if (!this.#input.isOpen && !(yield* this.#input.nextFile())) return;
    do yield* this.#file();
    while (yield* this.#input.nextFile());
  }

  /** All records of the file that is open. */
  *#file(): Routine<void> {
    const runtime = this.#runtime;
    runtime.set(runtime.variable("FNR"), 0);
    for (;;) {
      const result = yield* this.#input.read(runtime.record.whole);
      if (result instanceof Errno) throw new AwkError(result.message);
      if (result === 0) return;
      runtime.increment("NR");
      runtime.increment("FNR");
      const jump = yield* this.#until(this.#runRules(this.#rules));
      if (jump?.to === "exit") throw jump;
      if (jump?.to === "nextfile") return;
      yield* runtime.round();
    }
  }

  *#runRules(rules: readonly RuleCode[]): Routine<void> {
    for (const { source, pattern, action } of rules) {
      this.#runtime.source = source;
      if (pattern.kind !== "always" && !(yield* matches(pattern))) continue;
      const signal = action.now !== undefined ? action.now() : yield* action.later();
      if (signal === "return") return;
    }
  }

  /** Runs to the end or to a jump, which is returned. */
  *#until(routine: Routine<void>): Routine<Jump | undefined> {
    try {
      yield* routine;
      return undefined;
    } catch (jump) {
      if (!(jump instanceof Jump)) throw jump;
      this.#runtime.frame = [];
      return jump;
    }
  }
}

function patternOf(pattern: Expression | undefined, expressions: ExpressionCompiler): Pattern {
  if (pattern === undefined) return { kind: "always" };
  if (pattern.kind !== "comma") return { kind: "expression", test: expressions.compile(pattern) };
  const begin = expressions.compile(pattern.left);
  return { kind: "range", begin, end: expressions.compile(pattern.right), inside: false };
}

function* matches(pattern: Exclude<Pattern, { kind: "always" }>): Routine<boolean> {
  if (pattern.kind === "expression") return isTrue(yield* run(pattern.test));
  if (!pattern.inside && !isTrue(yield* run(pattern.begin))) return false;
  pattern.inside = !isTrue(yield* run(pattern.end));
  return true;
}
