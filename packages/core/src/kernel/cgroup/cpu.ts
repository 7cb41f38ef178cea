/**
 * The cpu controller of a cgroup: weight, bandwidth, statistics. `kernel/cpu/cpu.ts` shares the processors by them.
 *
 * Bandwidth is by period: a cgroup runs freely until its quota of the period is used, then stands still until the next.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "CPU", Documentation/scheduler/sched-bwc.rst
 */
import { Errno } from "../../abi/index.ts";
import type { Cgroup } from "./cgroup.ts";
import { type ControlFiles, formatFlat } from "./control-file.ts";
import { parseSigned, parseUnsigned, within } from "./number.ts";

const DEFAULT_PERIOD_US = 100_000;
const MIN_PERIOD_US = 1000;
const MAX_PERIOD_US = 1_000_000;
const MIN_QUOTA_US = 1000;
/** @see kernel/sched/core.c:max_cfs_runtime */
const MAX_QUOTA_US = 2 ** 44 - 1;
const DEFAULT_WEIGHT = 100;

/** How much of the processors a cgroup may use, and how it has fared with that. Linux's struct cfs_bandwidth. */
export class Bandwidth {
  quotaUs = Number.POSITIVE_INFINITY;
  periodUs = DEFAULT_PERIOD_US;
  /** How much unused quota may be kept for later periods: cpu.max.burst. */
  burstUs = 0;
  periods = 0;
  throttledPeriods = 0;
  throttledUs = 0;
  bursts = 0;
  burstUsedUs = 0;
  /** End of the running bandwidth period; 0 while none runs. */
  periodEndUs = 0;
  /** What is left of the quota in this period. */
  leftUs = 0;
  /** What was left when the period began. */
  snapUs = 0;
  throttledSinceUs: number | undefined;

  get hasQuota(): boolean {
    return Number.isFinite(this.quotaUs);
  }
}

/** Settings and statistics that few cgroups have; the CPU time used is `Cgroup.cpuUs`. */
export class CpuController {
  weight = DEFAULT_WEIGHT;
  /** The part of a cgroup's time that processes of a nice above 0 used. */
  niceUs = 0;
  /** For how long somebody waited for a processor; and for how long nobody had one though somebody wanted it. */
  someStalledUs = 0;
  fullStalledUs = 0;
  /** Runs only where nobody else wants to. */
  idle = false;
  /** Only there if the cgroup was ever given a quota. */
  bandwidth: Bandwidth | undefined;

  /** The controller begins anew. What was used was counted without it. */
  forget(): void {
    this.weight = DEFAULT_WEIGHT;
    this.idle = false;
    const { bandwidth } = this;
    if (bandwidth === undefined) return;
    bandwidth.quotaUs = Number.POSITIVE_INFINITY;
    bandwidth.periodUs = DEFAULT_PERIOD_US;
    bandwidth.burstUs = 0;
    bandwidth.periods = 0;
    bandwidth.throttledPeriods = 0;
    bandwidth.throttledUs = 0;
    bandwidth.bursts = 0;
    bandwidth.burstUsedUs = 0;
  }
}

/** What holds for a cgroup that has no settings or statistics of its own. */
const USUAL: Readonly<CpuController> = new CpuController();

/** Counts CPU time for a cgroup and all above it. */
export function chargeCpu(cgroup: Cgroup, us: number, nice: number): void {
  for (let at: Cgroup | undefined = cgroup; at !== undefined; at = at.parent) {
    at.cpuUs += us;
    if (nice > 0) at.cpu.niceUs += us;
  }
}

/**
 * The weight of each nice value from -20 to 19, where that of 0 is 1024: a step changes it by about a quarter.
 *
 * @see sched(7)
 */
const WEIGHTS_OF_NICE = [
  88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991,
  1586, 1277, 1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
] as const;
/** What SCHED_IDLE weighs on that scale. */
const IDLE_WEIGHT = 3;

/** A process of nice 0 weighs as much as a cgroup of weight 100. */
export function weightOfNice(nice: number): number {
  return ((WEIGHTS_OF_NICE[nice + 20] ?? 1024) * 100) / 1024;
}

export function weightOf({ cpuIfAny }: Cgroup): number {
  const { weight, idle } = cpuIfAny ?? USUAL;
  return idle ? (IDLE_WEIGHT * 100) / 1024 : weight;
}

/** The nice value whose weight comes closest to that of a cgroup. */
function niceOfWeight(cgroup: Cgroup): number {
  const weight = Math.round((weightOf(cgroup) * 1024) / 100);
  let best = 0;
  for (const [index, one] of WEIGHTS_OF_NICE.entries()) {
    if (Math.abs(one - weight) < Math.abs((WEIGHTS_OF_NICE[best] as number) - weight)) best = index;
  }
  return best - 20;
}

function writeWeight(cgroup: Cgroup, weight: number): void {
  if (cgroup.cpu.idle) throw new Errno("EINVAL");
  cgroup.kernel.cpu.changed();
  cgroup.cpu.weight = weight;
}

/** "QUOTA [PERIOD]", microseconds; the period stays as it is if it is not given. @throws EINVAL */
function writeMax({ cpu, kernel }: Cgroup, value: string): void {
  const [quota = "", period = ""] = value.trim().split(/\s+/);
  const periodUs = /^\d+/.test(period) ? Number.parseInt(period, 10) : (cpu.bandwidth?.periodUs ?? DEFAULT_PERIOD_US);
  if (quota !== "max" && !/^\d+/.test(quota)) throw new Errno("EINVAL");
  const quotaUs = quota === "max" ? Number.POSITIVE_INFINITY : Number.parseInt(quota, 10);
  if (periodUs < MIN_PERIOD_US || periodUs > MAX_PERIOD_US || quotaUs < MIN_QUOTA_US) throw new Errno("EINVAL");
  if (Number.isFinite(quotaUs)) {
    if (quotaUs > MAX_QUOTA_US || (cpu.bandwidth?.burstUs ?? 0) > quotaUs) throw new Errno("EINVAL");
  }
  cpu.bandwidth ??= new Bandwidth();
  kernel.cpu.setQuota(cpu.bandwidth, quotaUs, periodUs);
}

function writeBurst({ cpu }: Cgroup, value: string): void {
  const burstUs = Number(parseUnsigned(value));
  const quotaUs = cpu.bandwidth?.quotaUs ?? Number.POSITIVE_INFINITY;
  if (burstUs > (Number.isFinite(quotaUs) ? quotaUs : MAX_QUOTA_US)) throw new Errno("EINVAL");
  cpu.bandwidth ??= new Bandwidth();
  cpu.bandwidth.burstUs = burstUs;
}

function stat(cgroup: Cgroup): string {
  const { niceUs, bandwidth } = cgroup.cpuIfAny ?? USUAL;
  const usageUs = Math.round(cgroup.cpuUs - cgroup.kernel.cpu.owedBelow(cgroup));
  const usage = { usage_usec: usageUs, user_usec: usageUs, system_usec: 0 };
  const used = formatFlat({ ...usage, nice_usec: Math.min(usageUs, Math.floor(niceUs)) });
  if (!cgroup.has("cpu")) return used;
  return `${used}${formatFlat({
    nr_periods: bandwidth?.periods ?? 0,
    nr_throttled: bandwidth?.throttledPeriods ?? 0,
    throttled_usec: Math.floor(bandwidth?.throttledUs ?? 0),
    nr_bursts: bandwidth?.bursts ?? 0,
    burst_usec: Math.floor(bandwidth?.burstUsedUs ?? 0),
  })}`;
}

export const CPU_FILES: ControlFiles = {
  "cpu.idle": {
    notOnRoot: true,
    controller: "cpu",
    read: ({ cpuIfAny }) => `${cpuIfAny?.idle ? 1 : 0}\n`,
    write: ({ cpu, kernel }, value) => {
      const number = parseSigned(value);
      if (number !== 0n && number !== 1n) throw new Errno("EINVAL");
      const idle = number === 1n;
      if (cpu.idle && !idle) cpu.weight = DEFAULT_WEIGHT;
      cpu.idle = idle;
      kernel.cpu.changed();
    },
  },
  "cpu.max": {
    notOnRoot: true,
    controller: "cpu",
    read: ({ cpuIfAny: { bandwidth } = USUAL }) =>
      `${bandwidth?.hasQuota ? bandwidth.quotaUs : "max"} ${bandwidth?.periodUs ?? DEFAULT_PERIOD_US}\n`,
    write: writeMax,
  },
  "cpu.max.burst": {
    notOnRoot: true,
    controller: "cpu",
    read: ({ cpuIfAny }) => `${cpuIfAny?.bandwidth?.burstUs ?? 0}\n`,
    write: writeBurst,
  },
  "cpu.stat": { read: stat },
  "cpu.stat.local": {
    read: (cgroup) => {
      if (!cgroup.has("cpu")) return "";
      return formatFlat({ throttled_usec: Math.floor(cgroup.cpuIfAny?.bandwidth?.throttledUs ?? 0) });
    },
  },
  "cpu.weight": {
    notOnRoot: true,
    controller: "cpu",
    read: (cgroup) => `${Math.max(1, Math.round(weightOf(cgroup)))}\n`,
    write: (cgroup, value) => writeWeight(cgroup, within(parseUnsigned(value), 1, 10_000)),
  },
  "cpu.weight.nice": {
    notOnRoot: true,
    controller: "cpu",
    read: (cgroup) => `${niceOfWeight(cgroup)}\n`,
    write: (cgroup, value) => {
      const nice = within(parseSigned(value), -20, 19);
      writeWeight(cgroup, Math.max(1, Math.round(weightOfNice(nice))));
    },
  },
};
