/**
 * Why a container did not start, in Docker's words, and the exit code that it gets.
 *
 * @see moby daemon/errors.go: translateContainerdStartErr
 */
import { CHILD_DIED } from "../../runtime/index.ts";

export interface StartFailure {
  readonly message: string;
  readonly exitCode: number;
}

/** What precedes runc's words when it does not make a container. */
export const CREATE_FAILED =
  "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: ";
const PREFIX = `${CREATE_FAILED}unable to start container process: `;

/** @param reason what init said */
export function startFailure(reason: string): StartFailure {
  const stage = reason === CHILD_DIED ? "" : "error during container init: ";
  return { message: PREFIX + stage + shownReason(reason), exitCode: exitCodeOf(reason) };
}

const WRONG_KIND =
  "Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type";

/** The daemon has more to say than the runtime: of a directory that it may not be executed, of what is none a guess. */
export function shownReason(reason: string): string {
  if (reason.includes("not a directory")) return `${reason}: ${WRONG_KIND}`;
  return reason.endsWith(": is a directory") ? `${reason}: permission denied` : reason;
}

/** 127 for a program that is not there, 126 for one that may not be run, 128 for anything else. */
export function exitCodeOf(reason: string): number {
  if (
    /executable file not found|no such file or directory|not a directory|system cannot find the file specified/.test(
      reason,
    )
  ) {
    return 127;
  }
  return /permission denied|is a directory/.test(reason) ? 126 : 128;
}
