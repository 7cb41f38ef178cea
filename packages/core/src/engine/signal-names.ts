/** Signals as users name them. */
import { type Signal, signalNumber } from "../abi/index.ts";
import { StatusError } from "../lib/index.ts";

/** "KILL", "SIGKILL" or "9". @throws StatusError invalid-argument for a name that is none */
export function signalOf(text: string): Signal {
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : signalNumber(text);
  if (number === undefined || number < 1 || number > 64) {
    const isKnown = number !== undefined && number !== 0;
    const why = isKnown ? `the linux daemon does not support signal ${number}` : `invalid signal: ${text}`;
    throw new StatusError("invalid-argument", why);
  }
  return number;
}
