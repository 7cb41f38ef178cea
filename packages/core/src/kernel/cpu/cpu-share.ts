/** Dividing processors among cgroups and processes, as a fluid: by weight, to nobody more than it can use. */
import type { Cgroup } from "../cgroup/cgroup.ts";
import { weightOf, weightOfNice } from "../cgroup/cpu.ts";
import type { Job } from "./job-list.ts";

/** A cgroup with debtors in its subtree, while the processors are being divided. */
export interface Share {
  readonly cgroup: Cgroup;
  readonly jobs: Job[];
  readonly children: Share[];
  /** Processes of the subtree that could run. */
  wanted: number;
  /** Processors that the subtree may use: none while it is throttled. */
  demand: number;
  /** Processors that it got. */
  rate: number;
  /** The part of its weight that counts here, where its processes are divided between processors. Default 1. */
  readonly part?: number;
}

/** Gives `rate` processors to a share: by weight among its children and processes, to none more than it can use. */
export function divide(share: Share, rate: number): void {
  share.rate = rate;
  if (rate >= share.demand) {
    giveAll(share);
    return;
  }
  const waiting: { weight: number; demand: number; give: (rate: number) => void }[] = [
    ...share.children.map((child) => ({
      weight: weightOf(child.cgroup) * (child.part ?? 1),
      demand: child.demand,
      give: (given: number) => divide(child, given),
    })),
    ...share.jobs.map((job) => ({
      weight: weightOfNice(job.process.traits.nice),
      demand: 1,
      give: (given: number) => {
        job.rate = given;
      },
    })),
  ];
  waiting.sort((a, b) => a.demand / a.weight - b.demand / b.weight);
  let left = rate;
  let weights = waiting.reduce((sum, { weight }) => sum + weight, 0);
  for (const { weight, demand, give } of waiting) {
    const given = Math.min(demand, (left * weight) / weights);
    give(given);
    left -= given;
    weights -= weight;
  }
}

/** There is enough for everybody: weights do not matter. */
function giveAll(share: Share): void {
  if (share.demand === 0) return;
  for (const child of share.children) divide(child, child.demand);
  for (const job of share.jobs) job.rate = 1;
}
