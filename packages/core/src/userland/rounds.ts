/**
 * Rounds of a program's loops: a loop that makes no system call would never let the rest of the world run. One round of
 * many takes time, for all of them.
 */
import { burn, type Routine } from "../abi/index.ts";

const ROUNDS = 1024;
const ROUNDS_US = 100;

export class Rounds {
  #count = 0;

  /** Counts a round. True if time has to pass now. */
  isDue(): boolean {
    return ++this.#count % ROUNDS === 0;
  }

  *pass(): Routine<void> {
    yield* burn(ROUNDS_US);
  }
}
