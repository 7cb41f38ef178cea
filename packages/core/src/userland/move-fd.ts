/** Putting an open file where another descriptor is. @see dup2(2) */
import { close, dup3, type Routine } from "../abi/index.ts";

export const STANDARD_STREAMS = [0, 1, 2] as const;

/** The file becomes `targets`, and is nothing else any more. @see busybox: libbb/xfuncs_printf.c: xmove_fd */
export function* moveFd(fd: number, ...targets: readonly number[]): Routine<void> {
  for (const target of targets) if (target !== fd) yield* dup3(fd, target);
  if (!targets.includes(fd)) yield* close(fd);
}
