/** How much a tool holds in memory, told to the kernel so that its limits work. */
import { brk, type Routine } from "../abi/index.ts";

/** Less than this is not worth telling. */
const STEP = 65_536;

export class Memory {
  #heldBytes = 0;
  #readBytes = 0;
  #declared = 0;

  /** Says that `bytes` are held from now on; small changes are not reported. */
  *hold(bytes: number): Routine<void> {
    this.#heldBytes = bytes;
    this.#readBytes = 0;
    yield* this.#tell();
  }

  /** Besides those there are so many that are being read, and of which nobody knows yet where they end. */
  *read(bytes: number): Routine<void> {
    this.#readBytes = bytes;
    if (bytes > STEP) yield* this.#tell();
  }

  *#tell(): Routine<void> {
    const steps = Math.ceil((this.#heldBytes + this.#readBytes) / STEP);
    if (steps <= 1 && this.#declared <= 1) return;
    // A large amount is told in steps of an eighth, as a growing buffer would ask for it.
    const slack = Math.floor(this.#declared / 8);
    if (steps <= this.#declared && steps >= this.#declared - slack) return;
    this.#declared = steps + Math.floor(steps / 8);
    yield* brk(this.#declared * STEP, this.#declared * STEP);
  }
}
