/**
 * One published port at work: rules for packets that come in, and a proxy for connections from the machine itself and
 * from the container's own network. Nothing is made before the machine's network is used.
 *
 * @see moby libnetwork/drivers/bridge/internal/iptabler/port.go, cmd/docker-proxy
 */
import { SIGKILL } from "../../abi/index.ts";
import type { Kernel, Process } from "../../kernel/index.ts";
import { bitsOf, familyOf, type IpFamily, isAny } from "../../lib/index.ts";
import type { NetStack, Rule } from "../../net/index.ts";
import { addRules, type PlacedRule, removeRules } from "./bridge-rules.ts";
import type { PublishedPort } from "./port-bindings.ts";
import { portProxy } from "./port-proxy.ts";

const LINK_LOCAL = { address: "fe80::", length: 10 };

export class Publication {
  readonly #kernel: Kernel;
  readonly #port: PublishedPort;
  #rules: readonly PlacedRule[] = [];
  #proxy: Process | undefined;
  #ended = false;

  constructor(kernel: Kernel, port: PublishedPort) {
    this.#kernel = kernel;
    this.#port = port;
    kernel.init.ns.net.furnish({ furnish: (stack) => this.#begin(stack) });
  }

  end(): void {
    this.#ended = true;
    const stack = this.#kernel.init.ns.net.madeStack;
    if (stack !== undefined) removeRules(stack, this.#rules);
    if (this.#proxy?.isAlive === true) this.#kernel.signals.send(this.#proxy, SIGKILL);
  }

  #begin(stack: NetStack): void {
    const { protocol, hostIp, hostPort, containerPort, address, endpoint } = this.#port;
    if (this.#ended || (protocol !== "tcp" && protocol !== "udp")) return;
    // Makes the chains too.
    const bridge = endpoint.network.bridge().name;
    this.#rules = portRules(bridge, protocol, this.#port);
    addRules(stack, this.#rules);
    if (hostPort === 0) return;
    const argv = [
      ...["/usr/bin/docker-proxy", "-proto", protocol, "-host-ip", hostIp, "-host-port", String(hostPort)],
      ...["-container-ip", address, "-container-port", String(containerPort), "-use-listen-fd"],
    ];
    const proxied = { protocol, hostIp, hostPort, to: { address, port: containerPort } } as const;
    this.#proxy = this.#kernel.start(() => portProxy(proxied), { argv });
  }
}

function portRules(bridge: string, protocol: "tcp" | "udp", port: PublishedPort): readonly PlacedRule[] {
  const { hostIp, hostPort, containerPort, address } = port;
  const family = familyOf(hostIp);
  // To a container of the other family only the proxy leads.
  if (familyOf(address) !== family) return [];
  const host = isAny(hostIp) ? {} : { destination: { address: hostIp, length: bitsOf(family) } };
  const container = { address, length: bitsOf(family) };
  const notLocal = family === 6 ? { notSource: LINK_LOCAL } : {};
  const from = { in: `!${bridge}`, protocol };
  const target: Rule["target"] = { kind: "dnat", to: { address, port: containerPort } };
  const open: Rule = {
    destination: container,
    ...from,
    out: bridge,
    port: containerPort,
    target: { kind: "accept" },
  };
  if (hostPort === 0) return [{ family, table: "filter", chain: "DOCKER", rule: open, first: true }];
  return [
    { family, table: "nat", chain: "DOCKER", rule: { ...notLocal, ...host, ...from, port: hostPort, target } },
    { family, table: "filter", chain: "DOCKER", rule: open, first: true },
    ...directAccess(port, family),
    ...(hostIp === "127.0.0.1" ? [loopbackOnly(protocol, hostPort)] : []),
  ];
}

/**
 * Drops packets that come from outside straight to the container's address: only published ports are reached. Devices
 * that the network trusts may, and everybody if it is unprotected.
 *
 * @see moby libnetwork/drivers/bridge/internal/iptabler/endpoint.go
 */
function directAccess({ address, endpoint }: PublishedPort, family: IpFamily): readonly PlacedRule[] {
  const { options, bridgeName } = endpoint.network;
  if (options.gatewayModes[family] === "nat-unprotected") return [];
  const destination = { address, length: bitsOf(family) };
  const raw = { family, table: "raw", chain: "PREROUTING" } as const;
  return [
    ...options.trusted.map((device) => ({
      ...raw,
      rule: { destination, in: device, target: { kind: "accept" } } as const,
    })),
    { ...raw, rule: { destination, in: `!${bridgeName}`, target: { kind: "drop" } } },
  ];
}

/** What is published on the loopback address is not for packets from outside. */
function loopbackOnly(protocol: "tcp" | "udp", port: number): PlacedRule {
  return {
    family: 4,
    table: "raw",
    chain: "PREROUTING",
    rule: {
      destination: { address: "127.0.0.1", length: 32 },
      in: "!lo",
      protocol,
      port,
      target: { kind: "drop" },
    },
  };
}

/** Why the machine cannot listen there; `undefined` if it can. */
export function bindProblem(kernel: Kernel, hostIp: string, protocol: string, port: number): string | undefined {
  const namespace = kernel.init.ns.net;
  const isCommon = isAny(hostIp) || hostIp === "127.0.0.1" || hostIp === "::1";
  // For an address that every machine has, the stack need not be made.
  const stack = isCommon ? namespace.madeStack : namespace.stack(kernel.net);
  if (stack === undefined) return undefined;
  if (!isCommon && !stack.isLocal(hostIp)) return "cannot assign requested address";
  const sockets = protocol === "tcp" ? stack.tcp.ports : protocol === "udp" ? stack.udp : undefined;
  return sockets?.isHeld(hostIp, port) === true ? "address already in use" : undefined;
}
