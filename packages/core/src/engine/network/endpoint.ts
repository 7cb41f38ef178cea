/**
 * Endpoints: a container's place on a network. Its address is taken when the container starts; the pair of devices behind
 * it is made when somebody first looks or calls.
 *
 * @see moby libnetwork/endpoint.go
 */
import type { NetNamespace } from "../../kernel/index.ts";
import { Veth } from "../../net/index.ts";
import type { EndpointSettings } from "../docker/create-body.ts";
import type { BridgeNetwork } from "./bridge-network.ts";

export interface EndpointInit {
  readonly network: BridgeNetwork;
  readonly id: string;
  readonly containerId: string;
  readonly address: string;
  readonly mac: string;
  readonly settings: EndpointSettings | undefined;
  /** What the container is called here, besides its address. */
  readonly names: readonly string[];
  /** Packets to where no other route leads go through this one. */
  readonly isGateway: boolean;
}

export class Endpoint {
  readonly network: BridgeNetwork;
  readonly id: string;
  readonly containerId: string;
  readonly address: string;
  readonly mac: string;
  readonly settings: EndpointSettings | undefined;
  readonly names: readonly string[];
  isGateway: boolean;
  /** Where the container's end lies. */
  #namespace: NetNamespace | undefined;
  #outer: Veth | undefined;

  constructor(init: EndpointInit) {
    this.network = init.network;
    this.id = init.id;
    this.containerId = init.containerId;
    this.address = init.address;
    this.mac = init.mac;
    this.settings = init.settings;
    this.names = init.names;
    this.isGateway = init.isGateway;
  }

  /** From now on it can be made in this namespace. */
  belongsTo(namespace: NetNamespace): void {
    this.#namespace = namespace;
  }

  /** Makes what has not been made yet: a stack that is asked for makes all its endpoints. */
  materialize(): void {
    this.#namespace?.stack(this.network.kernel.net);
  }

  /** Makes the devices: one end in the container, called `name`, the other in the bridge. */
  plug(name: string): void {
    const { network } = this;
    const namespace = this.#namespace;
    if (this.#outer !== undefined || namespace === undefined) return;
    const stack = namespace.stack(network.kernel.net);
    const host = network.hostStack();
    const bridge = network.bridge();
    const outerName = `veth${this.id.slice(0, 7)}`;
    const [inner, outer] = Veth.pair(network.kernel.net, [
      { name, mac: this.mac },
      { name: outerName, mac: network.newMac() },
    ]);
    this.#outer = outer;
    host.addDevice(outer);
    stack.addDevice(inner);
    inner.queueLength = 0;
    outer.queueLength = 0;
    host.addresses.disable6(outer);
    namespace.sysctls.set(`net.ipv6.conf.${name}.disable_ipv6`, "1");
    bridge.addPort(outer);
    host.setUp(outer, true);
    stack.addresses.add(inner, network.deviceAddress(this.address));
    stack.setUp(inner, true);
    if (this.isGateway) this.addDefaultRoute();
  }

  /** Sends what no other route takes to the network's gateway. */
  addDefaultRoute(): void {
    const { gateway } = this.network;
    const inner = this.#outer?.peer;
    const stack = this.#namespace?.madeStack;
    this.isGateway = true;
    if (gateway === undefined || inner === undefined || stack === undefined) return;
    stack.routes.add(
      {
        destination: "0.0.0.0",
        prefixLength: 0,
        gateway,
        device: inner,
        source: undefined,
        scope: "global",
        metric: 0,
      },
      { replace: true },
    );
  }

  /** Takes the devices away. What is under way still arrives. */
  unplug(): void {
    const outer = this.#outer;
    this.#outer = undefined;
    this.#namespace = undefined;
    if (outer === undefined) return;
    outer.link.flush();
    const { network } = this;
    const host = network.hostStack();
    if (network.kernelHasConnections) host.firewall.conntrack.forget(this.address);
    host.removeDevice(outer);
  }
}
