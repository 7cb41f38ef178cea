/** Signals as users name them. @see moby/sys signal/signal.go */
import { type Signal, signalNumber } from "../abi/index.ts";
import { StatusError } from "../lib/index.ts";

/** The signals that the C library keeps for itself: they have no names. */
const NAMELESS: readonly number[] = [32, 33];
const LAST_SIGNAL = 64;

/** "KILL", "SIGKILL" or "9", or any other number but 0. @throws StatusError invalid-argument for a name that is none */
export function parseSignal(text: string): number {
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : signalNumber(text);
  if (number === undefined || number === 0) throw new StatusError("invalid-argument", `invalid signal: ${text}`);
  return number;
}

/** Whether a process can be sent it. */
export const isSignal = (number: number): number is Signal => number >= 1 && number <= LAST_SIGNAL;

/** "KILL", "SIGKILL" or "9". @throws StatusError invalid-argument also for a number that names none */
export function signalOf(text: string): Signal {
  const number = parseSignal(text);
  if (!isSignal(number) || NAMELESS.includes(number)) {
    throw new StatusError("invalid-argument", `the linux daemon does not support signal ${number}`);
  }
  return number;
}
