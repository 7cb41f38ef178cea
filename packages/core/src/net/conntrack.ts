/**
 * Connection tracking: which packets belong together, and how their addresses are translated.
 *
 * The first packet of a connection decides about its translation; all others, and the answers, follow that.
 *
 * Unlike Linux, entries are collected only when the table grows, and a port is translated only when it has to be.
 *
 * @see conntrack(8), net/netfilter/nf_conntrack_core.c, nf_nat_core.c
 */
import type { Clock } from "../sim/index.ts";
import type { Way } from "./destination.ts";
import type { Device } from "./device.ts";
import { type Body, type Packet, withEnds } from "./packet.ts";
import { type Chained, PortChains } from "./port-chains.ts";

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Where packets of one direction come from and go to. For ICMP the identifier is both ports. */
export interface Tuple {
  readonly protocol: Body["protocol"];
  readonly from: Endpoint;
  readonly to: Endpoint;
}

export interface Connection {
  /** Where the first packet came from and went to, before it was translated. */
  original: Tuple;
  /** What answers look like when they come in: it says how packets are translated. */
  reply: Tuple;
  /** An answer has been seen. */
  answered: boolean;
  /** FIN or RST was seen: a new SYN starts anew. */
  closing: boolean;
  /** The first packet has been through all chains. */
  confirmed: boolean;
  /** A virtual server has passed it on to a real one. */
  isVirtual: boolean;
  lastUs: number;
}

/** No configuration is of this generation. */
const NEVER = -1;

/** One direction of a connection: where its packets come from and go to, before they are translated. */
export class Tracked implements Tuple, Chained<Tracked> {
  readonly protocol: Body["protocol"];
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly connection: Connection;
  readonly isReply: boolean;
  nextOfPorts: Tracked | undefined = undefined;
  /** That of the stack's configuration when the way of its packets was found out. */
  #generation = NEVER;
  /** The device that they came in through then; `undefined` for those that are made here. */
  #device: Device | undefined = undefined;
  #way: Way | undefined = undefined;

  constructor(connection: Connection, isReply: boolean, { protocol, from, to }: Tuple) {
    this.protocol = protocol;
    this.from = from;
    this.to = to;
    this.connection = connection;
    this.isReply = isReply;
  }

  /** Where its packets go on to, if that is known; `undefined` for those that end here. */
  get way(): Way | undefined {
    return this.#way;
  }

  /** Whether the way is known, of packets that come in through `device`. */
  knowsWay(generation: number, device: Device | undefined): boolean {
    return this.#generation === generation && this.#device === device;
  }

  /**
   * The rules have let one of its packets pass. If they can no longer tell one from another, that holds for all of them,
   * as long as nothing changes that decides about it. What changes with every packet (how far it still goes, whether the
   * neighbour is known) is not remembered.
   *
   * @see net/netfilter/nf_flow_table_core.c
   */
  settle(generation: number, device: Device | undefined, way: Way | undefined): void {
    const { confirmed, answered } = this.connection;
    if (!confirmed || !(this.isReply || answered)) return;
    this.#generation = generation;
    this.#device = device;
    this.#way = way;
  }
}

/** The connection that an error belongs to, and the direction of the packet that caused it. */
export interface Related {
  readonly connection: Connection;
  readonly isReply: boolean;
}

const SECOND = 1_000_000;
const TIMEOUTS_US = {
  tcp: 432_000 * SECOND,
  closing: 120 * SECOND,
  udp: 120 * SECOND,
  icmp: 30 * SECOND,
} as const;
const SHORTEST_TIMEOUT_US = Math.min(...Object.values(TIMEOUTS_US));
/** Entries are looked through for old ones when there are so many, and whenever they have doubled since. */
const SWEEP_AT = 1024;
const FIRST_PORT = 1024;
const LAST_PORT = 65_535;

export class Conntrack {
  readonly #clock: Clock;
  readonly #entries = new TupleTable();
  #sweepAt = SWEEP_AT;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The connection of a packet, new if it is the first. `undefined` for errors of ICMP: they belong to others. */
  track(packet: Packet): Tracked | undefined {
    if (!isTracked(packet)) return undefined;
    const { body } = packet;
    const known = this.#entries.find(packet);
    const restarts = known?.connection.closing === true && body.protocol === "tcp" && body.syn && !body.ack;
    if (known !== undefined && !restarts && !this.#isOld(known.connection)) {
      const { connection } = known;
      connection.lastUs = this.#clock.nowUs;
      if (known.isReply) connection.answered = true;
      if (body.protocol === "tcp" && (body.fin || body.rst)) connection.closing = true;
      return known;
    }
    if (known !== undefined) this.#delete(known.connection);
    if (this.#entries.size >= this.#sweepAt) this.#sweep();
    const tuple = tupleOf(packet);
    const connection: Connection = {
      original: tuple,
      reply: inverse(tuple),
      answered: false,
      closing: false,
      confirmed: false,
      isVirtual: false,
      lastUs: this.#clock.nowUs,
    };
    const tracked = new Tracked(connection, false, tuple);
    // One object is both, here and in `confirm`: connections stay for minutes, and there are many.
    connection.original = tracked;
    this.#entries.set(tracked);
    return tracked;
  }

  /** The connection that an ICMP error is about: `isReply` tells the direction of the packet that caused it. */
  related(about: Packet): Related | undefined {
    const found = isTracked(about) ? this.#entries.get(inverse(tupleOf(about))) : undefined;
    return found === undefined ? undefined : { connection: found.connection, isReply: !found.isReply };
  }

  /** From now on packets of this connection go to `to` instead. */
  translateDestination({ connection }: Tracked, to: Endpoint): void {
    const { protocol, to: back } = connection.reply;
    connection.reply = { protocol, from: to, to: back };
  }

  /** The same, for one that a virtual server passes on: the port stays. */
  divert(tracked: Tracked, address: string): void {
    tracked.connection.isVirtual = true;
    this.translateDestination(tracked, { address, port: tracked.connection.reply.from.port });
  }

  /** From now on they come from `source`, with the same port if nobody else uses it. */
  translateSource({ connection }: Tracked, source: string): void {
    const { reply } = connection;
    let { port } = reply.to;
    const translated = (): Tuple => ({ protocol: reply.protocol, from: reply.from, to: { address: source, port } });
    for (let tries = LAST_PORT - FIRST_PORT; tries > 0 && this.#entries.get(translated()) !== undefined; tries--) {
      port = port >= LAST_PORT ? FIRST_PORT : port + 1;
    }
    connection.reply = translated();
  }

  /** The first packet has passed: answers are recognized from now on. */
  confirm(tracked: Tracked): void {
    const { connection } = tracked;
    if (connection.confirmed) return;
    connection.confirmed = true;
    const reply = new Tracked(connection, true, connection.reply);
    connection.reply = reply;
    this.#entries.set(reply);
  }

  /** The first packet was dropped: there is no connection. */
  drop({ connection }: Tracked): void {
    if (!connection.confirmed) this.#delete(connection);
  }

  /** Forgets every connection from or to an address. */
  forget(address: string): void {
    for (const { connection } of this.#entries.all()) {
      const { original, reply } = connection;
      const ends = [original.from, original.to, reply.from, reply.to];
      if (ends.some((end) => end.address === address)) this.#delete(connection);
    }
  }

  #isOld({ closing, lastUs, original }: Connection): boolean {
    const idleUs = this.#clock.nowUs - lastUs;
    // None of any kind is old before that.
    return idleUs > SHORTEST_TIMEOUT_US && idleUs > (closing ? TIMEOUTS_US.closing : TIMEOUTS_US[original.protocol]);
  }

  #sweep(): void {
    for (const { connection } of this.#entries.all()) if (this.#isOld(connection)) this.#delete(connection);
    this.#sweepAt = Math.max(SWEEP_AT, 2 * this.#entries.size);
  }

  #delete({ original, reply }: Connection): void {
    this.#entries.delete(original);
    this.#entries.delete(reply);
  }
}

/** A packet with the destination that its connection's translation says. */
export function withDestination(packet: Packet, { connection, isReply }: Tracked): Packet {
  const to = isReply ? connection.original.from : connection.reply.from;
  const { source, destination, body } = packet;
  if (destination === to.address && (body.protocol === "icmp" || body.port === to.port)) return packet;
  return withEnds(packet, { source, destination: to.address, sourcePort: undefined, port: to.port });
}

/** A packet with the source that its connection's translation says. */
export function withSource(packet: Packet, { connection, isReply }: Tracked): Packet {
  const from = isReply ? connection.original.to : connection.reply.to;
  const { source, destination, body } = packet;
  if (source === from.address && (body.protocol === "icmp" || body.sourcePort === from.port)) return packet;
  return withEnds(packet, { source: from.address, destination, sourcePort: from.port, port: undefined });
}

function inverse({ protocol, from, to }: Tuple): Tuple {
  return { protocol, from: to, to: from };
}

const isTracked = ({ body }: Packet): boolean =>
  body.protocol !== "icmp" || body.type === "echo-request" || body.type === "echo-reply";

function tupleOf({ source, destination, body }: Packet): Tuple {
  const [from, to] = body.protocol === "icmp" ? [body.id, body.id] : [body.sourcePort, body.port];
  return { protocol: body.protocol, from: { address: source, port: from }, to: { address: destination, port: to } };
}

/** Whether a packet is one of those that a tuple stands for. */
function fits({ protocol, from, to }: Tuple, { source, destination, body }: Packet): boolean {
  if (body.protocol !== protocol || from.address !== source || to.address !== destination) return false;
  if (body.protocol === "icmp") return from.port === body.id;
  return from.port === body.sourcePort && to.port === body.port;
}

function isSame(a: Tuple, b: Tuple): boolean {
  return (
    a.from.port === b.from.port &&
    a.to.port === b.to.port &&
    a.from.address === b.from.address &&
    a.to.address === b.to.address &&
    a.protocol === b.protocol
  );
}

/** What is known by tuples. */
class TupleTable {
  readonly #entries = new PortChains<Tracked>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  find(packet: Packet): Tracked | undefined {
    const { body } = packet;
    let tracked =
      body.protocol === "icmp"
        ? this.#entries.first(body.id, body.id)
        : this.#entries.first(body.sourcePort, body.port);
    while (tracked !== undefined && !fits(tracked, packet)) tracked = tracked.nextOfPorts;
    return tracked;
  }

  get(tuple: Tuple): Tracked | undefined {
    let tracked = this.#entries.first(tuple.from.port, tuple.to.port);
    while (tracked !== undefined && !isSame(tracked, tuple)) tracked = tracked.nextOfPorts;
    return tracked;
  }

  set(tracked: Tracked): void {
    this.delete(tracked);
    this.#size++;
    this.#entries.append(tracked.from.port, tracked.to.port, tracked);
  }

  delete(tuple: Tuple): void {
    const tracked = this.get(tuple);
    if (tracked === undefined) return;
    this.#size--;
    this.#entries.remove(tuple.from.port, tuple.to.port, tracked);
  }

  all(): readonly Tracked[] {
    return [...this.#entries.values()];
  }
}
