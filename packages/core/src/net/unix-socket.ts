/**
 * Unix sockets: streams and datagrams between processes of one machine.
 *
 * Names in the file system are the kernel's business: it finds the socket behind an inode. Abstract names are kept here.
 * Unlike Linux, sockets that lie unreceived in each other are never collected.
 *
 * @see unix(7), net/unix/af_unix.c
 */
import {
  Errno,
  POLLHUP,
  POLLIN,
  POLLOUT,
  type Received,
  type SocketAddress,
  type SocketType,
  type UnixAddress,
} from "../abi/index.ts";
import { NO_BYTES } from "../lib/index.ts";
import {
  type Ancillary,
  MarkedQueue,
  NO_ANCILLARY,
  type ReceivedMessage,
  releaseRights,
  type Sender,
} from "./ancillary.ts";
import { DEFAULT_BUFFER, Socket } from "./socket.ts";

const UNNAMED: UnixAddress = { family: "unix", path: "" };

const NOTHING_MORE: ReceivedMessage = { data: NO_BYTES, from: undefined, ancillary: NO_ANCILLARY, isCut: false };

interface Message {
  readonly data: Uint8Array;
  readonly from: UnixAddress;
  readonly ancillary: Ancillary;
}

export class UnixSocket extends Socket {
  override readonly type: SocketType;
  override readonly protocol = "unix";
  name = UNNAMED;
  peer: UnixSocket | undefined;
  /** Called when it goes: whoever keeps its name forgets it. */
  onClose: (() => void) | undefined;
  /** Tells who is sending now. */
  whoSends: (() => Sender | undefined) | undefined;
  /** Who has connected to it, made the pair, or listens where it has connected to: SO_PEERCRED. */
  peerOwner: Sender | undefined;
  readonly #stream = new MarkedQueue();
  readonly #messages: Message[] = [];
  #messageBytes = 0;
  #waiting: UnixSocket[] | undefined;
  #backlog = 0;
  #connected = false;
  #readShut = false;
  #writeShut = false;
  #closed = false;
  #peerName = UNNAMED;

  constructor(inode: number, type: SocketType) {
    super("unix", inode);
    this.type = type;
  }

  static pair(inodes: readonly [number, number], type: SocketType, owner?: Sender): readonly [UnixSocket, UnixSocket] {
    const [a, b] = [new UnixSocket(inodes[0], type), new UnixSocket(inodes[1], type)];
    a.peerOwner = owner;
    b.peerOwner = owner;
    a.#attach(b);
    b.#attach(a);
    return [a, b];
  }

  get isListening(): boolean {
    return this.#waiting !== undefined;
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  /** SO_PASSCRED: what is received comes with the credentials of its sender. */
  get passesCredentials(): boolean {
    return Number(this.option("SO_PASSCRED")) !== 0;
  }

  /** Takes a name that the kernel has found to be free. @throws EINVAL if it has one already */
  override bind(address: UnixAddress): void {
    if (this.name.path !== "") throw new Errno("EINVAL");
    this.name = address;
  }

  override listen(backlog: number, owner?: Sender): void {
    if (this.type === "dgram") throw new Errno("EOPNOTSUPP");
    if (this.name.path === "" || this.#connected) throw new Errno("EINVAL");
    this.#waiting ??= [];
    this.peerOwner = owner;
    this.#backlog = backlog;
  }

  override accept(): UnixSocket | undefined {
    if (this.#waiting === undefined) throw new Errno("EINVAL");
    const first = this.#waiting.shift();
    this.wake();
    return first;
  }

  /** Use `connectTo`: a name means nothing here. */
  override connect(): void {
    throw new Errno("EINVAL");
  }

  /** False if the other side has too many connections waiting. @throws ECONNREFUSED, EISCONN, EPROTOTYPE */
  connectTo(other: UnixSocket, inode: number, owner?: Sender): boolean {
    if (other.type !== this.type) throw new Errno("EPROTOTYPE");
    if (this.type === "dgram") {
      this.#connected = true;
      this.peer = other;
      this.#peerName = other.name;
      return true;
    }
    if (this.#connected) throw new Errno("EISCONN");
    if (other.#waiting === undefined) throw new Errno("ECONNREFUSED");
    if (other.#waiting.length > other.#backlog) return false;
    const accepted = new UnixSocket(inode, this.type);
    accepted.name = other.name;
    accepted.peerOwner = owner;
    this.peerOwner = other.peerOwner;
    accepted.#attach(this);
    this.#attach(accepted);
    other.#waiting.push(accepted);
    other.wake();
    return true;
  }

  override send(data: Uint8Array, _to?: SocketAddress, ancillary: Ancillary = NO_ANCILLARY): number | undefined {
    if (this.#writeShut) throw new Errno("EPIPE");
    if (this.peer === undefined) throw new Errno(this.#connected ? "EPIPE" : "ENOTCONN");
    return this.sendTo(this.peer, data, ancillary);
  }

  /** A datagram, or a part of the stream, to `other`. If anything was taken, so were the files. */
  sendTo(other: UnixSocket, data: Uint8Array, ancillary: Ancillary = NO_ANCILLARY): number | undefined {
    const tells = ancillary.sender === undefined && (this.passesCredentials || other.passesCredentials);
    const beside = tells ? { ...ancillary, sender: this.whoSends?.() } : ancillary;
    if (this.type === "dgram") {
      if (other.#closed) throw new Errno("ECONNREFUSED");
      if (data.length > DEFAULT_BUFFER) throw new Errno("EMSGSIZE");
      if (other.#messageBytes + data.length > DEFAULT_BUFFER) return undefined;
      other.#messages.push({ data: data.slice(), from: this.name, ancillary: beside });
      other.#messageBytes += data.length;
      other.wake();
      return data.length;
    }
    if (other.#closed || other.#readShut) throw new Errno("EPIPE");
    const room = DEFAULT_BUFFER - other.#stream.length;
    if (room <= 0) return data.length === 0 ? 0 : undefined;
    const part = data.slice(0, room);
    if (part.length > 0) other.#stream.put(part, beside);
    else releaseRights(ancillary);
    other.wake();
    return part.length;
  }

  override receive(count: number, options: { readonly peek: boolean }): Received | undefined {
    const received = this.receiveMessage(count, options);
    if (received === undefined) return undefined;
    releaseRights(received.ancillary);
    return { data: received.data, from: received.from };
  }

  /** With what goes along with it: the files are the caller's. */
  receiveMessage(count: number, { peek }: { readonly peek: boolean }): ReceivedMessage | undefined {
    return this.type === "dgram" ? this.#receiveDatagram(count, peek) : this.#receiveBytes(count, peek);
  }

  override get available(): number {
    return this.type === "dgram" ? (this.#messages[0]?.data.length ?? 0) : this.#stream.length;
  }

  override shutdown(how: "read" | "write" | "both"): void {
    if (!this.#connected) throw new Errno("ENOTCONN");
    if (how !== "write") this.#readShut = true;
    if (how !== "read") this.#writeShut = true;
    this.wake();
    this.peer?.wake();
  }

  override get localAddress(): UnixAddress {
    return this.name;
  }

  override get remoteAddress(): UnixAddress {
    if (!this.#connected) throw new Errno("ENOTCONN");
    return this.#peerName;
  }

  override poll(): number {
    if (this.#waiting !== undefined) return this.#waiting.length > 0 ? POLLIN : 0;
    const { peer } = this;
    const over = this.type === "stream" && this.#peerIsGone;
    let events = this.available > 0 || this.#readShut || over ? POLLIN : 0;
    const room = peer === undefined || peer.available < DEFAULT_BUFFER;
    if (room) events |= POLLOUT;
    if (this.#connected && this.type === "stream" && (peer === undefined || peer.#closed)) events |= POLLHUP;
    return events;
  }

  override close(): void {
    this.#closed = true;
    this.onClose?.();
    const { peer } = this;
    if (this.type === "stream") {
      // Bytes that were never read are an error to who sent them.
      if (this.#stream.length > 0) peer?.fail(new Errno("ECONNRESET"));
      for (const waiting of this.#waiting ?? []) waiting.close();
    }
    this.#waiting = undefined;
    this.#stream.clear();
    for (const { ancillary } of this.#messages.splice(0)) releaseRights(ancillary);
    peer?.wake();
    this.wake();
  }

  get #peerIsGone(): boolean {
    return this.#connected && (this.peer === undefined || this.peer.#closed || this.peer.#writeShut);
  }

  #attach(other: UnixSocket): void {
    this.peer = other;
    this.#peerName = other.name;
    this.#connected = true;
  }

  #receiveDatagram(count: number, peek: boolean): ReceivedMessage | undefined {
    const first = this.#messages[0];
    if (first === undefined) return this.#readShut ? NOTHING_MORE : undefined;
    if (!peek) {
      this.#messages.shift();
      this.#messageBytes -= first.data.length;
      this.wake();
    }
    const { rights, sender } = first.ancillary;
    const ancillary = peek ? { rights: rights.map((file) => file.retain()), sender } : first.ancillary;
    const data = first.data.slice(0, count);
    return { data, from: first.from, ancillary, isCut: first.data.length > count };
  }

  #receiveBytes(count: number, peek: boolean): ReceivedMessage | undefined {
    if (this.#stream.length === 0) {
      this.checkError();
      if (this.#readShut || this.#peerIsGone) return NOTHING_MORE;
      if (!this.#connected) throw new Errno("EINVAL");
      return undefined;
    }
    const received = this.#stream.take(count, { peek, bySender: this.passesCredentials });
    if (!peek) this.peer?.wake();
    return received;
  }
}
