/**
 * Which sockets hold which ports of one transport.
 *
 * @see bind(2), ip(7) on ip_local_port_range, socket(7) on SO_REUSEADDR, net/ipv4/inet_connection_sock.c
 */
import { Errno } from "../abi/index.ts";
import { familyOf, isAny } from "../lib/index.ts";
import type { Prng } from "../sim/index.ts";
import type { InetSocket } from "./inet-socket.ts";

export class PortTable {
  readonly #random: Prng;
  readonly #range: () => readonly [first: number, last: number];
  readonly #holders = new Map<number, Set<InetSocket>>();
  /** Decides where the search for a free port goes on. */
  #cursor: number | undefined;

  constructor(random: Prng, range: () => readonly [number, number]) {
    this.#random = random;
    this.#range = range;
  }

  /** Takes a port for `socket`, or any free one for 0. @throws EADDRINUSE */
  hold(socket: InetSocket, address: string, port: number, isTaken: (port: number) => boolean): number {
    if (port === 0) return this.#holdAny(socket, address, isTaken);
    for (const other of this.#holders.get(port) ?? []) {
      if (conflicts(socket, address, other)) throw new Errno("EADDRINUSE");
    }
    if (!socket.reuseAddress && isTaken(port)) throw new Errno("EADDRINUSE");
    this.#add(socket, port);
    return port;
  }

  release(socket: InetSocket, port: number): void {
    const holders = this.#holders.get(port);
    if (holders === undefined) return;
    holders.delete(socket);
    if (holders.size === 0) this.#holders.delete(port);
  }

  holders(port: number): Iterable<InetSocket> {
    return this.#holders.get(port) ?? [];
  }

  /** Could nobody else listen there? */
  isHeld(address: string, port: number): boolean {
    const family = familyOf(address);
    for (const { local, domain, v6only } of this.#holders.get(port) ?? []) {
      if (local.address === address) return true;
      // A socket of IPv6 that is bound to "::" takes IPv4 too, unless it says otherwise.
      const takesBoth = isAny(local.address) && domain === "inet6" && !v6only;
      if (isAny(local.address) && (takesBoth || familyOf(local.address) === family)) return true;
      if (isAny(address) && familyOf(local.address) === family) return true;
    }
    return false;
  }

  *all(): Iterable<InetSocket> {
    for (const holders of this.#holders.values()) yield* holders;
  }

  /** A port that `isFree` for a connection going out; nobody holds it. @throws EADDRNOTAVAIL if all are in use. */
  ephemeral(isFree: (port: number) => boolean): number {
    const [first, last] = this.#range();
    const count = last - first + 1;
    this.#cursor ??= 2 * this.#random.below(Math.max(1, count >> 1));
    for (let tries = 0; tries < count; tries++) {
      const port = first + (this.#cursor % count);
      // Linux gives even ports to connections, and turns to the odd ones when those are used up.
      this.#cursor = this.#cursor + 2 >= count ? (this.#cursor + 1) & 1 : this.#cursor + 2;
      if (!this.#holders.has(port) && isFree(port)) return port;
    }
    throw new Errno("EADDRNOTAVAIL");
  }

  #holdAny(socket: InetSocket, address: string, isTaken: (port: number) => boolean): number {
    try {
      const port = this.ephemeral((candidate) => !isTaken(candidate));
      return this.hold(socket, address, port, isTaken);
    } catch (error) {
      throw error instanceof Errno ? new Errno("EADDRINUSE") : error;
    }
  }

  #add(socket: InetSocket, port: number): void {
    const holders = this.#holders.get(port);
    if (holders === undefined) this.#holders.set(port, new Set([socket]));
    else holders.add(socket);
  }
}

/** Two sockets may share a port if their addresses differ, or if both say so and none of them listens. */
function conflicts(socket: InetSocket, address: string, other: InetSocket): boolean {
  if (other === socket || !overlaps(socket, address, other)) return false;
  if (!socket.reuseAddress || !other.reuseAddress) return true;
  return other.type === "stream" && Number(other.option("SO_ACCEPTCONN")) !== 0;
}

function overlaps(socket: InetSocket, address: string, other: InetSocket): boolean {
  const theirs = other.local.address;
  if (!isAny(address) && !isAny(theirs)) return address === theirs;
  if (isAny(address) && isAny(theirs)) {
    if (socket.domain === other.domain) return true;
    return !(socket.domain === "inet6" ? socket : other).v6only;
  }
  const [wide, narrow] = isAny(address) ? [socket, theirs] : [other, address];
  const narrowIsFour = !narrow.includes(":");
  return wide.domain === "inet" ? narrowIsFour : !narrowIsFour || !wide.v6only;
}
