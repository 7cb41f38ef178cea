/** RLIMIT_CPU: SIGXCPU at the soft limit and every second after it, SIGKILL at the hard one. @see getrlimit(2) */
import { SIGKILL, SIGXCPU } from "../../abi/index.ts";
import type { Process } from "../process.ts";

const US_PER_SECOND = 1_000_000;

/** Looks whether a process has used up what it may. */
export function enforceCpuLimit(process: Process): void {
  const limit = process.limits.get("cpu");
  if (limit === undefined || limit.soft === Number.POSITIVE_INFINITY) return;
  const seconds = process.cpuUs / US_PER_SECOND;
  if (seconds >= limit.hard) process.kernel.signals.send(process, SIGKILL);
  else if (seconds >= limit.soft) {
    process.alter({ limits: new Map(process.limits).set("cpu", { ...limit, soft: limit.soft + 1 }) });
    process.kernel.signals.send(process, SIGXCPU);
  }
}
