/** How a process ended, and what wait4(2) tells of it. @see wait(2) */
import type { Signal } from "./signal.ts";

/** `stopped` and `continued` are reported only to a parent that asked with WUNTRACED or WCONTINUED. */
export type WaitStatus =
  | { readonly exited: number }
  | { readonly signaled: Signal; readonly core: boolean }
  | { readonly stopped: Signal }
  | { readonly continued: true };

/** What a shell shows as `$?`, and Docker as the exit code: the code, or 128 + the signal. */
export function exitCode(status: WaitStatus): number {
  if ("exited" in status) return status.exited;
  if ("signaled" in status) return 128 + status.signaled;
  return "stopped" in status ? 128 + status.stopped : 0;
}

/** CPU time in microseconds, as times(2) and getrusage(2) count it. */
export interface CpuTimes {
  readonly userUs: number;
  readonly systemUs: number;
}
