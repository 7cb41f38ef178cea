/** Whose turn it is at the terminal. @see tcsetpgrp(3) */
import { ioctl, type Routine } from "../../abi/index.ts";
import { attempt } from "../io.ts";
import type { Shell } from "./shell.ts";

/** Puts a process group into the foreground. */
export function* takeTerminal(shell: Shell, group: number): Routine<void> {
  if (shell.terminalFd !== undefined) yield* attempt(ioctl(shell.terminalFd, "TIOCSPGRP", group));
}
