/**
 * UDP sockets.
 *
 * @see udp(7), net/ipv4/udp.c
 */
import { Errno, POLLERR, POLLIN, POLLOUT, type Received, type SocketAddress } from "../abi/index.ts";
import { isAny } from "../lib/index.ts";
import type { Endpoint } from "./conntrack.ts";
import { InetSocket } from "./inet-socket.ts";
import type { Packet, UdpDatagram } from "./packet.ts";
import { DEFAULT_BUFFER } from "./socket.ts";

const MAX_DATAGRAM = 65_507;
/** What a waiting datagram counts beyond its bytes. @see include/linux/skbuff.h: SKB_TRUESIZE */
const OVERHEAD = 768;

const NOT_TAKEN = (): boolean => false;

interface Waiting {
  readonly data: Uint8Array;
  readonly from: Endpoint;
}

export class UdpSocket extends InetSocket {
  override readonly type = "dgram";
  override readonly protocol = "udp";
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #readShut = false;
  #writeShut = false;

  override bind(address: SocketAddress): void {
    if (this.isBound) throw new Errno("EINVAL");
    const wanted = this.endpoint(address);
    this.checkOwn(wanted.address);
    const port = this.stack.udp.hold(this, wanted.address, wanted.port, NOT_TAKEN);
    this.local = { address: wanted.address, port };
  }

  override connect(address: SocketAddress): void {
    const remote = this.destination(address);
    const source = this.sourceFor(remote.address);
    this.#bindAny();
    this.local = { address: source, port: this.local.port };
    this.remote = remote;
  }

  override send(data: Uint8Array, to: SocketAddress | undefined): number {
    this.checkError();
    if (this.#writeShut) throw new Errno("EPIPE");
    const remote = to === undefined ? this.remote : this.destination(to);
    if (remote === undefined) throw new Errno("EDESTADDRREQ");
    if (remote.port === 0) throw new Errno("EINVAL");
    if (data.length > MAX_DATAGRAM) throw new Errno("EMSGSIZE");
    const device = this.boundDevice;
    const source = this.sourceFor(remote.address);
    if (this.stack.isBroadcast(remote.address) && Number(this.option("SO_BROADCAST")) === 0) throw new Errno("EACCES");
    this.#bindAny();
    const packet: Packet = {
      source,
      destination: remote.address,
      ttl: this.ttlTo(remote.address),
      body: { protocol: "udp", sourcePort: this.local.port, port: remote.port, data: data.slice() },
    };
    this.stack.output(packet, device);
    return data.length;
  }

  override receive(count: number, { peek }: { readonly peek: boolean }): Received | undefined {
    const first = this.#queue[0];
    if (first === undefined) {
      this.checkError();
      return this.#readShut ? { data: new Uint8Array(0), from: undefined } : undefined;
    }
    if (!peek) {
      this.#queue.shift();
      this.#keep(-first.data.length - OVERHEAD);
    }
    return { data: first.data.slice(0, count), from: this.shown(first.from) };
  }

  override get available(): number {
    return this.#queue[0]?.data.length ?? 0;
  }

  /** Bytes that wait, for /proc/net/udp. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  override shutdown(how: "read" | "write" | "both"): void {
    if (this.remote === undefined) throw new Errno("ENOTCONN");
    if (how !== "write") this.#readShut = true;
    if (how !== "read") this.#writeShut = true;
    this.wake();
  }

  override poll(): number {
    return (
      POLLOUT |
      (this.#queue.length > 0 || this.#readShut ? POLLIN : 0) |
      (this.error !== undefined ? POLLERR | POLLIN : 0)
    );
  }

  override close(): void {
    if (this.isBound) this.stack.udp.release(this, this.local.port);
    this.#queue = [];
    this.#keep(-this.#queuedBytes);
  }

  #keep(bytes: number): void {
    this.#queuedBytes += bytes;
    this.memory.add(bytes);
  }

  /** A datagram for this socket has come in. */
  deliver(source: string, datagram: UdpDatagram): void {
    if (this.#queuedBytes + datagram.data.length > DEFAULT_BUFFER) return;
    this.#queue.push({ data: datagram.data, from: { address: source, port: datagram.sourcePort } });
    this.#keep(datagram.data.length + OVERHEAD);
    this.wake();
  }

  /** Is a datagram from there to here for this socket? */
  wants(from: Endpoint, destination: string): boolean {
    if (!this.takes(destination)) return false;
    return this.remote === undefined || (this.remote.address === from.address && this.remote.port === from.port);
  }

  /** How closely its ends say what it wants. */
  get closeness(): number {
    return (this.remote === undefined ? 0 : 2) + (isAny(this.local.address) ? 0 : 1);
  }

  override unreachable(error: Errno): void {
    if (this.remote === undefined) return;
    this.fail(error);
    this.wake();
  }

  #bindAny(): void {
    if (this.isBound) return;
    const { address } = this.local;
    const port = this.stack.udp.hold(this, address, 0, NOT_TAKEN);
    this.local = { address, port };
  }
}
