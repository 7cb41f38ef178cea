/** A trace as text: the lines that strace(1) would print. */
import { Errno } from "../../abi/index.ts";
import { fileRenderings } from "./file-calls.ts";
import { ipcRenderings } from "./ipc-calls.ts";
import { machineRenderings } from "./machine-calls.ts";
import { processRenderings } from "./process-calls.ts";
import type { Rendering, Renderings } from "./rendering.ts";
import { socketRenderings } from "./socket-calls.ts";
import type { TracedCall, TraceEntry } from "./tracer.ts";
import { signal } from "./values.ts";

const RENDERINGS: Renderings = {
  ...fileRenderings,
  ...socketRenderings,
  ...ipcRenderings,
  ...processRenderings,
  ...machineRenderings,
};

/** Where results are lined up. strace's -a default. */
const RESULT_COLUMN = 40;

/** A line as strace -f prints it: `[pid     7] openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3`. */
export function formatTrace(entry: TraceEntry): string {
  const prefix = `[pid ${String(entry.pid).padStart(5)}] `;
  if (entry.kind === "call") {
    const { call, result } = render(entry);
    const shown = entry.fatal ? "?" : (result ?? answer(entry.answer));
    return `${`${prefix}${call}`.padEnd(RESULT_COLUMN - 1)} = ${shown}`;
  }
  if (entry.kind === "signal") {
    const name = signal(entry.signal);
    return `${prefix}--- ${entry.stops ? `stopped by ${name}` : `${name} {si_signo=${name}}`} ---`;
  }
  const { status } = entry;
  if ("signaled" in status) return `${prefix}+++ killed by ${signal(status.signaled)} +++`;
  return `${prefix}+++ exited with ${"exited" in status ? status.exited : 0} +++`;
}

function render(entry: TracedCall): Rendering {
  // A call's arguments and its answer have the types of its name: `calls.ts` and the table of calls see to that.
  const show = RENDERINGS[entry.name] as (args: readonly unknown[], answer: unknown) => Rendering;
  return show(entry.args, entry.answer);
}

function answer(value: unknown): string {
  if (value instanceof Errno) return `-1 ${value.code} (${value.message})`;
  return typeof value === "number" ? String(value) : "0";
}
