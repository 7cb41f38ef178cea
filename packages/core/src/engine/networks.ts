/**
 * The network service: networks, and the place of containers on them.
 *
 * A container's addresses are taken when it starts. Bridges, pairs of devices and rules are made when somebody first uses
 * them: a container that never speaks costs no devices.
 *
 * @see moby daemon/network.go, daemon/container_operations.go, libnetwork
 */
import { type Kernel, LOOPBACK_UP } from "../kernel/index.ts";
import { canonicalIp, Emitter, StatusError } from "../lib/index.ts";
import { randomMac } from "../net/index.ts";
import type { Prng } from "../sim/index.ts";
import type { Container } from "./container/container.ts";
import type { EndpointSettings } from "./docker/create-body.ts";
import { isUserDefined } from "./docker/values/network.ts";
import type { EventLog } from "./events.ts";
import { shortId } from "./names.ts";
import type { BridgeNetwork } from "./network/bridge-network.ts";
import { Endpoint, type EndpointNames } from "./network/endpoint.ts";
import { extraHostsLine, hostsLine, resolvConf } from "./network/etc-files.ts";
import { joinedProblems } from "./network/joined-problems.ts";
import { LinkService } from "./network/link-service.ts";
import { linkHosts } from "./network/links.ts";
import type { Network, NetworkRequest } from "./network/network.ts";
import { DEFAULT_BRIDGE, type NetworkRecord, NetworkStore, type SharedNetworks } from "./network/network-store.ts";
import type { OutsidePorts } from "./network/outside-ports.ts";
import { addressMac } from "./network/overlay-mac.ts";
import { PortAllocator } from "./network/port-allocator.ts";
import { type BoundService, RoutingMesh } from "./network/routing-mesh.ts";
import { Sandbox, type SandboxMachine } from "./network/sandbox.ts";
import type { ServiceRegistry, ServiceRole } from "./network/service-registry.ts";
import { EMPTY_SETTINGS, modeOf, stoppedSettings } from "./network/settings.ts";
import { alreadyThere, notConnected, verifyConnection, verifyDisconnection } from "./network/verify-connection.ts";
import { canonicalMac, endpointProblem, verifyEndpoint } from "./network/verify-endpoint.ts";
import { VxlanPort } from "./network/vxlan-port.ts";

export type { Network } from "./network/network.ts";

/** What most containers have. */
const DEFAULT_ENDPOINTS: Readonly<Record<string, EndpointSettings>> = { [DEFAULT_BRIDGE]: EMPTY_SETTINGS };
const SETUP_FAILED = "failed to set up container networking: ";
const IPV6_OFF = "net.ipv6.conf.all.disable_ipv6";
const NO_NETWORKS: readonly Network[] = [];
const NO_ENDPOINTS: readonly Endpoint[] = [];

/** What has happened to the networks of a container that runs. */
export interface NetworkEvents {
  joined: [container: Container, endpoint: Endpoint];
  left: [container: Container, endpoint: Endpoint];
  /** Its name server was asked for a name that nobody knows. */
  unresolved: [id: string, name: string];
}

export interface NetworkParts {
  readonly kernel: Kernel;
  readonly events: EventLog;
  readonly prng: Prng;
  /** The name servers of the machine. */
  readonly nameservers: readonly string[];
}

export class NetworkService {
  readonly changes = new Emitter<NetworkEvents>();
  /** What lies between containers, and what can be made of it. */
  readonly links: LinkService;
  /** Where the packets of networks of several machines arrive. */
  readonly tunnels: VxlanPort;
  readonly #kernel: Kernel;
  /**
   * Settings of the last container that asked for nothing on a user-defined network: the next such containers share
   * them.
   */
  #plain: Readonly<Record<string, EndpointSettings>> = {};
  readonly #events: EventLog;
  readonly #store: NetworkStore;
  readonly #nameservers: readonly string[];
  readonly #machine: SandboxMachine;
  #mesh: RoutingMesh | undefined;

  /** A machine that was in use before has the networks that are recorded. */
  constructor({ kernel, events, prng, nameservers }: NetworkParts, records?: readonly NetworkRecord[]) {
    this.#kernel = kernel;
    this.#events = events;
    this.#nameservers = nameservers;
    const missed = (id: string, name: string): void => {
      this.changes.emit("unresolved", id, name);
    };
    this.#machine = { kernel, ports: new PortAllocator(), nameservers, missed };
    // Links are timed by the clock of the world: what a process has used up of its turn is ahead of that.
    this.links = new LinkService(() => kernel.world.clock.nowUs);
    this.tunnels = new VxlanPort(kernel);
    this.#store = new NetworkStore({ kernel, links: this.links, prng }, records);
  }

  /** The networks as data. */
  get records(): readonly NetworkRecord[] {
    return this.#store.records;
  }

  // ── networks ──

  /** @throws StatusError with Docker's words for whatever is wrong */
  create(request: NetworkRequest): Network {
    const network = this.#store.create(request);
    if (network.scope === "local") this.#record("create", network);
    return network;
  }

  /** By name, id or the beginning of an id. @throws StatusError invalid-argument if several begin so */
  get(reference: string): Network | undefined {
    return this.#store.get(reference);
  }

  list(): readonly Network[] {
    return this.#store.list();
  }

  /** @throws StatusError not-found; permission-denied for a built-in network, and for one that is in use */
  remove(reference: string): Network {
    const network = this.#find(reference);
    this.#store.remove(network);
    if (!network.configOnly && network.scope === "local") this.#record("destroy", network);
    return network;
  }

  /** Sets the networks that the machine shares with others, as part of a swarm; `undefined` if it leaves. */
  share(networks: SharedNetworks | undefined): void {
    this.#store.shared = networks;
  }

  /** The network by which tasks get out that are on networks of several machines only. */
  ensureGatewayBridge(): void {
    this.#store.gatewayBridge();
  }

  /** What makes services reachable as a whole, on a node of a swarm. */
  get mesh(): RoutingMesh | undefined {
    return this.#mesh;
  }

  /** The services whose tasks are on a network. */
  servicesOn({ bridge }: Network): readonly BoundService[] {
    return bridge === undefined ? [] : (this.#mesh?.servicesOf(bridge) ?? []);
  }

  /** The machine is a node of a swarm from now on, which others reach at `address`; all know the same services. */
  openMesh(address: string, registry: ServiceRegistry): RoutingMesh {
    this.#mesh = new RoutingMesh({ address, registry, outside: () => this.#machine.outside });
    return this.#mesh;
  }

  /** The machine leaves the routing mesh. */
  closeMesh(): void {
    this.#mesh?.close();
    this.#mesh = undefined;
  }

  /** The network of published ports is there: its balancer also stands on docker_gwbridge. */
  openIngress(network: Network): void {
    const { bridge } = network;
    this.#record("create", network);
    const gateway = this.#store.gatewayBridge().bridge;
    if (bridge !== undefined && gateway !== undefined) this.#mesh?.openIngress(bridge, gateway);
  }

  /** A task takes part in its service. @see moby daemon/container_operations.go: ActivateContainerServiceBinding */
  bindService({ sandbox }: Container, role: ServiceRole): void {
    for (const endpoint of sandbox?.joined ?? []) this.#mesh?.bind(endpoint, role);
  }

  /** The container takes part in its service no longer; connections that it has stay. */
  unbindService({ sandbox }: Container): void {
    for (const endpoint of sandbox?.joined ?? []) this.#mesh?.unbind(endpoint);
  }

  /** What it shares. */
  get shared(): SharedNetworks | undefined {
    return this.#store.shared;
  }

  /** Whose ports published ones are from now on, too; `undefined` for nobody's. */
  set outside(ports: OutsidePorts | undefined) {
    this.#machine.outside = ports;
  }

  // ── containers ──

  /**
   * The networks of a new container as its record shows them, before it has an address on any.
   *
   * @throws StatusError invalid-argument for what a network cannot give
   */
  initialEndpoints(
    mode: string,
    given: Readonly<Record<string, EndpointSettings | null>> | null | undefined,
    { isTask = false }: { readonly isTask?: boolean } = {},
  ): Readonly<Record<string, EndpointSettings>> {
    const name = modeOf(mode);
    const all: Record<string, EndpointSettings> = {};
    const problems: string[] = [];
    for (const [key, partial] of Object.entries(given ?? {})) {
      const settings = { ...EMPTY_SETTINGS, ...partial };
      const known = modeOf(key);
      const network = this.get(known);
      // The addresses of tasks are the manager's choice.
      const place = isTask ? undefined : network;
      const problem = partial === null ? "EndpointsConfig is nil" : endpointProblem(known, settings, place);
      if (problem !== undefined) problems.push(`invalid config for network ${known}: ${problem}`);
      all[network?.name ?? known] = settings;
    }
    if (problems.length > 0) throw new StatusError("invalid-argument", joinedProblems(problems));
    if (name.startsWith("container:")) return {};
    if (Object.keys(all).length > 0) return all;
    return name === DEFAULT_BRIDGE ? DEFAULT_ENDPOINTS : this.#plainOn(this.get(name)?.name ?? name);
  }

  #plainOn(name: string): Readonly<Record<string, EndpointSettings>> {
    if (!Object.hasOwn(this.#plain, name)) this.#plain = { [name]: EMPTY_SETTINGS };
    return this.#plain;
  }

  /**
   * Takes addresses and ports for a container that is about to start.
   *
   * @throws StatusError with Docker's words for what cannot be had; nothing is taken then.
   */
  open(container: Container): void {
    if (container.isNetworkless || modeOf(container.hostConfig.NetworkMode).startsWith("container:")) return;
    let joined: readonly Network[] = NO_NETWORKS;
    let endpoints: readonly Endpoint[] = NO_ENDPOINTS;
    try {
      for (const name of Object.keys(container.endpoints)) {
        const settings = container.endpoints[name] ?? EMPTY_SETTINGS;
        const network = this.#networkOf(name, settings);
        this.#settleMode(container, name);
        verifyConnection(container, network, joined);
        if (isUserDefined(name) && !container.isTask) verifyEndpoint(name, settings, network);
        joined = withOne(joined, network);
        if (network.bridge === undefined) continue;
        endpoints = withOne(endpoints, this.#endpoint(container, network, network.bridge, settings));
      }
      // A container on overlay networks only needs a way out: it gets that with the first of them.
      const [way] = this.#wayOut(container, endpoints);
      if (way !== undefined) endpoints = endpoints.toSpliced(1, 0, way);
      const sandbox = new Sandbox(this.#machine, container);
      sandbox.join(endpoints);
      container.sandbox = sandbox;
      for (const network of joined) {
        if (network.bridge === undefined) this.#lodge(container, network);
        this.#recordJoined(network, container);
      }
      for (const endpoint of endpoints) this.#mesh?.joined(endpoint);
    } catch (error) {
      for (const endpoint of endpoints) endpoint.network.delete(endpoint);
      throw prefixed(SETUP_FAILED, error);
    }
  }

  /**
   * Waits until the computer listens on the container's ports; `undefined` if there is nothing to wait for.
   * It rejects with a StatusError for a port that cannot be had: the container's network is to be closed then.
   */
  openOutside({ sandbox }: Container): Promise<void> | undefined {
    if (this.#machine.outside === undefined || sandbox === undefined || sandbox.ports.length === 0) return undefined;
    const opened = sandbox.openOutside().catch((error: unknown) => {
      throw prefixed(SETUP_FAILED, error);
    });
    this.#kernel.world.hold(opened);
    return opened;
  }

  /** The container's first process is there: its network can be made when it is needed. */
  attach(container: Container): void {
    const namespace = container.oci?.process.ns.net;
    if (namespace === undefined) return;
    if (container.isNetworkless) namespace.furnish(LOOPBACK_UP);
    else if (modeOf(container.hostConfig.NetworkMode) !== "host") container.sandbox?.attach(namespace);
  }

  /** The container has ended: its addresses and ports are free. */
  close(container: Container): void {
    const { sandbox } = container;
    const left = sandbox?.joined.filter(({ isHidden }) => !isHidden) ?? [];
    if (sandbox !== undefined) {
      sandbox.close();
      for (const endpoint of sandbox.endpoints) this.#delete(endpoint);
      container.sandbox = undefined;
    }
    const shown: Record<string, EndpointSettings> = {};
    for (const [name, settings] of Object.entries(container.endpoints)) {
      const endpoint = left.find(({ network }) => network.name === name);
      if (endpoint !== undefined || settings.EndpointID !== "") {
        const network = this.get(endpoint?.network.id ?? settings.NetworkID);
        network?.guests.delete(container.id);
        if (network !== undefined) this.#recordLeft(network, container);
      }
      shown[name] = stoppedSettings(endpoint === undefined ? settings : endpoint.named(settings));
    }
    container.endpoints = shown;
  }

  /** `docker network connect`. @throws StatusError for what a network cannot give, or if the container is there already */
  connect(container: Container, reference: string, given: EndpointSettings = EMPTY_SETTINGS): void {
    const network = container.isRunning ? this.#toJoin(reference) : this.get(reference);
    if (network === undefined) {
      // Whether it is there is asked at the start.
      if (!Object.hasOwn(container.endpoints, reference)) {
        this.#write(container, reference, { ...EMPTY_SETTINGS, ...given });
      }
      return;
    }
    const { name } = network;
    const isKnown = Object.hasOwn(container.endpoints, name);
    if (container.isRunning) this.#settleMode(container, name);
    if (container.isRunning) verifyConnection(container, network, this.#networksOf(container));
    const names = isUserDefined(name) ? { DNSNames: namesOf(container, given) } : {};
    const settings = { ...EMPTY_SETTINGS, ...given, ...names };
    verifyEndpoint(name, settings, network);
    if (!container.isRunning) {
      verifyConnection(container, network, this.#networksOf(container));
      if (!isKnown) this.#write(container, name, settings);
      return;
    }
    const { sandbox } = container;
    // What is left of a connection that failed does not count.
    if (sandbox?.endpointOn(network.id) !== undefined || network.guests.has(container.id)) {
      throw alreadyThere(container, network);
    }
    if (container.isNetworkless)
      throw new StatusError("not-found", `network sandbox for container ${container.id} not found`);
    if (network.bridge === undefined) {
      this.#write(container, name, settings);
      this.#lodge(container, network);
      this.#record("connect", network, container);
      return;
    }
    if (sandbox === undefined) return;
    // It stays in the record if it fails.
    this.#write(container, name, settings);
    const endpoint = this.#endpoint(container, network, network.bridge, settings);
    const added = [endpoint, ...this.#wayOut(container, [...sandbox.joined, endpoint])];
    try {
      sandbox.join(added);
    } catch (error) {
      for (const one of added) one.network.delete(one);
      throw error;
    }
    this.#mesh?.joined(endpoint);
    this.changes.emit("joined", container, endpoint);
    this.#recordJoined(network, container);
  }

  /** `docker network disconnect`. `force`: also from a network that is no more. @throws StatusError internal if it is not there */
  disconnect(container: Container, reference: string, { force = false }: { readonly force?: boolean } = {}): void {
    const network = container.isRunning && !force ? this.#find(reference) : this.get(reference);
    verifyDisconnection(container, network ?? { name: reference, driver: "" });
    const isLeft = container.isRunning && network?.bridge !== undefined;
    if (isLeft && container.sandbox?.endpointOn(network.id) === undefined) throw notConnected(container, network);
    if (network === undefined) {
      const { [reference]: _gone, ...others } = container.endpoints;
      container.endpoints = others;
      return;
    }
    const endpoint = container.sandbox?.endpointOn(network.id);
    const { [network.name]: gone, ...others } = container.endpoints;
    container.endpoints = others;
    if (endpoint !== undefined) {
      container.sandbox?.leave(endpoint);
      this.#delete(endpoint);
      this.changes.emit("left", container, endpoint);
    }
    network.guests.delete(container.id);
    if (gone !== undefined && gone.EndpointID !== "") this.#recordLeft(network, container);
  }

  /** The container is called otherwise from now on. */
  renamed(container: Container): void {
    for (const endpoint of container.sandbox?.endpoints ?? []) {
      endpoint.rename(endpointNames(container, endpoint.settings ?? EMPTY_SETTINGS));
    }
  }

  // ── files ──

  /** The machine as containers and builds see it: "172.17.0.1". */
  get hostGateway(): string {
    return this.get(DEFAULT_BRIDGE)?.bridge?.gateway(4) ?? "";
  }

  /** The lines of /etc/hosts behind the standard ones. */
  hosts(container: Container): readonly string[] {
    const { hostGateway } = this;
    const extra = (container.hostConfig.ExtraHosts ?? []).map((line) => extraHostsLine(line, hostGateway));
    const shown = (container.sandbox?.joined ?? []).filter(({ isHidden, network }) => !isHidden && !network.isIngress);
    const own = shown.flatMap((endpoint) => this.hostsOf(container, endpoint));
    return [...extra, ...linkHosts(container), ...own];
  }

  /** Its own lines of one network. */
  hostsOf({ hostname, config }: Container, { addresses }: Endpoint): readonly string[] {
    return addresses.map((address) => hostsLine(address, hostname, config.Domainname ?? ""));
  }

  resolvConf(container: Container, options: { readonly embedded?: boolean } = {}): string {
    return resolvConf({
      nameservers: this.#nameservers,
      search: [],
      hostConfig: container.hostConfig,
      embedded: options.embedded ?? container.sandbox?.hasNames ?? false,
      host: modeOf(container.hostConfig.NetworkMode) === "host",
    });
  }

  // ── inside ──

  #find(reference: string): Network {
    const network = this.get(reference);
    if (network === undefined) throw new StatusError("not-found", `network ${reference} not found`);
    return network;
  }

  /**
   * A network that a container is to be on. What a node of a swarm does not have is asked of the swarm, which has nothing
   * to attach the container to either.
   *
   * @throws StatusError internal in a swarm, otherwise not-found
   * @see moby daemon/container_operations.go: findAndAttachNetwork
   */
  #toJoin(reference: string): Network {
    if (this.#mesh === undefined) return this.#find(reference);
    const network = this.get(reference);
    if (network !== undefined) return network;
    const why = `rpc error: code = NotFound desc = network ${reference} not found`;
    throw new StatusError("internal", `Could not attach to network ${reference}: ${why}`);
  }

  /**
   * Before a container joins another network than that of its mode, this one has to be there: by which name or part of an
   * id it was asked for no longer matters.
   *
   * @throws StatusError not-found
   * @see moby daemon/container_operations.go: normalizeNetMode
   */
  #settleMode(container: Container, joined: string): void {
    const mode = modeOf(container.hostConfig.NetworkMode);
    if (mode === joined || !isUserDefined(mode)) return;
    const network = this.get(mode);
    if (network === undefined) {
      const why = `network ${mode} not found`;
      throw new StatusError("not-found", `could not find a network matching network mode ${mode}: ${why}`);
    }
    if (network.name === joined || network.name === mode) return;
    container.hostConfig = { ...container.hostConfig, NetworkMode: network.id };
  }

  /** A container that was on a network of that name means that one, not a later network with the same name. */
  #networkOf(name: string, { NetworkID }: EndpointSettings): Network {
    return this.#toJoin(isUserDefined(name) && NetworkID !== "" ? NetworkID : name);
  }

  #networksOf({ endpoints }: Container): readonly Network[] {
    return Object.keys(endpoints).flatMap((name) => this.get(name) ?? []);
  }

  /** @throws StatusError if there is no address */
  #endpoint(container: Container, network: Network, bridge: BridgeNetwork, settings: EndpointSettings): Endpoint {
    const { random } = this.#kernel.net;
    const { IPv4Address = "", IPv6Address = "" } = settings.IPAMConfig ?? {};
    const wants6 = container.hostConfig.Sysctls?.[IPV6_OFF] !== "1";
    // A task has got its address with its place.
    const isLent = container.isTask && bridge.isOverlay && IPv4Address !== "";
    const v4 = isLent ? wantedAddress(IPv4Address) : bridge.takeAddress(4, wantedAddress(IPv4Address));
    let v6: string | undefined;
    try {
      v6 = wants6 ? bridge.takeAddress(6, wantedAddress(IPv6Address)) : undefined;
    } catch (error) {
      if (v4 !== undefined && !isLent) bridge.releaseAddress(v4);
      throw error;
    }
    const mac = container.macs?.get(network.name) ?? (settings.MacAddress || undefined);
    const endpoint = new Endpoint({
      network: bridge,
      containerId: container.id,
      v4,
      v6,
      mac: mac === undefined ? ownMac(bridge, v4, random) : canonicalMac(mac),
      settings,
      names: endpointNames(container, settings),
      role: isLent ? "guest" : "member",
      isSilent: container.isTask && bridge.isOverlay,
    });
    if (mac !== undefined) container.macs = new Map(container.macs).set(network.name, mac);
    bridge.add(endpoint);
    return endpoint;
  }

  #delete(endpoint: Endpoint): void {
    this.#mesh?.left(endpoint);
    endpoint.network.delete(endpoint);
  }

  /** The bridge of the machine through which a container gets out that is only on networks of several machines. */
  #wayOut(container: Container, endpoints: readonly Endpoint[]): readonly Endpoint[] {
    const isOutside = ({ network }: Endpoint): boolean => network.isOverlay && !network.internal;
    if (!endpoints.some(isOutside) || endpoints.some((one) => one.gateway(4) !== undefined)) return NO_ENDPOINTS;
    const { bridge } = this.#store.gatewayBridge();
    if (bridge === undefined) return NO_ENDPOINTS;
    const { random } = this.#kernel.net;
    const endpoint = new Endpoint({
      network: bridge,
      containerId: container.id,
      v4: bridge.takeAddress(4, undefined),
      v6: undefined,
      mac: randomMac(random),
      settings: undefined,
      names: [`gateway_${shortId(container.id)}`],
      role: "way out",
    });
    bridge.add(endpoint);
    return [endpoint];
  }

  /** Puts a network without addresses into the container's record; of others its sandbox knows what it has there. */
  #lodge(container: Container, network: Network): void {
    const endpointId = this.#kernel.net.random.hex(64);
    network.guests.set(container.id, { endpointId, name: container.name });
    const settings = container.endpoints[network.name] ?? EMPTY_SETTINGS;
    this.#write(container, network.name, { ...settings, NetworkID: network.id, EndpointID: endpointId });
  }

  #write(container: Container, name: string, settings: EndpointSettings): void {
    container.endpoints = { ...container.endpoints, [name]: settings };
  }

  /** A machine has a swarm's network from its first container on it to its last. */
  #recordJoined(network: Network, container: Container): void {
    if (comesAndGoes(network) && !isUsedBesides(network, container)) this.#record("create", network);
    this.#record("connect", network, container);
  }

  #recordLeft(network: Network, container: Container): void {
    this.#record("disconnect", network, container);
    if (comesAndGoes(network) && !isUsedBesides(network, container)) this.#record("destroy", network);
  }

  /** `container` is who connects or disconnects. */
  #record(action: string, { id, name, driver }: Network, container?: Container): void {
    const attributes =
      container === undefined ? { name, type: driver } : { container: container.id, name, type: driver };
    this.#events.record("network", action, id, attributes);
  }
}

/** The network of published ports stays as long as the swarm. */
const comesAndGoes = ({ scope, ingress = false }: Network): boolean => scope === "swarm" && !ingress;

const isUsedBesides = ({ bridge }: Network, { id }: Container): boolean =>
  [...(bridge?.endpoints.values() ?? [])].some((one) => !one.isBalancer && one.containerId !== id);

/** A list that is pushed to gets room for more, and mostly there is one network. */
const withOne = <T>(all: readonly T[], one: T): readonly T[] => (all.length === 0 ? [one] : [...all, one]);

/** What a container is called on a network. The first name is what its addresses are called. */
function namesOf(container: Container, { Aliases }: EndpointSettings): readonly string[] {
  const { id, name, hostname } = container;
  return [...new Set([name, ...(Aliases ?? []), shortId(id), hostname])];
}

/** The names of an endpoint; only the container's own name if it has no others. */
function endpointNames(container: Container, settings: EndpointSettings): EndpointNames {
  const { id, name, hostname } = container;
  return settings.Aliases === null && hostname === shortId(id) ? name : namesOf(container, settings);
}

/** On an overlay network it follows from the address. */
function ownMac({ isOverlay }: BridgeNetwork, v4: string | undefined, random: Prng): string {
  return isOverlay && v4 !== undefined ? addressMac(v4) : randomMac(random);
}

const wantedAddress = (text: string): string | undefined => (text === "" ? undefined : canonicalIp(text));

function prefixed(prefix: string, error: unknown): unknown {
  return error instanceof StatusError ? new StatusError(error.kind, prefix + error.message) : error;
}
