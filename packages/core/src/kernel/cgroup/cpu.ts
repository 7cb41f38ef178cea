/**
 * The cpu controller of a cgroup: weight, bandwidth, statistics. `kernel/cpu.ts` shares the processors by them.
 *
 * Bandwidth is by period: a cgroup runs freely until its quota of the period is used, then stands still until the next.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "CPU", Documentation/scheduler/sched-bwc.rst
 */
import { Errno } from "../../abi/index.ts";
import type { Cgroup } from "./cgroup.ts";
import { type ControlFiles, formatFlat, parseWithin } from "./control-file.ts";

export const DEFAULT_PERIOD_US = 100_000;

/** How much of the processors a cgroup may use, and how it has fared with that. Linux's struct cfs_bandwidth. */
export class Bandwidth {
  quotaUs = Number.POSITIVE_INFINITY;
  periodUs = DEFAULT_PERIOD_US;
  periods = 0;
  throttledPeriods = 0;
  throttledUs = 0;
  /** End of the running bandwidth period; 0 while none runs. */
  periodEndUs = 0;
  /** What is left of the quota in this period. */
  leftUs = 0;
  throttledSinceUs: number | undefined;

  get hasQuota(): boolean {
    return Number.isFinite(this.quotaUs);
  }
}

export class CpuController {
  weight = 100;
  usageUs = 0;
  /** Only of a cgroup that was ever given a quota. */
  bandwidth: Bandwidth | undefined;
}

/** Counts CPU time for a cgroup and all above it. */
export function chargeCpu(cgroup: Cgroup, us: number): void {
  for (let at: Cgroup | undefined = cgroup; at !== undefined; at = at.parent) at.cpu.usageUs += us;
}

export const CPU_FILES: ControlFiles = {
  "cpu.weight": {
    notOnRoot: true,
    read: ({ cpu }) => `${cpu.weight}\n`,
    write: ({ cpu }, value) => {
      cpu.weight = parseWithin(value, 1, 10_000);
    },
  },
  "cpu.max": {
    notOnRoot: true,
    read: ({ cpu: { bandwidth } }) =>
      `${bandwidth?.hasQuota ? bandwidth.quotaUs : "max"} ${bandwidth?.periodUs ?? DEFAULT_PERIOD_US}\n`,
    write: ({ cpu }, value) => {
      const [quota = "", period] = value.trim().split(/\s+/);
      const periodUs = period === undefined ? (cpu.bandwidth?.periodUs ?? DEFAULT_PERIOD_US) : Number(period);
      const quotaUs = quota === "max" ? Number.POSITIVE_INFINITY : Number(quota);
      if (!(periodUs >= 1000 && periodUs <= 1_000_000) || !(quotaUs >= 1000)) throw new Errno("EINVAL");
      cpu.bandwidth ??= new Bandwidth();
      cpu.bandwidth.quotaUs = quotaUs;
      cpu.bandwidth.periodUs = periodUs;
    },
  },
  "cpu.stat": {
    read: ({ cpu }) =>
      formatFlat({
        usage_usec: Math.floor(cpu.usageUs),
        user_usec: Math.floor(cpu.usageUs),
        system_usec: 0,
        nr_periods: cpu.bandwidth?.periods ?? 0,
        nr_throttled: cpu.bandwidth?.throttledPeriods ?? 0,
        throttled_usec: Math.floor(cpu.bandwidth?.throttledUs ?? 0),
      }),
  },
};
