/** Pipes, and moving descriptors to the numbers where they are wanted. */
import { close, dup, dup3, Errno, FD_CLOEXEC, fcntl, pipe2, type Routine } from "../../abi/index.ts";
import type { Shell } from "./shell.ts";

/** Descriptors that the shell has for itself get numbers from here on. */
export const FIRST_INTERNAL_FD = 10;

export type Pipe = readonly [read: number, write: number];

/** A pipe, or the end of the shell. `failure` stands in for the error of pipe(2) in the message. */
export function* makePipe(shell: Shell, failure?: Errno): Routine<Pipe> {
  try {
    return yield* pipe2();
  } catch (error) {
    if (error instanceof Errno) return yield* shell.fail(`can't create pipe: ${(failure ?? error).message}`);
    throw error;
  }
}

/** Puts `from` in the place of `to`. */
export function* moveTo(from: number, to: number): Routine<void> {
  if (from === to) return;
  yield* dup3(from, to);
  yield* close(from);
}

/** A copy of `fd`, at least `minimum`, that an exec closes. @throws Errno */
export function* dupCloseOnExec(fd: number, minimum: number = FIRST_INTERNAL_FD): Routine<number> {
  const copied = yield* dup(fd, minimum);
  yield* fcntl(copied, "F_SETFD", FD_CLOEXEC);
  return copied;
}

/** Moves `fd` out of the way. */
export function* moveAway(fd: number, minimum: number = FIRST_INTERNAL_FD): Routine<number> {
  const moved = yield* dupCloseOnExec(fd, minimum);
  yield* close(fd);
  return moved;
}
