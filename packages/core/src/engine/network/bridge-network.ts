/**
 * A bridge network: its bridge on the machine, the rules that keep it apart from others, its addresses, names and
 * endpoints.
 *
 * The bridge and its rules are made when the machine's network is first used.
 *
 * @see moby libnetwork/drivers/bridge
 */
import type { Kernel } from "../../kernel/index.ts";
import { familyOf, type IpFamily, type IpPrefix, inPrefix, lastOf, ownFunction, StatusError } from "../../lib/index.ts";
import { Bridge, type DeviceAddress, type Frame, linkLocalOf, type NetStack, randomMac } from "../../net/index.ts";
import type { BridgeOptions } from "./bridge-options.ts";
import { addRules, networkRules, type PlacedRule, prepareFirewall, removeRules } from "./bridge-rules.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Ipam, NetworkPool } from "./ipam.ts";
import type { LinkService } from "./link-service.ts";
import { NameTable } from "./name-table.ts";

export interface BridgeNetworkInit {
  readonly kernel: Kernel;
  readonly id: string;
  /** The name of the bridge device. */
  readonly bridgeName: string;
  /** The name of the network, which containers can also append to a name: "web.mynet". */
  readonly name: string;
  readonly ipam: Ipam;
  readonly options: BridgeOptions;
  /** `--internal`: no packets get in or out. */
  readonly internal: boolean;
  /** Containers find each other by name. */
  readonly hasNames: boolean;
  readonly links: LinkService;
  /** The machine has an address on it. A network of the drivers macvlan and ipvlan keeps to itself. */
  readonly hasHost: boolean;
  /** Whether it is the network of a swarm's published ports: names are not resolved on it. */
  readonly isIngress?: boolean;
  /** Where the bridge lies, if not among the machine's own devices; what else belongs there is made with it. */
  readonly elsewhere?: Elsewhere;
}

/** A network that goes on on other machines. */
export interface Elsewhere {
  readonly stack: NetStack;
  /** Names of all machines. */
  readonly names: NameTable;
  /** The bridge is there. */
  made(bridge: Bridge): void;
  added(endpoint: Endpoint): void;
  deleted(endpoint: Endpoint): void;
}

const USUAL_MTU = 1500;
/** @see RFC 4291 2.5.6 */
const LINK_LOCAL: IpPrefix = { address: "fe80::", length: 10 };

/** A network whose packets a bridge of the machine moves. */
export class BridgeNetwork {
  readonly kernel: Kernel;
  readonly id: string;
  readonly name: string;
  readonly ipam: Ipam;
  readonly options: BridgeOptions;
  readonly internal: boolean;
  readonly hasNames: boolean;
  readonly hasHost: boolean;
  readonly isIngress: boolean;
  readonly bridgeName: string;
  /** By the id of their container. */
  readonly endpoints = new Map<string, Endpoint>();
  /** Virtual addresses of services, which this machine's load balancer answers for. */
  readonly virtualAddresses = new Set<string>();
  readonly names: NameTable;
  readonly links: LinkService;
  /** Once somebody has asked. An address keeps its entry when it is free: a Map slows down when the same key comes and goes. */
  #byAddress: Map<string, Endpoint | undefined> | undefined = undefined;
  /** The hardware addresses by which neighbours may know an address. */
  readonly #holders = new Map<string, string>();
  readonly #elsewhere: Elsewhere | undefined;
  #rules: readonly PlacedRule[] = [];
  #bridge: Bridge | undefined;
  #removed = false;

  constructor(init: BridgeNetworkInit) {
    this.kernel = init.kernel;
    this.id = init.id;
    this.name = init.name;
    this.ipam = init.ipam;
    this.options = init.options;
    this.internal = init.internal;
    this.hasNames = init.hasNames;
    this.hasHost = init.hasHost;
    this.isIngress = init.isIngress ?? false;
    this.bridgeName = init.bridgeName;
    this.#elsewhere = init.elsewhere;
    this.names = init.elsewhere?.names ?? new NameTable(init.name);
    this.links = init.links;
    if (this.#elsewhere === undefined) this.#hostNamespace.furnish({ furnish: (stack) => this.#make(stack) });
  }

  /** Whether the network spans several machines. It leads to no other network. */
  get isOverlay(): boolean {
    return this.#elsewhere !== undefined;
  }

  pool(family: IpFamily): NetworkPool | undefined {
    return family === 4 ? this.ipam.v4 : this.ipam.v6;
  }

  /** Where containers send what is for others; nowhere on an internal network. */
  gateway(family: IpFamily): string | undefined {
    const pool = this.pool(family);
    return this.internal || this.isOverlay || pool === undefined ? undefined : (pool.otherGateway ?? pool.gateway);
  }

  get mtu(): number {
    return this.options.mtu === 0 ? USUAL_MTU : this.options.mtu;
  }

  get #hostNamespace() {
    return this.kernel.init.ns.net;
  }

  hostStack(): NetStack {
    return this.#elsewhere?.stack ?? this.#hostNamespace.stack(this.kernel.net);
  }

  /** Its bridge, if it has been made. */
  get made(): Bridge | undefined {
    return this.#bridge;
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
    const family = familyOf(address);
    const length = this.pool(family)?.pool.subnet.length ?? 0;
    const broadcast = family === 4 && length < 31 ? lastOf({ address, length }) : undefined;
    const scope = family === 6 && inPrefix(LINK_LOCAL, address) ? "link" : "global";
    return { address, length, broadcast, scope, ...(family === 6 ? { noDad: true } : {}) };
  }

  /** An address for a container: any, or the one that it wants. @throws StatusError if it cannot be had */
  takeAddress(family: IpFamily, wanted: string | undefined): string | undefined {
    const pool = this.pool(family)?.pool;
    if (pool === undefined) return undefined;
    if (wanted !== undefined) return pool.takeThat(wanted);
    const address = pool.take();
    if (address !== undefined) return address;
    throw new StatusError(
      "internal",
      `no available IPv${family} addresses on this network's address pools: ${this.name} (${this.id})`,
    );
  }

  releaseAddress(address: string): void {
    this.pool(familyOf(address))?.pool.release(address);
  }

  add(endpoint: Endpoint): void {
    this.endpoints.set(endpoint.containerId, endpoint);
    if (this.#byAddress !== undefined) for (const address of endpoint.addresses) this.#byAddress.set(address, endpoint);
    if (endpoint.isAnnounced) this.names.add(endpoint);
    this.#elsewhere?.added(endpoint);
  }

  delete(endpoint: Endpoint): void {
    this.endpoints.delete(endpoint.containerId);
    if (endpoint.isAnnounced) this.names.delete(endpoint);
    this.#elsewhere?.deleted(endpoint);
    for (const address of endpoint.addresses) {
      this.#byAddress?.set(address, undefined);
      if (!endpoint.isLent) this.releaseAddress(address);
    }
  }

  /** A device with the addresses of an endpoint is there: from now on neighbours may know them as its. */
  noteHolder({ addresses, mac }: Endpoint): void {
    for (const address of addresses) this.#holders.set(address, mac);
  }

  /** Whether an address of an endpoint was another device's before. @see moby libnetwork/osl/interface_linux.go advertiseAddrs */
  hadOtherHolder({ addresses, mac }: Endpoint): boolean {
    return addresses.some((address) => (this.#holders.get(address) ?? mac) !== mac);
  }

  /** The container that has the address now. */
  whoHas(address: string): string | undefined {
    return this.#endpointAt(address)?.owner;
  }

  /** Also by the address that a device of IPv6 gives itself. */
  #solicited(address: string): Endpoint | undefined {
    const known = this.#endpointAt(address);
    if (known !== undefined || this.ipam.v6 === undefined || !address.startsWith("fe80:")) return known;
    return [...this.endpoints.values()].find(({ v6, mac }) => v6 !== undefined && linkLocalOf(mac) === address);
  }

  #endpointAt(address: string): Endpoint | undefined {
    this.#byAddress ??= new Map([...this.endpoints.values()].flatMap((one) => one.addresses.map((own) => [own, one])));
    return this.#byAddress.get(address);
  }

  /** None of the network's containers has sent it. */
  isFromOutside({ source }: Frame): boolean {
    for (const { mac } of this.endpoints.values()) if (mac === source) return false;
    return true;
  }

  remove(): void {
    this.#removed = true;
    const bridge = this.#bridge;
    const stack = this.#elsewhere?.stack ?? this.#hostNamespace.madeStack;
    if (bridge === undefined || stack === undefined) return;
    removeRules(stack, this.#rules);
    stack.removeDevice(bridge);
  }

  #make(stack: NetStack): void {
    if (this.#bridge !== undefined || this.#removed) return;
    const bridge = new Bridge(this.bridgeName, this.newMac());
    this.#bridge = bridge;
    bridge.queueLength = 0;
    bridge.mtu = this.mtu;
    bridge.onSolicitation = ownFunction((address) => this.#solicited(address)?.materialize());
    stack.addDevice(bridge);
    if (this.ipam.v6 === undefined) stack.addresses.disable6(bridge);
    if (this.hasHost) this.#connectHost(stack, bridge);
    stack.setUp(bridge, true);
    this.#elsewhere?.made(bridge);
  }

  #connectHost(stack: NetStack, bridge: Bridge): void {
    const { sysctls } = this.#hostNamespace;
    for (const family of [4, 6] as const) {
      const pool = this.pool(family);
      if (pool === undefined) continue;
      sysctls.set(family === 4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding", "1");
      prepareFirewall(stack, family);
      const hasAddress = pool.gateway !== undefined && !(family === 4 && this.options.inhibitIPv4);
      if (hasAddress) stack.addresses.add(bridge, this.deviceAddress(pool.gateway));
      const { internal, options } = this;
      const rules = networkRules({ bridge: bridge.name, family, subnet: pool.pool.subnet, internal, options });
      addRules(stack, rules);
      this.#rules = [...this.#rules, ...rules];
    }
    // Frames from port to port pass the filter only where it may refuse them, as with bridge-nf-call-iptables.
    if (!this.options.icc) bridge.allows = ownFunction((packet) => stack.allowsForward(bridge, packet));
  }
}
