/** Turns statements of awk into code that runs. */

import type { Routine } from "../../../../abi/index.ts";
import { fromLatin1 } from "../../../../lib/index.ts";
import type { Expression, Statement } from "./ast.ts";
import { type Cell, contentOf, isTrue, type Operand, toInt, toNumber } from "./cell.ts";
import { all, type Code, later, map, now, run } from "./code.ts";
import type { ExpressionCompiler } from "./compile-expression.ts";
import { AwkError } from "./lexer.ts";
import type { Runtime } from "./runtime.ts";

/** How a statement ends, if not normally. */
export type Signal = "break" | "continue" | "return" | undefined;

/** Leaves everything: `next`, `nextfile`, `exit`. Thrown. */
export class Jump {
  readonly to: "next" | "nextfile" | "exit";
  /** The exit code, if one was given. */
  readonly code: number | undefined;

  constructor(to: "next" | "nextfile" | "exit", code?: number) {
    this.to = to;
    this.code = code;
  }
}

export class StatementCompiler {
  readonly #runtime: Runtime;
  readonly #expressions: ExpressionCompiler;

  constructor(runtime: Runtime, expressions: ExpressionCompiler) {
    this.#runtime = runtime;
    this.#expressions = expressions;
  }

  compile(statement: Statement): Code<Signal> {
    const code = this.#compile(statement);
    if (statement.kind === "block") return code;
    const runtime = this.#runtime;
    const { line } = statement;
    if (code.now === undefined) {
      return later(function* () {
        runtime.line = line;
        return yield* code.later();
      });
    }
    const plain = code.now;
    return now(() => {
      runtime.line = line;
      return plain();
    });
  }

  #compile(statement: Statement): Code<Signal> {
    const expressions = this.#expressions;
    switch (statement.kind) {
      case "block":
        return this.#block(statement.body.map((inner) => this.compile(inner)));
      case "expression":
        return map(expressions.compile(statement.expression), () => undefined);
      case "if":
        return this.#if(statement.condition, statement.yes, statement.no);
      case "while":
        return this.#loop(statement.condition, undefined, statement.body);
      case "do":
        return this.#loop(statement.condition, undefined, statement.body, { bodyFirst: true });
      case "for": {
        const start = this.#expressions.compile(statement.start);
        const loop = this.#loop(statement.condition, statement.step, statement.body);
        return later(function* () {
          yield* run(start);
          return yield* run(loop);
        });
      }
      case "for-in":
        return this.#forIn(statement);
      case "print":
      case "printf":
        return this.#print(statement);
      case "delete":
        return this.#delete(statement.target);
      case "break":
      case "continue": {
        const { kind } = statement;
        return now(() => kind);
      }
      case "next":
      case "nextfile": {
        const { kind } = statement;
        return now(() => {
          throw new Jump(kind);
        });
      }
      case "return":
        return map(expressions.compile(statement.value), (operand): Signal => {
          this.#runtime.returned = contentOf(operand) ?? "";
          return "return";
        });
      case "exit": {
        const given = statement.value !== undefined;
        return map(expressions.compile(statement.value), (operand) => {
          throw new Jump("exit", given ? toInt(toNumber(operand)) & 0xff : undefined);
        });
      }
    }
  }

  #block(codes: readonly Code<Signal>[]): Code<Signal> {
    const only = codes[0];
    if (codes.length === 1 && only !== undefined) return only;
    const plain: (() => Signal)[] = [];
    for (const code of codes) if (code.now !== undefined) plain.push(code.now);
    if (plain.length === codes.length) {
      return now(() => {
        for (const step of plain) {
          const signal = step();
          if (signal !== undefined) return signal;
        }
        return undefined;
      });
    }
    return later(function* () {
      for (const code of codes) {
        const signal = code.now !== undefined ? code.now() : yield* code.later();
        if (signal !== undefined) return signal;
      }
      return undefined;
    });
  }

  #if(condition: Expression, yes: Statement, no: Statement | undefined): Code<Signal> {
    const test = this.#expressions.compile(condition);
    const first = this.compile(yes);
    const second = no === undefined ? now((): Signal => undefined) : this.compile(no);
    if (test.now !== undefined && first.now !== undefined && second.now !== undefined) {
      const decide = test.now;
      const then = first.now;
      const otherwise = second.now;
      return now(() => (isTrue(decide()) ? then() : otherwise()));
    }
    return later(function* () {
      return yield* run(isTrue(yield* run(test)) ? first : second);
    });
  }

  #loop(
    condition: Expression | undefined,
    step: Expression | undefined,
    body: Statement,
    options = { bodyFirst: false },
  ): Code<Signal> {
    const runtime = this.#runtime;
    const test: Code<Operand> = condition === undefined ? now(() => 1) : this.#expressions.compile(condition);
    const advance = this.#expressions.compile(step);
    const inner = this.compile(body);
    return later(function* () {
      let first = options.bodyFirst;
      for (;;) {
        if (!first && !isTrue(test.now !== undefined ? test.now() : yield* test.later())) return undefined;
        first = false;
        const signal = inner.now !== undefined ? inner.now() : yield* inner.later();
        if (signal === "break") return undefined;
        if (signal === "return") return signal;
        if (advance.now !== undefined) advance.now();
        else yield* advance.later();
        yield* runtime.round();
      }
    });
  }

  #forIn(statement: Extract<Statement, { kind: "for-in" }>): Code<Signal> {
    const runtime = this.#runtime;
    const target = this.#expressions.place(statement.target);
    const array = this.#expressions.compile(statement.array);
    const inner = this.compile(statement.body);
    return later(function* () {
      const cell = yield* run(target);
      for (const name of runtime.array(yield* run(array)).names()) {
        runtime.set(cell, name);
        const signal = inner.now !== undefined ? inner.now() : yield* inner.later();
        if (signal === "break") return undefined;
        if (signal === "return") return signal;
        yield* runtime.round();
      }
      return undefined;
    });
  }

  #delete(target: Expression): Code<Signal> {
    const runtime = this.#runtime;
    if (target.kind === "element") {
      return all<Operand | Cell, Signal>(
        [this.#expressions.place(target.array), this.#expressions.compile(target.key)],
        ([array, key]) => {
          runtime.array(array).delete(runtime.text(key));
          return undefined;
        },
      );
    }
    if (target.kind !== "variable" && target.kind !== "argument") {
      return now(() => {
        throw new AwkError("Not an array");
      });
    }
    return map(this.#expressions.place(target), (cell): Signal => {
      runtime.clear(runtime.array(cell));
      return undefined;
    });
  }

  #print(statement: Extract<Statement, { kind: "print" | "printf" }>): Code<Signal> {
    const runtime = this.#runtime;
    const { redirection } = statement;
    const target = statement.target === undefined ? undefined : this.#expressions.compile(statement.target);
    const parts = statement.kind === "print" ? this.#printed(statement.arguments) : [this.#printf(statement.arguments)];
    const plain: (() => string)[] = [];
    for (const part of parts) if (part.now !== undefined) plain.push(part.now);
    return later(function* (): Routine<Signal> {
      const name = target === undefined ? "" : runtime.text(yield* run(target));
      const output = redirection === undefined ? runtime.io.out : yield* runtime.streams.output(name, redirection);
      if (plain.length === parts.length) {
        const texts: string[] = [];
        try {
          for (const part of plain) texts.push(part());
        } finally {
          // What came before a failing part is written all the same.
          yield* output.write(fromLatin1(texts.join("")));
        }
      } else for (const part of parts) yield* output.write(fromLatin1(yield* run(part)));
      yield* output.flush();
      return undefined;
    });
  }

  #printf(given: readonly Expression[]): Code<string> {
    return this.#expressions.printf(given);
  }

  /** The values with OFS between them and ORS at the end; without values `$0`. */
  #printed(given: readonly Expression[]): Code<string>[] {
    const runtime = this.#runtime;
    const separator = (name: string) => now(() => runtime.text(runtime.variable(name)));
    if (given.length === 0) return [now(() => runtime.text(runtime.record.whole)), separator("ORS")];
    return given
      .flatMap((argument, i) => {
        const value = map(this.#expressions.compile(argument), (operand) => runtime.printed(operand));
        return i === 0 ? [value] : [separator("OFS"), value];
      })
      .concat([separator("ORS")]);
  }
}
