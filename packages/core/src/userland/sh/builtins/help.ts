/** help: the names of all built-ins, and of the applets that need no file. */
import type { Routine } from "../../../abi/index.ts";
import { regular } from "../builtin.ts";
import { print } from "../print.ts";

/** A line that has more than this is full. */
const FULL = 60;

export const help = regular(function* (shell, { out }): Routine<number> {
  const { builtins, applets } = shell.engine;
  yield* print(out, "Built-in commands:\n------------------\n");
  let column = 0;
  for (const name of [...builtins.keys(), ...[...applets.keys()].sort()]) {
    yield* print(out, `${column === 0 ? "\t" : " "}${name}`);
    column += name.length + 1;
    if (column <= FULL) continue;
    yield* print(out, "\n");
    column = 0;
  }
  yield* print(out, "\n");
  return 0;
});
