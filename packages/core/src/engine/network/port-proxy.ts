/** docker-proxy: takes connections to a port of the machine to a container. @see moby cmd/docker-proxy */
import {
  accept4,
  bind,
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
  SIGCHLD,
  SIGPIPE,
  setsockopt,
  shutdown,
  sigaction,
  socket,
  write,
} from "../../abi/index.ts";
import { familyOf } from "../../lib/index.ts";

export interface Proxied {
  /** "" for all addresses. */
  readonly hostIp: string;
  readonly hostPort: number;
  readonly to: { readonly address: string; readonly port: number };
}

const BACKLOG = 128;
const BUFFER_SIZE = 32_768;

export function* portProxy({ hostIp, hostPort, to }: Proxied): Routine<number> {
  yield* sigaction(SIGCHLD, "ignore");
  const domain = hostIp === "" || familyOf(hostIp) === 6 ? "inet6" : "inet";
  const server = yield* socket(domain, "stream");
  yield* setsockopt(server, "SO_REUSEADDR", 1);
  yield* bind(server, { family: domain, address: hostIp === "" ? "::" : hostIp, port: hostPort });
  yield* listen(server, BACKLOG);
  for (;;) {
    const { fd } = yield* accept4(server);
    yield* clone(relay, { fd, server, to });
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
  const inner = yield* socket("inet", "stream");
  const failure = yield* connect(inner, { family: "inet", ...to }).attempt();
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
