/**
 * The places of a ring whose entries are kept in columns, an array for each field. Of an entry there is no object then that
 * the garbage collector would have to carry along: many entries are written and few are read.
 */

export class RingSlots {
  readonly capacity: number;
  /** The numbers of its entries: from this one up to, but without, the next. */
  #first = 0;
  #next = 0;
  #forgotten = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** How many entries have been overwritten. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Makes room for an entry, in place of the oldest if the ring is full. @returns its number, which no other will have */
  take(): number {
    if (this.#next - this.#first === this.capacity) {
      this.#first++;
      this.#forgotten++;
    }
    return this.#next++;
  }

  /** Where in its columns the entry stands. */
  slot(number: number): number {
    return number % this.capacity;
  }

  /** False for an entry that has been overwritten. */
  has(number: number): boolean {
    return number >= this.#first;
  }

  /** Forgets all entries, and that there were any. */
  clear(): void {
    this.#first = this.#next;
    this.#forgotten = 0;
  }

  /** The slots of all entries, oldest first. */
  *[Symbol.iterator](): IterableIterator<number> {
    for (let number = this.#first; number < this.#next; number++) yield this.slot(number);
  }
}
