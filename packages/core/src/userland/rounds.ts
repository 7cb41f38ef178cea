/**
 * Rounds of a program's loops: a loop that makes no system call would never let the rest of the world run. One round of
 * many takes time, for all of them.
 */
import { burn, type Routine } from "../abi/index.ts";

const ROUNDS = 1024;
/** About what busybox's awk needs for a round of `while (i < n) i++`, in nanoseconds. */
const ROUND_NS = 100;

export class Rounds {
  readonly #us: number;
  #count = 0;

  /** @param roundNs what a round takes, in nanoseconds */
  constructor(roundNs = ROUND_NS) {
    this.#us = Math.round((ROUNDS * roundNs) / 1000);
  }

  /** Counts a round. True if time has to pass now. */
  isDue(): boolean {
    return ++this.#count % ROUNDS === 0;
  }

  *pass(): Routine<void> {
    yield* burn(this.#us);
  }
}
