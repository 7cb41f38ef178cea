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
import type { Body, Packet } from "./packet.ts";

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
  readonly original: Tuple;
  /** What answers look like when they come in: it says how packets are translated. */
  reply: Tuple;
  /** An answer has been seen. */
  answered: boolean;
  /** FIN or RST was seen: a new SYN starts anew. */
  closing: boolean;
  /** The first packet has been through all chains. */
  confirmed: boolean;
  lastUs: number;
}

export interface Tracked {
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
      lastUs: this.#clock.nowUs,
    };
    const tracked: Tracked = { connection, isReply: false };
    this.#entries.set(tuple, tracked);
    return tracked;
  }

  /** The connection that an ICMP error is about: `isReply` tells the direction of the packet that caused it. */
  related(about: Packet): Tracked | undefined {
    const found = isTracked(about) ? this.#entries.get(inverse(tupleOf(about))) : undefined;
    return found === undefined ? undefined : { connection: found.connection, isReply: !found.isReply };
  }

  /** From now on packets of this connection go to `to` instead. */
  translateDestination({ connection }: Tracked, to: Endpoint): void {
    connection.reply = { ...connection.reply, from: to };
  }

  /** From now on they come from `source`, with the same port if nobody else uses it. */
  translateSource({ connection }: Tracked, source: string): void {
    const { reply } = connection;
    let { port } = reply.to;
    const translated = (): Tuple => ({ ...reply, to: { address: source, port } });
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
    this.#entries.set(connection.reply, { connection, isReply: true });
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

  list(): readonly Connection[] {
    return this.#entries.all().flatMap(({ connection, isReply }) => (isReply ? [] : [connection]));
  }

  #isOld({ closing, lastUs, original }: Connection): boolean {
    const timeout = closing ? TIMEOUTS_US.closing : TIMEOUTS_US[original.protocol];
    return this.#clock.nowUs - lastUs > timeout;
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
  const { body } = packet;
  if (packet.destination === to.address && (body.protocol === "icmp" || body.port === to.port)) return packet;
  if (body.protocol === "icmp") return { ...packet, destination: to.address };
  return { ...packet, destination: to.address, body: { ...body, port: to.port } };
}

/** A packet with the source that its connection's translation says. */
export function withSource(packet: Packet, { connection, isReply }: Tracked): Packet {
  const from = isReply ? connection.original.to : connection.reply.to;
  const { body } = packet;
  if (packet.source === from.address && (body.protocol === "icmp" || body.sourcePort === from.port)) return packet;
  if (body.protocol === "icmp") return { ...packet, source: from.address };
  return { ...packet, source: from.address, body: { ...body, sourcePort: from.port } };
}

/** True if packets of the connection have other addresses or ports on the other side. */
export function isTranslated({ original, reply }: Connection): boolean {
  return !isSame(inverse(original), reply);
}

export function inverse({ protocol, from, to }: Tuple): Tuple {
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

interface Slot {
  readonly tuple: Tuple;
  readonly tracked: Tracked;
}

/** What is known by tuples. Each packet is looked up in several of these, so nothing is made to look something up. */
class TupleTable {
  /** By both ports, which few others share. */
  readonly #slots = new Map<number, Slot[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  find(packet: Packet): Tracked | undefined {
    const { body } = packet;
    const hash = body.protocol === "icmp" ? hashOf(body.id, body.id) : hashOf(body.sourcePort, body.port);
    for (const { tuple, tracked } of this.#slots.get(hash) ?? NO_SLOTS) if (fits(tuple, packet)) return tracked;
    return undefined;
  }

  get(tuple: Tuple): Tracked | undefined {
    return this.#slots.get(hashOf(tuple.from.port, tuple.to.port))?.find((slot) => isSame(slot.tuple, tuple))?.tracked;
  }

  set(tuple: Tuple, tracked: Tracked): void {
    this.delete(tuple);
    const hash = hashOf(tuple.from.port, tuple.to.port);
    const slots = this.#slots.get(hash);
    if (slots === undefined) this.#slots.set(hash, [{ tuple, tracked }]);
    else slots.push({ tuple, tracked });
    this.#size++;
  }

  delete(tuple: Tuple): void {
    const hash = hashOf(tuple.from.port, tuple.to.port);
    const slots = this.#slots.get(hash);
    const at = slots?.findIndex((slot) => isSame(slot.tuple, tuple)) ?? -1;
    if (slots === undefined || at < 0) return;
    this.#size--;
    if (slots.length === 1) this.#slots.delete(hash);
    else slots.splice(at, 1);
  }

  all(): readonly Tracked[] {
    return [...this.#slots.values()].flatMap((slots) => slots.map(({ tracked }) => tracked));
  }
}

const NO_SLOTS: readonly Slot[] = [];

const hashOf = (from: number, to: number): number => from * 65_536 + to;
