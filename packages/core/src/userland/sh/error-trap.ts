/** `trap … ERR`: what is done when a command fails. */
import type { Routine } from "../../abi/index.ts";
import { Leave } from "./errors.ts";
import type { Shell } from "./shell.ts";
import { ON_ERROR } from "./traps.ts";

export function* runErrorTrap(shell: Shell): Routine<void> {
  const { traps } = shell;
  const action = traps.get(ON_ERROR);
  if (action === undefined || traps.isInError) return;
  const saved = shell.status;
  // Nothing takes this back: later traps, and an exit without a number, go by the status of this failure.
  shell.savedStatus = saved;
  traps.isInError = true;
  traps.depth++;
  try {
    yield* shell.engine.evaluate(shell, action, 0);
  } catch (error) {
    if (!(error instanceof Leave) || error.reason !== "error") throw error;
  } finally {
    traps.depth--;
    traps.isInError = false;
  }
  shell.status = saved;
}
