/**
 * Sockets of IPv4 and IPv6: their local and remote ends.
 *
 * An IPv6 socket may speak IPv4 too: inside, its ends are plain IPv4 then, and only what programs see is "::ffff:…".
 */
import { Errno, type InetAddress, type SocketAddress } from "../abi/index.ts";
import { anyAddress, canonicalIp, familyOf, isAny, isMulticast, mappedIp, unmappedIp } from "../lib/index.ts";
import type { Endpoint } from "./conntrack.ts";
import type { NetStack } from "./net-stack.ts";
import { Socket } from "./socket.ts";
import { SocketMemory } from "./socket-memory.ts";

export abstract class InetSocket extends Socket {
  readonly stack: NetStack;
  local: Endpoint;
  remote: Endpoint | undefined = undefined;
  readonly memory = new SocketMemory();

  constructor(stack: NetStack, domain: "inet" | "inet6") {
    super(domain, stack.host.nextSocketInode());
    this.stack = stack;
    this.local = { address: anyAddress(domain === "inet" ? 4 : 6), port: 0 };
  }

  get isBound(): boolean {
    return this.local.port !== 0;
  }

  /** It takes IPv6 only, though it is bound to "::". */
  get v6only(): boolean {
    return Number(this.option("IPV6_V6ONLY")) !== 0;
  }

  override get localAddress(): InetAddress {
    return this.shown(this.local);
  }

  override get remoteAddress(): InetAddress {
    if (this.remote === undefined) throw new Errno("ENOTCONN");
    return this.shown(this.remote);
  }

  /** An end as programs see it. */
  shown({ address, port }: Endpoint): InetAddress {
    if (this.domain === "inet") return { family: "inet", address, port };
    return { family: "inet6", address: mappedIp(address), port };
  }

  /** Could a packet to `destination` be for this socket, as far as its address goes? */
  takes(destination: string): boolean {
    const { address } = this.local;
    if (!isAny(address)) return address === destination;
    if (familyOf(destination) === 6) return this.domain === "inet6";
    return this.domain === "inet" || !this.v6only;
  }

  /**
   * What a program says, as an end.
   *
   * @throws EAFNOSUPPORT for an address of another family, EINVAL for one that is none.
   */
  protected endpoint(address: SocketAddress): Endpoint {
    if (address.family === "unix") throw new Errno("EAFNOSUPPORT");
    const text = canonicalIp(address.address);
    if (text === undefined || !(address.port >= 0 && address.port <= 0xffff)) throw new Errno("EINVAL");
    if (this.domain === "inet" && familyOf(text) === 6) throw new Errno("EAFNOSUPPORT");
    if (this.domain === "inet6" && familyOf(text) === 4) throw new Errno("EAFNOSUPPORT");
    return { address: unmappedIp(text), port: address.port };
  }

  /** How far its packets go. */
  protected ttlTo(destination: string): number {
    return (this.hasOptions && Number(this.option("IP_TTL"))) || this.stack.ttlTo(destination);
  }

  /** The end to connect to: "any" means this machine. */
  protected destination(address: SocketAddress): Endpoint {
    const { address: to, port } = this.endpoint(address);
    if (!isAny(to)) return { address: to, port };
    return { address: to === "::" ? "::1" : "127.0.0.1", port };
  }

  /** @throws EADDRNOTAVAIL for an address that this machine does not have. */
  protected checkOwn(address: string): void {
    if (isAny(address) || isMulticast(address) || this.stack.isLocal(address)) return;
    throw new Errno("EADDRNOTAVAIL");
  }

  /** The address that packets to `destination` come from. @throws ENETUNREACH without a route there. */
  protected sourceFor(destination: string): string {
    const { address } = this.local;
    if (!isAny(address)) {
      if (familyOf(address) !== familyOf(destination)) throw new Errno("ENETUNREACH");
      return address;
    }
    return this.stack.sourceFor(destination, this.boundDevice);
  }

  /** SO_BINDTODEVICE. @throws ENODEV if that device is gone */
  get boundDevice() {
    const name = this.hasOptions ? this.option("SO_BINDTODEVICE") : "";
    if (name === "") return undefined;
    const device = this.stack.device(String(name));
    if (device === undefined) throw new Errno("ENODEV");
    return device;
  }

  /** An error report that came in for a packet of this socket. */
  abstract unreachable(error: Errno): void;
}
