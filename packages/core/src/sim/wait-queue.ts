/**
 * Wait queues: named places to sleep.
 *
 * A queue knows nothing of processes: it tells its waiters that something changed, in the order in which they came, and
 * forgets them. Linux's wait_queue_head, gVisor's waiter.Queue.
 */

export interface Waiter {
  /** Something changed at a queue that this waiter was in; it has been taken out of the queue. */
  notify(queue: WaitQueue): void;
}

/** Who sleeps until something happens. */
export class WaitQueue {
  readonly #kind: string;
  readonly #number: number | undefined;
  #waiters: Waiter[] | undefined;

  /** `number` tells those of a kind apart. */
  constructor(kind: string, number?: number) {
    this.#kind = kind;
    this.#number = number;
  }

  /** What `world.explain()` prints: "pipe:[4711]", "child". */
  get name(): string {
    return this.#number === undefined ? this.#kind : `${this.#kind}:[${this.#number}]`;
  }

  get isEmpty(): boolean {
    return this.#waiters === undefined;
  }

  add(waiter: Waiter): void {
    if (this.#waiters === undefined) this.#waiters = [waiter];
    else this.#waiters.push(waiter);
  }

  remove(waiter: Waiter): void {
    const waiters = this.#waiters;
    if (waiters === undefined) return;
    const at = waiters.indexOf(waiter);
    if (at < 0) return;
    if (waiters.length === 1) this.#waiters = undefined;
    else waiters.splice(at, 1);
  }

  /** Wakes the waiter that came first. */
  wakeOne(): void {
    const first = this.#waiters?.[0];
    if (first === undefined) return;
    this.remove(first);
    first.notify(this);
  }

  wakeAll(): void {
    const waiters = this.#waiters;
    if (waiters === undefined) return;
    this.#waiters = undefined;
    for (const waiter of waiters) waiter.notify(this);
  }
}
