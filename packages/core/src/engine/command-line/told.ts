/** How the client tells of an error. */
import { BrokenAnswer } from "../../faults/index.ts";
import type { StatusError } from "../../lib/index.ts";

/** What the daemon has said is told as that; what the client has found out itself is not. */
export function told(error: StatusError): string {
  return error instanceof BrokenAnswer ? error.message : `Error response from daemon: ${error.message}`;
}
