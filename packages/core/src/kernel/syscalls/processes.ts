/**
 * Calls on processes: clone, execve, exit, wait, groups, sessions.
 *
 * @see clone(2), execve(2), wait4(2), setpgid(2), setsid(2), seccomp(2)
 */
import { CAP_SYS_ADMIN, type Entry, Errno, type Waited, WCONTINUED, WNOHANG, WUNTRACED } from "../../abi/index.ts";
import { exec } from "../exec.ts";
import { exit, reap } from "../exit.ts";
import { fork } from "../fork.ts";
import { type Process, pidIn, type Sleeper, Sleeping } from "../process.ts";
import { addFilter } from "../seccomp/judge.ts";
import { ProcessGroup, Session } from "../session.ts";
import { prctl } from "./prctl.ts";
import type { SyscallTable } from "./table.ts";

const WAIT_OPTIONS = WNOHANG | WUNTRACED | WCONTINUED;

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
    if ((options & ~WAIT_OPTIONS) !== 0) throw new Errno("EINVAL");
    const found = findChanged(process, pid, options);
    if (found !== undefined || (options & WNOHANG) !== 0) return found;
    return new Sleeping(waitLater(process, pid, options));
  },

  getpid: (process) => process.ownPid,
  getppid: (process) => pidIn(process.ns.pid, process.parent),
  getpgid: (process, pid) => pidIn(process.ns.pid, find(process, pid).group.leader),
  getsid: (process, pid) => pidIn(process.ns.pid, find(process, pid).group.session.leader),

  setpgid: (process, pid, pgid) => {
    const target = find(process, pid);
    if (pgid < 0) throw new Errno("EINVAL");
    if (target !== process && target.parent !== process) throw new Errno("ESRCH");
    if (target !== process && target.hasExecuted) throw new Errno("EACCES");
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

  prctl,

  seccomp: (process, filter) => {
    if (!process.creds.noNewPrivs && !process.creds.capable(CAP_SYS_ADMIN, process.creds.user)) {
      throw new Errno("EACCES");
    }
    process.alter({ seccomp: addFilter(process.seccomp, filter) });
  },
} satisfies Partial<SyscallTable>;

/** The process with that pid in the caller's namespace; 0 is the caller. @throws ESRCH */
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
  process.group.delete(process);
  process.group = group;
  group.add(process);
}
