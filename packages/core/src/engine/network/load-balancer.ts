/**
 * The load balancer of an overlay network on one machine: a network namespace without processes that has the virtual
 * addresses of services, and passes connections to them on to their tasks, in turn.
 *
 * @see moby libnetwork/network.go: createLoadBalancerSandbox, libnetwork/service_linux.go
 */
import type { NetNamespace } from "../../kernel/index.ts";
import { networkOf } from "../../lib/index.ts";
import { type DeviceAddress, type NetStack, type Rule, VirtualServer } from "../../net/index.ts";
import type { BridgeNetwork } from "./bridge-network.ts";
import { Endpoint } from "./endpoint.ts";
import { addressMac } from "./overlay-mac.ts";

/** A port of every node that leads to a service. */
export interface IngressPort {
  readonly protocol: "tcp" | "udp";
  readonly published: number;
  readonly target: number;
}

export interface VirtualService {
  readonly address: string;
  /** The mark of packets to the service. */
  readonly mark: number;
  /** Where the balancer is that of the ingress network. */
  readonly ports: readonly IngressPort[];
}

const alias = (address: string): DeviceAddress => ({ address, length: 32, broadcast: undefined, scope: "global" });

export class LoadBalancer {
  readonly endpoint: Endpoint;
  readonly namespace: NetNamespace;
  readonly #rules = new Map<VirtualService, readonly Rule[]>();

  /** @throws StatusError internal if the network has no address left */
  constructor(network: BridgeNetwork) {
    const { kernel, name, isIngress } = network;
    const v4 = network.takeAddress(4, undefined);
    this.endpoint = new Endpoint({
      network,
      containerId: isIngress ? "ingress-sbox" : `lb-${name}`,
      v4,
      v6: undefined,
      mac: addressMac(v4 ?? ""),
      settings: undefined,
      names: [`${name}-endpoint`],
      isSilent: true,
      role: "balancer",
    });
    network.add(this.endpoint);
    this.namespace = kernel.newNetNamespace();
    this.namespace.sysctls.set("net.ipv4.ip_forward", "1");
    this.endpoint.belongsTo(this.namespace);
    this.endpoint.plug();
    const { stack } = this;
    stack.setUp(stack.loopback, true);
    // Tasks answer to the balancer, wherever a connection has come from.
    const subnet = network.pool(4)?.pool.subnet;
    if (subnet === undefined || v4 === undefined) return;
    const destination = { address: networkOf(subnet), length: subnet.length };
    const rule: Rule = { destination, virtual: true, target: { kind: "snat", to: v4 } };
    stack.firewall.append("nat", "POSTROUTING", rule);
    stack.virtualServers = new Map();
  }

  get stack(): NetStack {
    return this.namespace.stack(this.endpoint.network.kernel.net);
  }

  /** Answers for a service from now on. */
  add(service: VirtualService): void {
    const { stack, endpoint } = this;
    const { address, mark, ports } = service;
    if (endpoint.device !== undefined) stack.addresses.add(endpoint.device, alias(address));
    endpoint.network.virtualAddresses.add(address);
    const target = { kind: "mark", value: mark } as const;
    const rules = ports.map(({ protocol, published }): Rule => ({ protocol, port: published, target }));
    for (const rule of rules) stack.firewall.append("mangle", "PREROUTING", rule);
    const own: Rule = { destination: { address, length: 32 }, target };
    stack.firewall.append("mangle", "INPUT", own);
    this.#rules.set(service, [...rules, own]);
    stack.virtualServers?.set(mark, new VirtualServer(mark));
  }

  remove(service: VirtualService): void {
    const { stack, endpoint } = this;
    const { address, mark } = service;
    for (const rule of this.#rules.get(service) ?? []) {
      for (const chain of ["PREROUTING", "INPUT"]) stack.firewall.remove("mangle", chain, rule);
    }
    this.#rules.delete(service);
    stack.virtualServers?.delete(mark);
    stack.forgetConnections(address);
    if (endpoint.device !== undefined) stack.addresses.remove(endpoint.device, address, 32);
    endpoint.network.virtualAddresses.delete(address);
  }

  /** A task takes connections to a service. */
  addBackend({ mark }: VirtualService, address: string): void {
    this.stack.virtualServers?.get(mark)?.set(address, 1);
  }

  /** The backend keeps its connections, and gets no new ones. */
  disableBackend({ mark }: VirtualService, address: string): void {
    this.stack.virtualServers?.get(mark)?.set(address, 0);
  }

  removeBackend({ mark }: VirtualService, address: string): void {
    this.stack.virtualServers?.get(mark)?.delete(address);
    this.stack.forgetConnections(address);
  }

  close(): void {
    this.endpoint.unplug();
    this.endpoint.network.delete(this.endpoint);
  }
}
