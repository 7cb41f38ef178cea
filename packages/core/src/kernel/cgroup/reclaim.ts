/**
 * Taking memory back: page cache is dropped, then anonymous memory and tmpfs pages are swapped out as far as swap goes.
 *
 * Cgroups of the subtree give in proportion to what they can give; what memory.low and memory.min protect is left, the
 * former only as long as there is something else.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "Memory Ownership", mm/vmscan.c, mm/page_counter.c:effective_protection
 */
import { PAGE_SIZE } from "../../abi/index.ts";
import type { Cgroup } from "./cgroup.ts";
import { upwards } from "./control-file.ts";
import { type CachedPages, notePeak, raise, type SwapEvent } from "./memory.ts";

/** A cgroup that has memory of its own, and how much of its subtree's is protected. */
interface Source {
  readonly cgroup: Cgroup;
  readonly minBytes: number;
  readonly lowBytes: number;
}

/** Frees up to `bytes`, whole pages, of what is charged below `top`. Returns how much it could. */
export function reclaim(top: Cgroup, bytes: number): number {
  const sources = sourcesOf(top);
  let freed = take(sources, bytes, "lowBytes", dropCache);
  if (freed < bytes) freed += take(sources, bytes - freed, "lowBytes", swapOut);
  if (freed < bytes && sources.some(({ lowBytes, minBytes }) => lowBytes > minBytes)) {
    for (const { cgroup, lowBytes, minBytes } of sources) if (lowBytes > minBytes) raise(cgroup, "low");
    freed += take(sources, bytes - freed, "minBytes", dropCache);
    if (freed < bytes) freed += take(sources, bytes - freed, "minBytes", swapOut);
  }
  return freed;
}

function sourcesOf(top: Cgroup): readonly Source[] {
  const found: Source[] = [];
  const visit = (cgroup: Cgroup, minBytes: number, lowBytes: number): void => {
    const { memoryIfAny: memory } = cgroup;
    if (memory === undefined) return;
    if (memory.currentBytes > 0) found.push({ cgroup, minBytes, lowBytes });
    const children = [...cgroup.children.values()].filter((child) => child.memoryIfAny !== undefined);
    const mins = share(children, "min", cgroup === top ? Number.POSITIVE_INFINITY : minBytes);
    const lows = share(children, "low", cgroup === top ? Number.POSITIVE_INFINITY : lowBytes);
    for (const [index, child] of children.entries()) {
      const min = mins[index] ?? 0;
      visit(child, min, Math.max(min, lows[index] ?? 0));
    }
  };
  visit(top, 0, 0);
  return found;
}

/** What of `available` protection each child gets: what it asks for and uses, or its part of too little. */
function share(children: readonly Cgroup[], field: "min" | "low", available: number): readonly number[] {
  const asked = children.map(({ memory }) => Math.min(memory[field], memory.currentBytes));
  const sum = asked.reduce((total, bytes) => total + bytes, 0);
  return sum <= available ? asked : asked.map((bytes) => (bytes * available) / sum);
}

/** Takes `bytes` from all sources, in proportion to what each has beyond its protection. */
function take(
  sources: readonly Source[],
  bytes: number,
  protection: "minBytes" | "lowBytes",
  from: (cgroup: Cgroup, bytes: number) => number,
): number {
  const excess = ({ cgroup: { memory }, [protection]: kept }: Source): number => {
    const beyond = Math.max(0, Math.ceil((memory.currentBytes - kept) / PAGE_SIZE) * PAGE_SIZE);
    return Math.min(beyond, memory.own.anon + memory.own.shmem + memory.own.file);
  };
  const total = sources.reduce((sum, source) => sum + excess(source), 0);
  let freed = 0;
  if (sources.length > 1 && total > 0) {
    for (const source of sources) {
      const part = Math.floor((bytes * excess(source)) / total / PAGE_SIZE) * PAGE_SIZE;
      freed += from(source.cgroup, Math.min(part, excess(source), bytes - freed));
    }
  }
  for (const source of sources) {
    if (freed >= bytes) break;
    freed += from(source.cgroup, Math.min(bytes - freed, excess(source)));
  }
  return freed;
}

/** Drops page cache of this very cgroup, longest unused first. */
function dropCache(cgroup: Cgroup, bytes: number): number {
  const { cache, own } = cgroup.memory;
  let freed = 0;
  for (const cached of cache ?? []) {
    if (freed >= bytes) break;
    if (cached.used) {
      giveSecondChance(cache as Set<CachedPages>, cached);
      continue;
    }
    const pages = Math.min(cached.pages, Math.ceil((bytes - freed) / PAGE_SIZE));
    cached.evict(pages);
    if (cached.pages === 0) cache?.delete(cached);
    freed += pages * PAGE_SIZE;
  }
  own.file -= freed;
  for (const { memory } of upwards(cgroup)) memory.currentBytes -= freed;
  return freed;
}

function giveSecondChance(cache: Set<CachedPages>, cached: CachedPages): void {
  cached.used = false;
  cache.delete(cached);
  cache.add(cached);
}

/** Moves memory of this very cgroup to swap, as far as swap limits and the machine's swap allow. */
function swapOut(cgroup: Cgroup, bytes: number): number {
  const { own } = cgroup.memory;
  const wanted = Math.min(bytes, own.anon + own.shmem);
  if (wanted === 0) return 0;
  const moved = Math.min(wanted, swapRoom(cgroup, wanted));
  const anon = Math.min(moved, own.anon);
  own.anon -= anon;
  own.swappedAnon += anon;
  own.shmem -= moved - anon;
  own.swappedShmem += moved - anon;
  for (const { memory } of upwards(cgroup)) {
    memory.currentBytes -= moved;
    memory.swapBytes += moved;
    if (memory.swapBytes > memory.swapPeakBytes) memory.swapPeakBytes = memory.swapBytes;
    notePeak(memory.swapPeakWatches, memory.swapBytes);
  }
  return moved;
}

/** Where there is no room at all, nobody tries. @see mm/vmscan.c:can_reclaim_anon_pages */
function swapRoom(cgroup: Cgroup, wanted: number): number {
  const freeIn = ({ memory }: Cgroup): number => memory.swapMax - memory.swapBytes;
  let least = Number.POSITIVE_INFINITY;
  for (const at of upwards(cgroup)) least = Math.min(least, freeIn(at));
  const room = Math.floor(Math.max(0, least) / PAGE_SIZE) * PAGE_SIZE;
  if (room === 0 || least >= wanted) return room;
  for (const at of upwards(cgroup)) if (freeIn(at) < wanted && at.parent !== undefined) raiseSwap(at, "max");
  raiseSwap(cgroup, "fail");
  return room;
}

function raiseSwap(cgroup: Cgroup, event: SwapEvent): void {
  for (const at of upwards(cgroup)) at.memory.ownEvents.swap[event]++;
}
