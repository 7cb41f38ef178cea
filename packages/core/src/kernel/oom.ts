/**
 * Memory of processes: charging it, and the OOM killer.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "Memory", mm/oom_kill.c
 */
import { Errno, PAGE_SIZE, SIGKILL } from "../abi/index.ts";
import type { Cgroup } from "./cgroup/cgroup.ts";
import { type ChargeKind, chargeMemory } from "./cgroup/memory.ts";
import type { Process } from "./process.ts";

/** An adjustment that makes a process safe from the OOM killer. @see proc(5) /proc/PID/oom_score_adj */
const OOM_SCORE_ADJ_MIN = -1000;

/** The process holds `bytes` of anonymous memory from now on. It may not live to see it. */
export function setMemory(process: Process, bytes: number): void {
  const wanted = Math.ceil(Math.max(0, bytes) / PAGE_SIZE) * PAGE_SIZE;
  const change = wanted - process.memoryBytes;
  if (change <= 0) {
    chargeMemory(process.cgroup, "anonBytes", change);
    process.memoryBytes = wanted;
    return;
  }
  charge(process, "anonBytes", change, (taken) => {
    process.memoryBytes += taken;
  });
}

/** `process` takes (or gives back) pages of a tmpfs. @throws ENOMEM if they cannot be had. */
export function chargeShared(process: Process, pages: number): void {
  if (pages < 0) chargeMemory(process.cgroup, "shmemBytes", pages * PAGE_SIZE);
  else charge(process, "shmemBytes", pages * PAGE_SIZE, () => {});
}

/** Takes memory as far as it goes, kills where it does not, and goes on until all is taken or the taker is dead. */
function charge(process: Process, kind: ChargeKind, bytes: number, took: (bytes: number) => void): void {
  let left = bytes;
  while (left > 0) {
    const full = chargeMemory(process.cgroup, kind, left);
    if (full === undefined) {
      took(left);
      return;
    }
    const part = Math.min(left, room(process.cgroup));
    if (part > 0 && chargeMemory(process.cgroup, kind, part) === undefined) {
      took(part);
      left -= part;
    }
    if (left === 0) return;
    const victim = kill(full, process);
    if (victim === undefined || !process.isAlive) throw new Errno("ENOMEM");
  }
}

/** Bytes, in whole pages, that fit into `cgroup` and everything above it. */
function room(cgroup: Cgroup): number {
  let least = Number.POSITIVE_INFINITY;
  for (let at: Cgroup | undefined = cgroup; at !== undefined; at = at.parent) {
    const { memory } = at;
    least = Math.min(least, memory.max - memory.currentBytes + (memory.swapMax - memory.swapBytes));
  }
  return Math.floor(Math.max(0, least) / PAGE_SIZE) * PAGE_SIZE;
}

/** Kills the worst process below `full`. Returns it. */
function kill(full: Cgroup, asking: Process): Process | undefined {
  full.memory.oomEvents++;
  let victim: Process | undefined;
  let worst = Number.NEGATIVE_INFINITY;
  for (const process of full.subtree()) {
    if (process.oomScoreAdj === OOM_SCORE_ADJ_MIN) continue;
    const points = badness(process);
    if (points > worst || (points === worst && process === asking)) {
      worst = points;
      victim = process;
    }
  }
  if (victim === undefined) return undefined;
  for (let at: Cgroup | undefined = victim.cgroup; at !== undefined; at = at.parent) at.memory.oomKills++;
  victim.kernel.oomKilled(victim, full, asking);
  victim.kernel.signals.send(victim, SIGKILL);
  return victim;
}

/** How much the OOM killer dislikes a process, in pages. @see mm/oom_kill.c:oom_badness */
export function badness(process: Process): number {
  const pages = process.memoryBytes / PAGE_SIZE;
  const total = process.kernel.machine.memoryBytes / PAGE_SIZE;
  return pages + (process.oomScoreAdj * total) / 1000;
}
