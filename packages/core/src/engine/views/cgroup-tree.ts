/**
 * The control groups of a machine: limits, what is used of them, processes.
 *
 * @see cgroups(7), systemd-cgls(1)
 */
import type { Cgroup } from "../../kernel/index.ts";
import { drawTree } from "../../lib/index.ts";
import { containerIdOf } from "../container/cgroup-owner.ts";
import { processes as inWords, memoryWords } from "../explain/words.ts";
import type { ViewParts } from "./view-parts.ts";
import { ownerOf } from "./whose.ts";

/** A control group, with those below it. */
export interface CgroupNode {
  readonly name: string;
  /** From the root of the hierarchy: "/docker/4f5e…". */
  readonly path: string;
  /** The container whose group it is. */
  readonly container: string | undefined;
  /** Those of the group itself; numbers on the machine. */
  readonly pids: readonly number[];
  /** Of the whole subtree. */
  readonly memoryBytes: number;
  readonly cpuUs: number;
  readonly processes: number;
  readonly frozen: boolean;
  /** Control files that say something else than in a new group: `{ "memory.max": "67108864" }`. */
  readonly limits: Readonly<Record<string, string>>;
  readonly children: readonly CgroupNode[];
}

/** What limits, and what each says in a new group. */
const LIMITS: Readonly<Record<string, string>> = {
  "memory.min": "0",
  "memory.low": "0",
  "memory.high": "max",
  "memory.max": "max",
  "memory.swap.max": "max",
  "cpu.weight": "100",
  "cpu.max": "max 100000",
  "cpuset.cpus": "",
  "io.max": "",
  "pids.max": "max",
};

/** The control groups of a machine. Prints as a tree. */
export class CgroupTree {
  readonly root: CgroupNode;

  constructor(root: CgroupNode) {
    this.root = root;
  }

  /** The group of a container. */
  of(container: string): CgroupNode | undefined {
    const find = (node: CgroupNode): CgroupNode | undefined =>
      node.container === container ? node : node.children.map(find).find((found) => found !== undefined);
    return find(this.root);
  }

  toString(): string {
    return `${drawTree(this.root, ({ children }) => children, lineOf).join("\n")}\n`;
  }
}

function lineOf({ name, container, processes, memoryBytes, frozen, limits }: CgroupNode, branch: string): string {
  const facts = [
    ...(processes === 0 ? [] : [inWords(processes)]),
    ...(memoryBytes === 0 ? [] : [memoryWords(memoryBytes)]),
    ...(frozen ? ["frozen"] : []),
    ...Object.entries(limits).map(([file, value]) => `${file} ${value}`),
  ];
  return `${branch}${container ?? (name === "" ? "/" : name)}  ${facts.join(", ")}`.trimEnd();
}

export function cgroupTree(parts: ViewParts): CgroupTree {
  return new CgroupTree(nodeOf(parts.kernel.cgroups, parts));
}

function nodeOf(cgroup: Cgroup, parts: ViewParts): CgroupNode {
  const children = [...cgroup.children.values()].map((child) => nodeOf(child, parts));
  return {
    name: cgroup.name,
    path: cgroup.path,
    container: containerIdOf(cgroup) === cgroup.name ? ownerOf({ cgroup }, parts.containers) : undefined,
    pids: [...cgroup.processes].map(({ pid }) => pid),
    memoryBytes: cgroup.memoryIfAny?.currentBytes ?? 0,
    cpuUs: Math.round(cgroup.cpuUs),
    processes: cgroup.processes.size + children.reduce((sum, child) => sum + child.processes, 0),
    frozen: cgroup.frozen,
    limits: limitsOf(cgroup),
    children,
  };
}

/** Controllers that nobody has used yet are not made to be looked at. */
function limitsOf(cgroup: Cgroup): Readonly<Record<string, string>> {
  const isMade = (file: string): boolean => {
    if (file.startsWith("memory.")) return cgroup.memoryIfAny !== undefined;
    return !/^(io|cpuset)\./.test(file) || cgroup.rareIfAny !== undefined;
  };
  const limits: Record<string, string> = {};
  for (const [file, usual] of Object.entries(LIMITS)) {
    if (!isMade(file) || cgroup.file(file) === undefined) continue;
    const value = cgroup.read(file).trim();
    if (value !== usual) limits[file] = value;
  }
  return limits;
}
