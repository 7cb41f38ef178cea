/**
 * Ports of the machine that are given away, by address and protocol.
 *
 * @see moby libnetwork/portallocator
 */
import { anyAddress, familyOf, isAny, StatusError } from "../../lib/index.ts";

/** The range that a port is taken from if none was named. @see /proc/sys/net/ipv4/ip_local_port_range */
const FIRST_EPHEMERAL = 32_768;
const LAST_EPHEMERAL = 60_999;

interface Taken {
  readonly ports: Set<number>;
  /** The last port that was given out of a range, by the range. */
  readonly last: Map<string, number>;
}

export interface PortRequest {
  readonly protocol: string;
  /** All of them get the same port. */
  readonly addresses: readonly string[];
  /** Both 0 for any port. */
  readonly first: number;
  readonly last: number;
}

export class PortAllocator {
  readonly #taken = new Map<string, Map<string, Taken>>();

  /** @throws StatusError internal if there is no such port */
  take({ protocol, addresses, first, last }: PortRequest): number {
    const mine = addresses.map((address) => this.#of(protocol, address));
    const all = [...mine, ...this.#alsoConcerned(protocol, addresses)];
    if (first !== 0 && first === last) {
      const holder = this.#holder(protocol, addresses, first);
      if (holder !== undefined) {
        throw new StatusError("internal", `Bind for ${holder}:${first} failed: port is already allocated`);
      }
      for (const one of mine) one.ports.add(first);
      return first;
    }
    const [from, to] = first === 0 ? [FIRST_EPHEMERAL, LAST_EPHEMERAL] : [first, last];
    const range = `${from}-${to}`;
    let port = mine[0]?.last.get(range) ?? to;
    for (let tries = from; tries <= to; tries++) {
      port = port >= to ? from : port + 1;
      if (all.some(({ ports }) => ports.has(port))) continue;
      for (const one of mine) {
        one.ports.add(port);
        one.last.set(range, port);
      }
      return port;
    }
    throw new StatusError("internal", "all ports are allocated");
  }

  release(protocol: string, address: string, port: number): void {
    this.#taken.get(address)?.get(protocol)?.ports.delete(port);
  }

  /** The address on which the port is taken, of those that matter. */
  #holder(protocol: string, addresses: readonly string[], port: number): string | undefined {
    const has = (address: string): boolean => this.#taken.get(address)?.get(protocol)?.ports.has(port) === true;
    return addresses.find(has) ?? this.#others(addresses).find(has);
  }

  #alsoConcerned(protocol: string, addresses: readonly string[]): readonly Taken[] {
    return this.#others(addresses).map((address) => this.#of(protocol, address));
  }

  /** A port on all addresses must be free on each of the family; one on an address must be free on all. */
  #others(addresses: readonly string[]): readonly string[] {
    const others = new Set<string>();
    for (const address of addresses) {
      const family = familyOf(address);
      if (!isAny(address)) others.add(anyAddress(family));
      else for (const known of this.#taken.keys()) if (familyOf(known) === family) others.add(known);
    }
    for (const address of addresses) others.delete(address);
    return [...others];
  }

  #of(protocol: string, address: string): Taken {
    let protocols = this.#taken.get(address);
    if (protocols === undefined) {
      protocols = new Map();
      this.#taken.set(address, protocols);
    }
    let taken = protocols.get(protocol);
    if (taken === undefined) {
      taken = { ports: new Set(), last: new Map() };
      protocols.set(protocol, taken);
    }
    return taken;
  }
}
