/**
 * Which controllers there are, and how a cgroup hands them on to its children.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "Controlling Controllers", kernel/cgroup/cgroup.c:cgroup_subtree_control_write
 */
import { Errno } from "../../abi/index.ts";
import type { Cgroup } from "./cgroup.ts";

/** In the kernel's order. */
export const CONTROLLERS = ["cpuset", "cpu", "io", "memory", "pids"] as const;

export type ControllerName = (typeof CONTROLLERS)[number];

/** Those that tell threads apart: they may be enabled beside processes of the cgroup's own. */
const THREADED: ReadonlySet<ControllerName> = new Set(["cpuset", "cpu", "pids"]);

/** A set of controllers, a bit each. */
export type ControllerMask = number;

export const ALL_CONTROLLERS: ControllerMask = (1 << CONTROLLERS.length) - 1;

export const bitOf = (name: ControllerName): ControllerMask => 1 << CONTROLLERS.indexOf(name);

const DOMAIN_CONTROLLERS: ControllerMask = CONTROLLERS.filter((name) => !THREADED.has(name)).reduce(
  (mask, name) => mask | bitOf(name),
  0,
);

/** The names of a set, space-separated, as control files show it: an empty one as nothing at all. */
export function formatControllers(mask: ControllerMask): string {
  return mask === 0 ? "" : `${CONTROLLERS.filter((name) => (mask & bitOf(name)) !== 0).join(" ")}\n`;
}

/**
 * "+memory -cpu": enables and disables controllers for the children.
 *
 * @throws EINVAL for a name that is none. @throws ENOENT to enable what the parent does not hand on.
 * @throws EBUSY to disable what a child hands on, or to enable beside processes of the cgroup's own.
 */
export function writeSubtreeControl(cgroup: Cgroup, text: string): void {
  let { enable, disable } = parseChanges(text);
  if ((enable & ~cgroup.subtreeControl & ~cgroup.controllers) !== 0) throw new Errno("ENOENT");
  enable &= ~cgroup.subtreeControl;
  disable &= cgroup.subtreeControl;
  for (const child of cgroup.children.values()) if ((child.subtreeControl & disable) !== 0) throw new Errno("EBUSY");
  const mixes = cgroup.parent === undefined || ((enable & DOMAIN_CONTROLLERS) === 0 && canMixThreads(cgroup));
  if (enable !== 0 && !mixes && cgroup.processes.size > 0) throw new Errno("EBUSY");
  cgroup.setSubtreeControl((cgroup.subtreeControl | enable) & ~disable);
}

/** A process may come here. @throws EBUSY for a cgroup that hands controllers on: no internal processes. */
export function checkHost(cgroup: Cgroup): void {
  if (cgroup.parent !== undefined && cgroup.subtreeControl !== 0 && !canMixThreads(cgroup)) throw new Errno("EBUSY");
}

/** It could become the root of a threaded subtree. @see kernel/cgroup/cgroup.c:cgroup_can_be_thread_root */
function canMixThreads(cgroup: Cgroup): boolean {
  if ((cgroup.subtreeControl & DOMAIN_CONTROLLERS) !== 0) return false;
  for (const child of cgroup.children.values()) if (child.populated) return false;
  return true;
}

function parseChanges(text: string): { enable: ControllerMask; disable: ControllerMask } {
  let enable = 0;
  let disable = 0;
  for (const word of text.trim().split(" ")) {
    if (word === "") continue;
    const name = CONTROLLERS.find((one) => one === word.slice(1));
    if (name === undefined || !/^[-+]/.test(word)) throw new Errno("EINVAL");
    const bit = bitOf(name);
    enable = word.startsWith("+") ? enable | bit : enable & ~bit;
    disable = word.startsWith("-") ? disable | bit : disable & ~bit;
  }
  return { enable, disable };
}
