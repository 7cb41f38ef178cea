/** Who listens in a network namespace, and what that means for somebody who wants to connect. */
import type { NetNamespace } from "../../kernel/index.ts";
import { isAny, isLoopback } from "../../lib/index.ts";
import { TcpSocket } from "../../net/index.ts";
import type { Finding } from "./finding.ts";

export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Whether a packet to an address is for it. */
  readonly takes: (address: string) => boolean;
}

/** Sockets that wait for others. A namespace without a stack has none. */
export function listenersOf(namespace: NetNamespace | undefined, protocol: "tcp" | "udp"): readonly Listener[] {
  const stack = namespace?.madeStack;
  if (stack === undefined) return [];
  const ports = protocol === "tcp" ? stack.tcp.ports : stack.udp;
  const waiting = [...ports.all()].filter(
    (socket) => protocol === "udp" || (socket instanceof TcpSocket && socket.state === "LISTEN"),
  );
  // The embedded name server listens for the container, and not in it.
  return waiting
    .filter(({ local }) => local.address !== "127.0.0.11")
    .map((socket) => ({ ...socket.local, takes: (address) => socket.takes(address) }));
}

/** Whether a port can be had at an address, and what listens instead. */
export function portFinding(
  {
    port,
    protocol,
    address,
    name,
  }: { readonly port: number; readonly protocol: string; readonly address: string; readonly name: string },
  listeners: readonly Listener[],
): Finding {
  const facts = { port, protocol, to: name, address };
  const here = listeners.filter((one) => one.port === port);
  if (here.some((one) => one.takes(address))) {
    return { kind: "reached", text: `${name} listens on ${port}/${protocol}: it can be reached at ${address}`, facts };
  }
  const [first] = here;
  if (first !== undefined) {
    const own = isLoopback(first.address)
      ? "its own loopback address, which only it can reach"
      : `${first.address} only`;
    const text = `${name} listens on ${first.address}:${port}, ${own}: what is to be reached from outside listens on 0.0.0.0`;
    return { kind: "port", text, facts: { ...facts, listensOn: first.address } };
  }
  const shown = [
    ...new Set(listeners.map((one) => (isAny(one.address) ? `${one.port}` : `${one.address}:${one.port}`))),
  ];
  const others = shown.length === 0 ? "nothing in it listens at all" : `it listens on ${shown.join(", ")}`;
  return {
    kind: "port",
    text: `nothing listens on ${port}/${protocol} of ${name}`,
    facts: { ...facts, listening: shown },
    because: [{ kind: "port", text: others }],
  };
}
