/**
 * Calls on sockets, and on the network stack that they belong to.
 *
 * @see socket(2), bind(2), listen(2), accept(2), connect(2), send(2), recv(2), shutdown(2), rtnetlink(7)
 */
import {
  CAP_NET_ADMIN,
  CAP_NET_BIND_SERVICE,
  CAP_NET_RAW,
  Errno,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_PEEK,
  O_NONBLOCK,
  type Received,
  type ReceivedIcmp,
  SIGPIPE,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  type SocketAddress,
  type SocketDomain,
  type SocketProtocol,
  type SocketType,
} from "../../abi/index.ts";
import {
  type Ancillary,
  changeNetwork,
  InetSocket,
  type NetStack,
  NO_ANCILLARY,
  networkState,
  RawSocket,
  type Socket,
  TcpSocket,
  UdpSocket,
  UnixSocket,
} from "../../net/index.ts";
import type { OpenFile } from "../../vfs/index.ts";
import { chargeSocket } from "../cgroup/charge.ts";
import { type Process, type Sleeper, Sleeping } from "../process.ts";
import { SocketFile } from "../sock-fs.ts";
import { readSysctl } from "../sysctl/sysctl.ts";
import { ownerOf, peerCredentials } from "../unix-credentials.ts";
import { install } from "./descriptors.ts";
import { checkOption, checkSetting } from "./socket-options.ts";
import type { SyscallTable } from "./table.ts";

export const socketCalls = {
  socket: (process, domain, type, protocol, flags) => {
    checkFlags(flags);
    return installSocket(process, makeSocket(process, domain, type, protocol), flags);
  },

  socketpair: (process, domain, type, flags) => {
    checkFlags(flags);
    if (domain !== "unix") throw new Errno("EOPNOTSUPP");
    const { net } = process.kernel;
    const inodes = [net.nextSocketInode(), net.nextSocketInode()] as const;
    const [a, b] = UnixSocket.pair(inodes, type, ownerOf(process));
    const first = installSocket(process, a, flags);
    return [first, installSocket(process, b, flags)] as const;
  },

  bind: (process, fd, address) => {
    const { socket } = find(process, fd);
    if (socket instanceof UnixSocket) {
      process.kernel.unixNames.bind(process, socket, address);
      return;
    }
    if (address.family !== "unix" && socket.type !== "raw") checkPort(process, address.port);
    socket.bind(address);
  },

  listen: (process, fd, backlog) => find(process, fd).socket.listen(backlog, ownerOf(process)),

  accept4: (process, fd, flags) => {
    checkFlags(flags);
    const { file, socket } = find(process, fd);
    const accepted = socket.accept();
    if (accepted !== undefined) return install4(process, accepted, flags);
    if ((file.flags & O_NONBLOCK) !== 0) throw new Errno("EAGAIN");
    return new Sleeping(acceptLater(process, socket, flags));
  },

  connect: (process, fd, address) => {
    const { file, socket } = find(process, fd);
    const waits = (file.flags & O_NONBLOCK) === 0;
    if (socket instanceof UnixSocket) return connectUnix(process, socket, address, waits);
    if (socket.isConnecting && !waits) throw new Errno("EALREADY");
    telling(process, address, () => {
      if (!socket.isConnecting) socket.connect(address);
      if (!socket.isConnecting) socket.checkError();
    });
    if (!socket.isConnecting) return undefined;
    if (!waits) throw new Errno("EINPROGRESS");
    return new Sleeping(connectLater(process, socket, address));
  },

  sendto: (process, fd, data, flags, to) => {
    const { file, socket } = find(process, fd);
    const waits = (file.flags & O_NONBLOCK) === 0 && (flags & MSG_DONTWAIT) === 0;
    const sent = send(process, socket, data, flags, to);
    if (sent === data.length || (sent !== undefined && socket.type !== "stream")) return sent;
    if (waits) return new Sleeping(sendLater(process, socket, data, flags, to, sent ?? 0));
    if (sent === undefined) throw new Errno("EAGAIN");
    return sent;
  },

  recvfrom: (process, fd, count, flags) => {
    if (count < 0) throw new Errno("EINVAL");
    const { file, socket } = find(process, fd);
    const receive = (): Received | undefined => socket.receive(count, { peek: (flags & MSG_PEEK) !== 0 });
    return now(file, flags, receive()) ?? new Sleeping(receiveLater(process, socket, receive));
  },

  sendicmp: (process, fd, to, message, data) => rawSocket(process, fd).socket.sendIcmp(to, message, data),

  recvicmp: (process, fd, flags) => {
    const { file, socket } = rawSocket(process, fd);
    const receive = (): ReceivedIcmp | undefined => socket.receiveIcmp({ peek: (flags & MSG_PEEK) !== 0 });
    return now(file, flags, receive()) ?? new Sleeping(receiveLater(process, socket, receive));
  },

  shutdown: (process, fd, how) => find(process, fd).socket.shutdown(how),
  getsockname: (process, fd) => find(process, fd).socket.localAddress,
  getpeername: (process, fd) => find(process, fd).socket.remoteAddress,

  setsockopt: (process, fd, option, value) => {
    const { socket } = find(process, fd);
    checkSetting(socket, option, value);
    const isBound = option === "SO_BINDTODEVICE" && socket.option(option) !== "";
    if (isBound && !process.creds.capable(CAP_NET_RAW, process.ns.net.owner)) throw new Errno("EPERM");
    if (option === "SO_BINDTODEVICE" && value !== "" && stackOf(process).device(String(value)) === undefined) {
      throw new Errno("ENODEV");
    }
    socket.setOption(option, value);
  },

  getsockopt: (process, fd, option) => {
    const { socket } = find(process, fd);
    checkOption(socket, option);
    if (option === "SO_PEERCRED") return peerCredentials(process, socket);
    return socket.option(option);
  },

  netlink_get: (process) => networkState(stackOf(process)),

  netlink_set: (process, change) => {
    if (!process.creds.capable(CAP_NET_ADMIN, process.ns.net.owner)) throw new Errno("EPERM");
    changeNetwork(stackOf(process), change, {
      stackOf: (pid) => {
        const other = process.ns.pid.find(pid);
        if (other === undefined) throw new Errno("ESRCH");
        if (!process.creds.capable(CAP_NET_ADMIN, other.ns.net.owner)) throw new Errno("EPERM");
        return stackOf(other);
      },
    });
  },

  netlink_route: (process, destination, source) => stackOf(process).routeTo(destination, source),
} satisfies Partial<SyscallTable>;

const stackOf = ({ ns, kernel }: Process): NetStack => ns.net.stack(kernel.net);

/** @throws EINVAL */
function checkFlags(flags: number): void {
  if ((flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) !== 0) throw new Errno("EINVAL");
}

/** @throws ENOTSOCK */
export function find(process: Process, fd: number): { readonly file: OpenFile; readonly socket: Socket } {
  const file = process.files.get(fd);
  if (!(file.ops instanceof SocketFile)) throw new Errno("ENOTSOCK");
  return { file, socket: file.ops.socket };
}

/** @throws ENOTSOCK, EOPNOTSUPP */
function rawSocket(process: Process, fd: number): { readonly file: OpenFile; readonly socket: RawSocket } {
  const { file, socket } = find(process, fd);
  if (!(socket instanceof RawSocket)) throw new Errno("EOPNOTSUPP");
  return { file, socket };
}

function makeSocket(process: Process, domain: SocketDomain, type: SocketType, protocol: SocketProtocol): Socket {
  if (domain === "unix") {
    if (type === "raw") throw new Errno("ESOCKTNOSUPPORT");
    return new UnixSocket(process.kernel.net.nextSocketInode(), type);
  }
  const stack = stackOf(process);
  const isIcmp = protocol !== "default";
  if (type === "raw" || (type === "dgram" && isIcmp)) {
    if (!isIcmp) throw new Errno("EPROTONOSUPPORT");
    checkIcmp(process, type);
    const socket = new RawSocket(stack, domain);
    stack.raw.add(socket);
    return socket;
  }
  if (isIcmp) throw new Errno("EPROTONOSUPPORT");
  const socket = type === "stream" ? new TcpSocket(stack, domain) : new UdpSocket(stack, domain);
  if (domain === "inet6" && readSysctl(process, "net.ipv6.bindv6only") === "1") socket.setOption("IPV6_V6ONLY", 1);
  return socket;
}

/** Raw sockets are for CAP_NET_RAW, ICMP datagrams for the groups in ping_group_range. @see icmp(7) */
function checkIcmp(process: Process, type: SocketType): void {
  if (type === "raw") {
    if (!process.creds.capable(CAP_NET_RAW, process.ns.net.owner)) throw new Errno("EPERM");
    return;
  }
  const [first = 1, last = 0] = readSysctl(process, "net.ipv4.ping_group_range").split(/\s+/).map(Number);
  const { gid, groups } = process.creds;
  if (![gid, ...groups].some((group) => group >= first && group <= last)) throw new Errno("EACCES");
}

/** @throws EACCES for a privileged port without CAP_NET_BIND_SERVICE. @see ip(7) ip_unprivileged_port_start */
function checkPort(process: Process, port: number): void {
  if (port === 0 || port >= Number(readSysctl(process, "net.ipv4.ip_unprivileged_port_start"))) return;
  if (!process.creds.capable(CAP_NET_BIND_SERVICE, process.ns.net.owner)) throw new Errno("EACCES");
}

function installSocket(process: Process, socket: Socket, flags: number): number {
  const { uid, gid } = process.creds;
  socket.uid = uid;
  if (socket instanceof UnixSocket) socket.whoSends = process.kernel.whoSends;
  const { cgroup } = process;
  if (socket instanceof InetSocket) socket.memory.chargeTo((pages) => chargeSocket(cgroup, pages));
  const file = process.kernel.sockets.open(socket, uid, gid, (flags & SOCK_NONBLOCK) !== 0 ? O_NONBLOCK : 0);
  return install(process, file, (flags & SOCK_CLOEXEC) !== 0);
}

function install4(process: Process, accepted: Socket, flags: number) {
  const from = peerOf(accepted);
  return { fd: installSocket(process, accepted, flags), from };
}

/** Who has connected, even if the connection is over already. */
function peerOf(socket: Socket): SocketAddress {
  if (socket instanceof UnixSocket) return socket.remoteAddress;
  if (socket instanceof InetSocket && socket.remote !== undefined) return socket.shown(socket.remote);
  throw new Errno("ECONNABORTED");
}

function* acceptLater(process: Process, socket: Socket, flags: number): Sleeper<ReturnType<typeof install4>> {
  for (;;) {
    const wakeup = yield { on: [socket.ready] };
    const accepted = socket.accept();
    if (accepted !== undefined) return install4(process, accepted, flags);
    if (wakeup === "interrupted") throw new Errno("EINTR");
  }
}

function* connectLater(process: Process, socket: Socket, address: SocketAddress): Sleeper<undefined> {
  while (socket.isConnecting) {
    const wakeup = yield { on: [socket.ready] };
    telling(process, address, () => {
      if (wakeup === "interrupted") throw new Errno("EINTR");
    });
  }
  telling(process, address, () => socket.checkError());
  return undefined;
}

/** What cannot be reached is told to whoever wants to explain it. */
function telling(process: Process, address: SocketAddress, connect: () => void): void {
  try {
    connect();
  } catch (error) {
    if (error instanceof Errno) process.kernel.unreached(process, address, error);
    throw error;
  }
}

function connectUnix(process: Process, socket: UnixSocket, address: SocketAddress, waits: boolean) {
  const { kernel } = process;
  const other = kernel.unixNames.find(process, address);
  if (socket.connectTo(other, kernel.net.nextSocketInode(), ownerOf(process))) return undefined;
  if (!waits) throw new Errno("EAGAIN");
  return new Sleeping(connectUnixLater(process, socket, other));
}

function* connectUnixLater(process: Process, socket: UnixSocket, other: UnixSocket): Sleeper<undefined> {
  for (;;) {
    if ((yield { on: [other.ready] }) === "interrupted") throw new Errno("EINTR");
    if (socket.connectTo(other, process.kernel.net.nextSocketInode(), ownerOf(process))) return undefined;
  }
}

/** Sends what can be sent now. @throws EPIPE, with SIGPIPE unless `flags` say otherwise. */
export function send(
  process: Process,
  socket: Socket,
  data: Uint8Array,
  flags: number,
  to: SocketAddress | undefined,
  ancillary: Ancillary = NO_ANCILLARY,
): number | undefined {
  try {
    if (socket instanceof UnixSocket && to !== undefined) {
      if (socket.type === "stream") throw new Errno(socket.isConnected ? "EISCONN" : "EOPNOTSUPP");
      return socket.sendTo(process.kernel.unixNames.find(process, to), data, ancillary);
    }
    if (socket instanceof UnixSocket) return socket.send(data, to, ancillary);
    return socket.send(data, to);
  } catch (error) {
    const signals = error instanceof Errno && error.code === "EPIPE" && (flags & MSG_NOSIGNAL) === 0;
    if (signals && socket.type === "stream") process.kernel.signals.send(process, SIGPIPE, process);
    throw error;
  }
}

export function* sendLater(
  process: Process,
  socket: Socket,
  data: Uint8Array,
  flags: number,
  to: SocketAddress | undefined,
  already: number,
): Sleeper<number> {
  let done = already;
  while (done < data.length) {
    if ((yield { on: [socket.ready] }) === "interrupted") {
      if (done > 0) return done;
      throw new Errno("EINTR");
    }
    done += send(process, socket, data.subarray(done), flags, to) ?? 0;
  }
  return done;
}

/** What there is now. @throws EAGAIN if there is nothing and the caller does not want to wait. */
export function now<T>(file: OpenFile, flags: number, received: T | undefined): T | undefined {
  if (received !== undefined) return received;
  if ((file.flags & O_NONBLOCK) !== 0 || (flags & MSG_DONTWAIT) !== 0) throw new Errno("EAGAIN");
  return undefined;
}

export function* receiveLater<T>(process: Process, socket: Socket, receive: () => T | undefined): Sleeper<T> {
  const timeoutUs = Number(socket.option("SO_RCVTIMEO"));
  const untilUs = timeoutUs > 0 ? process.kernel.monotonicUs + timeoutUs : undefined;
  for (;;) {
    const wakeup = yield { on: [socket.ready], untilUs };
    const received = receive();
    if (received !== undefined) return received;
    if (wakeup === "timeout") throw new Errno("EAGAIN");
    if (wakeup === "interrupted") throw new Errno("EINTR");
  }
}
