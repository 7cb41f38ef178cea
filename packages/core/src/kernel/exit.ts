/**
 * How a process ends: it lets go of what it has, its children get another parent, and its own parent is told.
 *
 * The dead body stays as a zombie until the parent waits for it (`reap`), or goes at once if the parent does not care.
 *
 * @see exit(2), wait(2), pid_namespaces(7), kernel/exit.c
 */
import { SIGCHLD, SIGCONT, SIGHUP, SIGKILL, type WaitStatus } from "../abi/index.ts";
import { assert } from "../lib/index.ts";
import { chargePid } from "./cgroup/pids.ts";
import { releaseText } from "./executed-file.ts";
import { releaseMemory } from "./memory/oom.ts";
import type { PidNamespace } from "./namespaces/pid.ts";
import type { Process } from "./process.ts";

export function exit(process: Process, status: WaitStatus): void {
  if (!process.isAlive) return;
  process.state = "exiting";
  process.status = status;
  process.kernel.exited(process, status);
  process.kernel.ipcUsers.exited(process);
  process.files.closeAll();
  process.abandon();
  releaseMemory(process);
  releaseText(process);
  if (process.isNamespaceInit) killNamespace(process);
  leaveSession(process);
  giveChildrenAway(process);
  process.cgroup.release(process);
  process.watcher?.processEnded(status);
  process.state = "zombie";
  notifyParent(process);
}

/** The parent has waited for the zombie: its pid is free again. */
export function reap(process: Process): void {
  assert(process.state === "zombie", "a process is reaped once, when it has ended");
  process.state = "dead";
  const { parent } = process;
  if (parent !== undefined) {
    parent.childrenCpuUs += process.cpuUs + process.childrenCpuUs;
    parent.children.delete(process);
  }
  process.group.delete(process);
  chargePid(process.cgroup, -1);
  for (let at: PidNamespace | undefined = process.ns.pid; at !== undefined; at = at.parent) {
    at.processes.delete(process.pidAt(at.level) as number);
  }
}

/** The first process of a pid namespace takes all others with it. @see pid_namespaces(7) "The namespace init process" */
function killNamespace(init: Process): void {
  if (init.ns.pid.processes.size === 1) return;
  for (const process of [...init.ns.pid.processes.values()]) {
    if (process === init) continue;
    process.kernel.signals.send(process, SIGKILL);
    // The namespace's reaper is gone: nobody else would ever wait for them, but a parent that is outside.
    if (process.state === "zombie" && process.ns.pid === init.ns.pid && !hasParentOutside(process)) reap(process);
  }
}

/** Whoever unshares a pid namespace stays outside, and is the parent of all that it makes in there. */
function hasParentOutside({ parent, ns }: Process): boolean {
  return parent?.ns.pid.isWithin(ns.pid) === false;
}

function giveChildrenAway(process: Process): void {
  if (!process.hasChildren) return;
  for (const child of [...process.children]) {
    const reaper = newParent(process);
    process.children.delete(child);
    child.parent = reaper;
    // Not the exit signal that it was cloned with: that could kill init.
    child.exitSignal = SIGCHLD;
    reaper?.children.add(child);
    if (child.parentDeathSignal > 0) process.kernel.signals.send(child, child.parentDeathSignal, process);
    if (child.state === "zombie") notifyParent(child);
  }
}

/** The nearest ancestor that asked for orphans, else the init of the pid namespace. @see prctl(2) PR_SET_CHILD_SUBREAPER */
function newParent(process: Process): Process | undefined {
  const { init } = process.ns.pid;
  for (let at = process.parent; at !== undefined && at.ns.pid === process.ns.pid; at = at.parent) {
    if (at === init) break;
    if (at.subreaper && at.isAlive) return at;
  }
  return init !== undefined && init !== process && init.isAlive ? init : process.kernel.init;
}

function notifyParent(process: Process): void {
  const { parent, kernel } = process;
  if (parent === undefined || !parent.isAlive) {
    reap(process);
    return;
  }
  if (process.exitSignal === SIGCHLD && kernel.signals.reapsItself(parent)) {
    reap(process);
    parent.tellChildChanged();
    return;
  }
  parent.tellChildChanged();
  if (process.exitSignal !== 0) kernel.signals.send(parent, process.exitSignal, process);
}

/**
 * A session leader's end hangs up its terminal; a stopped job that nobody can continue any more is woken and hung up.
 *
 * @see setsid(2), exit(3), kernel/exit.c:kill_orphaned_pgrp
 */
function leaveSession(process: Process): void {
  const { group, kernel } = process;
  const { session } = group;
  if (session.leader === process) session.terminal?.leaderEnded();
  if (!process.hasChildren) return;
  for (const child of process.children) {
    const job = child.group;
    if (job === group || job.session !== session) continue;
    const hasStopped = [...job].some((member) => member.state === "stopped");
    if (!hasStopped || !isOrphanedWithout(job, process)) continue;
    kernel.signals.sendGroup(job, SIGHUP, process);
    kernel.signals.sendGroup(job, SIGCONT, process);
  }
}

function isOrphanedWithout(members: Iterable<Process>, gone: Process): boolean {
  for (const { parent, group } of members) {
    if (parent === undefined || parent === gone) continue;
    if (parent.group !== group && parent.group.session === group.session) return false;
  }
  return true;
}
