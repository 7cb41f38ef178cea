/** What unshare and nsenter have in common: going on in a child, and a shell if no program is named. */
import { getpid, kill, type Routine, sigaction } from "../../../abi/index.ts";
import { execOrDie, fork, waitFor } from "../../exec.ts";
import { attempt, type Io } from "../../io.ts";
import { execShell } from "../accounts/su.ts";

const DEFAULT_SHELL = "/bin/sh";

/** Goes on in a child and ends as the child does. */
export function* continueInChild(io: Io, goOn: () => Routine<number>): Routine<number> {
  const status = yield* waitFor(yield* fork(io, goOn));
  if ("exited" in status) return status.exited;
  const signal = "signaled" in status ? status.signaled : 0;
  // The action of SIGKILL cannot be set, and need not be.
  yield* attempt(sigaction(signal, "default"));
  yield* kill(yield* getpid(), signal);
  return signal | 0x80;
}

/** Becomes the program, or a login shell. */
export function* execOrLoginShell(io: Io, program: readonly string[]): Routine<never> {
  if (program.length > 0) return yield* execOrDie(io, program);
  return yield* execShell(io, io.env.get("SHELL") || DEFAULT_SHELL, [], io.env, true);
}
