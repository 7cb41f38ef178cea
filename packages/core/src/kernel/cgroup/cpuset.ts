/**
 * The cpuset controller: on which processors and memory nodes a subtree may run. A machine has one memory node.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "Cpuset", kernel/cgroup/cpuset.c
 */
import { Errno } from "../../abi/index.ts";
import type { Process } from "../process.ts";
import type { Cgroup } from "./cgroup.ts";
import type { ControlFiles } from "./control-file.ts";

export class Cpuset {
  /** As asked for, ascending; empty for "as the parent". */
  cpus: readonly number[] = [];
  mems: readonly number[] = [];
}

const MEMORY_NODES = 1;

/**
 * "0-2,5" as numbers, ascending.
 *
 * @throws EINVAL if it is no list. @throws ERANGE for a number that is not below `count`.
 */
export function parseList(text: string, count: number): readonly number[] {
  const numbers = new Set<number>();
  for (const part of text.trim().split(",")) {
    if (part.trim() === "") continue;
    const match = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part);
    if (match === null) throw new Errno("EINVAL");
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    if (last < first) throw new Errno("EINVAL");
    if (last >= count) throw new Errno("ERANGE");
    for (let number = first; number <= last; number++) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}

export function formatList(numbers: readonly number[]): string {
  const ranges: string[] = [];
  for (let at = 0; at < numbers.length; ) {
    let end = at;
    while (numbers[end + 1] === (numbers[end] as number) + 1) end++;
    ranges.push(end === at ? `${numbers[at]}` : `${numbers[at]}-${numbers[end]}`);
    at = end + 1;
  }
  return `${ranges.join(",")}\n`;
}

/** What the cgroup asked for, as far as the parent has it; all that the parent has if nothing of it is left. */
function effective(cgroup: Cgroup, field: "cpus" | "mems"): readonly number[] {
  if (cgroup.parent === undefined) {
    const count = field === "cpus" ? cgroup.kernel.machine.cpus : MEMORY_NODES;
    return Array.from({ length: count }, (_, index) => index);
  }
  const above = effective(cgroup.parent, field);
  const own = cgroup.rareIfAny?.cpuset?.[field] ?? [];
  const both = own.filter((number) => above.includes(number));
  return both.length === 0 ? above : both;
}

/** The processors that processes of a cgroup may use, ascending. */
export const effectiveCpus = (cgroup: Cgroup): readonly number[] => effective(cgroup, "cpus");

/** Those that a process may use, ascending: of its cgroup's, what it was bound to. */
export function allowedCpus({ cgroup, affinity }: Pick<Process, "cgroup" | "affinity">): readonly number[] {
  const all = effectiveCpus(cgroup);
  const bound = affinity === undefined ? all : all.filter((cpu) => affinity.includes(cpu));
  return bound.length === 0 ? all : bound;
}

function change(cgroup: Cgroup, field: "cpus" | "mems", numbers: readonly number[]): void {
  const { rare, kernel } = cgroup;
  kernel.cpu.pin();
  rare.cpuset ??= new Cpuset();
  rare.cpuset[field] = numbers;
}

export const CPUSET_FILES: ControlFiles = {
  "cpuset.cpus": {
    notOnRoot: true,
    controller: "cpuset",
    read: (cgroup) => formatList(cgroup.rareIfAny?.cpuset?.cpus ?? []),
    write: (cgroup, value) => change(cgroup, "cpus", parseList(value, cgroup.kernel.machine.cpus)),
  },
  "cpuset.cpus.effective": { controller: "cpuset", read: (cgroup) => formatList(effective(cgroup, "cpus")) },
  "cpuset.mems": {
    notOnRoot: true,
    controller: "cpuset",
    read: (cgroup) => formatList(cgroup.rareIfAny?.cpuset?.mems ?? []),
    write: (cgroup, value) => change(cgroup, "mems", parseList(value, MEMORY_NODES)),
  },
  "cpuset.mems.effective": { controller: "cpuset", read: (cgroup) => formatList(effective(cgroup, "mems")) },
};
