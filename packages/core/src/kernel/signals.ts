/**
 * Signals: who may send one, what becomes of it, and how it ends, stops or continues a process.
 *
 * A signal that a handler catches waits in `pending` until the process next returns to user space; one with a default
 * action takes effect at once. SIGKILL is `act` with nothing that can stand in its way.
 *
 * @see signal(7), kill(2), pid_namespaces(7), kernel/signal.c
 */
import {
  CAP_KILL,
  type Disposition,
  defaultAction,
  Errno,
  SIGCHLD,
  SIGCONT,
  SIGKILL,
  SIGNAL_MAX,
  SIGSTOP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  type Signal,
  SignalSet,
} from "../abi/index.ts";
import { exit } from "./exit.ts";
import type { Process } from "./process.ts";

/** What a process does at a signal. */
export interface SignalAction {
  readonly disposition: Disposition;
  /** SA_RESTART. */
  readonly restart: boolean;
  /** In a child that has done nothing yet the handler, which it inherited, only notes the signal. */
  readonly lostAtBirth?: boolean;
}

/** `discarded` by the init of a pid namespace, which is deaf to what it does not catch. */
export type Reception = "default" | "caught" | "ignored" | "blocked" | "discarded";

const STOPS = SignalSet.of(SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU);
const UNBLOCKABLE = SignalSet.of(SIGKILL, SIGSTOP);

/** The mask without SIGKILL and SIGSTOP, which cannot be blocked. */
export const blockable = (mask: SignalSet): SignalSet => mask.minus(UNBLOCKABLE);

export class Signals {
  /** Whether a signal does not reach its process, where somebody wants that. */
  isLost: ((target: Process, signal: Signal) => boolean) | undefined;

  /**
   * Sends a signal, whoever may; `from` matters only to the init of a pid namespace.
   *
   * @see kernel/signal.c:send_signal_locked
   */
  send(target: Process, signal: Signal, from?: Process): void {
    if (!target.isAlive || signal === 0 || this.isLost?.(target, signal) === true) return;
    const isShielded = this.#isShielded(target, signal, from);
    if (signal === SIGCONT || (signal === SIGKILL && !isShielded)) {
      target.pending = target.pending.minus(STOPS);
      if (target.state === "stopped") this.#continue(target, signal);
    }
    if (isShielded) return;
    if (STOPS.has(signal)) target.pending = target.pending.without(SIGCONT);
    if (this.#isIgnored(target, signal) && !target.blocked.has(signal)) return;
    if (target.inheritedActions?.get(signal)?.lostAtBirth === true && !target.blocked.has(signal)) return;
    const caught = typeof target.actions?.get(signal)?.disposition === "function";
    if (target.blocked.has(signal) || caught || (target.state === "stopped" && signal !== SIGKILL)) {
      target.pending = target.pending.with(signal);
      if (caught && !target.blocked.has(signal)) target.interrupt();
    } else this.act(target, signal, from);
  }

  /** What a signal from the machine would do to the process now. */
  reception(target: Process, signal: Signal): Reception {
    if (!target.isAlive || this.#isShielded(target, signal, undefined)) return "discarded";
    if (target.blocked.has(signal)) return "blocked";
    if (this.#isIgnored(target, signal)) return "ignored";
    return typeof target.actions?.get(signal)?.disposition === "function" ? "caught" : "default";
  }

  /** Sends to every member of a group. */
  sendGroup(members: Iterable<Process>, signal: Signal, from?: Process): void {
    for (const process of [...members]) this.send(process, signal, from);
  }

  /** Takes the next signal that is to be acted on now out of `pending`. */
  take(process: Process): Signal | undefined {
    const blocked = process.blocked;
    for (const signal of process.pending.minus(blocked)) {
      process.pending = process.pending.without(signal);
      if (!this.#isIgnored(process, signal)) return signal;
    }
    return undefined;
  }

  /** The default action of a signal that is neither caught, blocked nor ignored. */
  act(target: Process, signal: Signal, from?: Process): void {
    switch (defaultAction(signal)) {
      case "ignore":
      case "continue":
        return;
      case "stop":
        this.#stop(target, signal);
        return;
      case "core":
      case "terminate":
        if (signal !== SIGKILL) target.kernel.tracer.signalled(target, signal, { stops: false });
        target.kernel.killed(target, signal, from);
        exit(target, { signaled: signal, core: false });
    }
  }

  /** Sets what a signal does. @throws EINVAL for SIGKILL, SIGSTOP and numbers that are no signal. */
  setAction(process: Process, signal: Signal, action: SignalAction): SignalAction {
    if (signal < 1 || signal > SIGNAL_MAX || UNBLOCKABLE.has(signal)) throw new Errno("EINVAL");
    const old = process.actions?.get(signal) ?? DEFAULT_ACTION;
    const actions = new Map(process.actions);
    if (action.disposition === "default") actions.delete(signal);
    else actions.set(signal, action);
    process.actions = actions.size === 0 ? undefined : actions;
    if (this.#isIgnored(process, signal)) process.pending = process.pending.without(signal);
    return old;
  }

  /** True if the process has said SIG_IGN to SIGCHLD: its children are reaped at once. */
  reapsItself(process: Process): boolean {
    return process.actions?.get(SIGCHLD)?.disposition === "ignore";
  }

  /** @throws EPERM if `sender` may not send `signal` to `target`. @see kill(2) */
  checkPermission(sender: Process, target: Process, signal: Signal): void {
    const mine = sender.creds;
    const theirs = target.creds;
    // The machine's numbers count, whatever they are called in the user namespaces of both.
    const sameUser =
      mine.effectiveUid === theirs.savedUid ||
      mine.effectiveUid === theirs.realUid ||
      mine.realUid === theirs.savedUid ||
      mine.realUid === theirs.realUid;
    if (sameUser || mine.capable(CAP_KILL, theirs.user)) return;
    if (signal === SIGCONT && sender.group.session === target.group.session) return;
    throw new Errno("EPERM");
  }

  /** The init of a pid namespace is deaf to what it does not catch; only KILL and STOP from above reach it. */
  #isShielded(target: Process, signal: Signal, from: Process | undefined): boolean {
    if (!target.isNamespaceInit) return false;
    if (!UNBLOCKABLE.has(signal)) return target.actions?.get(signal) === undefined;
    const fromWithin = from?.ns.pid.isWithin(target.ns.pid) ?? false;
    return fromWithin || target === target.kernel.init;
  }

  #isIgnored(process: Process, signal: Signal): boolean {
    const disposition = process.actions?.get(signal)?.disposition ?? "default";
    if (disposition !== "default") return disposition === "ignore";
    return defaultAction(signal) === "ignore" || signal === SIGCONT;
  }

  #stop(target: Process, signal: Signal): void {
    if (signal !== SIGSTOP && target.group.isOrphaned) return;
    target.kernel.tracer.signalled(target, signal, { stops: true });
    target.stop();
    target.unreported = { stopped: signal };
    this.#tellParent(target);
  }

  #continue(target: Process, signal: Signal): void {
    target.resume();
    if (signal === SIGKILL) return;
    target.unreported = { continued: true };
    this.#tellParent(target);
  }

  #tellParent(child: Process): void {
    const { parent } = child;
    if (parent === undefined) return;
    parent.tellChildChanged();
    this.send(parent, SIGCHLD, child);
  }
}

const DEFAULT_ACTION: SignalAction = { disposition: "default", restart: true };
