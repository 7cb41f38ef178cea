/** What the machine gives its network stacks: time, chance, numbers. */
import type { NetHost } from "../net/index.ts";
import type { Clock, CostTable, Prng, PrngState, Timer } from "../sim/index.ts";
import type { Kernel } from "./kernel.ts";

export class KernelNetHost implements NetHost {
  readonly #kernel: Kernel;
  #random: Prng | undefined;
  #waiting: (() => void)[] = [];
  #delivering = false;
  #timer: Timer | undefined;
  #lastInode = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  get clock(): Clock {
    return this.#kernel.world.clock;
  }

  get costs(): CostTable {
    return this.#kernel.world.costs;
  }

  /** A stream of its own, forked when the network is first used. */
  get random(): Prng {
    this.#random ??= this.#kernel.random.fork("net");
    return this.#random;
  }

  /** Where its stream stands; `undefined` while nobody has used the network. */
  get chance(): PrngState | undefined {
    return this.#random?.state;
  }

  set chance(state: PrngState | undefined) {
    if (state !== undefined) this.random.state = state;
  }

  /**
   * A packet to oneself arrives before the sender's next call, or when its turn ends: the time that takes is the sender's.
   */
  soon(deliver: () => void): void {
    this.#waiting.push(deliver);
    this.#kernel.current?.charge(this.costs.loopback);
    // For what is sent outside of calls: when a timer fires, or a process ends.
    if (this.#waiting.length > 1) return;
    this.#timer ??= this.clock.timer(() => this.deliver());
    this.#timer.arm(this.clock.nowUs);
  }

  /** True if something waits to arrive. */
  get pending(): boolean {
    return this.#waiting.length > 0;
  }

  /** Lets everything arrive that waits, and what comes of that. */
  deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    this.#timer?.cancel();
    for (let at = 0; at < this.#waiting.length; at++) this.#waiting[at]?.();
    this.#waiting = [];
    this.#delivering = false;
  }

  nextSocketInode(): number {
    return ++this.#lastInode;
  }
}
