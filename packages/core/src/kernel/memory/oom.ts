/**
 * Memory of processes: charging it, and the OOM killer.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "Memory", mm/oom_kill.c
 */
import { Errno, PAGE_SIZE, SIGKILL } from "../../abi/index.ts";
import type { Cgroup } from "../cgroup/cgroup.ts";
import { charge } from "../cgroup/charge.ts";
import { upwards } from "../cgroup/control-file.ts";
import { type MemoryKind, raise, uncharge } from "../cgroup/memory.ts";
import { reclaim } from "../cgroup/reclaim.ts";
import type { OutOfMemory } from "../kernel.ts";
import type { Process } from "../process.ts";
import { logOom, logVictim } from "./oom-log.ts";
import { throttle } from "./throttle.ts";

/** An adjustment that makes a process safe from the OOM killer. @see proc(5) /proc/PID/oom_score_adj */
const OOM_SCORE_ADJ_MIN = -1000;

/** The address space that every program takes at least. */
export const PROGRAM_BYTES = 600 * PAGE_SIZE;

/** Memory that a process holds and that is charged to a cgroup in which it is not any more. */
export interface OldCharge {
  readonly cgroup: Cgroup;
  readonly bytes: number;
}

/** The process holds `bytes` of anonymous memory from now on. It may not live to see it. @throws ENOMEM */
export function setMemory(process: Process, bytes: number): void {
  const wanted = Math.ceil(Math.max(0, Math.min(bytes, Number.MAX_SAFE_INTEGER - PAGE_SIZE)) / PAGE_SIZE) * PAGE_SIZE;
  const change = wanted - process.memoryBytes;
  if (change <= 0) {
    giveBack(process, -change);
    return;
  }
  if (wanted > process.limit("data") || PROGRAM_BYTES + wanted > process.limit("as")) throw new Errno("ENOMEM");
  take(process, "anon", change, (taken) => {
    process.memoryBytes += taken;
  });
}

/** The process holds no memory any more: it has ended, or goes on as another program. */
export function releaseMemory(process: Process): void {
  if (process.memoryBytes > 0) giveBack(process, process.memoryBytes);
  if (process.heldBytes === 0) return;
  process.kernel.world.allotments.memory.take(-process.heldBytes);
  process.heldBytes = 0;
}

/** What was taken last goes first, so that charges to cgroups that the process has left go last. */
function giveBack(process: Process, bytes: number): void {
  const old = process.oldCharges;
  const before = old?.reduce((sum, charged) => sum + charged.bytes, 0) ?? 0;
  let left = bytes;
  const here = Math.min(left, process.memoryBytes - before);
  if (here > 0) uncharge(process.cgroup, "anon", here);
  left -= here;
  process.memoryBytes -= bytes;
  if (old === undefined) return;
  const kept: OldCharge[] = [];
  for (const charged of [...old].reverse()) {
    const part = Math.min(left, charged.bytes);
    if (part > 0) uncharge(charged.cgroup, "anon", part);
    left -= part;
    if (charged.bytes > part) kept.unshift({ cgroup: charged.cgroup, bytes: charged.bytes - part });
  }
  process.oldCharges = kept.length === 0 ? undefined : kept;
}

/** The process moves to another cgroup. What it holds stays charged to the one that it leaves. */
export function leaveCharges(process: Process): void {
  const { oldCharges = [], memoryBytes, cgroup } = process;
  const here = memoryBytes - oldCharges.reduce((sum, charged) => sum + charged.bytes, 0);
  if (here > 0) process.oldCharges = [...oldCharges, { cgroup, bytes: here }];
}

/**
 * `process` takes pages of a tmpfs. Returns the cgroup that they are charged to.
 *
 * @throws ENOMEM if they cannot be had.
 */
export function chargeShared(process: Process, pages: number): Cgroup {
  const { cgroup } = process;
  let taken = 0;
  try {
    take(process, "shmem", pages * PAGE_SIZE, (bytes) => {
      taken += bytes;
    });
  } catch (error) {
    if (taken > 0) uncharge(cgroup, "shmem", taken);
    throw error;
  }
  return cgroup;
}

/** Takes memory as far as it goes, kills where it does not, and goes on until all is taken or the taker is dead. */
function take(process: Process, kind: MemoryKind, bytes: number, took: (bytes: number) => void): void {
  let left = bytes;
  while (left > 0) {
    const { takenBytes, full } = charge(process.cgroup, kind, left);
    if (takenBytes > 0) took(takenBytes);
    left -= takenBytes;
    if (full === undefined) break;
    raise(full, "oom");
    const victim = kill(full, process, { kind, bytes: left });
    if (victim === undefined || !process.isAlive) throw new Errno("ENOMEM");
  }
  throttle(process, bytes);
}

/** A cgroup that holds more than its new limit lets go, or somebody in it has to. */
export function enforceMax(cgroup: Cgroup): void {
  for (;;) {
    const over = cgroup.memory.currentBytes - cgroup.memory.max;
    if (over <= 0 || reclaim(cgroup, over) >= over) return;
    raise(cgroup, "oom");
    if (kill(cgroup, undefined, undefined) === undefined) return;
  }
}

/** Kills the worst process below `full`, or the whole group that it belongs to. Returns it. */
function kill(full: Cgroup, asking: Process | undefined, wanted: OutOfMemory["wanted"]): Process | undefined {
  let victim: Process | undefined;
  let worst = Number.NEGATIVE_INFINITY;
  const candidates = [...full.subtree()].filter(isKillable);
  for (const process of candidates) {
    const points = badness(process, full);
    if (points > worst || (points === worst && process === asking)) {
      worst = points;
      victim = process;
    }
  }
  logOom(full, asking, candidates);
  if (victim === undefined) return undefined;
  const group = groupOf(victim, full);
  const end = (process: Process): void => killOne({ process, cgroup: full, asking: asking ?? process, wanted });
  end(victim);
  if (group !== undefined) {
    raise(group, "oom_group_kill");
    // The victim is among them, and counts twice. @see mm/oom_kill.c:oom_kill_memcg_member
    count(victim, full);
    for (const process of [...group.subtree()]) if (process !== victim && isKillable(process)) end(process);
  }
  return victim;
}

export const isKillable = ({ traits, kernel, pid, isAlive }: Process): boolean =>
  isAlive && traits.oomScoreAdj !== OOM_SCORE_ADJ_MIN && pid !== kernel.init.pid;

/** The highest cgroup up to the full one whose processes live and die together. @see mem_cgroup_get_oom_group */
function groupOf(victim: Process, full: Cgroup): Cgroup | undefined {
  let group: Cgroup | undefined;
  for (const at of upwards(victim.cgroup)) {
    if (at.parent !== undefined && at.memory.oomGroup) group = at;
    if (at === full) break;
  }
  return group;
}

/** Ends a process for want of memory. */
export function killOne(event: OutOfMemory): void {
  const { process, cgroup } = event;
  count(process, cgroup);
  process.kernel.oomKilled(event);
  process.kernel.signals.send(process, SIGKILL);
}

function count(process: Process, full: Cgroup): void {
  raise(process.cgroup, "oom_kill");
  logVictim(process, full);
}

/** How much the OOM killer dislikes a process, in pages: adjustments are parts of what `full` may hold. @see oom_badness */
export function badness(process: Process, full: Cgroup = process.kernel.cgroups): number {
  const pages = process.memoryBytes / PAGE_SIZE;
  const total = Math.min(full.memory.max, process.kernel.machine.memoryBytes) / PAGE_SIZE;
  return pages + (process.traits.oomScoreAdj * total) / 1000;
}
