/**
 * Signals: names, numbers, default actions, and sets of them.
 *
 * @see signal(7), include/uapi/asm-generic/signal.h
 */

const NAMES = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGILL",
  "SIGTRAP",
  "SIGABRT",
  "SIGBUS",
  "SIGFPE",
  "SIGKILL",
  "SIGUSR1",
  "SIGSEGV",
  "SIGUSR2",
  "SIGPIPE",
  "SIGALRM",
  "SIGTERM",
  "SIGSTKFLT",
  "SIGCHLD",
  "SIGCONT",
  "SIGSTOP",
  "SIGTSTP",
  "SIGTTIN",
  "SIGTTOU",
  "SIGURG",
  "SIGXCPU",
  "SIGXFSZ",
  "SIGVTALRM",
  "SIGPROF",
  "SIGWINCH",
  "SIGIO",
  "SIGPWR",
  "SIGSYS",
] as const;

export type SignalName = (typeof NAMES)[number];

/** A signal's number: 1 (SIGHUP) … 31 (SIGSYS), 34 (SIGRTMIN) … 64 (SIGRTMAX). */
export type Signal = number;

export const SIGNAL_MAX = 64;
export const SIGRTMIN = 34;

export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGILL = 4;
export const SIGTRAP = 5;
export const SIGABRT = 6;
export const SIGBUS = 7;
export const SIGFPE = 8;
export const SIGKILL = 9;
export const SIGUSR1 = 10;
export const SIGSEGV = 11;
export const SIGUSR2 = 12;
export const SIGPIPE = 13;
export const SIGALRM = 14;
export const SIGTERM = 15;
export const SIGCHLD = 17;
export const SIGCONT = 18;
export const SIGSTOP = 19;
export const SIGTSTP = 20;
export const SIGTTIN = 21;
export const SIGTTOU = 22;
export const SIGURG = 23;
export const SIGXCPU = 24;
export const SIGXFSZ = 25;
export const SIGVTALRM = 26;
export const SIGWINCH = 28;
export const SIGSYS = 31;

/** What a signal does to a process that has not said otherwise. */
export type DefaultAction = "terminate" | "core" | "ignore" | "stop" | "continue";

const CORE = new Set([SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS]);
const IGNORE = new Set([SIGCHLD, SIGURG, SIGWINCH]);
const STOP = new Set([SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU]);

export function defaultAction(signal: Signal): DefaultAction {
  if (CORE.has(signal)) return "core";
  if (IGNORE.has(signal)) return "ignore";
  if (STOP.has(signal)) return "stop";
  return signal === SIGCONT ? "continue" : "terminate";
}

/** `SIGTERM` for 15, `SIGRTMIN+1` for 35, `undefined` for a number that is no signal. */
export function signalName(signal: Signal): string | undefined {
  const name = NAMES[signal - 1];
  if (name !== undefined) return name;
  if (signal === SIGRTMIN) return "SIGRTMIN";
  if (signal === SIGNAL_MAX) return "SIGRTMAX";
  return signal > SIGRTMIN && signal < SIGNAL_MAX ? `SIGRTMIN+${signal - SIGRTMIN}` : undefined;
}

/** The number of `TERM`, `SIGTERM` or `term`; `undefined` if there is no such signal. */
export function signalNumber(name: string): Signal | undefined {
  const upper = name.toUpperCase();
  const long = upper.startsWith("SIG") ? upper : `SIG${upper}`;
  const index = (NAMES as readonly string[]).indexOf(long);
  if (index >= 0) return index + 1;
  const alias = ALIASES.get(long);
  if (alias !== undefined) return alias;
  const realTime = /^SIGRT(MIN|MAX)(?:([+-])(\d+))?$/.exec(long);
  if (realTime === null) return undefined;
  const base = realTime[1] === "MIN" ? SIGRTMIN : SIGNAL_MAX;
  const number = base + Number(`${realTime[2] ?? "+"}${realTime[3] ?? "0"}`);
  return number >= SIGRTMIN && number <= SIGNAL_MAX ? number : undefined;
}

const ALIASES = new Map<string, Signal>([
  ["SIGIOT", SIGABRT],
  ["SIGCLD", SIGCHLD],
  ["SIGPOLL", 29],
]);

/** A set of signals as two 32-bit words: signal n is bit (n - 1). Immutable. */
export class SignalSet {
  static readonly EMPTY = new SignalSet(0, 0);

  readonly low: number;
  readonly high: number;

  constructor(low: number, high: number) {
    this.low = low | 0;
    this.high = high | 0;
  }

  static of(...signals: readonly Signal[]): SignalSet {
    return signals.reduce((set, signal) => set.with(signal), SignalSet.EMPTY);
  }

  get isEmpty(): boolean {
    return (this.low | this.high) === 0;
  }

  has(signal: Signal): boolean {
    const bit = signal - 1;
    return ((bit < 32 ? this.low >>> bit : this.high >>> (bit - 32)) & 1) === 1;
  }

  with(signal: Signal): SignalSet {
    const bit = signal - 1;
    return bit < 32
      ? new SignalSet(this.low | (1 << bit), this.high)
      : new SignalSet(this.low, this.high | (1 << (bit - 32)));
  }

  without(signal: Signal): SignalSet {
    return this.minus(SignalSet.EMPTY.with(signal));
  }

  union(other: SignalSet): SignalSet {
    return new SignalSet(this.low | other.low, this.high | other.high);
  }

  minus(other: SignalSet): SignalSet {
    return new SignalSet(this.low & ~other.low, this.high & ~other.high);
  }

  /** Sixteen hexadecimal digits, as /proc/PID/status prints a mask. */
  toString(): string {
    return [this.high, this.low].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  /** Lowest number first: the order in which Linux delivers. */
  *[Symbol.iterator](): IterableIterator<Signal> {
    for (let signal = 1; signal <= SIGNAL_MAX; signal++) if (this.has(signal)) yield signal;
  }
}
