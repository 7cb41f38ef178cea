/**
 * TCP sockets: what a program sees of a connection, or of a port that listens for some.
 *
 * @see tcp(7), listen(2), net/ipv4/tcp.c, inet_connection_sock.c
 */
import { Errno, POLLERR, POLLHUP, POLLIN, POLLOUT, type Received, type SocketAddress } from "../abi/index.ts";
import { familyOf, isAny, isMulticast } from "../lib/index.ts";
import type { Clock, Prng } from "../sim/index.ts";
import { InetSocket } from "./inet-socket.ts";
import type { NetStack } from "./net-stack.ts";
import { segmentSize, type TcpSegment } from "./packet.ts";
import { TcpConnection, type TcpState, type TcpUser } from "./tcp-connection.ts";

/** Connections that a listening socket has not handed out yet. */
interface Listening {
  readonly backlog: number;
  /** In their handshake. */
  readonly opening: Set<TcpSocket>;
  readonly ready: TcpSocket[];
}

export class TcpSocket extends InetSocket implements TcpUser {
  override readonly type = "stream";
  override readonly protocol = "tcp";
  /** Made by the peer's SYN, and not accepted yet. */
  #listener: TcpSocket | undefined;
  #listening: Listening | undefined;
  #connection: TcpConnection | undefined;
  #readShut = false;
  #segmentSize = 0;
  nextOfPorts: TcpSocket | undefined = undefined;

  constructor(stack: NetStack, domain: "inet" | "inet6") {
    super(stack, domain);
  }

  // ── what the program does ──

  override bind(address: SocketAddress): void {
    if (this.isBound || this.#connection !== undefined) throw new Errno("EINVAL");
    const wanted = this.endpoint(address);
    this.checkOwn(wanted.address);
    const port = this.stack.tcp.bind(this, wanted.address, wanted.port);
    this.local = { address: wanted.address, port };
  }

  override listen(backlog: number): void {
    if (this.#connection !== undefined) throw new Errno("EINVAL");
    if (!this.isBound) {
      const { address } = this.local;
      this.local = { address, port: this.stack.tcp.bind(this, address, 0) };
    }
    const limit = Math.min(Math.max(0, backlog), this.stack.somaxconn);
    this.#listening = { opening: new Set(), ready: [], ...this.#listening, backlog: limit };
  }

  override accept(): TcpSocket | undefined {
    if (this.#listening === undefined) throw new Errno("EINVAL");
    const accepted = this.#listening.ready.shift();
    if (accepted !== undefined) accepted.#listener = undefined;
    return accepted;
  }

  override connect(address: SocketAddress): void {
    if (this.#listening !== undefined) throw new Errno("EISCONN");
    if (this.#connection !== undefined) {
      if (this.#connection.state === "SYN_SENT") throw new Errno("EALREADY");
      if (this.#connection.state !== "CLOSE") throw new Errno("EISCONN");
      this.#forgetConnection();
    }
    const remote = this.destination(address);
    if (isMulticast(remote.address) || this.stack.isBroadcast(remote.address)) throw new Errno("ENETUNREACH");
    const source = this.sourceFor(remote.address);
    const wasBound = this.isBound;
    const port = this.stack.tcp.portTo({ address: source, port: this.local.port }, remote);
    this.local = { address: source, port };
    this.remote = remote;
    this.stack.tcp.adopt(this);
    this.#connection = new TcpConnection(this);
    try {
      this.#connection.open();
    } catch (error) {
      this.stack.tcp.disconnect(this);
      this.#connection = undefined;
      this.remote = undefined;
      if (!wasBound) this.local = { address: source, port: 0 };
      throw error;
    }
  }

  override get isConnecting(): boolean {
    return this.#connection?.state === "SYN_SENT";
  }

  override send(data: Uint8Array): number | undefined {
    this.checkError();
    const connection = this.#connection;
    if (connection === undefined) throw new Errno("EPIPE");
    if (connection.state === "SYN_SENT") return undefined;
    if (!connection.canWrite) throw new Errno("EPIPE");
    const taken = connection.write(data);
    return taken === 0 && data.length > 0 ? undefined : taken;
  }

  override receive(count: number, { peek }: { readonly peek: boolean }): Received | undefined {
    const connection = this.#connection;
    if (connection === undefined || this.#listening !== undefined) throw new Errno("ENOTCONN");
    if (connection.readable > 0) return { data: connection.read(count, peek), from: undefined };
    this.checkError();
    if (connection.ended || this.#readShut) return { data: new Uint8Array(0), from: undefined };
    return undefined;
  }

  override get available(): number {
    return this.#connection?.readable ?? 0;
  }

  /** Bytes written and not acknowledged. */
  get unsent(): number {
    return this.#connection?.unsent ?? 0;
  }

  /** Connections that wait for accept(2). */
  get waiting(): number {
    return this.#listening?.ready.length ?? 0;
  }

  get backlog(): number {
    return this.#listening?.backlog ?? 0;
  }

  get state(): TcpState {
    return this.#listening !== undefined ? "LISTEN" : (this.#connection?.state ?? "CLOSE");
  }

  override shutdown(how: "read" | "write" | "both"): void {
    if (this.#listening !== undefined) {
      this.#stopListening();
      return;
    }
    const connection = this.#connection;
    if (connection === undefined || connection.state === "CLOSE") throw new Errno("ENOTCONN");
    if (how !== "write") this.#readShut = true;
    if (how !== "read") connection.endWriting();
    this.wake();
  }

  override get remoteAddress() {
    const { state } = this;
    if (state === "CLOSE" || state === "LISTEN" || state === "SYN_SENT") throw new Errno("ENOTCONN");
    return super.remoteAddress;
  }

  override option(option: Parameters<InetSocket["option"]>[0]): number | string {
    return option === "SO_ACCEPTCONN" ? Number(this.#listening !== undefined) : super.option(option);
  }

  override poll(): number {
    if (this.#listening !== undefined) return this.#listening.ready.length > 0 ? POLLIN : 0;
    const connection = this.#connection;
    if (connection === undefined) return POLLOUT | POLLHUP;
    let events = this.error === undefined ? 0 : POLLERR | POLLIN;
    if (connection.readable > 0 || connection.ended || this.#readShut) events |= POLLIN;
    if (connection.state === "CLOSE") return events | POLLOUT | POLLHUP;
    if (connection.state !== "SYN_SENT" && (connection.hasRoom || !connection.canWrite)) events |= POLLOUT;
    return events;
  }

  override close(): void {
    if (this.#listening !== undefined) this.#stopListening();
    this.stack.tcp.release(this);
    const lingers = this.option("SO_LINGER");
    if (lingers === -1) this.#connection?.abort();
    else this.#connection?.close();
  }

  // ── what comes in ──

  /** A SYN for this listening socket. Thrown away if too many wait: the peer tries again. */
  welcome(syn: TcpSegment, source: string, destination: string): void {
    const listening = this.#listening;
    if (listening === undefined || listening.ready.length + listening.opening.size > listening.backlog) return;
    const made = new TcpSocket(this.stack, this.domain === "inet6" ? "inet6" : "inet");
    made.#listener = this;
    made.uid = this.uid;
    made.local = { address: destination, port: this.local.port };
    made.remote = { address: source, port: syn.sourcePort };
    this.stack.tcp.adopt(made);
    listening.opening.add(made);
    made.#connection = new TcpConnection(made);
    made.#connection.answer(syn);
  }

  /** A connection to this listening socket stands: accept will hand it out. */
  handsOut(made: TcpSocket): boolean {
    this.#listening?.opening.delete(made);
    this.#listening?.ready.push(made);
    return this.#listening !== undefined;
  }

  /** A connection to this listening socket has ended in its handshake. */
  forget(made: TcpSocket): void {
    this.#listening?.opening.delete(made);
  }

  receiveSegment(segment: TcpSegment): void {
    this.#connection?.receive(segment);
  }

  override unreachable(error: Errno): void {
    this.#connection?.unreachable(error);
  }

  // ── what the connection needs ──

  get clock(): Clock {
    return this.stack.host.clock;
  }

  get random(): Prng {
    return this.stack.host.random;
  }

  get segmentSize(): number {
    if (this.#segmentSize === 0 && this.remote !== undefined) {
      const { address } = this.remote;
      this.#segmentSize = segmentSize(this.stack.mtuTo(address), familyOf(address));
    }
    return this.#segmentSize;
  }

  transmit(segment: TcpSegment): void {
    const { local, remote } = this;
    if (remote === undefined) return;
    const { address } = remote;
    const packet = { source: local.address, destination: address, ttl: this.ttlTo(address), body: segment };
    try {
      this.stack.output(packet, this.boundDevice);
    } catch (error) {
      // Only who opens a connection is told at once that there is no way; what the filter drops counts as lost.
      if (!(error instanceof Errno) || (segment.syn && error.code !== "EPERM")) throw error;
    }
  }

  changed(): void {
    const error = this.#connection?.error;
    if (error !== undefined && this.#connection !== undefined) {
      this.fail(error);
      this.#connection.error = undefined;
    }
    this.wake();
  }

  established(): void {
    const listener = this.#listener;
    if (listener?.handsOut(this) === true) listener.wake();
    this.wake();
  }

  finished(lingers: boolean): void {
    this.#listener?.forget(this);
    const { remote } = this;
    if (remote === undefined) return;
    if (lingers && this.#connection !== undefined) this.stack.tcp.linger(this, this.#connection.numbers);
    else this.stack.tcp.disconnect(this);
  }

  #stopListening(): void {
    const listening = this.#listening;
    this.#listening = undefined;
    for (const socket of [...(listening?.opening ?? []), ...(listening?.ready ?? [])]) {
      socket.#listener = undefined;
      socket.#connection?.abort();
    }
    this.wake();
  }

  #forgetConnection(): void {
    this.#connection = undefined;
    this.remote = undefined;
    this.#readShut = false;
    this.#segmentSize = 0;
  }

  /** The local end that a listening socket shows. */
  get listensOnAny(): boolean {
    return isAny(this.local.address);
  }
}
