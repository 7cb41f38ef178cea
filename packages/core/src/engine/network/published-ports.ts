/**
 * Published ports: which ports of the machine lead to which container, and what makes them do so: a rule for packets that
 * come in, and a proxy for connections from the machine itself.
 *
 * Unlike Docker there is no proxy for UDP: from the machine itself a published UDP port answers on its own addresses, not
 * on 127.0.0.1.
 *
 * @see moby libnetwork/portmapper, portallocator, cmd/docker-proxy
 */
import { SIGKILL } from "../../abi/index.ts";
import type { Kernel, Process } from "../../kernel/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { NetStack, Rule, Table } from "../../net/index.ts";
import type { PortBinding, PortMap } from "../docker/create-body.ts";
import type { Endpoint } from "./endpoint.ts";
import { portProxy } from "./port-proxy.ts";

/** The range that a port is taken from if none was named. @see moby portallocator */
const FIRST_EPHEMERAL = 32_768;
const LAST_EPHEMERAL = 60_999;

export interface PublishedPort {
  readonly protocol: string;
  readonly containerPort: number;
  /** "" for all addresses. */
  readonly hostIp: string;
  readonly hostPort: number;
}

/** Ports of the machine that are given away. */
export class PortAllocator {
  readonly #taken = new Set<string>();
  #next = FIRST_EPHEMERAL;

  /** @throws StatusError internal if the port is taken */
  take(protocol: string, hostIp: string, wanted: string): number {
    if (wanted === "" || wanted === "0") return this.#takeAny(protocol, hostIp);
    const [first = 0, last = first] = wanted.split("-").map(Number);
    for (let port = first; port <= last; port++) if (this.#tryTake(protocol, hostIp, port)) return port;
    const address = hostIp === "" ? "0.0.0.0" : hostIp;
    throw new StatusError("internal", `Bind for ${address}:${first} failed: port is already allocated`);
  }

  release({ protocol, hostIp, hostPort }: PublishedPort): void {
    this.#taken.delete(keyOf(protocol, hostIp, hostPort));
  }

  #takeAny(protocol: string, hostIp: string): number {
    for (let tries = FIRST_EPHEMERAL; tries <= LAST_EPHEMERAL; tries++) {
      const port = this.#next;
      this.#next = port >= LAST_EPHEMERAL ? FIRST_EPHEMERAL : port + 1;
      if (this.#tryTake(protocol, hostIp, port)) return port;
    }
    throw new StatusError("internal", "all ports are allocated");
  }

  #tryTake(protocol: string, hostIp: string, port: number): boolean {
    const all = keyOf(protocol, "", port);
    if (this.#taken.has(all) || this.#taken.has(keyOf(protocol, hostIp, port))) return false;
    if (hostIp === "" && [...this.#taken].some((key) => key.startsWith(`${protocol} ${port} `))) return false;
    this.#taken.add(keyOf(protocol, hostIp, port));
    return true;
  }
}

const keyOf = (protocol: string, hostIp: string, port: number): string => `${protocol} ${port} ${hostIp}`;

/** Takes the ports that a container wants. Those taken are given back if one of them cannot be had. */
export function takePorts(allocator: PortAllocator, wanted: PortMap): readonly PublishedPort[] {
  const taken: PublishedPort[] = [];
  try {
    for (const [key, bindings] of Object.entries(wanted)) {
      const [containerPort = "0", protocol = "tcp"] = key.split("/");
      for (const { HostIp, HostPort } of bindings) {
        const hostIp = HostIp === "0.0.0.0" || HostIp === "::" ? "" : HostIp;
        const hostPort = allocator.take(protocol, hostIp, HostPort);
        taken.push({ protocol, containerPort: Number(containerPort), hostIp, hostPort });
      }
    }
    return taken;
  } catch (error) {
    for (const port of taken) allocator.release(port);
    throw error;
  }
}

/** How inspect and `docker port` show them: a port on all addresses is two, one for each family. */
export function portMap(
  ports: readonly PublishedPort[],
  exposed: readonly string[],
): Record<string, PortBinding[] | null> {
  const map: Record<string, PortBinding[] | null> = {};
  for (const key of exposed) map[key] = null;
  for (const { protocol, containerPort, hostIp, hostPort } of ports) {
    const key = `${containerPort}/${protocol}`;
    const addresses = hostIp === "" ? ["0.0.0.0", "::"] : [hostIp];
    map[key] = [...(map[key] ?? []), ...addresses.map((HostIp) => ({ HostIp, HostPort: String(hostPort) }))];
  }
  return map;
}

/** One published port at work. Nothing is made before the machine's network is used. */
export class Publication {
  readonly #kernel: Kernel;
  readonly #endpoint: Endpoint;
  readonly #port: PublishedPort;
  #rules: readonly (readonly [Table, string, Rule])[] = [];
  #proxy: Process | undefined;
  #ended = false;

  constructor(kernel: Kernel, endpoint: Endpoint, port: PublishedPort) {
    this.#kernel = kernel;
    this.#endpoint = endpoint;
    this.#port = port;
    kernel.init.ns.net.furnish((stack) => this.#begin(stack));
  }

  end(): void {
    this.#ended = true;
    const stack = this.#kernel.init.ns.net.madeStack;
    for (const [table, chain, rule] of this.#rules) stack?.firewall.remove(table, chain, rule);
    if (this.#proxy?.isAlive === true) this.#kernel.signals.send(this.#proxy, SIGKILL);
  }

  #begin(stack: NetStack): void {
    if (this.#ended) return;
    const { network, address } = this.#endpoint;
    const { protocol, containerPort, hostIp, hostPort } = this.#port;
    const bridge = network.bridge().name;
    if (protocol !== "tcp" && protocol !== "udp") return;
    const host = hostIp === "" ? {} : { destination: { address: hostIp, length: 32 } };
    const to = { address, port: containerPort };
    this.#rules = [
      ["nat", "DOCKER", { ...host, in: `!${bridge}`, protocol, port: hostPort, target: { kind: "dnat", to } }],
      [
        "filter",
        "DOCKER",
        {
          destination: { address, length: 32 },
          in: `!${bridge}`,
          out: bridge,
          protocol,
          port: containerPort,
          target: { kind: "accept" },
        },
      ],
    ];
    for (const [table, chain, rule] of this.#rules) stack.firewall.append(table, chain, rule);
    if (protocol === "tcp") {
      this.#proxy = this.#kernel.start(() => portProxy({ hostIp, hostPort, to }), {
        argv: ["/usr/bin/docker-proxy", "-proto", protocol, "-host-port", String(hostPort), "-container-ip", address],
      });
    }
  }
}
