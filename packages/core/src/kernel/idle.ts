/** The small programs that the kernel itself starts. */
import { type Env, Errno, execve, pause as pauseCall, type Routine } from "../abi/index.ts";

/** Does nothing for ever: what the machine's init and its daemons are to other processes. */
export function* pause(): Routine<number> {
  for (;;) yield* pauseCall();
}

/** Becomes another program; ends with 127 if there is none, with 126 if it may not be executed. */
export function* execute(path: string, argv: readonly string[], env: Env): Routine<number> {
  try {
    return yield* execve(path, argv, env);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return error.code === "ENOENT" ? 127 : 126;
  }
}
