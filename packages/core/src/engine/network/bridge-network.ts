/**
 * A bridge network: its bridge on the machine, the rules that keep it apart from others, its addresses and endpoints.
 *
 * The bridge and its rules are made when the machine's network is first used.
 *
 * @see moby libnetwork/drivers/bridge
 */
import type { Kernel } from "../../kernel/index.ts";
import { lastOf } from "../../lib/index.ts";
import { Bridge, type DeviceAddress, type NetStack, type Rule, randomMac, type Table } from "../../net/index.ts";
import type { AddressPool } from "./address-pool.ts";
import type { Endpoint } from "./endpoint.ts";
import { prepareHost } from "./host-rules.ts";

export interface BridgeNetworkInit {
  readonly kernel: Kernel;
  readonly id: string;
  /** Of the bridge device. */
  readonly bridgeName: string;
  /** Of the network, as containers can say it behind a name. */
  readonly name: string;
  readonly pool: AddressPool;
  /** Nobody gets in or out. */
  readonly internal: boolean;
  /** Containers find each other by name. */
  readonly hasNames: boolean;
}

export class BridgeNetwork {
  readonly kernel: Kernel;
  readonly id: string;
  readonly name: string;
  readonly pool: AddressPool;
  readonly internal: boolean;
  readonly hasNames: boolean;
  readonly bridgeName: string;
  /** By the id of their container. */
  readonly endpoints = new Map<string, Endpoint>();
  /** An address keeps its entry when it is free: a Map slows down when the same key comes and goes. */
  readonly #byAddress = new Map<string, Endpoint | undefined>();
  readonly #byName = new Map<string, Set<Endpoint>>();
  #rules: readonly (readonly [table: Table, chain: string, rule: Rule])[] = [];
  #bridge: Bridge | undefined;
  #removed = false;

  constructor(init: BridgeNetworkInit) {
    this.kernel = init.kernel;
    this.id = init.id;
    this.name = init.name;
    this.pool = init.pool;
    this.internal = init.internal;
    this.hasNames = init.hasNames;
    this.bridgeName = init.bridgeName;
    this.#hostNamespace.furnish((stack) => this.#make(stack));
  }

  /** Where containers send what is for others; nowhere on an internal network. */
  get gateway(): string | undefined {
    return this.internal ? undefined : this.pool.gateway;
  }

  get #hostNamespace() {
    return this.kernel.init.ns.net;
  }

  hostStack(): NetStack {
    return this.#hostNamespace.stack(this.kernel.net);
  }

  /** The machine may keep track of connections of this network. */
  get kernelHasConnections(): boolean {
    return this.#hostNamespace.madeStack?.hasFirewall === true;
  }

  bridge(): Bridge {
    const stack = this.hostStack();
    this.#make(stack);
    return this.#bridge as Bridge;
  }

  newMac(): string {
    return randomMac(this.kernel.net.random);
  }

  deviceAddress(address: string): DeviceAddress {
    const { length } = this.pool.subnet;
    return { address, length, broadcast: lastOf({ address, length }), scope: "global" };
  }

  add(endpoint: Endpoint): void {
    this.endpoints.set(endpoint.containerId, endpoint);
    this.#byAddress.set(endpoint.address, endpoint);
    if (!this.hasNames) return;
    for (const name of endpoint.names) {
      const key = name.toLowerCase();
      const known = this.#byName.get(key);
      if (known === undefined) this.#byName.set(key, new Set([endpoint]));
      else known.add(endpoint);
    }
  }

  delete(endpoint: Endpoint): void {
    this.endpoints.delete(endpoint.containerId);
    this.#byAddress.set(endpoint.address, undefined);
    for (const name of endpoint.names) {
      const known = this.#byName.get(name.toLowerCase());
      known?.delete(endpoint);
      if (known?.size === 0) this.#byName.delete(name.toLowerCase());
    }
    this.pool.release(endpoint.address);
  }

  /** Addresses of a name, with or without the network's behind it. */
  resolve(name: string): readonly string[] {
    const key = name.toLowerCase();
    const suffix = `.${this.name.toLowerCase()}`;
    const found =
      this.#byName.get(key) ?? (key.endsWith(suffix) ? this.#byName.get(key.slice(0, -suffix.length)) : undefined);
    return [...(found ?? [])].map(({ address }) => address);
  }

  /** The first name of an address, with the network's. */
  nameOf(address: string): string | undefined {
    const name = this.#byAddress.get(address)?.names[0];
    return name === undefined ? undefined : `${name}.${this.name}`;
  }

  remove(): void {
    this.#removed = true;
    const bridge = this.#bridge;
    const stack = this.#hostNamespace.madeStack;
    if (bridge === undefined || stack === undefined) return;
    for (const [table, chain, rule] of this.#rules) stack.firewall.remove(table, chain, rule);
    stack.removeDevice(bridge);
  }

  #make(stack: NetStack): void {
    if (this.#bridge !== undefined || this.#removed) return;
    prepareHost(this.kernel, stack);
    const bridge = new Bridge(this.bridgeName, this.newMac());
    this.#bridge = bridge;
    bridge.queueLength = 0;
    bridge.onSolicitation = (address) => this.#byAddress.get(address)?.materialize();
    stack.addDevice(bridge);
    stack.addresses.disable6(bridge);
    stack.addresses.add(bridge, this.deviceAddress(this.pool.gateway));
    stack.setUp(bridge, true);
    this.#rules = rulesOf(bridge.name, this);
    for (const [table, chain, rule] of this.#rules) stack.firewall.append(table, chain, rule);
  }
}

/** What the bridge driver adds for one network. */
function rulesOf(bridge: string, { internal, pool }: BridgeNetwork): readonly (readonly [Table, string, Rule])[] {
  const { subnet } = pool;
  if (internal) {
    return [
      ["filter", "DOCKER-ISOLATION-STAGE-1", { notDestination: subnet, in: bridge, target: { kind: "drop" } }],
      ["filter", "DOCKER-ISOLATION-STAGE-1", { out: bridge, in: `!${bridge}`, target: { kind: "drop" } }],
    ];
  }
  return [
    ["nat", "POSTROUTING", { source: subnet, out: `!${bridge}`, target: { kind: "masquerade" } }],
    [
      "filter",
      "DOCKER-ISOLATION-STAGE-1",
      { in: bridge, out: `!${bridge}`, target: { kind: "jump", chain: "DOCKER-ISOLATION-STAGE-2" } },
    ],
    ["filter", "DOCKER-ISOLATION-STAGE-2", { out: bridge, target: { kind: "drop" } }],
    ["filter", "DOCKER-FORWARD", { in: bridge, target: { kind: "accept" } }],
  ];
}
