/**
 * Calls on what processes use: priorities, limits, CPU time, memory.
 *
 * @see getpriority(2), prlimit(2), times(2)
 */
import { CAP_SYS_NICE, CAP_SYS_RESOURCE, Errno, type PriorityTarget, type ResourceLimit } from "../../abi/index.ts";
import { holdMemory } from "../memory/held-memory.ts";
import { setMemory } from "../memory/oom.ts";
import { type Process, pidIn } from "../process.ts";
import { find } from "./processes.ts";
import type { SyscallTable } from "./table.ts";

/** More than thirty years are as good as for ever. */
const MAX_BURN_US = 1e15;
/** Descriptors that a process can be allowed. @see /proc/sys/fs/nr_open */
const NR_OPEN = 1_048_576;

export const resourceCalls = {
  getpriority: (process, which, who) => {
    const nices = targets(process, which, who).map(({ traits }) => traits.nice);
    if (nices.length === 0) throw new Errno("ESRCH");
    return Math.min(...nices);
  },

  setpriority: (process, which, who, nice) => {
    const chosen = targets(process, which, who);
    if (chosen.length === 0) throw new Errno("ESRCH");
    const clamped = Math.max(-20, Math.min(19, nice));
    const { creds, kernel } = process;
    for (const target of chosen) {
      const sameUser = [target.creds.realUid, target.creds.effectiveUid].includes(creds.effectiveUid);
      if (!sameUser && !creds.capable(CAP_SYS_NICE, target.creds.user)) throw new Errno("EPERM");
      // Root in a user namespace of its own cannot make the machine's processes wait.
      if (clamped < target.traits.nice && !creds.capable(CAP_SYS_NICE, kernel.init.creds.user))
        throw new Errno("EACCES");
      target.alter({ nice: clamped });
      kernel.cpu.changed();
    }
  },

  prlimit: (process, pid, resource, limit) => {
    const target = find(process, pid);
    checkLimitRight(process, target);
    const old = target.limits.get(resource);
    if (old === undefined) throw new Errno("EINVAL");
    if (limit === undefined) return old;
    if (!(limit.soft >= 0 && limit.soft <= limit.hard)) throw new Errno("EINVAL");
    if (resource === "nofile" && limit.hard > NR_OPEN) throw new Errno("EPERM");
    const mayRaise = process.creds.capable(CAP_SYS_RESOURCE, process.kernel.init.creds.user);
    if (limit.hard > old.hard && !mayRaise) throw new Errno("EPERM");
    target.alter({ limits: new Map(target.limits).set(resource, whole(limit)) });
    return old;
  },

  times: (process) => ({
    self: { userUs: process.cpuUs, systemUs: 0 },
    children: { userUs: process.childrenCpuUs, systemUs: 0 },
  }),

  burn: (process, durationUs) => process.charge(durationUs > 0 ? Math.min(Math.ceil(durationUs), MAX_BURN_US) : 0),
  brk: (process, bytes, heldBytes) => {
    setMemory(process, Number.isNaN(bytes) ? 0 : bytes);
    if (process.isAlive) holdMemory(process, Number.isNaN(heldBytes) ? 0 : heldBytes);
  },
} satisfies Partial<SyscallTable>;

const whole = ({ soft, hard }: ResourceLimit): ResourceLimit => ({ soft: Math.floor(soft), hard: Math.floor(hard) });

/** One's own, those of somebody who is the same user in every respect, or of whom one may. @throws EPERM */
function checkLimitRight({ creds: mine }: Process, { creds: theirs }: Process): void {
  if (mine === theirs) return;
  const uids = [theirs.realUid, theirs.effectiveUid, theirs.savedUid];
  const gids = [theirs.realGid, theirs.effectiveGid, theirs.savedGid];
  const isSame = uids.every((uid) => uid === mine.realUid) && gids.every((gid) => gid === mine.realGid);
  if (!isSame && !mine.capable(CAP_SYS_RESOURCE, theirs.user)) throw new Errno("EPERM");
}

function targets(process: Process, which: PriorityTarget, who: number): readonly Process[] {
  const all = [...process.ns.pid.processes.values()].filter((one) => one.isAlive);
  switch (which) {
    case "process":
      return all.filter((one) => (who === 0 ? one === process : pidIn(process.ns.pid, one) === who));
    case "group":
      return all.filter((one) =>
        who === 0 ? one.group === process.group : pidIn(process.ns.pid, one.group.leader) === who,
      );
    case "user": {
      const uid = who === 0 ? process.creds.realUid : process.creds.user.uidToMachine(who);
      return all.filter((one) => one.creds.realUid === uid);
    }
  }
}
