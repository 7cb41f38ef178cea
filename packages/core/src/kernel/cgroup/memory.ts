/**
 * The memory controller: what a subtree may hold, and what is charged to it.
 *
 * Memory is charged to the cgroup of the process that first touched it, and counts in every cgroup above. A charge that
 * goes over a limit (`charge.ts`) takes back page cache and swaps out what can be swapped (`reclaim.ts`); if that does not
 * help, the OOM killer has to (`kernel/memory/oom.ts`).
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "Memory", mm/memcontrol.c
 */
import type { Cgroup } from "./cgroup.ts";
import { upwards } from "./control-file.ts";

/** Anonymous memory, pages of tmpfs, page cache, what waits in sockets. */
export type MemoryKind = "anon" | "shmem" | "file" | "sock";

/** Part of the page cache: pages of one file that were charged together. */
export interface CachedPages {
  /** Who they are charged to. */
  cgroup: Cgroup;
  pages: number;
  /** Touched since the last time that memory was looked for. */
  used: boolean;
  /** They are not in memory any more, or not all of them. */
  evict(pages: number): void;
}

const NO_EVENTS = { low: 0, high: 0, max: 0, oom: 0, oom_kill: 0, oom_group_kill: 0 };
const NO_SWAP_EVENTS = { high: 0, max: 0, fail: 0 };

export type MemoryEvent = keyof typeof NO_EVENTS;
export type SwapEvent = keyof typeof NO_SWAP_EVENTS;

/** How often what happened. */
class MemoryEvents {
  /** In the subtree, and at this very cgroup. */
  readonly all: Record<MemoryEvent, number> = { ...NO_EVENTS };
  readonly local: Record<MemoryEvent, number> = { ...NO_EVENTS };
  readonly swap: Record<SwapEvent, number> = { ...NO_SWAP_EVENTS };
}

const NO_MEMORY_EVENTS = new MemoryEvents();

/** The peak since an open memory.peak (or memory.swap.peak) file was last written to. */
export interface PeakWatch {
  bytes: number;
}

export class MemoryController {
  min = 0;
  low = 0;
  high = Number.POSITIVE_INFINITY;
  max = Number.POSITIVE_INFINITY;
  swapHigh = Number.POSITIVE_INFINITY;
  swapMax = Number.POSITIVE_INFINITY;
  oomGroup = false;
  /** Bytes in memory, and in swap, of the whole subtree. */
  currentBytes = 0;
  swapBytes = 0;
  peakBytes = 0;
  swapPeakBytes = 0;
  /** Bytes in memory that are charged to this very cgroup, by kind, and those of it that are swapped out. */
  readonly own = { anon: 0, shmem: 0, file: 0, sock: 0, swappedAnon: 0, swappedShmem: 0 };
  /** Page cache that is charged to this very cgroup, longest unused first. */
  cache: Set<CachedPages> | undefined;
  #events: MemoryEvents | undefined;
  peakWatches: Set<PeakWatch> | undefined;
  swapPeakWatches: Set<PeakWatch> | undefined;
  /** For how long processes of the subtree were held up by memory.high. */
  stalledUs = 0;

  /** To be read only. */
  get events(): MemoryEvents {
    return this.#events ?? NO_MEMORY_EVENTS;
  }

  /** To be changed. */
  get ownEvents(): MemoryEvents {
    this.#events ??= new MemoryEvents();
    return this.#events;
  }

  /** The controller begins anew. Unlike in Linux, what was charged here stays. */
  forget(): void {
    this.min = 0;
    this.low = 0;
    this.high = Number.POSITIVE_INFINITY;
    this.max = Number.POSITIVE_INFINITY;
    this.swapHigh = Number.POSITIVE_INFINITY;
    this.swapMax = Number.POSITIVE_INFINITY;
    this.oomGroup = false;
    this.peakBytes = this.currentBytes;
    this.swapPeakBytes = this.swapBytes;
    this.#events = undefined;
  }
}

/** Tells those who watch a peak what it may have become. */
export function notePeak(watches: ReadonlySet<PeakWatch> | undefined, bytes: number): void {
  for (const watch of watches ?? []) watch.bytes = Math.max(watch.bytes, bytes);
}

/** Something happened at `cgroup`: it and all above count it. */
export function raise(cgroup: Cgroup, event: MemoryEvent): void {
  cgroup.memory.ownEvents.local[event]++;
  cgroup.changed("memory.events.local");
  for (const at of upwards(cgroup)) {
    at.memory.ownEvents.all[event]++;
    at.changed("memory.events");
  }
}

/** Gives back what was charged to `cgroup`, or to one that was below it and is gone. Swapped pages go first. */
export function uncharge(cgroup: Cgroup, kind: MemoryKind, bytes: number): void {
  const owner = living(cgroup);
  const { own } = owner.memory;
  const swappedField = kind === "anon" ? "swappedAnon" : "swappedShmem";
  const swapped = kind === "file" || kind === "sock" ? 0 : Math.min(bytes, own[swappedField]);
  const resident = bytes - swapped;
  own[kind] -= resident;
  if (swapped > 0) own[swappedField] -= swapped;
  for (let at: Cgroup | undefined = owner; at !== undefined; at = at.parent) {
    at.memory.currentBytes -= resident;
    at.memory.swapBytes -= swapped;
  }
}

/** A cgroup that was removed has left its charges to the one above. */
export function living(cgroup: Cgroup): Cgroup {
  let at = cgroup;
  while (at.removed && at.parent !== undefined) at = at.parent;
  return at;
}

/** Everything that is charged in a subtree. */
export function totals(cgroup: Cgroup): MemoryController["own"] {
  const sum = { anon: 0, shmem: 0, file: 0, sock: 0, swappedAnon: 0, swappedShmem: 0 };
  const add = (at: Cgroup): void => {
    const own = at.memoryIfAny?.own;
    if (own !== undefined) {
      sum.anon += own.anon;
      sum.shmem += own.shmem;
      sum.file += own.file;
      sum.sock += own.sock;
      sum.swappedAnon += own.swappedAnon;
      sum.swappedShmem += own.swappedShmem;
    }
    for (const child of at.children.values()) add(child);
  };
  add(cgroup);
  return sum;
}
