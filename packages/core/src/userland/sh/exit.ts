/** How a shell ends: the trap on EXIT, and the status. */
import type { Routine } from "../../abi/index.ts";
import { Leave, type LeaveReason } from "./errors.ts";
import type { Shell } from "./shell.ts";
import { ON_EXIT } from "./traps.ts";

/** Runs `work`; if it leaves, says how. */
export function* catchLeave(work: Routine<unknown>): Routine<LeaveReason | undefined> {
  try {
    yield* work;
    return undefined;
  } catch (error) {
    if (error instanceof Leave) return error.reason;
    throw error;
  }
}

/** After a shell has left for `reason`: its exit code. Runs the trap on EXIT. */
export function* finish(shell: Shell, reason: LeaveReason | undefined): Routine<number> {
  reset(shell, reason);
  const action = shell.traps.get(ON_EXIT);
  if (action === undefined) return shell.status;
  shell.traps.set(ON_EXIT, undefined);
  shell.savedStatus = shell.status;
  shell.traps.depth++;
  const again = yield* catchLeave(shell.engine.evaluate(shell, action, 0));
  shell.traps.depth--;
  if (again === undefined) shell.status = shell.savedStatus;
  reset(shell, again);
  return shell.status;
}

/** Forgets what was going on, and settles the status: that which `exit` was given, if it was `exit`. */
export function reset(shell: Shell, reason: LeaveReason | undefined): void {
  if (shell.savedStatus !== undefined && (reason === "exit" || shell.skip === "return-plain")) {
    shell.status = shell.savedStatus;
  }
  shell.savedStatus = undefined;
  shell.skip = undefined;
  shell.loopDepth = 0;
  shell.isTracing = false;
}
