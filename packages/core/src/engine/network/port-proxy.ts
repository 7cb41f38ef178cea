/**
 * docker-proxy: takes connections, or datagrams, to a port of the machine to a container.
 *
 * @see moby cmd/docker-proxy
 */
import {
  accept4,
  bind,
  clock_gettime,
  clone,
  close,
  connect,
  Errno,
  listen,
  POLLIN,
  type PollFd,
  poll,
  type Routine,
  read,
  recvfrom,
  SIGCHLD,
  SIGPIPE,
  type SocketAddress,
  sendto,
  setsockopt,
  shutdown,
  sigaction,
  socket,
  write,
} from "../../abi/index.ts";
import { familyOf } from "../../lib/index.ts";

export interface Proxied {
  readonly protocol: "tcp" | "udp";
  readonly hostIp: string;
  readonly hostPort: number;
  readonly to: { readonly address: string; readonly port: number };
}

const BACKLOG = 128;
const BUFFER_SIZE = 32_768;
/** A client that has been silent so long is forgotten. @see moby cmd/docker-proxy: UDPConnTrackTimeout */
const UDP_PATIENCE_US = 90_000_000;
const SWEEP_US = 30_000_000;

const domainOf = (address: string): "inet" | "inet6" => (familyOf(address) === 6 ? "inet6" : "inet");

export function portProxy(proxied: Proxied): Routine<number> {
  return proxied.protocol === "tcp" ? tcpProxy(proxied) : udpProxy(proxied);
}

function* listeningSocket({ protocol, hostIp, hostPort }: Proxied): Routine<number> {
  const family = domainOf(hostIp);
  const fd = yield* socket(family, protocol === "tcp" ? "stream" : "dgram");
  yield* setsockopt(fd, "SO_REUSEADDR", 1);
  if (family === "inet6") yield* setsockopt(fd, "IPV6_V6ONLY", 1);
  yield* bind(fd, { family, address: hostIp, port: hostPort });
  return fd;
}

function* tcpProxy(proxied: Proxied): Routine<number> {
  yield* sigaction(SIGCHLD, "ignore");
  const server = yield* listeningSocket(proxied);
  yield* listen(server, BACKLOG);
  for (;;) {
    const { fd } = yield* accept4(server);
    yield* clone(relay, { fd, server, to: proxied.to });
    yield* close(fd);
  }
}

interface Connection {
  readonly fd: number;
  readonly server: number;
  readonly to: Proxied["to"];
}

function* relay({ fd, server, to }: Connection): Routine<number> {
  yield* sigaction(SIGPIPE, "ignore");
  yield* close(server);
  const family = domainOf(to.address);
  const inner = yield* socket(family, "stream");
  const failure = yield* connect(inner, { family, ...to }).attempt();
  if (failure instanceof Errno) return 1;
  const other = new Map([
    [fd, inner],
    [inner, fd],
  ]);
  while (other.size > 0) {
    const wanted: PollFd[] = [...other.keys()].map((from) => ({ fd: from, events: POLLIN }));
    for (const { fd: from } of yield* poll(wanted)) {
      const target = other.get(from);
      if (target === undefined) continue;
      if (!(yield* pass(from, target))) other.delete(from);
    }
  }
  return 0;
}

/** Moves what there is. False at the end of that direction. */
function* pass(from: number, to: number): Routine<boolean> {
  const bytes = yield* read(from, BUFFER_SIZE).attempt();
  if (bytes instanceof Errno || bytes.length === 0) {
    yield* shutdown(to, "write").attempt();
    return false;
  }
  for (let rest = bytes; rest.length > 0; ) {
    const written = yield* write(to, rest).attempt();
    if (written instanceof Errno) return false;
    rest = rest.subarray(written);
  }
  return true;
}

interface Client {
  readonly address: SocketAddress;
  readonly key: string;
  /** The descriptor of the socket that speaks to the container on the client's behalf. */
  readonly fd: number;
  lastUs: number;
}

function* udpProxy(proxied: Proxied): Routine<number> {
  const server = yield* listeningSocket(proxied);
  const clients = new Map<string, Client>();
  for (;;) {
    const wanted: PollFd[] = [server, ...[...clients.values()].map(({ fd }) => fd)].map((fd) => ({
      fd,
      events: POLLIN,
    }));
    const ready = yield* poll(wanted, clients.size === 0 ? undefined : SWEEP_US);
    for (const { fd } of ready) {
      if (fd === server) yield* askContainer(server, proxied.to, clients);
      else yield* answerClient(server, fd, clients);
    }
    yield* forgetSilent(clients);
  }
}

function* askContainer(server: number, to: Proxied["to"], clients: Map<string, Client>): Routine<void> {
  const received = yield* recvfrom(server, BUFFER_SIZE).attempt();
  if (received instanceof Errno || received.from === undefined || received.from.family === "unix") return;
  const { data, from } = received;
  const key = `${from.address} ${from.port}`;
  const nowUs = yield* clock_gettime("monotonic");
  let client = clients.get(key);
  if (client === undefined) {
    const family = domainOf(to.address);
    const fd = yield* socket(family, "dgram");
    const failure = yield* connect(fd, { family, ...to }).attempt();
    if (failure instanceof Errno) {
      yield* close(fd);
      return;
    }
    client = { address: from, key, fd, lastUs: nowUs };
    clients.set(key, client);
  }
  client.lastUs = nowUs;
  yield* write(client.fd, data).attempt();
}

function* answerClient(server: number, fd: number, clients: Map<string, Client>): Routine<void> {
  const client = [...clients.values()].find((one) => one.fd === fd);
  const data = yield* read(fd, BUFFER_SIZE).attempt();
  if (client === undefined || data instanceof Errno) return;
  client.lastUs = yield* clock_gettime("monotonic");
  yield* sendto(server, data, 0, client.address).attempt();
}

function* forgetSilent(clients: Map<string, Client>): Routine<void> {
  const nowUs = yield* clock_gettime("monotonic");
  for (const client of [...clients.values()]) {
    if (nowUs - client.lastUs < UDP_PATIENCE_US) continue;
    clients.delete(client.key);
    yield* close(client.fd);
  }
}
