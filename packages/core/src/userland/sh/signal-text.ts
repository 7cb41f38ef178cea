/** strsignal(3): what a signal is called in messages. */
import { SIGRTMIN, type Signal } from "../../abi/index.ts";

const TEXTS: readonly string[] = [
  "Hangup",
  "Interrupt",
  "Quit",
  "Illegal instruction",
  "Trace/breakpoint trap",
  "Aborted",
  "Bus error",
  "Floating point exception",
  "Killed",
  "User defined signal 1",
  "Segmentation fault",
  "User defined signal 2",
  "Broken pipe",
  "Alarm clock",
  "Terminated",
  "Stack fault",
  "Child exited",
  "Continued",
  "Stopped (signal)",
  "Stopped",
  "Stopped (tty input)",
  "Stopped (tty output)",
  "Urgent I/O condition",
  "CPU time limit exceeded",
  "File size limit exceeded",
  "Virtual timer expired",
  "Profiling timer expired",
  "Window changed",
  "I/O possible",
  "Power failure",
  "Bad system call",
];

export function describeSignal(signal: Signal): string {
  const text = TEXTS[signal - 1];
  if (text !== undefined) return text;
  return signal >= SIGRTMIN ? `Real-time signal ${signal - SIGRTMIN}` : `Unknown signal ${signal}`;
}
