/**
 * Calls on signals.
 *
 * @see kill(2), sigaction(2), sigprocmask(2), sigsuspend(2), pause(2), alarm(2)
 */
import { Errno, SIGALRM, SIGNAL_MAX, type Signal } from "../../abi/index.ts";
import { type Process, pidIn, type Sleeper, Sleeping } from "../process.ts";
import { blockable } from "../signals.ts";
import type { SyscallTable } from "./table.ts";

export const signalCalls = {
  kill: (process, pid, signal) => {
    if (signal < 0 || signal > SIGNAL_MAX) throw new Errno("EINVAL");
    if (pid > 0) {
      const target = process.ns.pid.find(pid);
      if (target === undefined) throw new Errno("ESRCH");
      sendOne(process, target, signal);
    } else sendMany(process, addressed(process, pid), signal);
  },

  sigaction: (process, signal, disposition, { restart, lostAtBirth = false }) =>
    process.kernel.signals.setAction(process, signal, { disposition, restart, lostAtBirth }).disposition,

  sigprocmask: (process, how, set) => {
    const old = process.blocked;
    const next = how === "block" ? old.union(set) : how === "unblock" ? old.minus(set) : set;
    process.blocked = blockable(next);
    return old;
  },

  sigpending: (process) => process.pending,

  sigsuspend: (process, mask) => {
    process.maskBeforeSuspend = process.blocked;
    process.blocked = blockable(mask);
    return new Sleeping(sleepForSignal(process));
  },

  pause: (process) => new Sleeping(sleepForSignal(process)),

  alarm: (process, durationUs) => {
    const { clock } = process.kernel.world;
    const left = (process.alarm?.dueUs ?? clock.nowUs) - clock.nowUs;
    process.alarm?.cancel();
    if (durationUs > 0) {
      process.alarm ??= clock.timer(() => process.kernel.signals.send(process, SIGALRM));
      process.alarm.arm(process.kernel.monotonicUs + durationUs);
    }
    return left;
  },
} satisfies Partial<SyscallTable>;

/** Sleeps until a handler runs. A signal that is deliverable already does not let it sleep at all. */
function* sleepForSignal(process: Process): Sleeper<never> {
  const caught = [...process.pending.minus(process.blocked)].some(
    (signal) => typeof process.actions?.get(signal)?.disposition === "function",
  );
  if (!caught) while ((yield { on: [] }) !== "interrupted");
  throw new Errno("EINTR");
}

function sendOne(process: Process, target: Process, signal: Signal): void {
  process.kernel.signals.checkPermission(process, target, signal);
  process.kernel.signals.send(target, signal, process);
}

/** Sends to all; succeeds if one could be sent to. @throws ESRCH if there is none, EPERM if none may be. */
function sendMany(process: Process, targets: readonly Process[], signal: Signal): void {
  let failure: Errno | undefined;
  let sent = false;
  for (const target of targets) {
    try {
      sendOne(process, target, signal);
      sent = true;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      failure = error;
    }
  }
  if (!sent) throw failure ?? new Errno("ESRCH");
}

/** 0: the caller's group; -1: everybody but init and the caller; -n: group n. */
function addressed(process: Process, pid: number): readonly Process[] {
  const visible = [...process.ns.pid.processes.values()];
  if (pid === 0) return visible.filter((one) => one.group === process.group);
  if (pid === -1) return visible.filter((one) => one !== process && pidIn(process.ns.pid, one) !== 1);
  return visible.filter((one) => pidIn(process.ns.pid, one.group.leader) === -pid);
}
