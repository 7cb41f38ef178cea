/** bc: a calculator with a language. @see bc(1p) */
import type { Routine } from "../../../../abi/index.ts";
import type { Applet } from "../../../applet.ts";
import { getopt } from "../../../getopt.ts";
import type { Io } from "../../../io.ts";
import { openOrDie } from "../../../or-die.ts";
import { LineReader } from "../lines.ts";
import { Calculator, Halt } from "./bc-interpreter.ts";
import { Parser } from "./bc-parser.ts";
import { CalculatorError } from "./decimal.ts";

const LONG_OPTIONS = { mathlib: "l", quiet: "q", standard: "s", warn: "w", interactive: "i" };

export const bc: Applet = function* (io) {
  const options = yield* getopt(io, "qlswi", LONG_OPTIONS);
  const input = new LineReader(0, "\n\0");
  const calculator = new Calculator(io, input, { library: options.has("l") });
  const remarks = new Remarks(options);
  function* run(source: string): Routine<void> {
    try {
      const parser = new Parser(source, (message) => remarks.hear(message));
      for (let line = parser.line(); line !== undefined; line = parser.line()) {
        yield* remarks.tell(io);
        yield* calculator.run(line);
      }
    } finally {
      yield* remarks.tell(io);
    }
  }
  try {
    for (const file of options.operands) {
      const reader = new LineReader(yield* openOrDie(io, file));
      yield* run(yield* reader.rest());
      if (reader.error !== undefined) return yield* io.pdie("input error", reader.error);
    }
    // What is typed is run line by line: it may never end.
    for (let text = yield* input.next(); text !== undefined; text = yield* input.next()) {
      let source = `${text}\n`;
      while (isOpen(source)) {
        const more = yield* input.next();
        if (more === undefined) break;
        source += `${more}\n`;
      }
      yield* run(source);
    }
  } catch (ending) {
    if (ending instanceof CalculatorError) return yield* io.die(ending.message);
    if (!(ending instanceof Halt)) throw ending;
  }
  return 0;
};

/** What is said of words that POSIX does not have: with -s it is an error, with -w it is told, otherwise nothing is. */
class Remarks {
  readonly #isStrict: boolean;
  readonly #isTold: boolean;
  #waiting: string[] = [];

  constructor(options: { has(option: string): boolean }) {
    this.#isStrict = options.has("s");
    this.#isTold = options.has("w");
  }

  hear(message: string): void {
    if (this.#isStrict) throw new CalculatorError(message);
    if (this.#isTold) this.#waiting.push(message);
  }

  *tell(io: Io): Routine<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) yield* io.warn(message);
  }
}

/** Whether a text ends inside of braces, a string or a comment, or with a line that goes on. */
function isOpen(source: string): boolean {
  const bare = source.replace(/"[^"]*"|\/\*[\s\S]*?\*\/|#[^\n]*/g, " ");
  if (/["]|\/\*/.test(bare) || bare.endsWith("\\\n")) return true;
  const depth = bare.replace(/[^{]/g, "").length - bare.replace(/[^}]/g, "").length;
  if (depth > 0) return true;
  if (/\belse\s*$/.test(bare)) return true;
  return (
    /(^|[\n;{}])\s*(define\s+(void\s+)?\w+\s*\([^)]*\)|(if|while)\s*\([^\n]*\))\s*$/.test(bare) &&
    !/\)\s*[^\s)][^\n]*$/.test(bare)
  );
}
