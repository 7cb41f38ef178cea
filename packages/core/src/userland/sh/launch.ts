/**
 * Becomes another program: execve(2), and what stands in for it.
 *
 * A script without `#!` is run by the shell itself. In a standalone build an applet needs no file: the shell executes
 * itself under the applet's name, or goes on as the applet where it is a child of its own already.
 */
import {
  close,
  type Env,
  Errno,
  execve,
  type Program,
  prctl,
  type Routine,
  SIGCHLD,
  SIGINT,
  SIGQUIT,
  sigaction,
} from "../../abi/index.ts";
import { fromByteString } from "../../lib/index.ts";
import { runApplet } from "../applet.ts";
import { attempt, Io } from "../io.ts";
import { pathOf } from "./find-command.ts";
import { RUN_IN_PLACE } from "./in-place.data.ts";
import type { Shell } from "./shell.ts";
import { ON_EXIT } from "./traps.ts";

/** The running program's own file. */
const SELF = "/proc/self/exe";

/** Errors that mean "there is no such command"; all others end with 126. */
const NOT_FOUND: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"]);
const MISSING: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR"]);

export interface Launch {
  /** The command: its path, or a name that is looked for. */
  readonly file: string;
  /** Byte strings. */
  readonly argv: readonly string[];
  /** The PATH to search, from its entry `index` on. */
  readonly path: string;
  readonly index: number;
  /** The process was not made for this command alone: an applet may run in it without an exec. */
  readonly inPlace: boolean;
}

/** Goes on as the program. Where that cannot be, says why and leaves with 126 or 127. @throws Leave */
export function* launch(shell: Shell, { file, argv, path, index, inPlace }: Launch): Routine<never> {
  // The shell alone ignores it: what it becomes does not.
  const { modes } = shell.traps;
  if (modes.get(SIGQUIT) === "ignored" && shell.traps.get(SIGQUIT) === undefined) {
    modes.set(SIGQUIT, "default");
    yield* sigaction(SIGQUIT, "default");
  }
  const env = shell.variables.environment();
  const words = argv.map(fromByteString);
  if (shell.engine.applets.has(file)) {
    const applet = inPlace && RUN_IN_PLACE.has(file) ? shell.engine.applets.get(file) : undefined;
    if (applet !== undefined)
      yield* become(shell, file, runApplet(applet, new Io(file, words, env, undefined, shell.engine.applets)));
    yield* attempt(execve(SELF, words, env));
  }
  let error = new Errno("ENOENT");
  for (const candidate of candidates(file, path, index)) {
    const result = yield* tryExec(shell, fromByteString(candidate), words, env);
    if (file.includes("/") || !MISSING.has(result.code)) error = result;
  }
  shell.status = NOT_FOUND.has(error.code) ? 127 : 126;
  yield* shell.warn(`${file}: ${MISSING.has(error.code) ? "not found" : error.message}`);
  return shell.leave("end");
}

function candidates(file: string, path: string, index: number): readonly string[] {
  if (file.includes("/")) return [file];
  const all = path.split(":").map((_, at) => pathOf(file, path, at));
  return all.slice(Math.max(index, 0));
}

/** Executes a file. One that is no program is taken for a script. Returns why it cannot. */
function* tryExec(shell: Shell, file: string, argv: readonly string[], env: Env): Routine<Errno> {
  const error = yield* attempt(execve(file, argv, env));
  if (error.code !== "ENOEXEC") return error;
  const script = ["ash", file, ...argv.slice(1)];
  const again = yield* attempt(execve(SELF, script, env));
  // Unlike ash, the shell does without /proc.
  if (again.code === "ENOENT") yield* become(shell, "ash", shell.engine.program(script, env));
  return again;
}

/** Goes on as `program` in this process, as far as an exec would have changed it. */
function* become(shell: Shell, name: string, program: ReturnType<Program>): Routine<never> {
  for (const level of shell.redirections) {
    for (const saved of level.values()) if (saved !== "closed") yield* attempt(close(saved));
  }
  for (const { fd } of shell.inputs) if (fd !== undefined && fd > 0) yield* attempt(close(fd));
  for (const signal of [SIGINT, SIGCHLD]) {
    if (shell.traps.modes.get(signal) === "caught") yield* sigaction(signal, "default");
  }
  shell.traps.set(ON_EXIT, undefined);
  yield* prctl("PR_SET_NAME", name);
  shell.status = yield* program;
  return shell.leave("end");
}
