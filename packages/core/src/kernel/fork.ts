/**
 * How a process is born: clone(2), and `spawn` for what the host starts.
 *
 * @see clone(2), kernel/fork.c
 */
import {
  CAP_SYS_ADMIN,
  CAP_SYS_RESOURCE,
  type CloneOptions,
  Errno,
  type NamespaceKind,
  type Routine,
  SIGCHLD,
  SIGNAL_MAX,
  type Signal,
} from "../abi/index.ts";
import type { Cgroup } from "./cgroup/cgroup.ts";
import { chargePid, tryChargePid } from "./cgroup/pids.ts";
import { cloneNamespaces } from "./namespaces/clone.ts";
import type { NamespaceSet } from "./namespaces/namespace-set.ts";
import type { PidNamespace } from "./namespaces/pid.ts";
import { Process, type ProcessInit, TURN_US } from "./process.ts";
import type { SignalAction } from "./signals.ts";

const NO_NAMESPACES: ReadonlySet<NamespaceKind> = new Set();

/**
 * A child that starts at `routine`, otherwise like its parent. It is born in `cgroup`, as with CLONE_INTO_CGROUP; another
 * than its parent's takes it in whatever its pids.max is, as it would who is moved there.
 *
 * @throws EAGAIN if pids.max or RLIMIT_NPROC is reached. @throws EPERM for new namespaces without the right to.
 * @throws ENOMEM if the pid namespace's init has ended. @throws EINVAL for an exit signal that is none.
 */
export function fork(
  parent: Process,
  routine: Routine<number>,
  options: CloneOptions,
  cgroup: Cgroup = parent.cgroup,
): Process {
  const kinds = options.namespaces ?? NO_NAMESPACES;
  checkRights(parent, kinds);
  const { exitSignal = SIGCHLD } = options;
  if (!Number.isInteger(exitSignal) || exitSignal < 0 || exitSignal > SIGNAL_MAX) throw new Errno("EINVAL");
  // The init of a pid namespace has no parent in it that could reap a sibling.
  if (options.sibling === true && parent.isNamespaceInit) throw new Errno("EINVAL");
  if (parent.ns.pidForChildren.init?.isAlive === false) {
    // The numbers are taken before this is noticed, and given back unused.
    for (let at: PidNamespace | undefined = parent.ns.pidForChildren; at !== undefined; at = at.parent) at.take();
    throw new Errno("ENOMEM");
  }
  if (isOverProcessLimit(parent)) throw new Errno("EAGAIN");
  if (cgroup !== parent.cgroup) chargePid(cgroup, 1);
  else if (!tryChargePid(cgroup)) throw new Errno("EAGAIN");
  const set = withCharge(cgroup, () => cloneNamespaces(parent, kinds));
  const ns = childNamespaces(set.ns);
  const { root, cwd } = set.places ?? parent;
  const relation = options.sibling === true ? parent.parent : parent;
  const child = new Process(
    {
      kernel: parent.kernel,
      parent: relation,
      name: parent.name,
      argv: parent.argv,
      env: parent.env,
      exe: parent.exe,
      text: parent.text,
      files: parent.files.clone(),
      root,
      cwd,
      creds: set.creds,
      ns,
      cgroup,
      traits: parent.traits,
      blocked: parent.blocked,
      actions: keepIgnored(parent.actions),
      exitSignal,
    },
    parent.group,
  );
  child.inheritedActions = parent.actions;
  beBorn(child);
  parent.kernel.ipcUsers.forked(parent, child);
  child.start(routine);
  // Otherwise a fork bomb would grow for ever without a moment passing.
  if (isNewborn(parent) && parent.parent !== undefined && isNewborn(parent.parent)) child.charge(TURN_US);
  if (!isNewborn(parent)) parent.prolongTurn();
  child.makeReady();
  return child;
}

/** A child is born into the namespaces that its parent has unshared for children. */
function childNamespaces(ns: NamespaceSet): NamespaceSet {
  if (ns.pid === ns.pidForChildren && ns.time === ns.timeForChildren) return ns;
  ns.timeForChildren.isEntered = true;
  return { ...ns, pid: ns.pidForChildren, time: ns.timeForChildren };
}

/** Born at this very moment, by somebody's clone(2): it has not been served any time yet. */
function isNewborn({ startUs, kernel, parent }: Process): boolean {
  return parent !== undefined && startUs === kernel.world.clock.nowUs;
}

/** What fails has made no process: the place among the pids is free again. */
function withCharge<T>(cgroup: Cgroup, make: () => T): T {
  try {
    return make();
  } catch (error) {
    chargePid(cgroup, -1);
    throw error;
  }
}

/** RLIMIT_NPROC: how many processes the user may have. It does not hold for root, nor for who may exceed limits. */
function isOverProcessLimit({ kernel, creds, limits }: Process): boolean {
  const limit = limits.get("nproc")?.soft ?? Number.POSITIVE_INFINITY;
  if (creds.realUid === 0 || kernel.processes.size < limit) return false;
  if (creds.capable(CAP_SYS_RESOURCE, creds.user) || creds.capable(CAP_SYS_ADMIN, creds.user)) return false;
  let count = 0;
  for (const process of kernel.processes.values()) if (process.creds.realUid === creds.realUid) count++;
  return count >= limit;
}

/**
 * A process that the host starts. It leads a session of its own.
 *
 * The host puts it into its cgroup: that never fails, for only clone(2) heeds pids.max. @see cgroup-v2.rst "PID"
 */
export function spawn(init: ProcessInit, routine: Routine<number>): Process {
  chargePid(init.cgroup, 1);
  const process = new Process(init, undefined);
  beBorn(process);
  process.start(routine);
  process.makeReady();
  return process;
}

function beBorn(process: Process): void {
  for (let at: PidNamespace | undefined = process.ns.pid; at !== undefined; at = at.parent) {
    at.processes.set(process.pidAt(at.level) as number, process);
  }
  process.ns.pid.init ??= process;
  process.ns.mnt.members.add(process);
  process.parent?.children.add(process);
  process.cgroup.adopt(process);
  if (process.text !== undefined) process.text.use.executing++;
}

/** New namespaces need CAP_SYS_ADMIN, unless a user namespace comes with them. */
function checkRights(parent: Process, kinds: ReadonlySet<NamespaceKind>): void {
  if (kinds.size === 0 || kinds.has("user")) return;
  if (!parent.creds.capable(CAP_SYS_ADMIN, parent.creds.user)) throw new Errno("EPERM");
}

/**
 * Unlike Linux, a child keeps no handlers: they are its parent's code, and act on its parent's variables. Before the
 * child has done anything, a signal is lost if the handler says so.
 */
export function keepIgnored(
  actions: ReadonlyMap<Signal, SignalAction> | undefined,
): ReadonlyMap<Signal, SignalAction> | undefined {
  if (actions === undefined || hasOnlyIgnored(actions)) return actions;
  const kept = [...actions].filter(([, action]) => action.disposition === "ignore");
  return kept.length === 0 ? undefined : new Map(kept);
}

function hasOnlyIgnored(actions: ReadonlyMap<Signal, SignalAction>): boolean {
  for (const { disposition } of actions.values()) if (disposition !== "ignore") return false;
  return true;
}
