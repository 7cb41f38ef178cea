/** awk: pattern scanning. @see awk(1p) */
import type { Routine } from "../../../../abi/index.ts";
import { byteString, fromByteString, latin1 } from "../../../../lib/index.ts";
import type { Applet } from "../../../applet.ts";
import { getopt, showUsage } from "../../../getopt.ts";
import { Input, type Io } from "../../../io.ts";
import { readFileOrDie } from "../../../or-die.ts";
import { unescapeString } from "../escape.ts";
import { type Cell, InputText } from "./cell.ts";
import { assign } from "./input.ts";
import { Interpreter } from "./interpreter.ts";
import { AwkError } from "./lexer.ts";
import { ProgramParser } from "./parse.ts";
import { BadRegex } from "./parse-expression.ts";
import { Runtime } from "./runtime.ts";

const COMMAND_LINE = "cmd. line";

export const awk: Applet = function* (io) {
  const runtime = new Runtime(io);
  const parser = new ProgramParser((name) => runtime.variable(name));
  try {
    const { words, takesAssignments } = yield* readArguments(io, runtime, parser);
    setArguments(io, runtime, words);
    return yield* new Interpreter(runtime, parser.program, { takesAssignments }).run();
  } catch (error) {
    if (error instanceof BadRegex) {
      return yield* io.die(`bad regex '${fromByteString(error.pattern)}': ${error.reason}`);
    }
    if (error instanceof AwkError) {
      return yield* io.die(`${runtime.source}:${error.line ?? runtime.line}: ${error.message}`);
    }
    throw error;
  }
};

/** Carries the options out in their order; what is left are the words of ARGV. */
function* readArguments(
  io: Io,
  runtime: Runtime,
  parser: ProgramParser,
): Routine<{ words: string[]; takesAssignments: boolean }> {
  // awk is the one applet without long options at all.
  if (/^--./.test(io.argv[1] ?? "")) {
    yield* io.warn("invalid option -- '-'");
    return yield* showUsage(io);
  }
  const options = yield* getopt(io, "+F:v:f:e:E:W:");
  const words = [...options.operands];
  let hasProgram = false;
  let takesAssignments = true;
  for (const [name, value] of options.given) {
    const text = byteString(value);
    if (name === "F") runtime.set(runtime.variable("FS"), unescapeString(text));
    else if (name === "v") {
      if (!assign(runtime, text)) return yield* showUsage(io);
    } else if (name === "W") yield* io.warn("warning: option -W is ignored");
    else {
      runtime.source = name === "e" ? COMMAND_LINE : value;
      parser.add(name === "e" ? text : yield* programText(io, value), runtime.source);
      hasProgram = true;
      if (name === "E") takesAssignments = false;
    }
  }
  if (!hasProgram) {
    const text = words.shift();
    if (text === undefined) return yield* showUsage(io);
    runtime.source = COMMAND_LINE;
    parser.add(byteString(text), COMMAND_LINE);
  }
  return { words, takesAssignments };
}

function* programText(io: Io, file: string): Routine<string> {
  if (file === "-") return latin1(yield* new Input(0).rest());
  return latin1(yield* readFileOrDie(io, file));
}

function setArguments(io: Io, runtime: Runtime, words: readonly string[]): void {
  const environment = runtime.array(runtime.variable("ENVIRON"));
  const setElement = (array: typeof environment, key: string, value: string) => {
    const cell: Cell = runtime.element(array, byteString(key));
    runtime.set(cell, new InputText(byteString(value)));
  };
  for (const [name, value] of io.env) setElement(environment, name, value);
  const argv = runtime.array(runtime.variable("ARGV"));
  for (const [i, word] of ["awk", ...words].entries()) setElement(argv, String(i), word);
  runtime.set(runtime.variable("ARGC"), words.length + 1);
}
