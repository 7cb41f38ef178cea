/**
 * Calls on processes: clone, execve, exit, wait, groups, sessions, priorities, limits, memory.
 *
 * @see clone(2), execve(2), wait4(2), setpgid(2), setsid(2), getpriority(2), prlimit(2), prctl(2)
 */
import {
  CAP_SETPCAP,
  CAP_SYS_ADMIN,
  CAP_SYS_NICE,
  CAP_SYS_RESOURCE,
  CapabilitySet,
  type Entry,
  Errno,
  type PrctlOption,
  type PriorityTarget,
  type Waited,
  WCONTINUED,
  WNOHANG,
  WUNTRACED,
} from "../../abi/index.ts";
import { effectiveCpus } from "../cgroup/cpuset.ts";
import { exec } from "../exec.ts";
import { exit, reap } from "../exit.ts";
import { fork } from "../fork.ts";
import { setMemory } from "../oom.ts";
import { type Process, pidIn, type Sleeper, Sleeping } from "../process.ts";
import { ProcessGroup, Session } from "../session.ts";
import type { SyscallTable } from "./table.ts";

export const processCalls = {
  clone: (process, entry, argument, options) => {
    const makesNamespaces = (options.namespaces?.size ?? 0) > 0;
    if (makesNamespaces && process.seccomp?.deniesNamespaces === true) throw new Errno("EPERM");
    process.charge(process.kernel.world.costs.clone);
    const child = fork(process, (entry as Entry<unknown>)(argument), options);
    return pidIn(process.ns.pid, child);
  },

  execve: (process, path, argv, env) => exec(process, path, argv, env) as never,

  exit: (process, code) => exit(process, { exited: code & 0xff }) as never,

  wait4: (process, pid, options) => {
    const found = findChanged(process, pid, options);
    if (found !== undefined || (options & WNOHANG) !== 0) return found;
    return new Sleeping(waitLater(process, pid, options));
  },

  sched_yield: () => {},
  sched_getaffinity: (process, pid) => effectiveCpus(find(process, pid).cgroup),

  getpid: (process) => process.ownPid,
  getppid: (process) => pidIn(process.ns.pid, process.parent),
  getpgid: (process, pid) => pidIn(process.ns.pid, find(process, pid).group.leader),
  getsid: (process, pid) => pidIn(process.ns.pid, find(process, pid).group.session.leader),

  setpgid: (process, pid, pgid) => {
    const target = find(process, pid);
    if (pgid < 0) throw new Errno("EINVAL");
    if (target !== process && target.parent !== process) throw new Errno("ESRCH");
    if (target.group.session !== process.group.session || target.group.session.leader === target) {
      throw new Errno("EPERM");
    }
    const leader = pgid === 0 ? target : process.ns.pid.find(pgid);
    if (leader === target) {
      if (target.group.leader !== target) joinGroup(target, new ProcessGroup(target, target.group.session));
      return;
    }
    const group = leader?.group;
    if (group === undefined || group.leader !== leader || group.session !== target.group.session) {
      throw new Errno("EPERM");
    }
    joinGroup(target, group);
  },

  setsid: (process) => {
    if (process.group.leader === process) throw new Errno("EPERM");
    joinGroup(process, new ProcessGroup(process, new Session(process)));
    return process.ownPid;
  },

  getpriority: (process, which, who) => {
    const nices = targets(process, which, who).map((target) => target.nice);
    if (nices.length === 0) throw new Errno("ESRCH");
    return Math.min(...nices);
  },

  setpriority: (process, which, who, nice) => {
    const chosen = targets(process, which, who);
    if (chosen.length === 0) throw new Errno("ESRCH");
    const clamped = Math.max(-20, Math.min(19, nice));
    for (const target of chosen) {
      const privileged = process.creds.capable(CAP_SYS_NICE, target.creds.user);
      const sameUser = [target.creds.realUid, target.creds.effectiveUid].includes(process.creds.effectiveUid);
      if (!sameUser && !privileged) throw new Errno("EPERM");
      if (clamped < target.nice && !privileged) throw new Errno("EACCES");
      target.nice = clamped;
      process.kernel.cpu.changed();
    }
  },

  prlimit: (process, pid, resource, limit) => {
    const target = find(process, pid);
    const old = target.limits.get(resource);
    if (old === undefined) throw new Errno("EINVAL");
    if (limit === undefined) return old;
    if (limit.soft > limit.hard) throw new Errno("EINVAL");
    if (limit.hard > old.hard && !process.creds.capable(CAP_SYS_RESOURCE, target.creds.user)) throw new Errno("EPERM");
    target.limits = new Map(target.limits).set(resource, limit);
    return old;
  },

  times: (process) => ({
    self: { userUs: process.cpuUs, systemUs: 0 },
    children: { userUs: process.childrenCpuUs, systemUs: 0 },
  }),

  prctl: (process, option, argument) => prctl(process, option, argument),

  seccomp: (process, filter) => {
    if (!process.creds.noNewPrivs && !process.creds.capable(CAP_SYS_ADMIN, process.creds.user)) {
      throw new Errno("EACCES");
    }
    const { seccomp: before } = process;
    process.seccomp =
      before === undefined
        ? filter
        : {
            name: filter.name,
            denied: new Set([...before.denied, ...filter.denied]),
            deniesNamespaces: before.deniesNamespaces || filter.deniesNamespaces,
          };
  },

  burn: (process, durationUs) => process.charge(Math.max(0, durationUs)),
  brk: (process, bytes) => setMemory(process, bytes),
} satisfies Partial<SyscallTable>;

/** The process with that number in the caller's namespace; 0 is the caller. @throws ESRCH */
export function find(process: Process, pid: number): Process {
  if (pid === 0) return process;
  const found = process.ns.pid.find(pid);
  if (found === undefined) throw new Errno("ESRCH");
  return found;
}

function* waitLater(process: Process, pid: number, options: number): Sleeper<Waited | undefined> {
  for (;;) {
    const wakeup = yield { on: [process.childChanged] };
    const found = findChanged(process, pid, options);
    if (found !== undefined) return found;
    if (wakeup === "interrupted") throw new Errno("EINTR");
  }
}

/** A child that has something to report; its report is taken. @throws ECHILD if no child could ever match. */
function findChanged(process: Process, pid: number, options: number): Waited | undefined {
  let matches = false;
  for (const child of process.children) {
    if (!isWanted(process, child, pid)) continue;
    matches = true;
    if (child.state === "zombie" && child.status !== undefined) {
      const number = pidIn(process.ns.pid, child);
      reap(child);
      return { pid: number, status: child.status };
    }
    const report = child.unreported;
    if (report === undefined) continue;
    const asked = "stopped" in report ? WUNTRACED : WCONTINUED;
    if ((options & asked) === 0) continue;
    child.unreported = undefined;
    return { pid: pidIn(process.ns.pid, child), status: report };
  }
  if (!matches) throw new Errno("ECHILD");
  return undefined;
}

function isWanted(process: Process, child: Process, pid: number): boolean {
  if (pid === -1) return true;
  if (pid > 0) return pidIn(process.ns.pid, child) === pid;
  if (pid === 0) return child.group === process.group;
  return pidIn(process.ns.pid, child.group.leader) === -pid;
}

function joinGroup(process: Process, group: ProcessGroup): void {
  process.group.members.delete(process);
  process.group = group;
  group.members.add(process);
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

function prctl(process: Process, option: PrctlOption, argument: number | string | CapabilitySet): number | string {
  const { creds } = process;
  const capability = typeof argument === "number" ? argument : 0;
  switch (option) {
    case "PR_SET_NAME":
      process.name = String(argument).slice(0, 15);
      return 0;
    case "PR_GET_NAME":
      return process.name;
    case "PR_SET_PDEATHSIG":
      process.parentDeathSignal = capability;
      return 0;
    case "PR_SET_CHILD_SUBREAPER":
      process.subreaper = capability !== 0;
      return 0;
    case "PR_SET_NO_NEW_PRIVS":
      if (capability !== 1) throw new Errno("EINVAL");
      process.creds = creds.with({ noNewPrivs: true });
      return 0;
    case "PR_GET_NO_NEW_PRIVS":
      return creds.noNewPrivs ? 1 : 0;
    case "PR_SET_KEEPCAPS":
      process.creds = creds.with({ keepCaps: capability !== 0 });
      return 0;
    case "PR_CAPBSET_READ":
      return creds.bounding.has(capability) ? 1 : 0;
    case "PR_CAPBSET_DROP": {
      if (!creds.capable(CAP_SETPCAP, creds.user)) throw new Errno("EPERM");
      const dropped = argument instanceof CapabilitySet ? argument : CapabilitySet.of(capability);
      process.creds = creds.with({ bounding: creds.bounding.minus(dropped) });
      return 0;
    }
    case "PR_CAP_AMBIENT_RAISE":
      if (!creds.permitted.has(capability) || !creds.inheritable.has(capability)) throw new Errno("EPERM");
      process.creds = creds.with({ ambient: creds.ambient.with(capability) });
      return 0;
    case "PR_CAP_AMBIENT_LOWER":
      process.creds = creds.with({ ambient: creds.ambient.without(capability) });
      return 0;
    case "PR_CAP_AMBIENT_CLEAR_ALL":
      process.creds = creds.with({ ambient: CapabilitySet.EMPTY });
      return 0;
  }
}
