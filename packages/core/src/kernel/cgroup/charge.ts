/**
 * Charging memory, and what is done when there is none.
 *
 * @see mm/memcontrol.c:try_charge_memcg
 */
import { PAGE_SIZE } from "../../abi/index.ts";
import type { Cgroup } from "./cgroup.ts";
import { upwards } from "./control-file.ts";
import { living, type MemoryKind, notePeak, raise, uncharge } from "./memory.ts";
import { reclaim } from "./reclaim.ts";

/** What a charge came to. */
export interface Charge {
  readonly takenBytes: number;
  /** The cgroup whose limit stands in the way of the rest. */
  readonly full: Cgroup | undefined;
}

/** Charges as much of `bytes`, whole pages, as limits allow, and takes back what it can for that. */
export function charge(cgroup: Cgroup, kind: MemoryKind, bytes: number): Charge {
  let left = bytes;
  while (left > 0) {
    const full = firstOver(cgroup, left);
    if (full === undefined) {
      commit(cgroup, kind, left);
      return { takenBytes: bytes, full: undefined };
    }
    raise(full, "max");
    const needed = full.memory.currentBytes + left - full.memory.max;
    const freed = reclaim(full, needed);
    if (freed >= needed) continue;
    const fits = Math.min(left, room(cgroup));
    if (fits > 0) {
      commit(cgroup, kind, fits);
      left -= fits;
    } else if (freed === 0) return { takenBytes: bytes - left, full };
  }
  return { takenBytes: bytes, full: undefined };
}

/**
 * Pages that wait in a socket. Unlike Linux, which lets a network wait for memory, it gets them whatever the limit.
 *
 * @see mm/memcontrol.c:mem_cgroup_charge_skmem
 */
export function chargeSocket(cgroup: Cgroup, pages: number): void {
  const bytes = pages * PAGE_SIZE;
  if (bytes < 0) {
    uncharge(cgroup, "sock", -bytes);
    return;
  }
  const owner = living(cgroup);
  const { takenBytes } = charge(owner, "sock", bytes);
  if (takenBytes < bytes) commit(owner, "sock", bytes - takenBytes);
}

function firstOver(cgroup: Cgroup, bytes: number): Cgroup | undefined {
  let at: Cgroup | undefined = cgroup;
  while (at !== undefined && at.memory.currentBytes + bytes <= at.memory.max) at = at.parent;
  return at;
}

/** Bytes, in whole pages, that fit into `cgroup` and everything above it as they are. */
function room(cgroup: Cgroup): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { memory } of upwards(cgroup)) least = Math.min(least, memory.max - memory.currentBytes);
  return Math.floor(Math.max(0, least) / PAGE_SIZE) * PAGE_SIZE;
}

function commit(cgroup: Cgroup, kind: MemoryKind, bytes: number): void {
  cgroup.memory.own[kind] += bytes;
  for (let at: Cgroup | undefined = cgroup; at !== undefined; at = at.parent) {
    const { memory } = at;
    memory.currentBytes += bytes;
    if (memory.currentBytes > memory.peakBytes) memory.peakBytes = memory.currentBytes;
    notePeak(memory.peakWatches, memory.currentBytes);
  }
}
