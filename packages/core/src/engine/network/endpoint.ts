/**
 * Endpoints: a container's place on a network. Its addresses are taken when the container starts; the pair of devices
 * behind it is made when somebody first looks or calls.
 *
 * @see moby libnetwork/endpoint.go
 */
import type { NetNamespace } from "../../kernel/index.ts";
import { anyAddress, familyOf, type IpFamily } from "../../lib/index.ts";
import { broadcastOf, type DeviceAddress, type NetStack, Veth } from "../../net/index.ts";
import type { EndpointSettings } from "../docker/create-body.ts";
import { derivedId, shortId } from "../names.ts";
import type { BridgeNetwork } from "./bridge-network.ts";
import { PREFIX } from "./bridge-options.ts";
import { ENDPOINT_SYSCTLS } from "./interface-sysctl.ts";

export interface EndpointInit {
  readonly network: BridgeNetwork;
  readonly containerId: string;
  readonly v4: string | undefined;
  readonly v6: string | undefined;
  readonly mac: string;
  readonly settings: EndpointSettings | undefined;
  readonly names: EndpointNames;
  /** Default: "member". */
  readonly role?: EndpointRole;
  /** Its names are not resolved before it is announced. */
  readonly isSilent?: boolean;
}

/**
 * - `guest`: its addresses are somebody else's, who gave them for as long as it is there
 * - `way out`: nobody asked for it, the container has no other
 * - `balancer`: no container's, but the machine's own part in a network of several
 */
type EndpointRole = "member" | "guest" | "way out" | "balancer";

/** What the container is called here, besides its addresses, its name first. A name alone: that, and its short id. */
export type EndpointNames = string | readonly string[];

/** What `--driver-opt` can say of one endpoint. @see moby libnetwork/netlabel */
const IFNAME = `${PREFIX}endpoint.ifname`;
const LINK_LOCAL_LENGTH: Readonly<Record<IpFamily, number>> = { 4: 16, 6: 64 };
const IPV6_DEFAULT_METRIC = 1024;
const USUAL_PREFIX = "eth";

/** A container's place on a network: its device, addresses and names there. */
export class Endpoint {
  readonly network: BridgeNetwork;
  readonly containerId: string;
  readonly v4: string | undefined;
  readonly v6: string | undefined;
  readonly mac: string;
  readonly settings: EndpointSettings | undefined;
  #names: EndpointNames;
  readonly #role: EndpointRole;
  #isSilent: boolean;
  readonly #madeUs: number;
  /** Where the container's end lies. */
  #namespace: NetNamespace | undefined;
  #outer: Veth | undefined;

  constructor(init: EndpointInit) {
    this.network = init.network;
    this.containerId = init.containerId;
    this.v4 = init.v4;
    this.v6 = init.v6;
    this.mac = init.mac;
    this.settings = init.settings;
    this.#names = init.names;
    this.#role = init.role ?? "member";
    this.#isSilent = init.isSilent ?? false;
    this.#madeUs = init.network.kernel.nowUs;
  }

  get isHidden(): boolean {
    return this.#role === "way out";
  }

  /** Its addresses are not its network's to give away when it is gone. */
  get isLent(): boolean {
    return this.#role === "guest";
  }

  get isBalancer(): boolean {
    return this.#role === "balancer";
  }

  get id(): string {
    return derivedId(this.containerId, `endpoint ${this.network.id} ${this.#madeUs}`);
  }

  get addresses(): readonly string[] {
    if (this.v6 === undefined) return this.v4 === undefined ? [] : [this.v4];
    return this.v4 === undefined ? [this.v6] : [this.v4, this.v6];
  }

  address(family: IpFamily): string | undefined {
    return family === 4 ? this.v4 : this.v6;
  }

  /** Where its container sends what is for others, if it leads there at all. */
  gateway(family: IpFamily): string | undefined {
    return this.address(family) === undefined ? undefined : this.network.gateway(family);
  }

  get priority(): number {
    return this.settings?.GwPriority ?? 0;
  }

  get names(): readonly string[] {
    return typeof this.#names === "string" ? [this.#names, shortId(this.containerId)] : this.#names;
  }

  /** The container's name. */
  get owner(): string | undefined {
    return typeof this.#names === "string" ? this.#names : this.#names[0];
  }

  /** The container's end of the pair, once it is made. */
  get device(): Veth | undefined {
    return this.#outer?.peer;
  }

  /** Where the container's end lies, once that is known. */
  get namespace(): NetNamespace | undefined {
    return this.#namespace;
  }

  /** Sets the namespace in which its device is made when it is needed. */
  belongsTo(namespace: NetNamespace): void {
    this.#namespace = namespace;
  }

  /** Makes what has not been made yet: a stack that is asked for makes all its endpoints. */
  materialize(): void {
    this.#namespace?.stack(this.network.kernel.net);
  }

  /** Neighbours may know an address of it as another's: its devices are made at once, which tells them better. */
  correctNeighbours(): void {
    if (this.network.hadOtherHolder(this)) this.materialize();
  }

  /** Does something to its container's stack: at once if there is one, else when it is made. */
  furnish(plan: (stack: NetStack) => void): void {
    this.#namespace?.furnish({ furnish: plan });
  }

  /** Others can find it by its names. */
  get isAnnounced(): boolean {
    return this.network.hasNames && !this.#isSilent;
  }

  announce(): void {
    if (!this.#isSilent) return;
    this.#isSilent = false;
    if (this.isAnnounced) this.network.names.add(this);
  }

  /** From now on its names are not resolved any more. */
  hush(): void {
    if (this.isAnnounced) this.network.names.delete(this);
    this.#isSilent = true;
  }

  rename(names: EndpointNames): void {
    const { names: table } = this.network;
    if (this.isAnnounced) table.delete(this);
    this.#names = names;
    if (this.isAnnounced) table.add(this);
  }

  /** A container's settings of the network, with what stays of the endpoint when it is gone. */
  named(settings: EndpointSettings): EndpointSettings {
    const { id: NetworkID, hasNames } = this.network;
    return { ...settings, NetworkID, DNSNames: hasNames ? this.names : null };
  }

  /** Makes the devices: one end in the container, the other in the bridge. */
  plug(): void {
    const { network } = this;
    const namespace = this.#namespace;
    if (this.#outer !== undefined || namespace === undefined) return;
    const stack = namespace.stack(network.kernel.net);
    const host = network.hostStack();
    const bridge = network.bridge();
    const name = this.deviceName((one) => stack.device(one) !== undefined);
    const [inner, outer] = Veth.pair(network.kernel.net, [
      { name, mac: this.mac },
      { name: `veth${this.id.slice(0, 7)}`, mac: network.newMac() },
    ]);
    this.#outer = outer;
    network.noteHolder(this);
    network.links.plugged(this);
    host.addDevice(outer);
    stack.addDevice(inner);
    for (const device of [inner, outer]) {
      device.queueLength = 0;
      device.mtu = network.mtu;
    }
    host.addresses.disable6(outer);
    bridge.addPort(outer);
    host.setUp(outer, true);
    namespace.sysctls.set(`net.ipv6.conf.${name}.disable_ipv6`, this.v6 === undefined ? "1" : "0");
    for (const [sysctl, value] of this.#sysctls(name)) namespace.sysctls.set(sysctl, value);
    for (const address of this.addresses) stack.addresses.add(inner, network.deviceAddress(address));
    for (const address of this.linkLocals) stack.addresses.add(inner, address);
    stack.setUp(inner, true, this.#madeUs);
  }

  /** Sends what no other route takes to the network's gateway. */
  addDefaultRoute(family: IpFamily): void {
    const gateway = this.gateway(family);
    const { device } = this;
    const stack = this.#namespace?.madeStack;
    if (gateway === undefined || device === undefined || stack === undefined) return;
    const metric = family === 6 ? IPV6_DEFAULT_METRIC : 0;
    const destination = anyAddress(family);
    const route = {
      destination,
      prefixLength: 0,
      gateway,
      device,
      source: undefined,
      scope: "global" as const,
      metric,
    };
    stack.routes.add(route, "replace");
  }

  removeDefaultRoute(family: IpFamily): void {
    const gateway = this.gateway(family);
    const { device } = this;
    const stack = this.#namespace?.madeStack;
    if (gateway === undefined || device === undefined || stack === undefined) return;
    const route = { destination: anyAddress(family), prefixLength: 0, gateway, device };
    if (stack.routes.has(route)) stack.routes.remove(route);
  }

  /** Takes the devices away. What is under way still arrives. */
  unplug(): void {
    const outer = this.#outer;
    this.#outer = undefined;
    this.#namespace = undefined;
    if (outer === undefined) return;
    outer.link.flush();
    const host = this.network.hostStack();
    for (const address of this.addresses) host.forgetConnections(address);
    host.removeDevice(outer);
  }

  /** Whether something was asked for that may not be had: a name, addresses or sysctls of its device. */
  get isParticular(): boolean {
    const { settings } = this;
    return (
      this.network.options.interfacePrefix !== USUAL_PREFIX ||
      (settings !== undefined && settings.DriverOpts !== null && Object.keys(settings.DriverOpts).length > 0) ||
      (settings?.IPAMConfig?.LinkLocalIPs ?? []).length > 0
    );
  }

  /** The name that was asked for, or the prefix of the network with the lowest number that is free. */
  deviceName(isTaken: (name: string) => boolean): string {
    const wanted = this.settings?.DriverOpts?.[IFNAME];
    if (wanted !== undefined && wanted !== "") return wanted;
    for (let number = 0; ; number++) {
      const name = `${this.network.options.interfacePrefix}${number}`;
      if (!isTaken(name)) return name;
    }
  }

  /** Addresses that were asked for besides those of the network. */
  get linkLocals(): readonly DeviceAddress[] {
    return (this.settings?.IPAMConfig?.LinkLocalIPs ?? []).map(linkLocal);
  }

  /** `net.ipv4.conf.IFNAME.forwarding=0` */
  get sysctlTexts(): readonly string[] {
    const text = this.settings?.DriverOpts?.[ENDPOINT_SYSCTLS];
    return text === undefined || text === "" ? [] : text.split(",");
  }

  #sysctls(device: string): readonly (readonly [name: string, value: string])[] {
    return this.sysctlTexts.map((one) => {
      const [name = "", value = ""] = one.split("=");
      return [name.replace(/\.ifname\./i, `.${device}.`), value];
    });
  }
}

function linkLocal(address: string): DeviceAddress {
  const length = LINK_LOCAL_LENGTH[familyOf(address)];
  return { address, length, broadcast: broadcastOf(address, length), scope: "global" };
}
