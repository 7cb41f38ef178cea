/**
 * The pids controller: how many processes may live in a subtree. Zombies count until they are reaped.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "PID", kernel/cgroup/pids.c
 */
import { Errno } from "../../abi/index.ts";
import type { Cgroup } from "./cgroup.ts";
import { type ControlFiles, formatFlat, formatLimit, upwards } from "./control-file.ts";
import { parseSigned } from "./number.ts";

/** One more than there can be numbers: no limit. @see kernel/cgroup/pids.c:PIDS_MAX */
const PIDS_MAX = 4_194_305;

/** What few cgroups have: a limit, and what has come of one. How many there are, each cgroup counts itself. */
export class PidsController {
  #max = PIDS_MAX;
  /** Forks that failed in the subtree because a limit in it was reached. */
  maxEvents = 0;
  /** Those that failed because of the limit of this very cgroup. */
  localMaxEvents = 0;

  /** How many there may be; infinite without a limit. */
  get max(): number {
    return this.#max === PIDS_MAX ? Number.POSITIVE_INFINITY : this.#max;
  }

  set max(max: number) {
    this.#max = Math.min(max, PIDS_MAX);
  }
}

/** Room for one more process below `cgroup`? The one that is full counts the failure, and so do those above it. */
export function tryChargePid(cgroup: Cgroup): boolean {
  for (let at: Cgroup | undefined = cgroup; at !== undefined; at = at.parent) {
    const { pidsIfAny: limits } = at;
    if (limits === undefined || at.pidCount + 1 <= limits.max) continue;
    limits.localMaxEvents++;
    at.changed("pids.events.local");
    for (const above of upwards(at)) {
      above.pids.maxEvents++;
      above.changed("pids.events");
    }
    return false;
  }
  chargePid(cgroup, 1);
  return true;
}

/** Counts `change` processes in or out, whatever the limits: moving between cgroups never fails. */
export function chargePid(cgroup: Cgroup, change: 1 | -1): void {
  for (let at: Cgroup | undefined = cgroup; at !== undefined; at = at.parent) {
    at.pidCount += change;
    if (at.pidCount > at.pidPeak) at.pidPeak = at.pidCount;
  }
}

/** "max" or a number of processes. @throws EINVAL @throws ERANGE */
function parsePids(text: string): number {
  const value = text.trim();
  if (value === "max") return Number.POSITIVE_INFINITY;
  const max = parseSigned(value);
  if (max < 0 || max >= PIDS_MAX) throw new Errno("EINVAL");
  return Number(max);
}

export const PIDS_FILES: ControlFiles = {
  "pids.current": { notOnRoot: true, controller: "pids", read: (cgroup) => `${cgroup.pidCount}\n` },
  "pids.events": {
    notOnRoot: true,
    controller: "pids",
    notifies: true,
    read: (cgroup) => formatFlat({ max: cgroup.pidsIfAny?.maxEvents ?? 0 }),
  },
  "pids.events.local": {
    notOnRoot: true,
    controller: "pids",
    notifies: true,
    read: (cgroup) => formatFlat({ max: cgroup.pidsIfAny?.localMaxEvents ?? 0 }),
  },
  "pids.max": {
    notOnRoot: true,
    controller: "pids",
    read: (cgroup) => formatLimit(cgroup.pidsIfAny?.max ?? Number.POSITIVE_INFINITY),
    write: (cgroup, value) => {
      cgroup.pids.max = parsePids(value);
    },
  },
  "pids.peak": { notOnRoot: true, controller: "pids", read: (cgroup) => `${cgroup.pidPeak}\n` },
};
