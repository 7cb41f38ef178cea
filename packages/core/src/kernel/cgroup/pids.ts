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

export class PidsController {
  /** As the kernel has it: an infinite number would be an object of its own in each cgroup. */
  #max = PIDS_MAX;
  current = 0;
  peak = 0;
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

  /** The controller begins anew: those who are here are counted in again. */
  forget(): void {
    this.#max = PIDS_MAX;
    this.peak = this.current;
    this.maxEvents = 0;
    this.localMaxEvents = 0;
  }
}

/** Room for one more process below `cgroup`? The one that is full counts the failure, and so do those above it. */
export function tryChargePid(cgroup: Cgroup): boolean {
  for (let at: Cgroup | undefined = cgroup; at !== undefined; at = at.parent) {
    if (at.pids.current + 1 <= at.pids.max) continue;
    at.pids.localMaxEvents++;
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
    at.pids.current += change;
    if (at.pids.current > at.pids.peak) at.pids.peak = at.pids.current;
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
  "pids.current": { notOnRoot: true, controller: "pids", read: (cgroup) => `${cgroup.pids.current}\n` },
  "pids.events": {
    notOnRoot: true,
    controller: "pids",
    notifies: true,
    read: (cgroup) => formatFlat({ max: cgroup.pids.maxEvents }),
  },
  "pids.events.local": {
    notOnRoot: true,
    controller: "pids",
    notifies: true,
    read: (cgroup) => formatFlat({ max: cgroup.pids.localMaxEvents }),
  },
  "pids.max": {
    notOnRoot: true,
    controller: "pids",
    read: (cgroup) => formatLimit(cgroup.pids.max),
    write: (cgroup, value) => {
      cgroup.pids.max = parsePids(value);
    },
  },
  "pids.peak": { notOnRoot: true, controller: "pids", read: (cgroup) => `${cgroup.pids.peak}\n` },
};
