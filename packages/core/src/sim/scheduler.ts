/**
 * Turns: who runs next.
 *
 * A coroutine that can run is put into the ready queue, once; the scheduler gives it one turn at a time. What a turn
 * costs and when the coroutine is ready again is its owner's business (for processes: `kernel/cpu/cpu.ts`).
 */
import type { Prng, PrngState } from "./prng.ts";

/** Something that takes turns: a process. */
export interface Coroutine {
  /** What `world.explain()` calls it: "web.1 (sh)". */
  readonly name: string;
  /** Set by the scheduler: in the ready queue now. */
  queued: boolean;
  /** One turn. */
  run(): void;
}

/** `fifo` serves in order of readiness; `random` draws from the seed, to explore other interleavings. */
export type TurnOrder = "fifo" | "random";

/** The ready queue of a world. */
export class Scheduler {
  readonly #order: TurnOrder;
  readonly #prng: Prng;
  /** A queue from `#head` up to `#tail`; the array keeps its length, for it fills again at once. */
  #ready: (Coroutine | undefined)[] = [];
  #head = 0;
  #tail = 0;

  constructor(order: TurnOrder, prng: Prng) {
    this.#order = order;
    this.#prng = prng;
  }

  get chance(): PrngState {
    return this.#prng.state;
  }

  set chance(state: PrngState) {
    this.#prng.state = state;
  }

  /** How many coroutines could run now. */
  get readyCount(): number {
    return this.#tail - this.#head;
  }

  ready(coroutine: Coroutine): void {
    if (coroutine.queued) return;
    coroutine.queued = true;
    this.#ready[this.#tail++] = coroutine;
  }

  /** Gives one coroutine a turn. False if none is ready. */
  step(): boolean {
    const next = this.#take();
    if (next === undefined) return false;
    next.queued = false;
    next.run();
    return true;
  }

  #take(): Coroutine | undefined {
    const count = this.readyCount;
    if (count === 0) return undefined;
    const at = this.#head + (this.#order === "random" ? this.#prng.below(count) : 0);
    const taken = this.#ready[at];
    this.#ready[at] = this.#ready[this.#head];
    this.#ready[this.#head++] = undefined;
    if (this.#head === this.#tail) {
      this.#head = 0;
      this.#tail = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#tail) {
      this.#ready = this.#ready.slice(this.#head, this.#tail);
      this.#tail -= this.#head;
      this.#head = 0;
    }
    return taken;
  }
}
