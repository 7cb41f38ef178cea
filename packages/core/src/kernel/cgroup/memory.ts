/**
 * The memory controller: what a subtree may hold, and what happens when it wants more.
 *
 * Anonymous memory (brk) and tmpfs pages are charged to the cgroup of the process and to every cgroup above it. A charge
 * that goes over a limit and cannot be met out of swap makes the OOM killer choose a victim in that subtree.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "Memory", mm/memcontrol.c
 */
import { PAGE_SIZE } from "../../abi/index.ts";
import type { Cgroup } from "./cgroup.ts";
import { type ControlFiles, formatFlat, formatLimit, parseLimit } from "./control-file.ts";

export class MemoryController {
  max = Number.POSITIVE_INFINITY;
  high = Number.POSITIVE_INFINITY;
  min = 0;
  low = 0;
  swapMax = Number.POSITIVE_INFINITY;
  oomGroup = false;
  /** Bytes of anonymous memory and of tmpfs pages in the subtree, swapped ones included. */
  anonBytes = 0;
  shmemBytes = 0;
  swapBytes = 0;
  peakBytes = 0;
  maxEvents = 0;
  oomEvents = 0;
  oomKills = 0;

  /** Bytes in memory: what memory.current shows. */
  get currentBytes(): number {
    return this.anonBytes + this.shmemBytes - this.swapBytes;
  }
}

export type ChargeKind = "anonBytes" | "shmemBytes";

/**
 * Charges `bytes` (or gives them back, if negative) to `cgroup` and all above.
 *
 * @returns the cgroup whose limit stands in the way; then nothing was charged.
 */
export function chargeMemory(cgroup: Cgroup, kind: ChargeKind, bytes: number): Cgroup | undefined {
  if (bytes > 0) {
    for (let at: Cgroup | undefined = cgroup; at !== undefined; at = at.parent) {
      const { memory } = at;
      const over = memory.currentBytes + bytes - memory.max;
      if (over <= 0) continue;
      memory.maxEvents++;
      if (memory.swapBytes + over > memory.swapMax) return at;
    }
  }
  for (let at: Cgroup | undefined = cgroup; at !== undefined; at = at.parent) {
    const { memory } = at;
    memory[kind] += bytes;
    const over = memory.anonBytes + memory.shmemBytes - memory.max;
    memory.swapBytes = over > 0 ? Math.ceil(over / PAGE_SIZE) * PAGE_SIZE : 0;
    if (memory.currentBytes > memory.peakBytes) memory.peakBytes = memory.currentBytes;
  }
  return undefined;
}

const limitFile = (field: "max" | "high" | "min" | "low" | "swapMax"): ControlFiles[string] => ({
  notOnRoot: true,
  read: (cgroup) => formatLimit(cgroup.memory[field]),
  write: (cgroup, value) => {
    const limit = parseLimit(value);
    cgroup.memory[field] = Number.isFinite(limit) ? Math.floor(limit / PAGE_SIZE) * PAGE_SIZE : limit;
  },
});

export const MEMORY_FILES: ControlFiles = {
  "memory.current": { notOnRoot: true, read: (cgroup) => `${cgroup.memory.currentBytes}\n` },
  "memory.peak": { notOnRoot: true, read: (cgroup) => `${cgroup.memory.peakBytes}\n` },
  "memory.max": limitFile("max"),
  "memory.high": limitFile("high"),
  "memory.min": limitFile("min"),
  "memory.low": limitFile("low"),
  "memory.swap.max": limitFile("swapMax"),
  "memory.swap.current": { notOnRoot: true, read: (cgroup) => `${cgroup.memory.swapBytes}\n` },
  "memory.oom.group": {
    notOnRoot: true,
    read: (cgroup) => `${cgroup.memory.oomGroup ? 1 : 0}\n`,
    write: (cgroup, value) => {
      cgroup.memory.oomGroup = value.trim() === "1";
    },
  },
  "memory.events": {
    notOnRoot: true,
    read: ({ memory }) =>
      formatFlat({
        low: 0,
        high: 0,
        max: memory.maxEvents,
        oom: memory.oomEvents,
        oom_kill: memory.oomKills,
        oom_group_kill: 0,
      }),
  },
  "memory.stat": {
    read: ({ memory }) => formatFlat({ anon: memory.anonBytes, file: memory.shmemBytes, shmem: memory.shmemBytes }),
  },
};
