/**
 * What is known by both ends of a connection. Every packet is looked up in such tables, so that nothing is made to look
 * something up: entries with the same two ports, which few others share, hang on one another.
 *
 * @see net/ipv4/inet_hashtables.c
 */
import type { Endpoint } from "./conntrack.ts";

/** An entry; it is in one table at most. */
export interface Ended<T> {
  readonly local: Endpoint;
  readonly remote: Endpoint | undefined;
  /** The next entry with the same ports. */
  nextEnded: T | undefined;
}

export class EndsTable<T extends Ended<T>> {
  readonly #byPorts = new Map<number, T>();

  find(local: string, localPort: number, remote: string, remotePort: number): T | undefined {
    let entry = this.#byPorts.get((localPort << 16) | remotePort);
    while (entry !== undefined && (entry.remote?.address !== remote || entry.local.address !== local)) {
      entry = entry.nextEnded;
    }
    return entry;
  }

  /** Adds an entry, instead of the one between the same ends. */
  set(entry: T): void {
    const { local, remote } = entry;
    if (remote === undefined) return;
    const known = this.find(local.address, local.port, remote.address, remote.port);
    if (known !== undefined) this.delete(known);
    const ports = (local.port << 16) | remote.port;
    let last = this.#byPorts.get(ports);
    entry.nextEnded = undefined;
    if (last === undefined) {
      this.#byPorts.set(ports, entry);
      return;
    }
    while (last.nextEnded !== undefined) last = last.nextEnded;
    last.nextEnded = entry;
  }

  /** Takes out that very entry, if it is there. */
  delete(entry: T): void {
    const { local, remote } = entry;
    if (remote === undefined) return;
    const ports = (local.port << 16) | remote.port;
    const first = this.#byPorts.get(ports);
    if (first === entry) {
      if (entry.nextEnded === undefined) this.#byPorts.delete(ports);
      else this.#byPorts.set(ports, entry.nextEnded);
      entry.nextEnded = undefined;
      return;
    }
    for (let before = first; before !== undefined; before = before.nextEnded) {
      if (before.nextEnded !== entry) continue;
      before.nextEnded = entry.nextEnded;
      entry.nextEnded = undefined;
      return;
    }
  }

  *values(): Iterable<T> {
    for (const first of this.#byPorts.values()) {
      for (let entry: T | undefined = first; entry !== undefined; entry = entry.nextEnded) yield entry;
    }
  }
}
