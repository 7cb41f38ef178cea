/** Which signals the shell has been told to do something about, and which have come. @see trap(1p) */
import { SIGNAL_MAX, type Signal } from "../../abi/index.ts";

/** `trap … EXIT`. */
export const ON_EXIT = 0;
/** `trap … ERR`: a command failed. */
export const ON_ERROR = SIGNAL_MAX + 1;

/** What the shell has made of a signal; `fixed` was ignored when the shell started, and stays so. */
export type SignalMode = "default" | "caught" | "ignored" | "fixed";

export class Traps {
  /** Commands by number; an empty one ignores the signal. */
  readonly actions = new Map<number, string>();
  readonly modes = new Map<Signal, SignalMode>();
  /** Caught, and their action has not run. */
  readonly pending = new Set<Signal>();
  /** What `trap` lists instead: a subshell that is `$(trap)` shows its parent's. */
  shown: ReadonlyMap<number, string> | undefined;
  /** The signal that came last, until traps have run. */
  latest: Signal | undefined;
  /** There is, or was, an action that is not empty: no process may be given away by an exec without a fork. */
  mayRun = false;
  /** Actions that are running. */
  depth = 0;
  isInError = false;
  /** While above zero, SIGINT waits. */
  interruptsHeld = 0;
  /** SIGINT came, and nothing is trapped. */
  interrupted = false;
  /** SIGCHLD came since this was last cleared. */
  childChanged = false;
  /** Commands that the shell has run since the last SIGCHLD. */
  commandsSinceChild = 0;

  /** A copy for a subshell: ignored signals stay ignored, everything else is reset. */
  constructor(parent?: Traps) {
    for (const [number, action] of parent?.actions ?? []) if (action === "") this.actions.set(number, action);
    for (const [signal, mode] of parent?.modes ?? []) this.modes.set(signal, mode === "caught" ? "default" : mode);
    this.depth = parent?.depth ?? 0;
    this.isInError = parent?.isInError ?? false;
  }

  get(number: number): string | undefined {
    return this.actions.get(number);
  }

  set(number: number, action: string | undefined): void {
    if (action === undefined) this.actions.delete(number);
    else this.actions.set(number, action);
    if (action !== undefined && action !== "") this.mayRun = true;
  }

  /** A function does without the action for errors, unless it is to inherit it. Returns what puts it back. */
  hideErrorTrap(isInherited: boolean): () => void {
    const action = this.get(ON_ERROR);
    if (isInherited || action === undefined) return () => {};
    this.set(ON_ERROR, undefined);
    return () => {
      if (this.get(ON_ERROR) === undefined) this.set(ON_ERROR, action);
    };
  }

  /** A signal came. */
  note(signal: Signal): void {
    this.pending.add(signal);
    this.latest = signal;
  }
}
