/** What the shell holds in memory is told to the kernel, so that a script that collects too much is killed. */
import { brk, Errno, type Routine } from "../../abi/index.ts";
import { attempt } from "../io.ts";
import type { Shell } from "./shell.ts";

/** Less than this is not worth a system call. */
const STEP_BYTES = 65_536;

/** Declares the size of variables and of substitutions in progress, if it changed much. @throws Leave where there is no more */
export function* declareMemory(shell: Shell): Routine<void> {
  const bytes = shell.variables.bytes + shell.heldBytes + parameterBytes(shell.parameters);
  if (Math.abs(bytes - shell.declaredBytes) < STEP_BYTES) return;
  shell.declaredBytes = bytes;
  const failure = yield* attempt(brk(bytes, bytes));
  if (!(failure instanceof Errno)) return;
  shell.status = 1;
  yield* shell.printError(`${shell.name}: out of memory\n`);
  shell.leave("end");
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
