/**
 * Signals of the shell: what it does about each, and running the actions of traps between commands.
 *
 * @see signal(7), POSIX.1-2017, Shell Command Language, 2.11
 */
import {
  Errno,
  getpid,
  kill,
  type Routine,
  SIGCHLD,
  SIGINT,
  SIGQUIT,
  SIGTERM,
  SIGTSTP,
  SIGTTOU,
  type Signal,
  sigaction,
} from "../../abi/index.ts";
import { attempt } from "../io.ts";
import { Leave } from "./errors.ts";
import type { Shell } from "./shell.ts";
import type { SignalMode } from "./traps.ts";

const INTERRUPTING = { restart: false } as const;
/** A child that has not reset its traps yet notes a trapped signal, and forgets it. */
const TRAPPED = { restart: false, lostAtBirth: true } as const;

/** Tells the kernel what the shell wants of a signal now. */
export function* setSignal(shell: Shell, signal: Signal): Routine<void> {
  const wanted = wantedMode(shell, signal);
  const { modes } = shell.traps;
  const known = modes.get(signal);
  if (known === "fixed" || known === wanted || (known === undefined && wanted === "default")) return;
  const old = yield* attempt(sigaction(signal, dispositionOf(shell, wanted), optionsOf(shell, signal)));
  // SIGKILL and SIGSTOP can be trapped, in vain.
  if (old instanceof Errno) return;
  if (known === undefined && old === "ignore" && signal !== SIGCHLD) {
    modes.set(signal, "fixed");
    yield* sigaction(signal, "ignore");
  } else modes.set(signal, wanted);
}

/** A background child ignores what the keyboard sends, and cannot change that. */
export function* ignoreForGood(shell: Shell, signal: Signal): Routine<void> {
  const mode = shell.traps.modes.get(signal);
  if (mode !== "fixed" && mode !== "ignored") yield* sigaction(signal, "ignore");
  shell.traps.modes.set(signal, "fixed");
}

function wantedMode(shell: Shell, signal: Signal): SignalMode {
  if (signal === SIGCHLD) return "caught";
  const action = shell.traps.get(signal);
  if (action !== undefined) return action === "" ? "ignored" : "caught";
  if (!shell.isMain) return "default";
  switch (signal) {
    case SIGINT:
      return shell.has("interactive") || shell.hasCommandString || !shell.has("stdin") ? "caught" : "default";
    case SIGQUIT:
      return "ignored";
    case SIGTERM:
      return shell.has("interactive") ? "ignored" : "default";
    case SIGTSTP:
    case SIGTTOU:
      return shell.has("monitor") ? "ignored" : "default";
    default:
      return "default";
  }
}

function dispositionOf(shell: Shell, mode: SignalMode): Parameters<typeof sigaction>[1] {
  if (mode === "caught") return (signal) => handle(shell, signal);
  return mode === "default" ? "default" : "ignore";
}

function optionsOf(shell: Shell, signal: Signal): typeof INTERRUPTING | typeof TRAPPED {
  return shell.traps.get(signal) === undefined ? INTERRUPTING : TRAPPED;
}

/** The shell's signal handler. */
function* handle(shell: Shell, signal: Signal): Routine<void> {
  const { traps } = shell;
  if (signal === SIGCHLD) {
    traps.childChanged = true;
    traps.commandsSinceChild = 0;
    if (traps.get(SIGCHLD) === undefined) return;
  }
  if (signal === SIGINT && traps.get(SIGINT) === undefined) {
    traps.interrupted = true;
    traps.latest = SIGINT;
    if (traps.interruptsHeld === 0) yield* dieOfInterrupt(shell);
  } else traps.note(signal);
}

/** A shell that is not interactive ends itself by the signal that it was sent; the init of a namespace survives that. */
function* dieOfInterrupt(shell: Shell): Routine<void> {
  if (shell.isMain && shell.has("interactive")) return;
  yield* sigaction(SIGINT, "default");
  shell.traps.modes.set(SIGINT, "default");
  yield* kill(yield* getpid(), SIGINT);
}

/** Does `work`, during which SIGINT waits. */
export function* holdingInterrupts<T>(shell: Shell, work: Routine<T>): Routine<T> {
  shell.traps.interruptsHeld++;
  let result: T;
  try {
    result = yield* work;
  } catch (error) {
    shell.traps.interruptsHeld--;
    throw error;
  }
  shell.traps.interruptsHeld--;
  if (shell.traps.interrupted && shell.traps.interruptsHeld === 0) {
    yield* dieOfInterrupt(shell);
    checkInterrupt(shell);
  }
  return result;
}

/** @throws Leave if SIGINT has come. */
export function checkInterrupt(shell: Shell): void {
  const { traps } = shell;
  if (!traps.interrupted || traps.interruptsHeld > 0) return;
  traps.interrupted = false;
  shell.status = 128 + SIGINT;
  throw new Leave("interrupt");
}

/** Runs the actions of signals that have come. */
export function* runTraps(shell: Shell): Routine<void> {
  checkInterrupt(shell);
  const { traps } = shell;
  if (traps.pending.size === 0) {
    traps.latest = undefined;
    return;
  }
  const saved = shell.savedStatus;
  const status = saved ?? shell.status;
  shell.savedStatus = status;
  traps.latest = undefined;
  for (const signal of [...traps.pending].sort((a, b) => a - b)) {
    if (shell.skip !== undefined) {
      traps.latest = signal;
      break;
    }
    traps.pending.delete(signal);
    const action = traps.get(signal);
    if (action === undefined) continue;
    traps.depth++;
    yield* shell.engine.evaluate(shell, action, 0);
    traps.depth--;
    if (shell.skip !== "return") shell.status = status;
  }
  shell.savedStatus = saved;
}
