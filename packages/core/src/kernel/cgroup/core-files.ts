/**
 * The files of cgroup v2 itself: cgroup.procs, cgroup.events, cgroup.subtree_control…
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "Core Interface Files"
 */
import { Errno } from "../../abi/index.ts";
import type { Process } from "../process.ts";
import type { Cgroup } from "./cgroup.ts";
import { type ControlFiles, formatFlat, formatLimit } from "./control-file.ts";
import { bitOf, CONTROLLERS, type ControllerName, formatControllers, writeSubtreeControl } from "./controllers.ts";
import { moveProcess } from "./migrate.ts";
import { parseSigned, within } from "./number.ts";

/** Limits on depth and descendants are ints, and the largest is none. */
const INT_MAX = 2_147_483_647;

function procs(cgroup: Cgroup, reader: Process): string {
  return [...cgroup.processes].map((process) => `${reader.ns.pid.pidOf(process) ?? 0}\n`).join("");
}

function parseMax(value: string): number {
  const max = value.trim() === "max" ? INT_MAX : within(parseSigned(value.trim()), 0, INT_MAX);
  return max === INT_MAX ? Number.POSITIVE_INFINITY : max;
}

/** 0 or 1. @throws EINVAL for no number, ERANGE for another */
const parseFlag = (value: string): boolean => within(parseSigned(value.trim()), 0, 1) === 1;

/** How many cgroups of the subtree, with its top, have a controller. */
function countControlled(cgroup: Cgroup, controller: ControllerName): number {
  let count = cgroup.has(controller) ? 1 : 0;
  if ((cgroup.subtreeControl & bitOf(controller)) === 0) return count;
  for (const child of cgroup.children.values()) count += countControlled(child, controller);
  return count;
}

function stat(cgroup: Cgroup): string {
  const counts = CONTROLLERS.map((name) => [`nr_subsys_${name}`, countControlled(cgroup, name)] as const);
  const dying = CONTROLLERS.map((name) => [`nr_dying_subsys_${name}`, 0] as const);
  return formatFlat({
    nr_descendants: cgroup.descendants,
    ...Object.fromEntries(counts),
    nr_dying_descendants: 0,
    ...Object.fromEntries(dying),
  });
}

/** Without threads there are no threaded cgroups. @throws EOPNOTSUPP for "threaded", EINVAL for any other type */
function writeType(_cgroup: Cgroup, value: string): void {
  throw new Errno(value.trim() === "threaded" ? "EOPNOTSUPP" : "EINVAL");
}

export const CORE_FILES: ControlFiles = {
  "cgroup.controllers": { read: (cgroup) => formatControllers(cgroup.controllers) },
  "cgroup.events": {
    notOnRoot: true,
    notifies: true,
    read: (cgroup) => formatFlat({ populated: cgroup.populated ? 1 : 0, frozen: cgroup.frozen ? 1 : 0 }),
  },
  "cgroup.freeze": {
    notOnRoot: true,
    read: (cgroup) => `${cgroup.freezes ? 1 : 0}\n`,
    write: (cgroup, value) => {
      if (parseFlag(value)) cgroup.freeze();
      else cgroup.thaw();
    },
  },
  "cgroup.kill": {
    notOnRoot: true,
    write: (cgroup, value) => {
      within(parseSigned(value.trim()), 1, 1);
      cgroup.kill();
    },
  },
  "cgroup.max.depth": {
    read: (cgroup) => formatLimit(cgroup.rareIfAny?.maxDepth ?? Number.POSITIVE_INFINITY),
    write: (cgroup, value) => {
      cgroup.rare.maxDepth = parseMax(value);
    },
  },
  "cgroup.max.descendants": {
    read: (cgroup) => formatLimit(cgroup.rareIfAny?.maxDescendants ?? Number.POSITIVE_INFINITY),
    write: (cgroup, value) => {
      cgroup.rare.maxDescendants = parseMax(value);
    },
  },
  "cgroup.pressure": {
    read: (cgroup) => `${cgroup.rareIfAny?.hidesPressure ? 0 : 1}\n`,
    write: (cgroup, value) => {
      cgroup.rare.hidesPressure = !parseFlag(value);
    },
  },
  "cgroup.procs": { delegatable: true, read: procs, write: moveProcess },
  "cgroup.stat": { read: stat },
  "cgroup.stat.local": {
    notOnRoot: true,
    read: (cgroup) => {
      const frozenUs = cgroup.rareIfAny?.frozenTime.totalUs(cgroup.kernel.world.clock.nowUs) ?? 0;
      return formatFlat({ frozen_usec: frozenUs });
    },
  },
  "cgroup.subtree_control": {
    delegatable: true,
    read: (cgroup) => formatControllers(cgroup.subtreeControl),
    write: writeSubtreeControl,
  },
  "cgroup.threads": {
    delegatable: true,
    read: procs,
    write: () => {
      throw new Errno("EOPNOTSUPP");
    },
  },
  "cgroup.type": { notOnRoot: true, read: () => "domain\n", write: writeType },
};
