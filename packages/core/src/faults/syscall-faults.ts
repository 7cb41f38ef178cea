/** Rules on system calls and on disks. Without rules the kernel asks nobody. */
import { Call, type SyscallName } from "../abi/index.ts";
import type { Cgroup, Interception, Kernel, Process } from "../kernel/index.ts";
import { ownFunction } from "../lib/index.ts";
import { calledPath, isOnDisk } from "./called-path.ts";
import type { ContainerRef, DiskFault, HeldFault, SyscallFault, SystemCall } from "./rule.ts";
import { containerScope, optionalPattern } from "./scope.ts";
import { durationOf, invalid, Trigger, type TriggerSource } from "./trigger.ts";

export interface SyscallFaultParts {
  readonly kernel: Kernel;
  /** The container that a cgroup belongs to. */
  readonly containerIn: (cgroup: Cgroup) => ContainerRef | undefined;
  readonly fired: (rule: SyscallFault | DiskFault, what: string, container: ContainerRef | undefined) => void;
}

interface Rule {
  readonly fault: SyscallFault | DiskFault;
  readonly calls: ReadonlySet<SyscallName> | undefined;
  /** The test of the file's path; absent where the path does not matter. */
  readonly isPath: ((path: string) => boolean) | undefined;
  readonly isProgram: (name: string) => boolean;
  readonly isWithin: (container: ContainerRef | undefined) => boolean;
  readonly isScoped: boolean;
  readonly trigger: Trigger<SystemCall>;
  verdict(call: Call): { readonly done: Interception; readonly told: string } | undefined;
}

const WRITES = ["write", "pwrite"] as const satisfies readonly SyscallName[];
const TRANSFERS = [...WRITES, "read", "pread", "fsync"] as const satisfies readonly SyscallName[];

export class SyscallFaults {
  readonly #parts: SyscallFaultParts;
  readonly #rules = new Set<Rule>();

  constructor(parts: SyscallFaultParts) {
    this.#parts = parts;
  }

  /** @throws StatusError invalid-argument for a rule without an effect */
  add(fault: SyscallFault | DiskFault, source: TriggerSource): HeldFault {
    const rule: Rule = {
      fault,
      ...(fault.on === "syscall" ? onCalls(fault) : onDisk(fault)),
      isPath: fault.path === undefined ? undefined : optionalPattern(fault.path),
      isProgram: optionalPattern(fault.on === "syscall" ? fault.program : undefined),
      isWithin: containerScope(fault),
      isScoped: fault.container !== undefined || fault.image !== undefined,
      trigger: new Trigger<SystemCall>(fault, source),
    };
    const { kernel } = this.#parts;
    this.#rules.add(rule);
    kernel.interceptor = this.#intercept;
    const undo = (): void => {
      this.#rules.delete(rule);
      if (this.#rules.size === 0 && kernel.interceptor === this.#intercept) kernel.interceptor = undefined;
    };
    return { undo, [Symbol.dispose]: undo };
  }

  readonly #intercept = ownFunction((process: Process, call: Call): Interception | undefined => {
    for (const rule of this.#rules) {
      if (rule.calls?.has(call.name) === false || !rule.isProgram(process.name)) continue;
      // What the runtime does before the program is there is not the container's doing.
      if (rule.isScoped && process.text === undefined) continue;
      const verdict = rule.fault.on === "disk" && !isOnDisk(process, call.a) ? undefined : rule.verdict(call);
      if (verdict === undefined) continue;
      const container = this.#parts.containerIn(process.cgroup);
      if (!rule.isWithin(container)) continue;
      const path = calledPath(process, call);
      if (rule.isPath !== undefined && (path === undefined || !rule.isPath(path))) continue;
      const { name, args } = call;
      const subject = { call: name, args, pid: process.pid, program: process.name, container, path };
      if (!rule.trigger.takes(subject)) continue;
      const told = `${process.name}[${process.pid}] ${name}${path === undefined ? "" : ` ${path}`} ${verdict.told}`;
      this.#parts.fired(rule.fault, told, container);
      return verdict.done;
    }
    return undefined;
  });
}

function onCalls({ call, errno, slow }: SyscallFault): Pick<Rule, "calls" | "verdict"> {
  if (errno === undefined && slow === undefined)
    throw invalid("a rule on system calls needs an errno, or how slow they are");
  const done: Interception = {
    ...(errno === undefined ? {} : { errno }),
    ...(slow === undefined ? {} : { delayUs: durationOf(slow) }),
  };
  const parts = [
    ...(slow === undefined ? [] : [`took ${slow} longer`]),
    ...(errno === undefined ? [] : [`failed with ${errno}`]),
  ];
  const told = parts.join(" and ");
  return { calls: call === undefined ? undefined : new Set([call].flat()), verdict: () => ({ done, told }) };
}

function onDisk({ full, slow, tornAfterBytes: torn }: DiskFault): Pick<Rule, "calls" | "verdict"> {
  if (full === true) {
    return { calls: new Set(WRITES), verdict: () => ({ done: { errno: "ENOSPC" }, told: "found the disk full" }) };
  }
  if (slow !== undefined) {
    const done = { delayUs: durationOf(slow) };
    return { calls: new Set(TRANSFERS), verdict: () => ({ done, told: `took ${slow} longer` }) };
  }
  if (torn === undefined) throw invalid("a disk is full, slow, or tears writes");
  return {
    calls: new Set(WRITES),
    verdict: (call) => {
      const { name, a, b, c } = call;
      if (!(b instanceof Uint8Array) || b.length <= torn) return undefined;
      const shorter = new Call(name, a, b.subarray(0, torn), c);
      const told = `was torn after ${torn} of ${b.length} bytes`;
      return { done: torn === 0 ? { errno: "EIO" } : { call: shorter, errno: "EIO" }, told };
    },
  };
}
