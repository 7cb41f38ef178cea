/**
 * The POSIX shell, after busybox's ash.
 *
 * A script goes from text (`input`, `cursor`) through tokens (`lexer`, `scan-word`), the grammar (`grammar`, `skeleton`)
 * and unbash (`parse`) to a tree (`ast`), which `execute` walks with the help of `expand` and the built-ins.
 */
import type { Program } from "../../abi/index.ts";
import { type Applet, siblingsOf } from "../applet.ts";
import { BUILTINS } from "./builtins/index.ts";
import { run } from "./execute.ts";
import { fork } from "./fork.ts";
import { makeProgram } from "./main.ts";
import { evaluate } from "./script.ts";
import type { Applets, Engine, ShellTraits } from "./shell.ts";

export type { ShellTraits } from "./shell.ts";

/** Docker Hub's build. */
const DEFAULT_TRAITS: ShellTraits = { lineInMessages: false, standalone: false };

/** `sh` with the given traits. `applets` are those of the multi-call program that it is part of. */
export function makeShell(
  traits: ShellTraits = DEFAULT_TRAITS,
  applets: ReadonlyMap<string, Applet> = new Map(),
): Program {
  const known: Applets = traits.standalone ? siblingsOf(applets) : new Map();
  const engine: Engine = {
    traits,
    applets: known,
    builtins: BUILTINS,
    program: (argv, env) => program(argv, env),
    run,
    evaluate,
    fork,
  };
  const program = makeProgram(engine);
  return program;
}
