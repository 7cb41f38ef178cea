/** Commands run by the shell: popen(3), pclose(3) and system(3). */
import {
  clone,
  close,
  dup3,
  type Env,
  Errno,
  execve,
  exit,
  O_CLOEXEC,
  pipe2,
  type Routine,
  SIGINT,
  SIGQUIT,
  sigaction,
  type WaitStatus,
  wait4,
} from "../../../abi/index.ts";
import { attempt } from "../../io.ts";

const SHELL = "/bin/sh";
const NOT_FOUND = 127;

interface Command {
  readonly command: string;
  readonly env: Env;
  /** A descriptor that becomes `target` in the child. */
  readonly end: number | undefined;
  readonly target: number;
}

/** A command whose output is read (`"r"`) or whose input is written (`"w"`) through `fd`. */
export function* popen(
  command: string,
  mode: "r" | "w",
  env: Env,
): Routine<{ readonly fd: number; readonly pid: number }> {
  const [readEnd, writeEnd] = yield* pipe2(O_CLOEXEC);
  const [ours, theirs] = mode === "r" ? [readEnd, writeEnd] : [writeEnd, readEnd];
  const pid = yield* clone(shell, { command, env, end: theirs, target: mode === "r" ? 1 : 0 });
  yield* close(theirs);
  return { fd: ours, pid };
}

/** Runs a command to its end; how it ended. */
export function* system(command: string, env: Env): Routine<WaitStatus> {
  const interrupt = yield* sigaction(SIGINT, "ignore");
  const quit = yield* sigaction(SIGQUIT, "ignore");
  const pid = yield* clone(shell, { command, env, end: undefined, target: 0, interrupt, quit });
  const status = yield* waitFor(pid);
  yield* sigaction(SIGINT, interrupt);
  yield* sigaction(SIGQUIT, quit);
  return status;
}

/** Waits for one child, however often a signal interrupts. */
export function* waitFor(pid: number): Routine<WaitStatus> {
  for (;;) {
    const waited = yield* attempt(wait4(pid));
    if (!(waited instanceof Errno)) return waited?.status ?? { exited: 0 };
    if (waited.code !== "EINTR") return { exited: 0 };
  }
}

/** A wait status as the number that wait(2) stores. */
export function waitNumber(status: WaitStatus): number {
  if ("exited" in status) return status.exited << 8;
  if ("signaled" in status) return status.signaled + (status.core ? 128 : 0);
  return 0;
}

function* shell({ command, env, end, target }: Command): Routine<number> {
  yield* sigaction(SIGINT, "default");
  yield* sigaction(SIGQUIT, "default");
  if (end !== undefined) yield* dup3(end, target);
  yield* attempt(execve(SHELL, ["sh", "-c", command], env));
  return yield* exit(NOT_FOUND);
}
