/** The POSIX shell. */
import type { Program } from "../../abi/index.ts";

/** What differs between builds of the shell. */
export interface ShellTraits {
  /** Messages name the line: `sh: line 0: nosuch: not found`. The recorded busybox does, Docker Hub's does not. */
  readonly lineInMessages: boolean;
  /** Applets are run without looking for them in PATH, as a "standalone" busybox does. */
  readonly standalone: boolean;
}

export const DEFAULT_TRAITS: ShellTraits = { lineInMessages: false, standalone: false };

/** `sh` with the given traits. */
export function makeShell(_traits: ShellTraits = DEFAULT_TRAITS): Program {
  return function* sh() {
    return 127;
  };
}
