/**
 * Calls on where and in which order a process is served: processors, I/O priority.
 *
 * @see sched_setaffinity(2), ioprio_set(2)
 */
import { CAP_SYS_ADMIN, CAP_SYS_NICE, Errno } from "../../abi/index.ts";
import { allowedCpus, effectiveCpus } from "../cgroup/cpuset.ts";
import type { Process } from "../process.ts";
import { find } from "./processes.ts";
import type { SyscallTable } from "./table.ts";

const IOPRIO_CLASS_SHIFT = 13;
/** The bits between level and class are hints for the device. */
const IOPRIO_LEVEL_MASK = 7;
const IOPRIO_CLASS_RT = 1;
const IOPRIO_CLASS_IDLE = 3;

export const schedulingCalls = {
  sched_yield: () => {},
  sched_getaffinity: (process, pid) => allowedCpus(find(process, pid)),

  sched_setaffinity: (process, pid, cpus) => {
    const target = find(process, pid);
    checkSameUser(process, target);
    const chosen = effectiveCpus(target.cgroup).filter((cpu) => cpus.includes(cpu));
    if (chosen.length === 0) throw new Errno("EINVAL");
    target.alter({ affinity: chosen });
    process.kernel.cpu.pin();
  },

  ioprio_get: (process, pid) => find(process, pid).traits.ioPriority,

  ioprio_set: (process, pid, priority) => {
    const ioClass = priority >> IOPRIO_CLASS_SHIFT;
    const level = priority & IOPRIO_LEVEL_MASK;
    const isValid = Number.isInteger(priority) && ioClass >= 0 && ioClass <= IOPRIO_CLASS_IDLE;
    if (!isValid || (ioClass === 0 && level !== 0)) throw new Errno("EINVAL");
    const { user } = process.kernel.init.creds;
    const isPrivileged = process.creds.capable(CAP_SYS_NICE, user) || process.creds.capable(CAP_SYS_ADMIN, user);
    if (ioClass === IOPRIO_CLASS_RT && !isPrivileged) throw new Errno("EPERM");
    const target = find(process, pid);
    checkSameUser(process, target);
    target.alter({ ioPriority: priority });
  },
} satisfies Partial<SyscallTable>;

/** @throws EPERM if the target is somebody else's */
function checkSameUser(process: Process, target: Process): void {
  const isOwn = [target.creds.realUid, target.creds.effectiveUid].includes(process.creds.effectiveUid);
  if (!isOwn && !process.creds.capable(CAP_SYS_NICE, target.creds.user)) throw new Errno("EPERM");
}
