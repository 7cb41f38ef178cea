/**
 * What a stack has found out about the addresses that packets go to: whose they are, and the way there. It holds for one
 * generation of the stack's configuration, and is found out again in the next.
 *
 * @see include/net/dst.h, net/ipv4/route.c: ip_route_output_key
 */
import { isMulticast } from "../lib/index.ts";
import type { AddressBook, Owner } from "./address-book.ts";
import type { Device } from "./device.ts";
import type { Generation } from "./generation.ts";
import type { Neighbour } from "./neighbours.ts";
import type { Route, RouteTable } from "./routes.ts";

/** Through which device a packet leaves, and to whom. */
export interface Way {
  readonly device: Device;
  /** The host on the link that the packet goes to; all of them for a broadcast; `undefined` on the loopback. */
  readonly next: string | undefined;
  /** What is known of that host, once something has been sent there. */
  neighbour: Neighbour | undefined;
}

export class Destination {
  readonly address: string;
  /** The device that makes packets end here. */
  readonly owner: Owner | undefined;
  readonly isBroadcast: boolean;
  /** Packets for it are taken in, not passed on. */
  readonly endsHere: boolean;
  /** How to get there, and which address packets come from then, once somebody has asked. */
  way: Way | undefined = undefined;
  source: string | undefined = undefined;
  readonly #routes: RouteTable;
  #route: Route | "none" | undefined;

  constructor(address: string, book: AddressBook, routes: RouteTable) {
    this.address = address;
    this.owner = book.owner(address);
    this.isBroadcast = book.isBroadcast(address);
    this.endsHere = this.owner !== undefined || this.isBroadcast || isMulticast(address);
    this.#routes = routes;
  }

  /** The best route there; `undefined` if there is none. */
  get route(): Route | undefined {
    this.#route ??= this.#routes.lookup(this.address) ?? "none";
    return this.#route === "none" ? undefined : this.#route;
  }
}

/** More are forgotten and found out again. */
const LIMIT = 4096;

export class DestinationTable {
  readonly #book: AddressBook;
  readonly #routes: RouteTable;
  readonly #generation: Generation;
  readonly #known = new Map<string, Destination>();
  /** The generation that they belong to. */
  #number = -1;

  constructor(book: AddressBook, routes: RouteTable, generation: Generation) {
    this.#book = book;
    this.#routes = routes;
    this.#generation = generation;
  }

  find(address: string): Destination {
    const { number } = this.#generation;
    if (number !== this.#number || this.#known.size >= LIMIT) {
      this.#known.clear();
      this.#number = number;
    }
    let found = this.#known.get(address);
    if (found === undefined) {
      found = new Destination(address, this.#book, this.#routes);
      this.#known.set(address, found);
    }
    return found;
  }
}
