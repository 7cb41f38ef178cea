/** Values of variables; some are made up when they are asked for. */
import { clock_gettime, type Routine } from "../../abi/index.ts";
import type { Shell } from "./shell.ts";

export function lookUp(shell: Shell, name: string): string | undefined {
  const { variables } = shell;
  if (!variables.isDynamic(name)) return variables.get(name);
  const seconds = Math.floor(shell.nowUs / 1_000_000);
  switch (name) {
    case "LINENO":
      return String(shell.line);
    case "FUNCNAME":
      return shell.functionName;
    case "RANDOM": {
      const value = String(shell.random.next());
      variables.remember(name, value);
      return value;
    }
    case "EPOCHSECONDS":
      return String(seconds);
    default:
      return `${seconds}.${String(shell.nowUs % 1_000_000).padStart(6, "0")}`;
  }
}

/** Gets from the kernel what `lookUp` cannot ask it for. */
export function* prepareDynamic(shell: Shell): Routine<void> {
  shell.nowUs = yield* clock_gettime("realtime");
  if (!shell.random.isSeeded) shell.random.seed(shell.nowUs, shell.pid);
}
