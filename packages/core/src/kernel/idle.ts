/** A program that does nothing for ever: what the machine's init and its daemons are to other processes. */
import { pause as pauseCall, type Routine } from "../abi/index.ts";

export function* pause(): Routine<number> {
  for (;;) yield* pauseCall();
}
