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
import { EndsTable } from "./ends-table.ts";
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
  expected: number;
  nextOfPorts: Remnant | undefined;
}

export class TcpTable {
  readonly ports: PortTable;
  readonly #stack: NetStack;
  readonly #connections = new EndsTable<TcpSocket>();
  readonly #remnants = new EndsTable<Remnant>();

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
  portTo(local: Endpoint, remote: Endpoint): number {
    const { address } = local;
    const isFree = (port: number): boolean =>
      this.#connections.find(address, port, remote.address, remote.port) === undefined;
    const port =
      local.port === 0
        ? this.ports.ephemeral((free) => isFree(free) && this.#isOver(address, free, remote))
        : local.port;
    if (!isFree(port)) throw new Errno("EADDRNOTAVAIL");
    return port;
  }

  /** A connection that begins. */
  adopt(socket: TcpSocket): void {
    this.#connections.set(socket);
  }

  disconnect(socket: TcpSocket): void {
    this.#connections.delete(socket);
  }

  /** The connection is over, but its ends are not used again for a while. */
  linger(socket: TcpSocket, { next, expected }: { readonly next: number; readonly expected: number }): void {
    this.disconnect(socket);
    const { local, remote, domain } = socket;
    if (remote === undefined || domain === "unix") return;
    const untilUs = this.#stack.host.clock.nowUs + LINGER_US;
    this.#remnants.set({ domain, local, remote, untilUs, next, expected, nextOfPorts: undefined });
  }

  /** Its descriptor is closed: the port it was bound to is free. */
  release(socket: TcpSocket): void {
    this.ports.release(socket, socket.local.port);
  }

  // ── for packets ──

  receive(packet: Packet, segment: TcpSegment): void {
    const { destination: local, source: remote } = packet;
    const connection = this.#connections.find(local, segment.port, remote, segment.sourcePort);
    if (connection !== undefined) {
      connection.receiveSegment(segment);
      return;
    }
    const remnant = this.#remnants.find(local, segment.port, remote, segment.sourcePort);
    if (remnant !== undefined && this.#answerFor(remnant, segment)) return;
    const listener = segment.syn && !segment.ack ? this.#listener({ address: local, port: segment.port }) : undefined;
    if (listener !== undefined) listener.welcome(segment, remote, local);
    else if (!segment.rst) this.#refuse(packet, segment);
  }

  /** An ICMP error about a segment that was sent from here. */
  unreachable(about: Packet, segment: TcpSegment, error: Errno): void {
    const { source, destination } = about;
    this.#connections.find(source, segment.sourcePort, destination, segment.port)?.unreachable(error);
  }

  // ── for /proc ──

  /** Listening and bound sockets, then connections, then what is left of others. */
  *list(): Iterable<TcpSocket | Remnant> {
    for (const socket of this.ports.all()) {
      if (socket instanceof TcpSocket && socket.state === "LISTEN") yield socket;
    }
    yield* this.#connections.values();
    const { nowUs } = this.#stack.host.clock;
    for (const remnant of [...this.#remnants.values()]) {
      if (remnant.untilUs > nowUs) yield remnant;
      else this.#remnants.delete(remnant);
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
  #answerFor(remnant: Remnant, segment: TcpSegment): boolean {
    if (remnant.untilUs <= this.#stack.host.clock.nowUs || segment.rst || (segment.syn && !segment.ack)) {
      this.#remnants.delete(remnant);
      return segment.rst;
    }
    const { local, remote } = remnant;
    if (segment.data.length > 0 && segment.sequence + segment.data.length > remnant.expected) {
      this.#remnants.delete(remnant);
      return false;
    }
    if (!segment.fin) return true;
    remnant.expected = Math.max(remnant.expected, segment.sequence + segment.data.length + 1);
    this.#send(local.address, remote.address, {
      ...EMPTY,
      sourcePort: local.port,
      port: remote.port,
      sequence: remnant.next,
      acknowledges: remnant.expected,
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

  #isOver(local: string, port: number, remote: Endpoint): boolean {
    const remnant = this.#remnants.find(local, port, remote.address, remote.port);
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
