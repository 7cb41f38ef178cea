/**
 * strace: the calls of chosen processes, as data.
 *
 * @see strace(1); `format.ts` makes text of them
 */
import type { Call, Signal, SyscallName, WaitStatus } from "../../abi/index.ts";
import type { Cgroup } from "../cgroup/cgroup.ts";
import type { Process } from "../process.ts";
import { formatTrace } from "./format.ts";

/** One call and its answer: what it returned, or the `Errno` with which it failed. */
export interface TracedCall {
  readonly kind: "call";
  /** The machine's number for the process. */
  readonly pid: number;
  /** When it was answered: microseconds since 1970. */
  readonly timeUs: number;
  readonly name: SyscallName;
  readonly args: readonly unknown[];
  readonly answer: unknown;
  /** The call has ended its own process: nobody was there to be answered. */
  readonly fatal?: true;
}

/** A signal that was delivered: caught, or one that stopped or ended the process. */
export interface TracedSignal {
  readonly kind: "signal";
  readonly pid: number;
  readonly timeUs: number;
  readonly signal: Signal;
  /** It has stopped the process. */
  readonly stops: boolean;
}

export interface TracedExit {
  readonly kind: "exit";
  readonly pid: number;
  readonly timeUs: number;
  readonly status: WaitStatus;
}

export type TraceEntry = TracedCall | TracedSignal | TracedExit;

export interface Strace {
  readonly entries: readonly TraceEntry[];
  /** The lines that strace -f would print. */
  lines(): readonly string[];
  /**
   * Calls `listener` whenever there is one entry more. The new entry may stand before the last: an exit stays the last
   * one.
   */
  follow(listener: () => void): void;
  /** Ends the recording; what was recorded stays. */
  stop(): void;
}

/** Something that runs in a cgroup, once it has one: a container. */
export interface Traceable {
  readonly oci: { readonly cgroup: Cgroup } | undefined;
}

interface Watch {
  readonly wants: (process: Process) => boolean;
  readonly entries: TraceEntry[];
  listener: (() => void) | undefined;
}

export class Tracer {
  readonly #watches = new Set<Watch>();

  /** Nobody wants to know of anything. */
  get isIdle(): boolean {
    return this.#watches.size === 0;
  }

  /** Records what the processes that `wants` picks do, until `stop` is called. */
  watch(wants: (process: Process) => boolean): Strace {
    const watch: Watch = { wants, entries: [], listener: undefined };
    this.#watches.add(watch);
    return {
      entries: watch.entries,
      lines: () => watch.entries.map(formatTrace),
      follow: (listener) => {
        watch.listener = listener;
      },
      stop: () => this.#watches.delete(watch),
    };
  }

  called(process: Process, call: Call, answer: unknown): void {
    // The end of a process is told by `exited`, whether it asked for it or returned.
    if (this.#watches.size === 0 || call.name === "exit") return;
    const { name, args } = call;
    if (process.isAlive) this.#record(process, { kind: "call", name, args, answer });
    else this.#recordLast(process, { kind: "call", name, args, answer: undefined, fatal: true });
  }

  signalled(process: Process, signal: Signal, options: { readonly stops: boolean }): void {
    if (this.#watches.size > 0) this.#record(process, { kind: "signal", signal, stops: options.stops });
  }

  exited(process: Process, status: WaitStatus): void {
    if (this.#watches.size === 0) return;
    if ("exited" in status) {
      this.#record(process, { kind: "call", name: "exit", args: [status.exited], answer: undefined });
    }
    this.#record(process, { kind: "exit", status });
  }

  #record(process: Process, what: Unplaced<TraceEntry>): void {
    const entry = { pid: process.pid, timeUs: process.kernel.nowUs, ...what };
    for (const watch of this.#watches) {
      if (!watch.wants(process)) continue;
      watch.entries.push(entry);
      watch.listener?.();
    }
  }

  /** What a process did before it ended, though it is told afterwards. */
  #recordLast(process: Process, what: Unplaced<TracedCall>): void {
    const entry = { pid: process.pid, timeUs: process.kernel.nowUs, ...what };
    for (const { entries, listener } of this.#watches) {
      const end = entries.findLastIndex(({ kind, pid }) => kind === "exit" && pid === process.pid);
      if (end < 0) continue;
      entries.splice(end, 0, entry);
      listener?.();
    }
  }
}

type Unplaced<E> = E extends TraceEntry ? Omit<E, "pid" | "timeUs"> : never;

/** A process of that number, and whatever it or its children make from now on. */
export function withDescendants(pid: number): (process: Process) => boolean {
  const known = new WeakSet<Process>();
  return (process) => {
    const { parent } = process;
    const isOne = known.has(process) || process.pid === pid || (parent !== undefined && known.has(parent));
    if (isOne) known.add(process);
    return isOne;
  };
}

/** Every process in the cgroup of something that may still have to start. */
export function inCgroupOf(target: Traceable): (process: Process) => boolean {
  return (process) => {
    for (let at: Cgroup | undefined = process.cgroup; at !== undefined; at = at.parent) {
      if (at === target.oci?.cgroup) return true;
    }
    return false;
  };
}
