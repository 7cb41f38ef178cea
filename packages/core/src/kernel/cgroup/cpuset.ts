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
/** How many the kernel could know. @see include/linux/numa.h:MAX_NUMNODES */
const MAX_MEMORY_NODES = 1024;

/** One range of a list: "all", or from a number to another, of which a part of each group may be taken. */
const RANGE = /^(?:(?<all>all)|(?<first>\d+|N)(?:-(?<last>\d+|N))?)(?::(?<used>\d+)\/(?<group>\d+))?$/;

/**
 * "0-2,5" as numbers, ascending. "N" is the last there is, and "0-7:2/4" the first two of each four.
 *
 * @throws EINVAL if it is no list. @throws ERANGE for a number that is not below `count`.
 * @see lib/bitmap-str.c:bitmap_parselist
 */
function parseList(text: string, count: number): readonly number[] {
  const numbers = new Set<number>();
  const numberOf = (digits: string): number => (digits === "N" ? count - 1 : Number(digits));
  for (const part of text.split(/[\s,]+/)) {
    if (part === "") continue;
    const match = RANGE.exec(part);
    if (match === null) throw new Errno("EINVAL");
    const { all, first = "0", last = first, used = "1", group = "1" } = match.groups ?? {};
    const [from, to] = all === undefined ? [numberOf(first), numberOf(last)] : [0, count - 1];
    if (to < from || Number(group) === 0 || Number(used) > Number(group)) throw new Errno("EINVAL");
    if (to >= count) throw new Errno("ERANGE");
    for (let at = from; at <= to; at++) if ((at - from) % Number(group) < Number(used)) numbers.add(at);
  }
  return [...numbers].sort((a, b) => a - b);
}

/** @throws EINVAL for nodes that the machine does not have. */
function parseMems(text: string): readonly number[] {
  const nodes = parseList(text, MAX_MEMORY_NODES);
  if (nodes.some((node) => node >= MEMORY_NODES)) throw new Errno("EINVAL");
  return nodes;
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
export function allowedCpus({ cgroup, traits: { affinity } }: Process): readonly number[] {
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
    write: (cgroup, value) => change(cgroup, "mems", parseMems(value)),
  },
  "cpuset.mems.effective": { controller: "cpuset", read: (cgroup) => formatList(effective(cgroup, "mems")) },
};
