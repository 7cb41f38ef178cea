/** What the shell holds in memory is told to the kernel, so that a script that collects too much is killed. */
import { brk, type Routine } from "../../abi/index.ts";
import type { Shell } from "./shell.ts";

/** Less than this is not worth a system call. */
const STEP_BYTES = 65_536;

/** Declares the size of variables and of substitutions in progress, if it changed much. */
export function* declareMemory(shell: Shell): Routine<void> {
  const bytes = shell.variables.bytes + shell.heldBytes + parameterBytes(shell.parameters);
  if (Math.abs(bytes - shell.declaredBytes) < STEP_BYTES) return;
  shell.declaredBytes = bytes;
  yield* brk(bytes, bytes);
}

/** A few parameters are not worth counting. */
function parameterBytes(parameters: readonly string[]): number {
  if (parameters.length < MANY) return 0;
  let bytes = counted.get(parameters);
  if (bytes === undefined) {
    bytes = parameters.reduce((sum, text) => sum + text.length + PARAMETER_BYTES, 0);
    counted.set(parameters, bytes);
  }
  return bytes;
}

const MANY = 1024;
/** What a parameter takes besides its text, while it is expanded. */
const PARAMETER_BYTES = 128;
/** Parameters are replaced, never changed. */
const counted = new WeakMap<readonly string[], number>();
