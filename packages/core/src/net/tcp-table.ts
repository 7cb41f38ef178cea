/**
 * All TCP sockets of a stack: who listens, which connections stand, and which have just ended.
 *
 * An end that closed first stays for a minute as no more than an entry here (TIME_WAIT, or FIN_WAIT2 without a program):
 * it answers a peer whose last words were lost.
 *
 * @see net/ipv4/tcp_minisocks.c, inet_hashtables.c
 */
import { Errno } from "../abi/index.ts";
import { isAny, NO_BYTES } from "../lib/index.ts";
import type { Endpoint } from "./conntrack.ts";
import type { NetStack } from "./net-stack.ts";
import type { Packet, TcpSegment } from "./packet.ts";
import { PortTable } from "./ports.ts";
import { TcpSocket } from "./tcp-socket.ts";

/** @see include/net/tcp.h: TCP_TIMEWAIT_LEN; sysctl tcp_fin_timeout has the same value */
const LINGER_US = 60_000_000;

/** What is left of a connection that ended well. */
export interface Remnant {
  readonly domain: "inet" | "inet6";
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly untilUs: number;
  readonly next: number;
  readonly expected: number;
}

export class TcpTable {
  readonly ports: PortTable;
  readonly #stack: NetStack;
  readonly #connections = new Map<string, TcpSocket>();
  readonly #remnants = new Map<string, Remnant>();

  constructor(stack: NetStack, range: () => readonly [number, number]) {
    this.#stack = stack;
    this.ports = new PortTable(stack.host.random, range);
  }

  // ── for sockets ──

  /** @throws EADDRINUSE */
  bind(socket: TcpSocket, address: string, port: number): number {
    return this.ports.hold(socket, address, port, (candidate) => this.#usesPort(candidate));
  }

  /** The local port of a new connection. @throws EADDRNOTAVAIL if there already is one between these ends. */
  connect(socket: TcpSocket, local: Endpoint, remote: Endpoint): number {
    const isFree = (port: number): boolean => !this.#connections.has(keyOf({ ...local, port }, remote));
    const port =
      local.port === 0 ? this.ports.ephemeral((free) => isFree(free) && this.#isOver(free, local, remote)) : local.port;
    if (!isFree(port)) throw new Errno("EADDRNOTAVAIL");
    this.#connections.set(keyOf({ ...local, port }, remote), socket);
    return port;
  }

  /** A connection that the peer has begun. */
  adopt(socket: TcpSocket): void {
    const { ends } = socket;
    if (ends !== undefined) this.#connections.set(keyOf(...ends), socket);
  }

  disconnect(socket: TcpSocket): void {
    const { ends } = socket;
    if (ends === undefined) return;
    const key = keyOf(...ends);
    if (this.#connections.get(key) === socket) this.#connections.delete(key);
  }

  /** The connection is over, but its ends are not used again for a while. */
  linger(socket: TcpSocket, numbers: { readonly next: number; readonly expected: number }): void {
    this.disconnect(socket);
    const { ends, domain } = socket;
    if (ends === undefined || domain === "unix") return;
    const [local, remote] = ends;
    const untilUs = this.#stack.host.clock.nowUs + LINGER_US;
    this.#remnants.set(keyOf(local, remote), { domain, local, remote, untilUs, ...numbers });
  }

  /** Its descriptor is closed: the port it was bound to is free. */
  release(socket: TcpSocket): void {
    this.ports.release(socket, socket.local.port);
  }

  // ── for packets ──

  receive(packet: Packet, segment: TcpSegment): void {
    const local: Endpoint = { address: packet.destination, port: segment.port };
    const remote: Endpoint = { address: packet.source, port: segment.sourcePort };
    const key = keyOf(local, remote);
    const connection = this.#connections.get(key);
    if (connection !== undefined) {
      connection.receiveSegment(segment);
      return;
    }
    const remnant = this.#remnants.get(key);
    if (remnant !== undefined && this.#answerFor(remnant, key, segment)) return;
    const listener = segment.syn && !segment.ack ? this.#listener(local) : undefined;
    if (listener !== undefined) listener.welcome(segment, packet.source, packet.destination);
    else if (!segment.rst) this.#refuse(packet, segment);
  }

  /** An ICMP error about a segment that was sent from here. */
  unreachable(about: Packet, segment: TcpSegment, error: Errno): void {
    const local: Endpoint = { address: about.source, port: segment.sourcePort };
    const remote: Endpoint = { address: about.destination, port: segment.port };
    this.#connections.get(keyOf(local, remote))?.unreachable(error);
  }

  // ── for /proc ──

  /** Listening and bound sockets, then connections, then what is left of others. */
  *list(): Iterable<TcpSocket | Remnant> {
    for (const socket of this.ports.all()) {
      if (socket instanceof TcpSocket && socket.state === "LISTEN") yield socket;
    }
    yield* this.#connections.values();
    const { nowUs } = this.#stack.host.clock;
    for (const [key, remnant] of this.#remnants) {
      if (remnant.untilUs > nowUs) yield remnant;
      else this.#remnants.delete(key);
    }
  }

  /** The best listener for an end: one with that very address before one for any. */
  #listener({ address, port }: Endpoint): TcpSocket | undefined {
    let best: TcpSocket | undefined;
    for (const socket of this.ports.holders(port)) {
      if (!(socket instanceof TcpSocket) || socket.state !== "LISTEN" || !socket.takes(address)) continue;
      if (!isAny(socket.local.address)) return socket;
      if (best === undefined || (best.domain === "inet6" && socket.domain === "inet")) best = socket;
    }
    return best;
  }

  /** @see RFC 9293 section 3.10.7.1 */
  #refuse({ source, destination }: Packet, segment: TcpSegment): void {
    const length = segment.data.length + (segment.syn ? 1 : 0) + (segment.fin ? 1 : 0);
    this.#send(destination, source, {
      ...EMPTY,
      sourcePort: segment.port,
      port: segment.sourcePort,
      sequence: segment.ack ? segment.acknowledges : 0,
      acknowledges: segment.sequence + length,
      ack: !segment.ack,
      rst: true,
    });
  }

  /** True if that was all that was to be done. */
  #answerFor(remnant: Remnant, key: string, segment: TcpSegment): boolean {
    if (remnant.untilUs <= this.#stack.host.clock.nowUs || segment.rst || (segment.syn && !segment.ack)) {
      this.#remnants.delete(key);
      return segment.rst;
    }
    const { local, remote } = remnant;
    if (segment.data.length > 0 && segment.sequence + segment.data.length > remnant.expected) {
      this.#remnants.delete(key);
      return false;
    }
    if (!segment.fin) return true;
    const expected = Math.max(remnant.expected, segment.sequence + segment.data.length + 1);
    this.#remnants.set(key, { ...remnant, expected });
    this.#send(local.address, remote.address, {
      ...EMPTY,
      sourcePort: local.port,
      port: remote.port,
      sequence: remnant.next,
      acknowledges: expected,
      ack: true,
    });
    return true;
  }

  #send(source: string, destination: string, body: TcpSegment): void {
    try {
      this.#stack.output({ source, destination, ttl: this.#stack.ttlTo(destination), body });
    } catch (error) {
      // There is no way back to who sent it: then there is nobody to tell.
      if (!(error instanceof Errno)) throw error;
    }
  }

  #isOver(port: number, local: Endpoint, remote: Endpoint): boolean {
    const remnant = this.#remnants.get(keyOf({ ...local, port }, remote));
    return remnant === undefined || remnant.untilUs <= this.#stack.host.clock.nowUs;
  }

  #usesPort(port: number): boolean {
    for (const { local } of this.#connections.values()) if (local.port === port) return true;
    const { nowUs } = this.#stack.host.clock;
    for (const { local, untilUs } of this.#remnants.values()) if (local.port === port && untilUs > nowUs) return true;
    return false;
  }
}

const EMPTY: TcpSegment = {
  protocol: "tcp",
  sourcePort: 0,
  port: 0,
  sequence: 0,
  acknowledges: 0,
  syn: false,
  ack: false,
  fin: false,
  rst: false,
  window: 0,
  data: NO_BYTES,
};

const keyOf = (local: Endpoint, remote: Endpoint): string =>
  `${local.address} ${local.port} ${remote.address} ${remote.port}`;
