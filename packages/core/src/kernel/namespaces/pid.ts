/**
 * Pid namespaces: a process has one number in its own namespace and one in each above.
 *
 * @see pid_namespaces(7), kernel/pid.c, kernel/pid_namespace.c
 */
import { SmallMap } from "../../lib/index.ts";
import type { Process } from "../process.ts";
import { Namespace } from "./namespace.ts";
import type { UserNamespace } from "./user.ts";

/** @see /proc/sys/kernel/pid_max on a 64-bit machine */
const PID_MAX = 4_194_304;
/** Numbers below this are not given out again after a wrap. @see kernel/pid.c:RESERVED_PIDS */
const RESERVED_PIDS = 300;

export class PidNamespace extends Namespace {
  override get kind() {
    return "pid" as const;
  }

  readonly parent: PidNamespace | undefined;
  readonly level: number;
  /** Processes by their number here, those of descendant namespaces included. */
  readonly processes = new SmallMap<number, Process>();
  /** Number 1. Once it has ended, nobody can be born here any more. */
  init: Process | undefined = undefined;
  #last = 0;

  constructor(id: number, owner: UserNamespace | undefined, parent: PidNamespace | undefined) {
    super(id, owner);
    this.parent = parent;
    this.level = parent === undefined ? 0 : parent.level + 1;
  }

  /** The machine's. */
  get outermost(): PidNamespace {
    let at: PidNamespace = this;
    while (at.parent !== undefined) at = at.parent;
    return at;
  }

  get lastPid(): number {
    return this.#last;
  }

  /** Numbers go on from there. @see /proc/sys/kernel/ns_last_pid */
  set lastPid(pid: number) {
    this.#last = pid;
  }

  /** The next free number. */
  take(): number {
    do this.#last = this.#last + 1 >= PID_MAX ? RESERVED_PIDS : this.#last + 1;
    while (this.processes.has(this.#last));
    return this.#last;
  }

  /** The number of `process` here; `undefined` if it cannot be seen from here. */
  pidOf(process: Process): number | undefined {
    return process.ns.pid.isWithin(this) ? process.pidAt(this.level) : undefined;
  }

  find(pid: number): Process | undefined {
    return this.processes.get(pid);
  }

  isWithin(other: PidNamespace): boolean {
    for (let at: PidNamespace | undefined = this; at !== undefined; at = at.parent) if (at === other) return true;
    return false;
  }
}
