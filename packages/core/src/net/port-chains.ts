/**
 * Entries by two port numbers. Every packet is looked up in such tables, so that nothing is made to look something up:
 * entries with the same two ports, which few others share, hang on one another.
 *
 * @see net/ipv4/inet_hashtables.c, net/netfilter/nf_conntrack_core.c
 */

/** An entry; it is in one table at most. */
export interface Chained<T> {
  /** The next entry with the same ports. */
  nextOfPorts: T | undefined;
}

export class PortChains<T extends Chained<T>> {
  readonly #byPorts = new Map<number, T>();

  /** The first with these ports; the others follow by `nextOfPorts`. */
  first(from: number, to: number): T | undefined {
    return this.#byPorts.get((from << 16) | to);
  }

  /** Hangs an entry behind all others with its ports. */
  append(from: number, to: number, entry: T): void {
    const ports = (from << 16) | to;
    let last = this.#byPorts.get(ports);
    if (last === undefined) {
      this.#byPorts.set(ports, entry);
      return;
    }
    while (last.nextOfPorts !== undefined) last = last.nextOfPorts;
    last.nextOfPorts = entry;
  }

  /** Takes out that very entry, if it is there. */
  remove(from: number, to: number, entry: T): void {
    const ports = (from << 16) | to;
    const { nextOfPorts: next } = entry;
    let before = this.#byPorts.get(ports);
    if (before === entry) {
      if (next === undefined) this.#byPorts.delete(ports);
      else this.#byPorts.set(ports, next);
    } else {
      while (before !== undefined && before.nextOfPorts !== entry) before = before.nextOfPorts;
      if (before === undefined) return;
      before.nextOfPorts = next;
    }
    entry.nextOfPorts = undefined;
  }

  *values(): Iterable<T> {
    for (const first of this.#byPorts.values()) {
      for (let entry: T | undefined = first; entry !== undefined; entry = entry.nextOfPorts) yield entry;
    }
  }
}
