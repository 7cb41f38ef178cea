/** Why a container's first process could not become the container's program, in runc's words. */
import type { Errno } from "../abi/index.ts";

export class InitError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** An error's text as Go programs print it: strerror's without the capital. */
export function goText(error: Errno): string {
  return error.message.charAt(0).toLowerCase() + error.message.slice(1);
}

/** What runc says when the child that is to become init dies before init begins, as one that may not set its OOM score. */
export const CHILD_DIED = "can't get final child's PID from pipe: EOF";
