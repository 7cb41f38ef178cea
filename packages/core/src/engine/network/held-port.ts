/**
 * A port that the daemon holds, so that nobody else takes it: connections to it are translated before they get there.
 *
 * @see moby libnetwork/service_linux.go: plumbIngressPortsProxy
 */
import { bind, Errno, listen, pause, type Routine, socket } from "../../abi/index.ts";

const BACKLOG = 128;

export function* heldPort(protocol: "tcp" | "udp", port: number): Routine<number> {
  const fd = yield* socket("inet6", protocol === "tcp" ? "stream" : "dgram");
  const failure = yield* bind(fd, { family: "inet6", address: "::", port }).attempt();
  // The port is taken already. Packets that rules translate get through all the same.
  if (failure instanceof Errno) return 1;
  if (protocol === "tcp") yield* listen(fd, BACKLOG);
  for (;;) yield* pause().attempt();
}
