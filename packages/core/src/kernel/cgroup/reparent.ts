/** What a cgroup that is removed leaves to the one above: memory that outlives it. @see mm/memcontrol.c:reparent */
import type { Cgroup } from "./cgroup.ts";

export function reparent(gone: Cgroup, parent: Cgroup): void {
  const left = gone.memoryIfAny;
  if (left === undefined || left.currentBytes + left.swapBytes === 0) return;
  const { own } = parent.memory;
  own.anon += left.own.anon;
  own.shmem += left.own.shmem;
  own.file += left.own.file;
  own.sock += left.own.sock;
  own.swappedAnon += left.own.swappedAnon;
  own.swappedShmem += left.own.swappedShmem;
  if (left.cache === undefined) return;
  parent.memory.cache ??= new Set();
  for (const cached of left.cache) {
    cached.cgroup = parent;
    parent.memory.cache.add(cached);
  }
  left.cache = undefined;
}
