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

export class CpuController {
  weight = 100;
  quotaUs = Number.POSITIVE_INFINITY;
  periodUs = DEFAULT_PERIOD_US;
  usageUs = 0;
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
    read: ({ cpu }) => `${cpu.hasQuota ? cpu.quotaUs : "max"} ${cpu.periodUs}\n`,
    write: ({ cpu }, value) => {
      const [quota = "", period] = value.trim().split(/\s+/);
      const periodUs = period === undefined ? cpu.periodUs : Number(period);
      const quotaUs = quota === "max" ? Number.POSITIVE_INFINITY : Number(quota);
      if (!(periodUs >= 1000 && periodUs <= 1_000_000) || !(quotaUs >= 1000)) throw new Errno("EINVAL");
      cpu.quotaUs = quotaUs;
      cpu.periodUs = periodUs;
    },
  },
  "cpu.stat": {
    read: ({ cpu }) =>
      formatFlat({
        usage_usec: Math.floor(cpu.usageUs),
        user_usec: Math.floor(cpu.usageUs),
        system_usec: 0,
        nr_periods: cpu.periods,
        nr_throttled: cpu.throttledPeriods,
        throttled_usec: Math.floor(cpu.throttledUs),
      }),
  },
};
