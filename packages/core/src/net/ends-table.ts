/** What is known by both ends of a connection: connections, and what is left of them. */
import type { Endpoint } from "./conntrack.ts";
import { type Chained, PortChains } from "./port-chains.ts";

export interface Ended<T> extends Chained<T> {
  readonly local: Endpoint;
  readonly remote: Endpoint | undefined;
}

export class EndsTable<T extends Ended<T>> {
  readonly #entries = new PortChains<T>();

  find(local: string, localPort: number, remote: string, remotePort: number): T | undefined {
    let entry = this.#entries.first(localPort, remotePort);
    while (entry !== undefined && (entry.remote?.address !== remote || entry.local.address !== local)) {
      entry = entry.nextOfPorts;
    }
    return entry;
  }

  /** Adds an entry, instead of the one between the same ends. */
  set(entry: T): void {
    const { local, remote } = entry;
    if (remote === undefined) return;
    const known = this.find(local.address, local.port, remote.address, remote.port);
    if (known !== undefined) this.delete(known);
    this.#entries.append(local.port, remote.port, entry);
  }

  /** Takes out that very entry, if it is there. */
  delete(entry: T): void {
    const { local, remote } = entry;
    if (remote !== undefined) this.#entries.remove(local.port, remote.port, entry);
  }

  values(): Iterable<T> {
    return this.#entries.values();
  }
}
