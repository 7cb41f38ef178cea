/**
 * The network service: networks, and the place of containers on them.
 *
 * A container's addresses are taken when it starts. Bridges, pairs of devices and rules are made when somebody first uses
 * them: a container that never speaks costs no devices.
 *
 * @see moby daemon/network.go, daemon/container_operations.go, libnetwork
 */
import type { Kernel } from "../kernel/index.ts";
import { type IpPrefix, networkOf, parsePrefix, StatusError } from "../lib/index.ts";
import { randomMac } from "../net/index.ts";
import type { Prng } from "../sim/index.ts";
import type { Container } from "./container.ts";
import type { EndpointSettings, PortMap } from "./docker/create-body.ts";
import type { IpamConfig, NetworkCreateBody } from "./docker/requests/network.ts";
import type { EventLog } from "./events.ts";
import { newId, shortId } from "./names.ts";
import { AddressPool, overlaps } from "./network/address-pool.ts";
import { BridgeNetwork } from "./network/bridge-network.ts";
import { Endpoint } from "./network/endpoint.ts";
import { extraHostsLine, hostsLine, resolvConf } from "./network/etc-files.ts";
import { PortAllocator, Publication, type PublishedPort, takePorts } from "./network/published-ports.ts";
import { Sandbox } from "./network/sandbox.ts";
import { EMPTY_SETTINGS, modeOf, stoppedSettings } from "./network/settings.ts";

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly internal: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  readonly ipam: readonly IpamConfig[];
  readonly createdUs: number;
  /** What moves its packets; `undefined` for host and none. */
  readonly bridge: BridgeNetwork | undefined;
}

const BUILT_IN: readonly (readonly [name: string, driver: string, ipam: readonly IpamConfig[]])[] = [
  ["bridge", "bridge", [{ Subnet: "172.17.0.0/16", Gateway: "172.17.0.1" }]],
  ["host", "host", []],
  ["none", "null", []],
];
const DEFAULT_BRIDGE = "bridge";
/** What most containers have. */
const DEFAULT_ENDPOINTS: Readonly<Record<string, EndpointSettings>> = { [DEFAULT_BRIDGE]: EMPTY_SETTINGS };
const NO_PORTS: readonly PublishedPort[] = [];
/** The name server of the machine. @see the user network of QEMU */
const MACHINE_NAMESERVER = "10.0.2.3";
/** The machine's own file. */
export const MACHINE_RESOLV_CONF = `nameserver ${MACHINE_NAMESERVER}\n`;
/** Automatic subnets: 172.18.0.0/16 to 172.31.0.0/16, then /20s of 192.168.0.0/16. @see moby ipamutils */
const LAST_WIDE_OCTET = 31;

export interface NetworkParts {
  readonly kernel: Kernel;
  readonly events: EventLog;
  readonly prng: Prng;
}

export class NetworkService {
  readonly #kernel: Kernel;
  readonly #events: EventLog;
  readonly #prng: Prng;
  readonly #networks = new Map<string, Network>();
  readonly #ports = new PortAllocator();

  constructor({ kernel, events, prng }: NetworkParts) {
    this.#kernel = kernel;
    this.#events = events;
    this.#prng = prng;
    for (const [name, driver, ipam] of BUILT_IN) this.#add({ name, driver, ipam });
  }

  // ── networks ──

  /** @throws StatusError conflict for a taken name, invalid-argument for an empty or reserved one */
  create(body: Pick<NetworkCreateBody, "Name"> & Partial<NetworkCreateBody>): Network {
    const { Name: name } = body;
    if (name.trim() === "") throw new StatusError("invalid-argument", "invalid name: name is empty");
    if (this.get(name) !== undefined) throw new StatusError("conflict", `network with name ${name} already exists`);
    const driver = body.Driver === undefined || body.Driver === "" ? "bridge" : body.Driver;
    if (driver !== "bridge") {
      throw new StatusError("not-found", `could not find plugin ${driver} in v1 plugin registry: plugin not found`);
    }
    const given = body.IPAM?.Config ?? [];
    const ipam = given.length === 0 ? [this.#automaticSubnet()] : given;
    this.#checkSubnets(ipam);
    const network = this.#add({
      name,
      driver,
      ipam,
      internal: body.Internal ?? false,
      labels: body.Labels ?? {},
      options: body.Options ?? {},
    });
    this.#events.record("network", "create", network.id, { name, type: driver });
    return network;
  }

  /** By name, id or the beginning of an id. */
  get(reference: string): Network | undefined {
    const all = [...this.#networks.values()];
    return (
      all.find(({ name }) => name === reference) ??
      this.#networks.get(reference) ??
      all.find(({ id }) => reference !== "" && id.startsWith(reference))
    );
  }

  list(): readonly Network[] {
    return [...this.#networks.values()];
  }

  /** @throws StatusError not-found; permission-denied for a built-in network, and for one with running containers */
  remove(reference: string): Network {
    const network = this.#find(reference);
    if (BUILT_IN.some(([name]) => name === network.name)) {
      throw new StatusError("permission-denied", `${network.name} is a pre-defined network and cannot be removed`);
    }
    const active = [...(network.bridge?.endpoints.values() ?? [])];
    if (active.length > 0) {
      const list = active.map(({ names, id }) => `name:"${names[0] ?? ""}" id:"${shortId(id)}"`).join(", ");
      throw new StatusError(
        "permission-denied",
        `error while removing network: network ${network.name} has active endpoints (${list})`,
      );
    }
    this.#networks.delete(network.id);
    network.bridge?.remove();
    this.#events.record("network", "destroy", network.id, { name: network.name, type: network.driver });
    return network;
  }

  // ── containers ──

  /** The networks of a new container as its record shows them, before it has an address on any. */
  initialEndpoints(
    mode: string,
    given: Readonly<Record<string, EndpointSettings>> | null | undefined,
  ): Readonly<Record<string, EndpointSettings>> {
    const name = modeOf(mode);
    if (name.startsWith("container:")) return {};
    const all: Record<string, EndpointSettings> = {};
    for (const [network, settings] of Object.entries(given ?? {})) {
      const key = modeOf(network);
      all[key] = { ...EMPTY_SETTINGS, ...settings };
      this.#checkSettings(key, all[key]);
    }
    if (Object.keys(all).length > 0) return all;
    return name === DEFAULT_BRIDGE ? DEFAULT_ENDPOINTS : { [this.get(name)?.name ?? name]: EMPTY_SETTINGS };
  }

  /**
   * Takes addresses and ports for a container that is about to start.
   *
   * @throws StatusError with Docker's words for what cannot be had; nothing is taken then.
   */
  open(container: Container): void {
    const mode = modeOf(container.hostConfig.NetworkMode);
    if (mode.startsWith("container:")) return;
    const endpoints: Endpoint[] = [];
    try {
      const wanted = Object.keys(container.endpoints);
      const networks = wanted.map((name) => this.#findForStart(name));
      for (const network of networks) {
        if (network.bridge !== undefined) endpoints.push(this.#endpoint(container, network, network.bridge));
      }
      this.#chooseGateway(endpoints);
      const ports = endpoints.length === 0 ? NO_PORTS : this.#takePorts(container, endpoints[0] as Endpoint);
      if (mode !== "host") container.sandbox = new Sandbox(this.#kernel.net.random.hex(64), endpoints, ports);
      this.#show(container, networks);
      for (const network of networks) this.#recordEndpoint("connect", network, container);
    } catch (error) {
      for (const endpoint of endpoints) endpoint.network.delete(endpoint);
      throw error;
    }
  }

  /** The container's first process is there: its network can be made when it is needed. */
  attach(container: Container): void {
    const namespace = container.oci?.process.ns.net;
    const { sandbox } = container;
    if (namespace === undefined || sandbox === undefined) return;
    // Ports are taken only on behalf of an endpoint.
    const through = (sandbox.endpoints.find(({ isGateway }) => isGateway) ?? sandbox.endpoints[0]) as Endpoint;
    sandbox.attach(namespace, (port) => new Publication(this.#kernel, through, port));
  }

  /** The container has ended: its addresses and ports are free. */
  close(container: Container): void {
    const { sandbox, endpoints } = container;
    if (sandbox !== undefined) {
      sandbox.close();
      for (const endpoint of sandbox.endpoints) endpoint.network.delete(endpoint);
      for (const port of sandbox.ports) this.#ports.release(port);
      container.sandbox = undefined;
    }
    const shown: Record<string, EndpointSettings> = {};
    for (const [name, settings] of Object.entries(endpoints)) {
      if (settings.EndpointID !== "") {
        const network = this.get(name);
        if (network !== undefined) this.#recordEndpoint("disconnect", network, container);
      }
      shown[name] = stoppedSettings(settings);
    }
    container.endpoints = shown;
  }

  /** `docker network connect`. @throws StatusError permission-denied if it is there already */
  connect(container: Container, reference: string, settings: EndpointSettings = EMPTY_SETTINGS): void {
    const network = this.#find(reference);
    const mode = modeOf(container.hostConfig.NetworkMode);
    if (mode.startsWith("container:") && container.isRunning) {
      throw new StatusError(
        "permission-denied",
        "container sharing network namespace with another container or host cannot be connected to any other network",
      );
    }
    if (Object.hasOwn(container.endpoints, "none") && network.driver !== "null") {
      throw new StatusError(
        "permission-denied",
        "container cannot be connected to multiple networks with one of the networks in private (none) mode",
      );
    }
    if (network.driver === "host" || Object.hasOwn(container.endpoints, "host")) {
      throw new StatusError(
        "permission-denied",
        "container cannot be connected to host network, host network mode is not compatible",
      );
    }
    if (Object.hasOwn(container.endpoints, network.name)) {
      throw new StatusError(
        "permission-denied",
        `endpoint with name ${container.name} already exists in network ${network.name}`,
      );
    }
    this.#checkSettings(network.name, settings);
    container.endpoints = { ...container.endpoints, [network.name]: { ...EMPTY_SETTINGS, ...settings } };
    const { sandbox } = container;
    if (!container.isRunning || sandbox === undefined || network.bridge === undefined) return;
    const endpoint = this.#endpoint(container, network, network.bridge);
    endpoint.isGateway = !network.internal && !sandbox.endpoints.some(({ isGateway }) => isGateway);
    sandbox.connect(endpoint);
    this.#recordEndpoint("connect", network, container);
  }

  /** `docker network disconnect`. @throws StatusError permission-denied if it is not there */
  disconnect(container: Container, reference: string): void {
    const network = this.#find(reference);
    if (!Object.hasOwn(container.endpoints, network.name)) {
      throw new StatusError(
        "permission-denied",
        `container ${container.id} is not connected to network ${network.name}`,
      );
    }
    if (network.driver === "host") {
      throw new StatusError(
        "permission-denied",
        "container cannot be disconnected from host network or connected to host network",
      );
    }
    const { [network.name]: gone, ...others } = container.endpoints;
    container.endpoints = others;
    const endpoint = network.bridge?.endpoints.get(container.id);
    if (endpoint !== undefined) {
      container.sandbox?.disconnect(endpoint);
      network.bridge?.delete(endpoint);
    }
    if (gone !== undefined && gone.EndpointID !== "") this.#recordEndpoint("disconnect", network, container);
  }

  // ── files ──

  /** The lines of /etc/hosts behind the standard ones. `find` looks up the containers that links name. */
  hosts(container: Container, find: (name: string) => Container | undefined): readonly string[] {
    const { hostConfig, config, sandbox } = container;
    const gateway = this.get(DEFAULT_BRIDGE)?.bridge?.pool.gateway ?? "";
    const extra = (hostConfig.ExtraHosts ?? []).map((line) => extraHostsLine(line, gateway));
    const links = (hostConfig.Links ?? []).flatMap((text) => {
      const [name = "", alias = name] = text.split(":");
      const other = find(name.replace(/^\//, ""));
      const address = other?.sandbox?.endpoints[0]?.address;
      if (other === undefined || address === undefined) return [];
      return [`${address}\t${[...new Set([alias, other.hostname, other.name])].join(" ")}`];
    });
    const own = (sandbox?.endpoints ?? []).map(({ address }) =>
      hostsLine(address, container.hostname, config.Domainname ?? ""),
    );
    return [...extra, ...links, ...own];
  }

  resolvConf(container: Container): string {
    return resolvConf({
      nameservers: [MACHINE_NAMESERVER],
      search: [],
      hostConfig: container.hostConfig,
      embedded: container.sandbox?.hasNames ?? false,
      host: modeOf(container.hostConfig.NetworkMode) === "host",
    });
  }

  // ── inside ──

  #find(reference: string): Network {
    const network = this.get(reference);
    if (network === undefined) throw new StatusError("not-found", `network ${reference} not found`);
    return network;
  }

  #findForStart(name: string): Network {
    const network = this.get(name);
    if (network === undefined) {
      throw new StatusError("not-found", `failed to set up container networking: network ${name} not found`);
    }
    return network;
  }

  #endpoint(container: Container, network: Network, bridge: BridgeNetwork): Endpoint {
    const settings = container.endpoints[network.name];
    const { random } = this.#kernel.net;
    const wanted = settings?.IPAMConfig?.IPv4Address;
    const mac = settings?.MacAddress || container.config.MacAddress || randomMac(random);
    const short = shortId(container.id);
    const names = [...new Set([container.name, ...(settings?.Aliases ?? []), short, container.hostname])];
    const endpoint = new Endpoint({
      network: bridge,
      id: random.hex(64),
      containerId: container.id,
      address: bridge.pool.take(wanted === "" ? undefined : wanted),
      mac: mac.toLowerCase(),
      settings,
      names,
      isGateway: false,
    });
    bridge.add(endpoint);
    return endpoint;
  }

  /** One of the networks leads outside: the one with the highest priority, then the first by name. */
  #chooseGateway(endpoints: readonly Endpoint[]): void {
    let best: Endpoint | undefined;
    for (const endpoint of endpoints) {
      if (endpoint.network.internal) continue;
      const priority = (endpoint.settings?.GwPriority ?? 0) - (best?.settings?.GwPriority ?? 0);
      if (best === undefined || priority > 0 || (priority === 0 && endpoint.network.name < best.network.name)) {
        best = endpoint;
      }
    }
    if (best !== undefined) best.isGateway = true;
  }

  #takePorts(container: Container, endpoint: Endpoint): readonly PublishedPort[] {
    const wanted = wantedPorts(container);
    if (Object.keys(wanted).length === 0) return NO_PORTS;
    try {
      return takePorts(this.#ports, wanted);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw new StatusError(
        error.kind,
        `failed to set up container networking: driver failed programming external connectivity on endpoint ${container.name} (${endpoint.id}): ${error.message}`,
      );
    }
  }

  /** Puts networks without addresses into the container's record; for others, its sandbox knows what it has there. */
  #show(container: Container, networks: readonly Network[]): void {
    for (const { id, name, bridge } of networks) {
      if (bridge !== undefined) continue;
      const settings = container.endpoints[name] ?? EMPTY_SETTINGS;
      const shown = { ...settings, NetworkID: id, EndpointID: this.#kernel.net.random.hex(64) };
      container.endpoints = { ...container.endpoints, [name]: shown };
    }
  }

  #recordEndpoint(action: "connect" | "disconnect", network: Network, container: Container): void {
    const { id, name, driver } = network;
    this.#events.record("network", action, id, { container: container.id, name, type: driver });
  }

  #add(given: Pick<Network, "name" | "driver" | "ipam"> & Partial<Network>): Network {
    const id = newId(this.#prng);
    const network: Network = {
      id,
      internal: false,
      labels: {},
      options: {},
      createdUs: this.#kernel.nowUs,
      bridge: given.driver === "bridge" ? this.#makeBridge(id, given) : undefined,
      ...given,
    };
    this.#networks.set(network.id, network);
    return network;
  }

  #makeBridge(id: string, { name, ipam, internal, options }: Pick<Network, "name" | "ipam"> & Partial<Network>) {
    const isDefault = name === DEFAULT_BRIDGE;
    const config = ipam.find(({ Subnet = "" }) => !Subnet.includes(":")) ?? {};
    const subnet = parsePrefix(config.Subnet ?? "") ?? { address: "0.0.0.0", length: 8 };
    const range = config.IPRange === undefined ? undefined : parsePrefix(config.IPRange);
    return new BridgeNetwork({
      kernel: this.#kernel,
      id,
      bridgeName: isDefault ? "docker0" : (options?.["com.docker.network.bridge.name"] ?? `br-${shortId(id)}`),
      name,
      pool: new AddressPool(subnet, config.Gateway, range),
      internal: internal ?? false,
      hasNames: !isDefault,
    });
  }

  #subnets(): readonly IpPrefix[] {
    return [...this.#networks.values()].flatMap(({ ipam }) =>
      ipam.flatMap(({ Subnet = "" }) => parsePrefix(Subnet) ?? []),
    );
  }

  /** @throws StatusError invalid-argument, and permission-denied for a subnet that is in use. */
  #checkSubnets(ipam: readonly IpamConfig[]): void {
    const problems: string[] = [];
    const subnets: IpPrefix[] = [];
    for (const { Subnet = "", Gateway, IPRange } of ipam) {
      const subnet = Subnet.includes("/") ? parsePrefix(Subnet) : undefined;
      if (subnet === undefined) {
        problems.push(`invalid subnet ${Subnet}: invalid CIDR block notation`);
        continue;
      }
      if (networkOf(subnet) !== subnet.address) {
        problems.push(`invalid subnet ${Subnet}: it should be ${networkOf(subnet)}/${subnet.length}`);
      }
      subnets.push(subnet);
      const inside = (address: string): boolean => {
        const one = parsePrefix(address);
        return one !== undefined && overlaps(subnet, one) && one.length >= subnet.length;
      };
      if (IPRange !== undefined && !inside(IPRange)) {
        problems.push(`invalid ip-range ${IPRange}: parent subnet ${Subnet} doesn't contain ip-range`);
      }
      if (Gateway !== undefined && !inside(Gateway)) {
        problems.push(`invalid gateway ${Gateway}: parent subnet ${Subnet} doesn't contain this address`);
      }
    }
    if (problems.length > 0) {
      throw new StatusError("invalid-argument", `invalid network config:\n${problems.join("\n")}`);
    }
    const known = this.#subnets();
    if (subnets.some((subnet) => known.some((other) => overlaps(subnet, other)))) {
      throw new StatusError(
        "permission-denied",
        "invalid pool request: Pool overlaps with other one on this address space",
      );
    }
  }

  /** @throws StatusError invalid-argument for an address that the network does not have. */
  #checkSettings(name: string, settings: EndpointSettings | undefined): void {
    const address = settings?.IPAMConfig?.IPv4Address ?? "";
    const network = this.get(name);
    if (address === "" || network === undefined) return;
    const problems: string[] = [];
    if (network.name === DEFAULT_BRIDGE || network.bridge === undefined) {
      problems.push("user specified IP address is supported on user defined networks only");
    }
    if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) problems.push(`invalid IPv4 address: ${address}`);
    if (network.bridge === undefined) {
      problems.push(
        "user specified IP address is supported only when connecting to networks with user configured subnets",
      );
    } else if (!network.bridge.pool.covers(address)) {
      problems.push(`no configured subnet or ip-range contain the IP address ${address}`);
    }
    if (problems.length === 0) return;
    const text = problems.length === 1 ? problems[0] : problems.map((problem) => `* ${problem}`).join("\n");
    throw new StatusError(
      "invalid-argument",
      `invalid config for network ${network.name}: invalid endpoint settings:\n${text}`,
    );
  }

  #automaticSubnet(): IpamConfig {
    const known = this.#subnets();
    const isFree = (subnet: IpPrefix): boolean => !known.some((other) => overlaps(subnet, other));
    for (let octet = 18; octet <= LAST_WIDE_OCTET; octet++) {
      const address = `172.${octet}.0.0`;
      if (isFree({ address, length: 16 })) return { Subnet: `${address}/16`, Gateway: `172.${octet}.0.1` };
    }
    for (let octet = 0; octet < 256; octet += 16) {
      const address = `192.168.${octet}.0`;
      if (isFree({ address, length: 20 })) return { Subnet: `${address}/20`, Gateway: `192.168.${octet}.1` };
    }
    throw new StatusError("permission-denied", "all predefined address pools have been fully subnetted");
  }
}

/** What is to be published: what was said, and with -P everything that the image exposes. */
function wantedPorts({ hostConfig, config }: Container): PortMap {
  const wanted: Record<string, PortMap[string]> = { ...hostConfig.PortBindings };
  if (hostConfig.PublishAllPorts) {
    for (const port of Object.keys(config.ExposedPorts ?? {})) wanted[port] ??= [{ HostIp: "", HostPort: "" }];
  }
  return wanted;
}
