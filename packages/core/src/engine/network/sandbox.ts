/**
 * The network side of one running container: its endpoints, its name server, its published ports.
 *
 * A sandbox is made before the container's program starts, and costs little until the network is used.
 *
 * @see moby libnetwork/sandbox.go, libnetwork/endpoint.go: sbJoin, sbLeave
 */
import type { Furnisher, Kernel, NetNamespace } from "../../kernel/index.ts";
import { StatusError } from "../../lib/index.ts";
import { DnsServer, type NetStack } from "../../net/index.ts";
import type { ContainerConfig, EndpointSettings, HostConfig, PortBinding } from "../docker/create-body.ts";
import { derivedId } from "../names.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Gateways, gatewaysOf, isBefore, NO_GATEWAYS } from "./gateways.ts";
import type { OutsidePorts } from "./outside-ports.ts";
import type { PortAllocator } from "./port-allocator.ts";
import {
  bindFailure,
  bindPorts,
  MAX_ATTEMPTS,
  NOTHING,
  type PublishedPort,
  portMap,
  releasePorts,
  wantedPorts,
} from "./port-bindings.ts";
import { bindProblem, Publication } from "./publication.ts";
import { EMBEDDED_DNS, EmbeddedResolver } from "./resolver.ts";
import { connectedSettings, EMPTY_SETTINGS } from "./settings.ts";
import { verifyInterfaces } from "./verify-interface.ts";

/** What all sandboxes of a machine share. */
export interface SandboxMachine {
  readonly kernel: Kernel;
  readonly ports: PortAllocator;
  readonly nameservers: readonly string[];
  /** Called when the container with this id has asked for a name that nobody has. */
  readonly missed: (id: string, name: string) => void;
  /** The computer's ports, if published ones are to be those, too. */
  outside?: OutsidePorts | undefined;
}

/** Whose sandbox it is. */
export interface SandboxOwner {
  readonly id: string;
  readonly name: string;
  readonly config: Partial<ContainerConfig>;
  readonly hostConfig: Partial<HostConfig>;
}

const NO_PORTS: readonly PublishedPort[] = [];
const NO_ENDPOINTS: readonly Endpoint[] = [];

export class Sandbox implements Furnisher {
  readonly #machine: SandboxMachine;
  readonly #owner: SandboxOwner;
  readonly #openedUs: number;
  /** In the order in which they came: that of the devices' names. */
  #joined = NO_ENDPOINTS;
  #sorted = NO_ENDPOINTS;
  #ports: readonly PublishedPort[] = NO_PORTS;
  /** What the computer could not give, and why: by address, protocol and port. */
  #refused: ReadonlyMap<string, string> | undefined;
  #publications: readonly Publication[] | undefined;
  #namespace: NetNamespace | undefined;
  #dns: DnsServer | undefined;
  /** Whether it has ever been on a network with a DNS server: its resolv.conf points there from then on. */
  #hadNames = false;

  constructor(machine: SandboxMachine, owner: SandboxOwner) {
    this.#machine = machine;
    this.#owner = owner;
    this.#openedUs = machine.kernel.nowUs;
  }

  /** A container that is started again has another one. */
  get id(): string {
    return derivedId(this.#owner.id, `sandbox ${this.#openedUs}`);
  }

  /** In the order in which they count. */
  get endpoints(): readonly Endpoint[] {
    return this.#sorted;
  }

  /** In the order in which they came. */
  get joined(): readonly Endpoint[] {
    return this.#joined;
  }

  get gateways(): Gateways {
    return gatewaysOf(this.#sorted);
  }

  get ports(): readonly PublishedPort[] {
    return this.#ports;
  }

  /** Published and exposed ports; nothing for one that does not lead outside. */
  portMap(): Record<string, PortBinding[] | null> {
    if (!this.#joined.some(({ network }) => !network.internal)) return {};
    return portMap(this.#ports, Object.keys(this.#owner.config.ExposedPorts ?? {}));
  }

  /** The settings of the container's networks, with what it has there. Nobody keeps them: few are ever looked at. */
  connected(settings: Readonly<Record<string, EndpointSettings>>): Readonly<Record<string, EndpointSettings>> {
    const connected = { ...settings };
    for (const endpoint of this.#joined) {
      if (endpoint.isHidden) continue;
      const { name } = endpoint.network;
      connected[name] = connectedSettings(settings[name] ?? EMPTY_SETTINGS, endpoint);
    }
    return connected;
  }

  /** The container has a name server of its own. */
  get hasNames(): boolean {
    return this.#hadNames;
  }

  endpointOn(networkId: string): Endpoint | undefined {
    return this.#joined.find(({ network }) => network.id === networkId);
  }

  /**
   * Adds endpoints, and publishes on those that lead outside now.
   *
   * @throws StatusError if a port or a device cannot be had: nothing has changed then
   */
  join(endpoints: readonly Endpoint[]): void {
    const devices = this.#namespace?.madeStack?.devices.map(({ name }) => name);
    verifyInterfaces(endpoints, { joined: this.#joined, devices });
    const before = this.gateways;
    for (const endpoint of endpoints) this.#add(endpoint);
    try {
      this.#publish(before);
    } catch (error) {
      for (const endpoint of endpoints) this.#take(endpoint);
      throw error;
    }
    const namespace = this.#namespace;
    if (namespace === undefined) return;
    for (const endpoint of endpoints) endpoint.belongsTo(namespace);
    if (namespace.madeStack === undefined) {
      for (const endpoint of endpoints) endpoint.correctNeighbours();
      return;
    }
    for (const endpoint of endpoints) endpoint.plug();
    this.#route(before);
    this.#serveNames(namespace.madeStack);
  }

  /**
   * Has the computer listen on the ports, too. One that it cannot give becomes another, if nobody named it.
   *
   * @throws StatusError if a port cannot be had
   */
  async openOutside(): Promise<void> {
    const { outside } = this.#machine;
    if (outside === undefined || this.#ports.length === 0) return;
    for (let attempt = 1; ; attempt++) {
      const refused = await outside.open(this.#ports);
      const [first] = refused;
      if (first === undefined) return;
      if (attempt === MAX_ATTEMPTS) {
        throw this.#notConnected(first.port.endpoint, "internal", bindFailure(first.port, first.problem));
      }
      const known = new Map(this.#refused);
      for (const { port, problem } of refused) known.set(placeOf(port.hostIp, port.protocol, port.hostPort), problem);
      this.#refused = known;
      this.#publish(NO_GATEWAYS);
    }
  }

  /** Leaves a network. Another one may take over as gateway. */
  leave(endpoint: Endpoint): void {
    const before = this.gateways;
    for (const family of [4, 6] as const) endpoint.removeDefaultRoute(family);
    this.#take(endpoint);
    endpoint.unplug();
    this.#publish(before);
    this.#route(before);
  }

  /** The container's namespace is there, and its program has not started yet. */
  attach(namespace: NetNamespace): void {
    this.#namespace = namespace;
    for (const endpoint of this.#joined) endpoint.belongsTo(namespace);
    namespace.furnish(this);
    for (const endpoint of this.#joined) endpoint.correctNeighbours();
    this.#announce();
  }

  close(): void {
    this.#withdraw();
    this.#dns?.close();
    for (const endpoint of this.#joined) endpoint.unplug();
    this.#namespace = undefined;
  }

  #add(endpoint: Endpoint): void {
    const at = this.#sorted.findIndex((other) => isBefore(endpoint, other));
    // A list that is spread into a longer one gets room for more, and mostly this is the only one.
    const joined = this.#joined.length === 0 ? [endpoint] : [...this.#joined, endpoint];
    this.#sorted = at < 0 && this.#sorted === this.#joined ? joined : insert(this.#sorted, endpoint, at);
    this.#joined = joined;
    this.#hadNames ||= endpoint.network.hasNames;
  }

  #take(endpoint: Endpoint): void {
    this.#joined = this.#joined.filter((other) => other !== endpoint);
    this.#sorted = this.#sorted.filter((other) => other !== endpoint);
  }

  /** The stack is there: gives it what the container has on its networks. */
  furnish(stack: NetStack): void {
    stack.setUp(stack.loopback, true);
    for (const endpoint of this.#joined) endpoint.plug();
    this.#route(NO_GATEWAYS);
    this.#serveNames(stack);
  }

  #route(before: Gateways): void {
    const { v4, v6 } = this.gateways;
    if (before.v4 !== v4) {
      before.v4?.removeDefaultRoute(4);
      v4?.addDefaultRoute(4);
    }
    if (before.v6 !== v6) {
      before.v6?.removeDefaultRoute(6);
      v6?.addDefaultRoute(6);
    }
  }

  /** Ports go with the gateways. */
  #publish(before: Gateways): void {
    const wanted = wantedPorts(this.#owner.hostConfig, this.#owner.config);
    if (wanted === NOTHING) return;
    const { ports, kernel } = this.#machine;
    const gateways = this.gateways;
    const { v4, v6 } = gateways;
    if (before.v4 === v4 && before.v6 === v6) return;
    this.#withdraw();
    const through = v4 ?? v6;
    if (through === undefined) return;
    try {
      this.#ports = bindPorts(ports, wanted, gateways, (hostIp, protocol, port) => {
        const problem = this.#refused?.get(placeOf(hostIp, protocol, port));
        return problem ?? bindProblem(kernel, hostIp, protocol, port);
      });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw this.#notConnected(through, error.kind, error.message);
    }
    if (this.#namespace === undefined) return;
    this.#announce();
    // Not awaited for a running container: a port that the host refuses is published on the simulated machine only.
    void this.#machine.outside?.open(this.#ports);
  }

  #notConnected({ id }: Endpoint, kind: StatusError["kind"], problem: string): StatusError {
    const where = `endpoint ${this.#owner.name} (${id})`;
    return new StatusError(kind, `driver failed programming external connectivity on ${where}: ${problem}`);
  }

  #announce(): void {
    if (this.#ports.length > 0)
      this.#publications = this.#ports.map((port) => new Publication(this.#machine.kernel, port));
  }

  #withdraw(): void {
    for (const publication of this.#publications ?? []) publication.end();
    this.#publications = undefined;
    releasePorts(this.#machine.ports, this.#ports);
    this.#machine.outside?.close(this.#ports);
    this.#ports = NO_PORTS;
  }

  #serveNames(stack: NetStack): void {
    const namespace = this.#namespace;
    if (this.#dns !== undefined || !this.#hadNames || namespace === undefined) return;
    const { Dns: servers, DnsOptions: options } = this.#owner.hostConfig;
    const resolver = new EmbeddedResolver({
      kernel: this.#machine.kernel,
      namespace,
      endpoints: () => this.#sorted,
      leadsOutside: () => this.gateways.v4 !== undefined || this.gateways.v6 !== undefined,
      servers: servers ?? [],
      machineServers: this.#machine.nameservers,
      missed: (name) => this.#machine.missed(this.#owner.id, name),
      hasNdots: (options ?? []).some((option) => option.startsWith("ndots:")),
    });
    this.#dns = new DnsServer(stack, EMBEDDED_DNS, resolver);
  }
}

const placeOf = (hostIp: string, protocol: string, port: number): string => `${hostIp} ${protocol} ${port}`;

/** `all` with one more at `at`, or at the end. */
const insert = (all: readonly Endpoint[], one: Endpoint, at: number): readonly Endpoint[] =>
  all.toSpliced(at < 0 ? all.length : at, 0, one);
