/** A ring with a named size: keeps the newest `capacity` entries and counts what it forgot. */
export class Ring<T> {
  readonly capacity: number;
  #entries: T[] = [];
  #next = 0;
  #total = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Entries ever pushed. */
  get total(): number {
    return this.#total;
  }

  /** How many entries have been overwritten. */
  get forgotten(): number {
    return this.#total - this.#entries.length;
  }

  push(entry: T): void {
    if (this.#entries.length < this.capacity) this.#entries.push(entry);
    else this.#entries[this.#next] = entry;
    this.#next = (this.#next + 1) % this.capacity;
    this.#total++;
  }

  clear(): void {
    this.#entries = [];
    this.#next = 0;
  }

  /** Oldest first. */
  *[Symbol.iterator](): IterableIterator<T> {
    const full = this.#entries.length === this.capacity;
    const start = full ? this.#next : 0;
    for (let i = 0; i < this.#entries.length; i++) yield this.#entries[(start + i) % this.#entries.length] as T;
  }
}
