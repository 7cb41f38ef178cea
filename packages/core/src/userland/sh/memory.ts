/** What the shell holds in memory is told to the kernel, so that a script that collects too much is killed. */
import { brk, type Routine } from "../../abi/index.ts";
import type { Shell } from "./shell.ts";

/** Less than this is not worth a system call. */
const STEP_BYTES = 65_536;

/** Declares the size of variables and of substitutions in progress, if it changed much. */
export function* declareMemory(shell: Shell): Routine<void> {
  const bytes = shell.variables.bytes + shell.heldBytes;
  if (Math.abs(bytes - shell.declaredBytes) < STEP_BYTES) return;
  shell.declaredBytes = bytes;
  yield* brk(bytes, bytes);
}
