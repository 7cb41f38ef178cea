/**
 * Running other programs: the look-up in PATH, and children.
 *
 * @see exec(3) execvp, fork(2), wait(2)
 */
import {
  clone,
  type Env,
  Errno,
  type ErrnoCode,
  execve,
  exitCode,
  type Routine,
  type WaitStatus,
  wait4,
} from "../abi/index.ts";
import { AppletExit, attempt, type Io } from "./io.ts";

/** Where programs are looked for without a PATH. @see confstr(3) _CS_PATH */
const DEFAULT_PATH = "/bin:/usr/bin";
const SHELL = "/bin/sh";
const SELF = "/proc/self/exe";
/** Errors that make the search go on with the next directory. */
const NOT_HERE: ReadonlySet<ErrnoCode> = new Set(["ENOENT", "ENOTDIR", "ENODEV", "ESTALE", "ETIMEDOUT"]);

/**
 * execvp(3): starts a program, looked for in `env`'s PATH unless its name has a slash. A file that is no program is
 * given to the shell. Returns only why it failed.
 */
export function* execvp(argv: readonly string[], env: Env, name = argv[0] ?? ""): Routine<Errno> {
  if (name === "") return new Errno("ENOENT");
  if (name.includes("/")) return yield* execOrShell(name, argv, env);
  let denied: Errno | undefined;
  for (const directory of (env.get("PATH") ?? DEFAULT_PATH).split(":")) {
    const error = yield* execOrShell(directory === "" ? name : `${directory}/${name}`, argv, env);
    if (error.code === "EACCES") denied = error;
    else if (!NOT_HERE.has(error.code)) return error;
  }
  return denied ?? new Errno("ENOENT");
}

/**
 * The same for an applet: others of its own executable come first, whatever PATH says.
 *
 * @see busybox: libbb/executable.c:BB_EXECVP
 */
export function* execPreferred(
  io: Io,
  argv: readonly string[],
  env: Env = io.env,
  name = argv[0] ?? "",
): Routine<Errno> {
  if (io.siblings?.has(name) === true) yield* attempt(execve(SELF, argv, env));
  return yield* execvp(argv, env, name);
}

function* execOrShell(path: string, argv: readonly string[], env: Env): Routine<Errno> {
  const error = yield* attempt(execve(path, argv, env));
  if (error.code !== "ENOEXEC") return error;
  return yield* attempt(execve(SHELL, [SHELL, path, ...argv.slice(1)], env));
}

/** Becomes another program, or says why not and ends with 127 if there is none, else with 126. */
export function* execOrDie(io: Io, argv: readonly string[], env: Env = io.env): Routine<never> {
  yield* io.out.flush();
  const error = yield* execPreferred(io, argv, env);
  return yield* io.pdie(`can't execute '${argv[0] ?? ""}'`, error, error.code === "ENOENT" ? 127 : 126);
}

/** fork(2): the child runs `body` and ends with what it returns. Evaluates to the child's pid. */
export function* fork(io: Io, body: () => Routine<number>): Routine<number> {
  yield* io.out.flush();
  return yield* clone(childMain, { io, body });
}

function* childMain({ io, body }: { readonly io: Io; readonly body: () => Routine<number> }): Routine<number> {
  let code: number;
  try {
    code = yield* body();
  } catch (ending) {
    if (!(ending instanceof AppletExit)) throw ending;
    code = ending.code;
  }
  yield* io.out.flush();
  return code;
}

/** waitpid(3) that goes on after signals. */
export function* waitFor(pid: number): Routine<WaitStatus> {
  for (;;) {
    const waited = yield* attempt(wait4(pid));
    if (!(waited instanceof Errno)) return waited?.status ?? { exited: 0 };
    if (waited.code !== "EINTR") throw waited;
  }
}

/** Runs a program and waits for it: its exit code, or 128 + the signal. */
export function* runProgram(io: Io, argv: readonly string[], env: Env = io.env): Routine<number> {
  const pid = yield* fork(io, () => execOrDie(io, argv, env));
  return exitCode(yield* waitFor(pid));
}
