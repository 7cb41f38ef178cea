/**
 * Calls on time.
 *
 * @see nanosleep(2), clock_gettime(2), sysinfo(2)
 */
import { CAP_SYS_TIME, Errno } from "../../abi/index.ts";
import { type Process, type Sleeper, Sleeping } from "../process.ts";
import type { SyscallTable } from "./table.ts";

export const timeCalls = {
  nanosleep: (process, durationUs) => {
    if (!(durationUs >= 0)) throw new Errno("EINVAL");
    return new Sleeping(sleep(process, durationUs));
  },

  clock_gettime: (process, clock) => {
    const { kernel, ns } = process;
    const sinceBoot = kernel.nowUs - kernel.world.clock.startUs;
    switch (clock) {
      case "realtime":
        return kernel.nowUs;
      case "monotonic":
        return sinceBoot + ns.time.monotonicOffsetUs;
      case "boottime":
        return sinceBoot + ns.time.boottimeOffsetUs;
      case "process-cpu":
        return process.cpuUs;
    }
  },

  clock_settime: (process) => {
    if (!process.creds.capable(CAP_SYS_TIME, process.kernel.init.creds.user)) throw new Errno("EPERM");
    // The world has one clock, and it belongs to nobody inside.
    throw new Errno("EPERM");
  },
} satisfies Partial<SyscallTable>;

function* sleep(process: Process, durationUs: number): Sleeper<undefined> {
  const untilUs = process.kernel.nowUs + Math.ceil(durationUs);
  for (;;) {
    const wakeup = yield { on: [], ...(Number.isFinite(untilUs) ? { untilUs } : {}) };
    if (wakeup === "timeout") return undefined;
    if (wakeup === "interrupted") throw new Errno("EINTR");
  }
}
