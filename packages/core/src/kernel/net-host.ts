/** What the machine gives its network stacks: time, chance, numbers. */
import type { NetHost } from "../net/index.ts";
import type { Clock, CostTable, Prng } from "../sim/index.ts";
import type { Kernel } from "./kernel.ts";

export class KernelNetHost implements NetHost {
  readonly #kernel: Kernel;
  #random: Prng | undefined;
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

  nextSocketInode(): number {
    return ++this.#lastInode;
  }
}
