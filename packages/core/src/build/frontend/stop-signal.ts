/** What STOPSIGNAL takes: any number but 0, and the names that docker knows. Model: moby/sys/signal. */

import { signalNumber } from "../../abi/index.ts";
import { readInteger } from "../../lib/go/index.ts";

/** Docker has fewer names for real-time signals than the kernel has signals. */
const REAL_TIME = /^(?:SIG)?RT(?:MIN(?:\+(?:[1-9]|1[0-5]))?|MAX(?:-(?:[1-9]|1[0-4]))?)$/;

export function isStopSignal(text: string): boolean {
  const number = readInteger(text);
  if (typeof number === "number") return number !== 0;
  const name = text.toUpperCase();
  return /^(?:SIG)?RT/.test(name) ? REAL_TIME.test(name) : signalNumber(name) !== undefined;
}
