/** What a built-in command is. @see POSIX.1-2017, Shell Command Language, 2.14 */
import type { Routine } from "../../abi/index.ts";
import type { Output } from "../io.ts";
import type { Flags, Shell } from "./shell.ts";

/** What a built-in is called with; all texts are byte strings. */
export interface Call {
  /** The name, and the arguments. */
  readonly argv: readonly string[];
  /** Buffered standard output: it is flushed when the built-in ends. */
  readonly out: Output;
  readonly flags: Flags;
}

export interface Builtin {
  readonly run: (shell: Shell, call: Call) => Routine<number>;
  /** A special built-in: an error in it ends the shell, and assignments before it stay. */
  readonly isSpecial: boolean;
  /** Its arguments of the form `NAME=value` are expanded as assignments. */
  readonly takesAssignments: boolean;
}

type Run = Builtin["run"];

export const regular = (run: Run): Builtin => ({ run, isSpecial: false, takesAssignments: false });
export const special = (run: Run): Builtin => ({ run, isSpecial: true, takesAssignments: false });
export const regularAssigning = (run: Run): Builtin => ({ run, isSpecial: false, takesAssignments: true });
export const specialAssigning = (run: Run): Builtin => ({ run, isSpecial: true, takesAssignments: true });
