/**
 * Dividing processors where cgroups or processes are bound to some of them.
 *
 * The most crowded set of processors is divided first, among those who can run nowhere else; then the rest among the
 * rest. A cgroup whose processes may run in several such sets brings to each the part of its weight that its processes
 * there are, as Linux's load balancing has it.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "Cpuset", kernel/sched/fair.c:calc_group_shares
 */
import { allowedCpus } from "../cgroup/cpuset.ts";
import { divide, type Share } from "./cpu-share.ts";
import type { Job } from "./job-list.ts";

/** So many different sets are combined to look for the most crowded one. */
const MAX_COMBINED = 8;

interface PinnedJob {
  readonly job: Job;
  cpus: ReadonlySet<number>;
}

export function dividePinned(root: Share, count: number): void {
  let jobs = runnable(root).map((job): PinnedJob => ({ job, cpus: new Set(allowedCpus(job.process)) }));
  let free = new Set(Array.from({ length: count }, (_, cpu) => cpu));
  while (jobs.length > 0) {
    const crowded = mostCrowded(jobs, free);
    const within = jobs.filter(({ cpus }) => isSubset(cpus, crowded));
    const part = restrict(root, new Set(within.map(({ job }) => job)));
    if (part !== undefined) divide(part, Math.min(crowded.size, part.demand));
    const rest = jobs.filter((pinned) => !within.includes(pinned));
    free = minus(free, crowded);
    jobs = rest.map(({ job, cpus }) => ({ job, cpus: minus(cpus, crowded) }));
  }
  sumUp(root);
}

/** Jobs that are not in a throttled cgroup. */
function runnable(share: Share): readonly Job[] {
  return share.demand === 0 ? [] : [...share.jobs, ...share.children.flatMap(runnable)];
}

/** The union of processor sets that has most jobs to a processor. */
function mostCrowded(jobs: readonly PinnedJob[], free: ReadonlySet<number>): ReadonlySet<number> {
  const distinct = new Map(jobs.map(({ cpus }) => [[...cpus].join(), cpus]));
  const sets = [...distinct.values()].sort((a, b) => a.size - b.size).slice(0, MAX_COMBINED);
  let best = free;
  let crowd = jobs.length / free.size;
  for (let mask = 1; mask < 1 << sets.length; mask++) {
    const union = new Set(sets.flatMap((set, index) => (((mask >> index) & 1) === 1 ? [...set] : [])));
    const load = jobs.filter(({ cpus }) => isSubset(cpus, union)).length / union.size;
    if (load <= crowd) continue;
    best = union;
    crowd = load;
  }
  return best;
}

/** The tree of shares with only these jobs in it. */
function restrict(share: Share, jobs: ReadonlySet<Job>): Share | undefined {
  const own = share.jobs.filter((job) => jobs.has(job));
  const children = share.children.flatMap((child) => restrict(child, jobs) ?? []);
  const demand = own.length + children.reduce((sum, child) => sum + child.demand, 0);
  if (demand === 0 || share.demand === 0) return undefined;
  return { cgroup: share.cgroup, jobs: own, children, wanted: demand, demand, rate: 0, part: demand / share.demand };
}

function sumUp(share: Share): number {
  share.rate = share.jobs.reduce((sum, { rate }) => sum + rate, 0);
  for (const child of share.children) share.rate += sumUp(child);
  return share.rate;
}

const isSubset = (set: ReadonlySet<number>, other: ReadonlySet<number>): boolean => {
  for (const element of set) if (!other.has(element)) return false;
  return true;
};

function minus(set: ReadonlySet<number>, other: ReadonlySet<number>): Set<number> {
  return new Set([...set].filter((element) => !other.has(element)));
}
