/**
 * Raw sockets for ICMP: what ping and traceroute use.
 *
 * Unlike Linux, a header is data beside the bytes, and no other protocol can be sent raw.
 *
 * @see raw(7), icmp(7)
 */
import {
  Errno,
  type IcmpInfo,
  POLLIN,
  POLLOUT,
  type Received,
  type ReceivedIcmp,
  type SocketAddress,
} from "../abi/index.ts";
import { familyOf } from "../lib/index.ts";
import { InetSocket } from "./inet-socket.ts";
import type { IcmpMessage, Packet } from "./packet.ts";

/** Messages that wait for recv. */
const QUEUE_LIMIT = 256;
/** Bytes behind the head of an echo: an IPv4 packet has no more than 65535. */
const MAX_ECHO = 65_507;

export class RawSocket extends InetSocket {
  override readonly type = "raw";
  override readonly protocol = "icmp";
  readonly #queue: ReceivedIcmp[] = [];

  override bind(address: SocketAddress): void {
    const { address: own } = this.endpoint(address);
    this.checkOwn(own);
    this.local = { address: own, port: 0 };
  }

  override connect(address: SocketAddress): void {
    const remote = this.destination(address);
    this.local = { ...this.local, address: this.sourceFor(remote.address) };
    this.remote = remote;
  }

  sendIcmp(to: string, message: IcmpInfo, data: Uint8Array): void {
    if (data.length > MAX_ECHO) throw new Errno("EMSGSIZE");
    const { address } = this.destination({ family: this.domain === "inet6" ? "inet6" : "inet", address: to, port: 0 });
    if (this.stack.isBroadcast(address) && Number(this.option("SO_BROADCAST")) === 0) throw new Errno("EACCES");
    const packet: Packet = {
      source: this.sourceFor(address),
      destination: address,
      ttl: this.ttlTo(address),
      body: { protocol: "icmp", ...message, data: data.slice(), about: undefined },
    };
    this.stack.output(packet, this.boundDevice);
  }

  receiveIcmp({ peek }: { readonly peek: boolean }): ReceivedIcmp | undefined {
    return peek ? this.#queue[0] : this.#queue.shift();
  }

  override send(): number {
    throw new Errno("EOPNOTSUPP");
  }

  override receive(): Received | undefined {
    const message = this.#queue.shift();
    return message && { data: message.data, from: this.shown({ address: message.from, port: 0 }) };
  }

  override get available(): number {
    return this.#queue[0]?.data.length ?? 0;
  }

  override shutdown(): void {
    throw new Errno("ENOTCONN");
  }

  override poll(): number {
    return POLLOUT | (this.#queue.length > 0 ? POLLIN : 0);
  }

  override close(): void {
    this.stack.raw.delete(this);
  }

  deliver({ source, destination, ttl }: Packet, message: IcmpMessage): void {
    if (familyOf(source) !== (this.domain === "inet" ? 4 : 6) || !this.takes(destination)) return;
    if (this.#queue.length >= QUEUE_LIMIT) return;
    const { type, code, id, sequence, data, about } = message;
    this.#queue.push({ from: source, ttl, message: { type, code, id, sequence }, data, about: aboutOf(about) });
    this.wake();
  }

  override unreachable(): void {
    // Errors reach a raw socket as messages.
  }
}

function aboutOf(about: Packet | undefined): ReceivedIcmp["about"] {
  if (about === undefined) return undefined;
  const { destination: to, body } = about;
  return body.protocol === "icmp"
    ? { to, id: body.id, sequence: body.sequence, port: 0 }
    : { to, id: body.sourcePort, sequence: 0, port: body.port };
}
