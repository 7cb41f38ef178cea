/**
 * Turns: who runs next.
 *
 * A coroutine that can run is put into the ready queue, once; the scheduler gives it one turn at a time. What a turn
 * costs and when the coroutine is ready again is its owner's business (for processes: `kernel/cpu.ts`).
 */
import type { Prng, PrngState } from "./prng.ts";

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

export class Scheduler {
  readonly #order: TurnOrder;
  readonly #prng: Prng;
  #ready: Coroutine[] = [];
  #head = 0;

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
    return this.#ready.length - this.#head;
  }

  ready(coroutine: Coroutine): void {
    if (coroutine.queued) return;
    coroutine.queued = true;
    this.#ready.push(coroutine);
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
    this.#ready[at] = this.#ready[this.#head] as Coroutine;
    this.#head++;
    if (this.#head > 1024 && this.#head * 2 > this.#ready.length) {
      this.#ready = this.#ready.slice(this.#head);
      this.#head = 0;
    } else if (this.#head === this.#ready.length) {
      this.#ready.length = 0;
      this.#head = 0;
    }
    return taken;
  }
}
