/**
 * The ports of a machine that lead to services: they lead into the load balancer of the ingress network, which has a
 * second leg on docker_gwbridge for that.
 *
 * Unlike Docker's, the balancer hears of them in IPv4 only, also where the machine has IPv6.
 *
 * @see moby libnetwork/service_linux.go: addIngressPorts, programIngressPortsRules, plumbIngressPortsProxy
 */
import { SIGKILL } from "../../abi/index.ts";
import type { Kernel, Process } from "../../kernel/index.ts";
import type { NetStack, Rule } from "../../net/index.ts";
import type { BridgeNetwork } from "./bridge-network.ts";
import { addRules, type PlacedRule, prepareFirewall, removeRules } from "./bridge-rules.ts";
import { Endpoint } from "./endpoint.ts";
import { heldPort } from "./held-port.ts";
import type { IngressPort, LoadBalancer } from "./load-balancer.ts";
import type { OutsidePorts } from "./outside-ports.ts";
import type { PublishedPort } from "./port-bindings.ts";

const CHAIN = "DOCKER-INGRESS";
const toChain: Rule = { target: { kind: "jump", chain: CHAIN } };
const back: Rule = { target: { kind: "return" } };

interface OpenPort {
  readonly rules: readonly PlacedRule[];
  readonly holder: Process;
  readonly port: PublishedPort;
  /** How many services stand behind it: while one replaces another they are two. */
  users: number;
}

export interface IngressParts {
  readonly balancer: LoadBalancer;
  /** docker_gwbridge. */
  readonly gateway: BridgeNetwork;
  readonly outside: () => OutsidePorts | undefined;
}

const keyOf = ({ published, protocol }: IngressPort): string => `${published}/${protocol}`;

export class Ingress {
  readonly #parts: IngressParts;
  readonly #kernel: Kernel;
  readonly #leg: Endpoint;
  readonly #open = new Map<string, OpenPort>();
  #common: readonly PlacedRule[] = [];

  constructor(parts: IngressParts) {
    const { balancer, gateway } = parts;
    this.#parts = parts;
    this.#kernel = gateway.kernel;
    const v4 = gateway.takeAddress(4, undefined);
    this.#leg = new Endpoint({
      network: gateway,
      containerId: "ingress-sbox",
      v4,
      v6: undefined,
      mac: gateway.newMac(),
      settings: undefined,
      names: ["gateway_ingress-sbox"],
    });
    gateway.add(this.#leg);
    this.#leg.belongsTo(balancer.namespace);
  }

  /** As they are published on the machine. */
  get ports(): readonly PublishedPort[] {
    return [...this.#open.values()].map(({ port }) => port);
  }

  publish(ports: readonly IngressPort[]): void {
    for (const port of ports) {
      const known = this.#open.get(keyOf(port));
      if (known === undefined) this.#open.set(keyOf(port), this.#begin(port));
      else known.users++;
    }
  }

  withdraw(ports: readonly IngressPort[]): void {
    for (const port of ports) {
      const known = this.#open.get(keyOf(port));
      if (known === undefined || --known.users > 0) continue;
      this.#open.delete(keyOf(port));
      this.#end(known);
    }
  }

  close(): void {
    for (const port of this.#open.values()) this.#end(port);
    this.#open.clear();
    const stack = this.#kernel.init.ns.net.madeStack;
    if (stack !== undefined) removeRules(stack, this.#common);
    this.#leg.unplug();
    this.#leg.network.delete(this.#leg);
  }

  #begin(port: IngressPort): OpenPort {
    const stack = this.#kernel.init.ns.net.stack(this.#kernel.net);
    this.#prepare(stack);
    const address = this.#leg.v4 ?? "";
    const rules = portRules(port, address);
    addRules(stack, rules);
    const { protocol, published } = port;
    const holder = this.#kernel.start(() => heldPort(protocol, published), { argv: ["/usr/bin/dockerd"] });
    const common = { hostIp: "0.0.0.0", hostPort: published, containerPort: published };
    const outer: PublishedPort = { ...common, protocol, address, endpoint: this.#leg };
    // Not awaited: a port that the host refuses is published on the simulated machine only.
    void this.#parts.outside()?.open([outer]);
    return { rules, holder, port: outer, users: 1 };
  }

  #end({ rules, holder, port }: OpenPort): void {
    const stack = this.#kernel.init.ns.net.madeStack;
    if (stack !== undefined) removeRules(stack, rules);
    if (holder.isAlive) this.#kernel.signals.send(holder, SIGKILL);
    this.#parts.outside()?.close([port]);
  }

  /** What all ports have in common is made with the first one. */
  #prepare(stack: NetStack): void {
    if (this.#common.length > 0) return;
    const bridge = this.#leg.network.bridge().name;
    prepareFirewall(stack, 4);
    this.#leg.plug();
    this.#leg.addDefaultRoute(4);
    const { firewall } = stack;
    for (const table of ["nat", "filter"] as const) firewall.addChain(table, CHAIN);
    this.#common = commonRules(bridge);
    addRules(stack, this.#common);
  }
}

function commonRules(bridge: string): readonly PlacedRule[] {
  const nat = { family: 4, table: "nat", first: true } as const;
  const filter = { family: 4, table: "filter" } as const;
  const local: Rule = { destinationType: "local", ...toChain };
  // Connections from the machine itself may come from its loopback.
  const masquerade: Rule = { sourceType: "local", out: bridge, target: { kind: "masquerade" } };
  return [
    { ...nat, chain: CHAIN, rule: back },
    { ...filter, chain: CHAIN, rule: back },
    { ...nat, chain: "OUTPUT", rule: local },
    { ...nat, chain: "PREROUTING", rule: local },
    { ...filter, chain: "FORWARD", rule: toChain, first: true },
    { ...nat, chain: "POSTROUTING", rule: masquerade },
  ];
}

function portRules({ protocol, published }: IngressPort, address: string): readonly PlacedRule[] {
  const place = { family: 4, chain: CHAIN, first: true } as const;
  const accept = { kind: "accept" } as const;
  const target: Rule["target"] = { kind: "dnat", to: { address, port: published } };
  const states = ["established", "related"] as const;
  return [
    { ...place, table: "nat", rule: { protocol, port: published, target } },
    { ...place, table: "filter", rule: { protocol, sourcePort: published, states, target: accept } },
    { ...place, table: "filter", rule: { protocol, port: published, target: accept } },
  ];
}
