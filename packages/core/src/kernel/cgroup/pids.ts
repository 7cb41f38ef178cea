/**
 * The pids controller: how many processes may live in a subtree. Zombies count until they are reaped.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "PID", kernel/cgroup/pids.c
 */
import type { Cgroup } from "./cgroup.ts";
import { type ControlFiles, formatFlat, formatLimit, parseLimit } from "./control-file.ts";

export class PidsController {
  max = Number.POSITIVE_INFINITY;
  current = 0;
  peak = 0;
  /** Forks that failed because this cgroup or one above was full. */
  maxEvents = 0;
}

/** Room for one more process below `cgroup`? The one that is full counts the failure. */
export function tryChargePid(cgroup: Cgroup): boolean {
  for (let at: Cgroup | undefined = cgroup; at !== undefined; at = at.parent) {
    if (at.pids.current + 1 > at.pids.max) {
      at.pids.maxEvents++;
      return false;
    }
  }
  chargePid(cgroup, 1);
  return true;
}

/** Counts `change` processes in or out, whatever the limits: moving between cgroups never fails. */
export function chargePid(cgroup: Cgroup, change: 1 | -1): void {
  for (let at: Cgroup | undefined = cgroup; at !== undefined; at = at.parent) {
    at.pids.current += change;
    if (at.pids.current > at.pids.peak) at.pids.peak = at.pids.current;
  }
}

export const PIDS_FILES: ControlFiles = {
  "pids.max": {
    notOnRoot: true,
    read: (cgroup) => formatLimit(cgroup.pids.max),
    write: (cgroup, value) => {
      cgroup.pids.max = parseLimit(value);
    },
  },
  "pids.current": { notOnRoot: true, read: (cgroup) => `${cgroup.pids.current}\n` },
  "pids.peak": { notOnRoot: true, read: (cgroup) => `${cgroup.pids.peak}\n` },
  "pids.events": { notOnRoot: true, read: (cgroup) => formatFlat({ max: cgroup.pids.maxEvents }) },
};
