/**
 * `defineProgram`: a program as a generator over system calls.
 *
 *     const greet = defineProgram("greet", function* (argv, env) {
 *       yield* writeAll(1, encode(`Hello ${env.get("NAME") ?? "World"}\n`));
 *     });
 *
 * The name is what the program is registered under, and what an executable's header names.
 */
import type { Env, Program, Routine } from "../abi/index.ts";
import { Errno } from "../abi/index.ts";
import { AppletExit, Io } from "../userland/index.ts";

/** Like `main`: what it returns is the exit code, nothing is 0. */
export type Main = (argv: readonly string[], env: Env) => Routine<number> | Routine<void>;

/** A program that knows what it is called. */
export interface NamedProgram extends Program {
  /** What executables name it by. */
  readonly programName: string;
}

/** Makes a program out of its main function. An `Errno` that it does not catch ends it with 1 and a message. */
export function defineProgram(name: string, main: Main): NamedProgram {
  const program: Program = function* (argv, env) {
    try {
      return (yield* main(argv, env)) ?? 0;
    } catch (error) {
      return yield* endOf(error, name, argv, env);
    }
  };
  return Object.assign(program, { programName: name });
}

/** How a program ends that let `error` escape. @throws what is neither an `Errno` nor an exit */
export function* endOf(error: unknown, name: string, argv: readonly string[], env: Env): Routine<number> {
  if (error instanceof AppletExit) return error.code;
  if (!(error instanceof Errno)) throw error;
  yield* new Io(name, argv, env).warn(error.message);
  return 1;
}
