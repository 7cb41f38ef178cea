/**
 * strace: the calls of chosen processes, as data and as text.
 *
 * @see strace(1)
 */
import { type Call, Errno, signalName, type WaitStatus } from "../abi/index.ts";
import { decode } from "../lib/index.ts";
import type { Process } from "./process.ts";

/** One call and its answer. */
export interface TracedCall {
  readonly kind: "call";
  readonly pid: number;
  readonly timeUs: number;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly answer: unknown;
}

export interface TracedExit {
  readonly kind: "exit";
  readonly pid: number;
  readonly timeUs: number;
  readonly status: WaitStatus;
}

export type TraceEntry = TracedCall | TracedExit;

interface Watch {
  readonly wants: (process: Process) => boolean;
  readonly entries: TraceEntry[];
}

export class Tracer {
  readonly #watches = new Set<Watch>();

  /** Records what the processes that `wants` picks do, until `stop` is called. */
  watch(wants: (process: Process) => boolean): { readonly entries: readonly TraceEntry[]; stop(): void } {
    const watch: Watch = { wants, entries: [] };
    this.#watches.add(watch);
    return { entries: watch.entries, stop: () => this.#watches.delete(watch) };
  }

  called(process: Process, call: Call, answer: unknown): void {
    if (this.#watches.size === 0) return;
    const { name, args } = call;
    this.#record(process, { kind: "call", pid: process.pid, timeUs: process.kernel.nowUs, name, args, answer });
  }

  exited(process: Process, status: WaitStatus): void {
    if (this.#watches.size === 0) return;
    this.#record(process, { kind: "exit", pid: process.pid, timeUs: process.kernel.nowUs, status });
  }

  #record(process: Process, entry: TraceEntry): void {
    for (const watch of this.#watches) if (watch.wants(process)) watch.entries.push(entry);
  }
}

/** A line as strace prints it: `openat("/etc/passwd", 0) = 3`. */
export function formatTrace(entry: TraceEntry): string {
  if (entry.kind === "exit") {
    const { status } = entry;
    if ("signaled" in status) return `[pid ${entry.pid}] +++ killed by ${signalName(status.signaled)} +++`;
    return `[pid ${entry.pid}] +++ exited with ${"exited" in status ? status.exited : 0} +++`;
  }
  const { answer } = entry;
  const result =
    answer instanceof Errno ? `-1 ${answer.code} (${answer.message})` : answer === undefined ? "0" : format(answer);
  return `[pid ${entry.pid}] ${entry.name}(${entry.args.map(format).join(", ")}) = ${result}`;
}

/** Characters of a string or buffer that are shown. strace's -s default. */
const SHOWN = 32;

function format(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (value instanceof Uint8Array) return quote(decode(value));
  if (typeof value === "function") return value.name || "{…}";
  if (value instanceof Map) return `/* ${value.size} vars */`;
  if (value instanceof Set) return `{${[...value].map(String).join("|")}}`;
  if (Array.isArray(value)) return `[${value.map(format).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([name, field]) => `${name}=${format(field)}`);
    return `{${fields.join(", ")}}`;
  }
  return String(value);
}

function quote(text: string): string {
  const shown = JSON.stringify(text.slice(0, SHOWN));
  return text.length > SHOWN ? `${shown}...` : shown;
}
