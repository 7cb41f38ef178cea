/**
 * Sockets: what all kinds have in common. None ever sleeps: where there is nothing yet it answers `undefined`, and
 * `ready` is woken when asking again may help.
 *
 * @see socket(7), net/socket.c
 */
import {
  Errno,
  type Received,
  type SocketAddress,
  type SocketDomain,
  type SocketOption,
  type SocketType,
} from "../abi/index.ts";
import { WaitQueue } from "../sim/index.ts";

/** @see /proc/sys/net/core/rmem_default */
export const DEFAULT_BUFFER = 212_992;

export abstract class Socket {
  abstract readonly type: SocketType;
  abstract readonly protocol: "tcp" | "udp" | "icmp" | "unix";
  readonly domain: SocketDomain;
  /** Its number in `socket:[INODE]`. */
  readonly inode: number;
  /** Who made it, as /proc/net/tcp tells. */
  uid = 0;
  reuseAddress = false;
  #options: Map<SocketOption, number | string> | undefined;
  #ready: WaitQueue | undefined;
  #error: Errno | undefined;

  constructor(domain: SocketDomain, inode: number) {
    this.domain = domain;
    this.inode = inode;
  }

  get ready(): WaitQueue {
    this.#ready ??= new WaitQueue("socket", this.inode);
    return this.#ready;
  }

  /** Says that `read`, `write`, `accept`… may answer differently now. */
  wake(): void {
    this.#ready?.wakeAll();
  }

  abstract bind(address: SocketAddress): void;

  /** @throws EOPNOTSUPP on a socket without connections. */
  listen(_backlog: number, _owner?: unknown): void {
    throw new Errno("EOPNOTSUPP");
  }

  /** The oldest connection that waits; `undefined` if none does. */
  accept(): Socket | undefined {
    throw new Errno("EOPNOTSUPP");
  }

  /** Begins to connect; `isConnecting` tells whether that is still going on. */
  abstract connect(address: SocketAddress): void;

  get isConnecting(): boolean {
    return false;
  }

  /** How many bytes were taken; `undefined` if there is no room yet. */
  abstract send(data: Uint8Array, to: SocketAddress | undefined): number | undefined;

  /** `undefined` if there is nothing yet; no data at the end of a stream. */
  abstract receive(count: number, options: { readonly peek: boolean }): Received | undefined;

  abstract shutdown(how: "read" | "write" | "both"): void;

  /** Bytes that could be received now: ioctl FIONREAD. */
  abstract get available(): number;

  abstract get localAddress(): SocketAddress;

  /** @throws ENOTCONN */
  abstract get remoteAddress(): SocketAddress;

  /** POLLIN | POLLOUT | POLLHUP | POLLERR as they hold now. */
  abstract poll(): number;

  /** The last descriptor is closed. */
  abstract close(): void;

  setOption(option: SocketOption, value: number | string): void {
    if (option === "SO_REUSEADDR" || option === "SO_REUSEPORT") this.reuseAddress = Number(value) !== 0;
    this.#options ??= new Map();
    this.#options.set(option, value);
  }

  /** Somebody has set one. */
  protected get hasOptions(): boolean {
    return this.#options !== undefined;
  }

  option(option: SocketOption): number | string {
    switch (option) {
      case "SO_ERROR":
        return this.takeError()?.errno ?? 0;
      case "SO_TYPE":
        return { stream: 1, dgram: 2, raw: 3 }[this.type];
      case "SO_RCVBUF":
      case "SO_SNDBUF":
        return this.#options?.get(option) ?? DEFAULT_BUFFER;
      case "SO_BINDTODEVICE":
        return this.#options?.get(option) ?? "";
      default:
        return this.#options?.get(option) ?? 0;
    }
  }

  /** What the next call fails with. */
  get error(): Errno | undefined {
    return this.#error;
  }

  fail(error: Errno): void {
    this.#error = error;
  }

  takeError(): Errno | undefined {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }

  /** @throws what went wrong since the last call. */
  checkError(): void {
    const error = this.takeError();
    if (error !== undefined) throw error;
  }
}
