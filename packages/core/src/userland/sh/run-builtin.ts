/** Calls a built-in: its output is buffered until it ends, and its messages carry its name. */
import type { Routine } from "../../abi/index.ts";
import { Output } from "../io.ts";
import type { Builtin } from "./builtin.ts";
import { ShellError } from "./errors.ts";
import type { Flags, Shell } from "./shell.ts";

/** Sets `shell.status`. Output that could not be written makes it fail. @throws Leave */
export function* runBuiltin(shell: Shell, builtin: Builtin, argv: readonly string[], flags: Flags): Routine<void> {
  const { commandName } = shell;
  const out = new Output(1, { buffered: true });
  shell.commandName = argv[0];
  try {
    const status = yield* builtin.run(shell, { argv, out, flags });
    yield* out.flush();
    shell.status = status | (out.error === undefined ? 0 : 1);
  } catch (error) {
    yield* out.flush();
    if (error instanceof ShellError) yield* shell.fail(error.message, error.status);
    throw error;
  } finally {
    shell.commandName = commandName;
  }
}
