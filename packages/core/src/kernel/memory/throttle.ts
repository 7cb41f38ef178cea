/**
 * Holding a process up: when its call is done it sleeps, for its cgroup has taken more than it should.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "memory.high", mm/memcontrol.c:mem_cgroup_handle_over_high
 */
import { PAGE_SIZE } from "../../abi/index.ts";
import { upwards } from "../cgroup/control-file.ts";
import { raise } from "../cgroup/memory.ts";
import { reclaim } from "../cgroup/reclaim.ts";
import type { Process } from "../process.ts";

/** The longest sleep for one charge, and the shortest that is worth it. */
const MAX_DELAY_US = 2_000_000;
const MIN_DELAY_US = 10_000;
/** Overuse is a fraction in units of 2^-20; its square is scaled down by 2^34, for a batch of 64 pages. */
const PRECISION = 2 ** 20;
const SCALE = 2 ** 34;
const BATCH_PAGES = 64;

/** After `process` has charged `bytes`: cgroups beyond memory.high give page cache back, or make it wait. */
export function throttle(process: Process, bytes: number): void {
  let delayUs = 0;
  for (const at of upwards(process.cgroup)) {
    const { memory } = at;
    const over = memory.currentBytes - memory.high;
    if (over <= 0) continue;
    raise(at, "high");
    if (reclaim(at, Math.ceil(over / PAGE_SIZE) * PAGE_SIZE) >= over) continue;
    const overuse = ((memory.currentBytes - memory.high) * PRECISION) / Math.max(memory.high, PAGE_SIZE);
    delayUs = Math.max(delayUs, ((overuse * overuse) / SCALE) * 1_000_000);
  }
  const scaledUs = Math.min(MAX_DELAY_US, Math.floor((delayUs * bytes) / PAGE_SIZE / BATCH_PAGES));
  if (scaledUs <= MIN_DELAY_US) return;
  for (const { memory } of upwards(process.cgroup)) memory.stalledUs += scaledUs;
  holdUp(process, process.kernel.monotonicUs + scaledUs);
}

/** The call that `process` is in returns no sooner than `untilUs`. */
export function holdUp(process: Process, untilUs: number): void {
  const { kernel } = process;
  if (kernel.current === process) kernel.heldUpUntilUs = Math.max(kernel.heldUpUntilUs, untilUs);
}
