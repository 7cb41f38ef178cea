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
import type { Route } from "./routes.ts";
import type { Routing } from "./routing.ts";
import type { Flow } from "./routing-rules.ts";

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
  readonly #flow: Flow;
  readonly #routing: Routing;
  #route: Route | "none" | undefined;

  constructor(flow: Flow, book: AddressBook, routing: Routing) {
    const { destination } = flow;
    this.address = destination;
    this.owner = book.owner(destination);
    this.isBroadcast = book.isBroadcast(destination);
    this.#flow = flow;
    this.#routing = routing;
    const isOwn = this.owner !== undefined || this.isBroadcast || isMulticast(destination);
    this.endsHere = isOwn && (routing.isPlain || routing.find(flow, true) === "here");
  }

  /** The best route there; `undefined` if there is none. */
  get route(): Route | undefined {
    this.#route ??= this.#routing.route(this.#flow) ?? "none";
    return this.#route === "none" ? undefined : this.#route;
  }
}

/** More are forgotten and found out again. */
const LIMIT = 4096;

export class DestinationTable {
  readonly #book: AddressBook;
  readonly #routing: Routing;
  readonly #generation: Generation;
  readonly #known = new Map<string, Destination>();
  /** The generation that they belong to. */
  #number = -1;

  constructor(book: AddressBook, routing: Routing, generation: Generation) {
    this.#book = book;
    this.#routing = routing;
    this.#generation = generation;
  }

  /** `source` and `from` are those of the packet: they matter to rules only. */
  find(destination: string, source?: string, from?: Device): Destination {
    const { number } = this.#generation;
    if (number !== this.#number || this.#known.size >= LIMIT) {
      this.#known.clear();
      this.#number = number;
    }
    const isPlain = this.#routing.isPlain;
    const key = isPlain ? destination : `${destination} ${source ?? ""} ${from?.name ?? ""}`;
    let found = this.#known.get(key);
    if (found === undefined) {
      const flow = isPlain ? { destination } : { destination, source, from };
      found = new Destination(flow, this.#book, this.#routing);
      this.#known.set(key, found);
    }
    return found;
  }
}
