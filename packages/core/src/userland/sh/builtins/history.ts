/** history: the lines that were typed, with their numbers. @see busybox libbb/lineedit.c: show_history */
import type { Routine } from "../../../abi/index.ts";
import { regular } from "../builtin.ts";
import { print } from "../print.ts";

export const history = regular(function* (shell, { out }): Routine<number> {
  for (const [index, line] of shell.history.entries()) yield* print(out, `${String(index).padStart(4)} ${line}\n`);
  return 0;
});
