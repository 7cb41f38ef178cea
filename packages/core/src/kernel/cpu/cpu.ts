/**
 * The processors: how the CPU time that processes owe is served in virtual time.
 *
 * A process that has done something costly owes CPU time, and does nothing more until it is served. All debts are served
 * at once, as a fluid: the processors are divided by max–min fairness over the cgroup tree, by weight at each level, at
 * most one processor to a process, nothing to a cgroup that is throttled or frozen. The division is computed anew when
 * the set of those who owe changes; there are no ticks.
 *
 * @see Documentation/scheduler/sched-design-CFS.rst, sched-bwc.rst
 */
import type { Clock, Timer } from "../../sim/index.ts";
import type { Cgroup } from "../cgroup/cgroup.ts";
import { type Bandwidth, chargeCpu } from "../cgroup/cpu.ts";
import type { Process } from "../process.ts";
import { dividePinned } from "./cpu-pins.ts";
import { divide, type Share } from "./cpu-share.ts";
import { type Job, JobList } from "./job-list.ts";

/** What is left after rounding: time below this counts as served. */
const EPSILON_US = 1e-6;

export class Cpu {
  /** How many processors the machine has. */
  readonly count: number;
  readonly #clock: Clock;
  readonly #jobs = new JobList();
  /** Bandwidths whose period is running. */
  readonly #metered = new Set<Bandwidth>();
  readonly #timer: Timer;
  #root: Share | undefined;
  /** Some cgroup was told on which processors it may run. */
  #hasPins = false;
  #sinceUs: number;

  constructor(clock: Clock, count: number) {
    this.#clock = clock;
    this.count = count;
    this.#sinceUs = clock.nowUs;
    this.#timer = clock.timer(() => this.#tick());
  }

  /** Processes that are being served or wait for it. */
  get load(): number {
    return this.#jobs.size;
  }

  /** Serves `us` of CPU time to `process`, then calls its `served()`. */
  serve(process: Process, us: number): void {
    this.#settle();
    const job = this.#jobs.add(process, us);
    const { dueUs } = this.#timer;
    // The division that is due now will take it in.
    if (dueUs === this.#clock.nowUs) return;
    if (this.#root !== undefined || !this.#hasPlenty()) this.#replanSoon();
    else if (process.isRunnable) {
      job.rate = 1;
      this.#timer.arm(Math.min(dueUs ?? Number.POSITIVE_INFINITY, this.#endUs(job)));
    }
  }

  isServing(process: Process): boolean {
    return process.job !== undefined;
  }

  /** Stops serving. Returns what the process still owes. */
  withdraw(process: Process): number {
    const { job } = process;
    if (job === undefined) return 0;
    this.#settle();
    this.#jobs.remove(job);
    this.#replanSoon();
    return job.leftUs;
  }

  /** A limit, a weight or a frozen state changed. */
  changed(): void {
    if (this.#jobs.size === 0) return;
    this.#settle();
    this.#replanSoon();
  }

  /** Brings what is counted up to date. */
  settle(): void {
    this.#settle();
  }

  /** CPU time that processes below `cgroup` are charged with already, and have not got yet. */
  owedBelow(cgroup: Cgroup): number {
    this.#settle();
    let us = 0;
    for (let job = this.#jobs.first; job !== undefined; job = job.next) {
      if (job.process.cgroup.isWithin(cgroup)) us += job.leftUs;
    }
    return us;
  }

  /** From now on cgroups may be bound to processors. */
  pin(): void {
    this.#hasPins = true;
    this.changed();
  }

  /** Another quota holds at once, and whoever was throttled goes on. */
  setQuota(bandwidth: Bandwidth, quotaUs: number, periodUs: number): void {
    this.changed();
    bandwidth.quotaUs = quotaUs;
    bandwidth.periodUs = periodUs;
    this.#unthrottle(bandwidth);
    bandwidth.leftUs = quotaUs;
    bandwidth.snapUs = quotaUs;
    if (bandwidth.hasQuota) return;
    bandwidth.periodEndUs = 0;
    this.#metered.delete(bandwidth);
  }

  #unthrottle(bandwidth: Bandwidth): void {
    if (bandwidth.throttledSinceUs === undefined) return;
    bandwidth.throttledUs += this.#clock.nowUs - bandwidth.throttledSinceUs;
    bandwidth.throttledSinceUs = undefined;
  }

  /** Plans once for all who come to owe at this instant. */
  #replanSoon(): void {
    this.#timer.arm(this.#clock.nowUs);
  }

  #tick(): void {
    this.#settle();
    for (const job of this.#jobs.upTo(EPSILON_US)) {
      // Serving one process may have ended another.
      if (job.process.job !== job) continue;
      this.#jobs.remove(job);
      job.process.served();
    }
    this.#turnPeriods();
    this.#plan();
  }

  /** Counts what was served since the last time. */
  #settle(): void {
    const nowUs = this.#clock.nowUs;
    const passedUs = nowUs - this.#sinceUs;
    this.#sinceUs = nowUs;
    if (passedUs === 0) return;
    for (let job = this.#jobs.first; job !== undefined; job = job.next) job.leftUs -= job.rate * passedUs;
    if (this.#root !== undefined) this.#consume(this.#root, passedUs);
  }

  #consume(share: Share, passedUs: number): void {
    const { cgroup } = share;
    const bandwidth = cgroup.cpuIfAny?.bandwidth;
    if (bandwidth?.hasQuota) bandwidth.leftUs -= share.rate * passedUs;
    if (share.wanted - share.rate > EPSILON_US) {
      const { cpu } = cgroup;
      cpu.someStalledUs += passedUs;
      if (share.rate === 0) cpu.fullStalledUs += passedUs;
    }
    for (const child of share.children) this.#consume(child, passedUs);
  }

  /** Divides the processors and arms the timer for the next change. */
  #plan(): void {
    if (this.#jobs.size === 0) {
      this.#root = undefined;
      if (this.#metered.size === 0) this.#timer.cancel();
      else this.#timer.arm(this.#nextPeriodUs());
      return;
    }
    this.#root = this.#hasPlenty() ? undefined : this.#gather();
    if (this.#root === undefined) this.#serveAll();
    else if (this.#hasPins) dividePinned(this.#root, this.count);
    else divide(this.#root, Math.min(this.count, this.#root.demand));
    let nextUs = this.#nextPeriodUs();
    for (let job = this.#jobs.first; job !== undefined; job = job.next) {
      if (job.rate > 0) nextUs = Math.min(nextUs, this.#endUs(job));
    }
    if (this.#root !== undefined) nextUs = Math.min(nextUs, this.#exhaustionUs(this.#root));
    if (Number.isFinite(nextUs)) this.#timer.arm(Math.max(nextUs, this.#clock.nowUs));
    else this.#timer.cancel();
  }

  /** When it will have been served, as it is now. */
  #endUs({ leftUs, rate }: Job): number {
    return this.#clock.nowUs + Math.ceil(leftUs / rate - EPSILON_US);
  }

  #serveAll(): void {
    for (let job = this.#jobs.first; job !== undefined; job = job.next) job.rate = job.process.isRunnable ? 1 : 0;
  }

  /** Nothing is to be divided: there is a processor for everybody who owes, and no limit on the way to it. */
  #hasPlenty(): boolean {
    if (this.#jobs.size > this.count || this.#hasPins || this.#metered.size > 0) return false;
    for (let job = this.#jobs.first; job !== undefined; job = job.next) {
      for (let at: Cgroup | undefined = job.process.cgroup; at !== undefined; at = at.parent) {
        if (at.cpuIfAny?.bandwidth?.hasQuota) return false;
      }
    }
    return true;
  }

  /** The tree of cgroups with debtors, and how much each could use. */
  #gather(): Share {
    const shares = new Map<Cgroup, Share>();
    const shareOf = (cgroup: Cgroup): Share => {
      const known = shares.get(cgroup);
      if (known !== undefined) return known;
      const made: Share = { cgroup, jobs: [], children: [], wanted: 0, demand: 0, rate: 0 };
      shares.set(cgroup, made);
      if (cgroup.parent !== undefined) shareOf(cgroup.parent).children.push(made);
      return made;
    };
    let root: Share | undefined;
    for (let job = this.#jobs.first; job !== undefined; job = job.next) {
      job.rate = 0;
      root ??= shareOf(job.process.kernel.cgroups);
      if (!job.process.isRunnable) continue;
      shareOf(schedulingGroup(job.process.cgroup)).jobs.push(job);
    }
    this.#demand(root as Share);
    return root as Share;
  }

  #demand(share: Share): number {
    let demand = share.jobs.length;
    share.wanted = demand;
    for (const child of share.children) {
      demand += this.#demand(child);
      share.wanted += child.wanted;
    }
    const bandwidth = share.cgroup.cpuIfAny?.bandwidth;
    if (demand > 0 && bandwidth?.hasQuota && this.#isThrottled(bandwidth)) demand = 0;
    share.demand = demand;
    return demand;
  }

  /** True if the quota of this period is used up. Starts a period if none runs. */
  #isThrottled(bandwidth: Bandwidth): boolean {
    if (bandwidth.periodEndUs === 0) {
      bandwidth.periodEndUs = this.#clock.nowUs + bandwidth.periodUs;
      if (bandwidth.leftUs < bandwidth.quotaUs) bandwidth.leftUs = bandwidth.quotaUs;
      bandwidth.snapUs = bandwidth.leftUs;
      this.#metered.add(bandwidth);
    }
    if (bandwidth.leftUs > EPSILON_US) return false;
    bandwidth.throttledSinceUs ??= this.#clock.nowUs;
    return true;
  }

  /** Ends the bandwidth periods that are over: refills, and lets the throttled go on. */
  #turnPeriods(): void {
    for (const bandwidth of this.#metered) {
      if (bandwidth.periodEndUs > this.#clock.nowUs) continue;
      bandwidth.periods++;
      const wasIdle = bandwidth.leftUs >= bandwidth.snapUs;
      if (bandwidth.throttledSinceUs !== undefined) bandwidth.throttledPeriods++;
      this.#unthrottle(bandwidth);
      refill(bandwidth);
      if (wasIdle) {
        bandwidth.periodEndUs = 0;
        this.#metered.delete(bandwidth);
      } else bandwidth.periodEndUs += bandwidth.periodUs;
    }
  }

  #nextPeriodUs(): number {
    let nextUs = Number.POSITIVE_INFINITY;
    for (const { periodEndUs } of this.#metered) nextUs = Math.min(nextUs, periodEndUs);
    return nextUs;
  }

  /** When the first cgroup will have used its quota up. */
  #exhaustionUs(share: Share): number {
    const bandwidth = share.cgroup.cpuIfAny?.bandwidth;
    let nextUs = Number.POSITIVE_INFINITY;
    if (bandwidth?.hasQuota && share.rate > 0) {
      nextUs = this.#clock.nowUs + Math.ceil(bandwidth.leftUs / share.rate - EPSILON_US);
    }
    for (const child of share.children) nextUs = Math.min(nextUs, this.#exhaustionUs(child));
    return nextUs;
  }
}

/** CPU time that `process` has spent is counted for it and its cgroups at once, before it is served. */
export function accountCpu(process: Process, us: number): void {
  process.cpuUs += us;
  chargeCpu(process.cgroup, us, process.traits.nice);
}

/** A new period begins: what is left of the old one is kept as far as bursts may go. @see __refill_cfs_bandwidth_runtime */
function refill(bandwidth: Bandwidth): void {
  bandwidth.leftUs += bandwidth.quotaUs;
  const burstUs = bandwidth.snapUs - bandwidth.leftUs;
  if (burstUs > EPSILON_US) {
    bandwidth.burstUsedUs += burstUs;
    bandwidth.bursts++;
  }
  bandwidth.leftUs = Math.min(bandwidth.leftUs, bandwidth.quotaUs + bandwidth.burstUs);
  bandwidth.snapUs = bandwidth.leftUs;
}

/** The nearest cgroup that has the cpu controller: those without it compete within that. */
function schedulingGroup(cgroup: Cgroup): Cgroup {
  let at = cgroup;
  while (at.parent !== undefined && !at.has("cpu")) at = at.parent;
  return at;
}
