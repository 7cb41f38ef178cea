/**
 * The networks of a machine: what there is, how one is made, and what becomes of it.
 *
 * @see moby daemon/network.go: createNetwork, libnetwork/controller.go: NewNetwork
 */
import type { Kernel } from "../../kernel/index.ts";
import { type IpFamily, omit, parsePrefix, StatusError } from "../../lib/index.ts";
import type { Device } from "../../net/index.ts";
import type { Prng } from "../../sim/index.ts";
import type { IpamConfig } from "../docker/requests/network.ts";
import { newId, shortId } from "../names.ts";
import { AddressSpace, LOCAL_POOLS, overlap } from "./address-space.ts";
import { BridgeNetwork } from "./bridge-network.ts";
import { type BridgeOptions, bridgeOptions, DEFAULT_BRIDGE_OPTIONS, DEFAULTS, PREFIX } from "./bridge-options.ts";
import { type Ipam, IpamAllocator, type IpamRecord, ipamDocument, ipamRecord, verifyIpam } from "./ipam.ts";
import type { LinkService } from "./link-service.ts";
import { type Network, type NetworkRequest, verifyRequest } from "./network.ts";
import { verifyParent, verifySharing } from "./parent-link.ts";
import { verifyDevice } from "./verify-device.ts";
import { verifySubnets } from "./verify-subnets.ts";

export const DEFAULT_BRIDGE = "bridge";
const GATEWAY_BRIDGE = "docker_gwbridge";
const PREDEFINED: ReadonlySet<string> = new Set([DEFAULT_BRIDGE, "host", "none"]);
const DEFAULT_SUBNET: IpamConfig = { Subnet: "172.17.0.0/16", Gateway: "172.17.0.1" };
const ENABLE_4 = `${PREFIX}enable_ipv4`;
const ENABLE_6 = `${PREFIX}enable_ipv6`;
/** Drivers that a container can be on with an address. */
const BRIDGING: ReadonlySet<string> = new Set(["bridge", "macvlan", "ipvlan"]);
const NO_WAY_OUT: ReadonlySet<string> = new Set(["host", "null"]);

/** Networks that several machines know: made somewhere else, and told to each. */
export interface SharedNetworks {
  /** @throws StatusError */
  create(request: NetworkRequest): Network;
  /** A network of that name or id, if there is one. */
  find(reference: string): Network | undefined;
  list(): readonly Network[];
  remove(network: Network): void;
}

export interface NetworkStoreParts {
  readonly kernel: Kernel;
  readonly links: LinkService;
  readonly prng: Prng;
}

/** A network as data: who is on it is left out. */
export interface NetworkRecord extends Omit<Network, "bridge" | "guests" | "peers"> {
  /** Of those that move packets. */
  readonly moves:
    | { readonly bridgeName: string; readonly options: BridgeOptions; readonly ipam: IpamRecord }
    | undefined;
}

export function networkRecord(network: Network): NetworkRecord {
  const { bridge, ...rest } = omit(network, "guests", "peers");
  const moves = bridge && { bridgeName: bridge.bridgeName, options: bridge.options, ipam: ipamRecord(bridge.ipam) };
  return { ...rest, moves };
}

export class NetworkStore {
  readonly #kernel: Kernel;
  readonly #links: LinkService;
  readonly #prng: Prng;
  readonly #networks = new Map<string, Network>();
  readonly #names = new Map<string, Network>();
  readonly #ipam: IpamAllocator;
  /** Set on a machine that belongs to a cluster. */
  shared: SharedNetworks | undefined;

  /** A machine that was in use before has the networks that are recorded. */
  constructor({ kernel, links, prng }: NetworkStoreParts, records?: readonly NetworkRecord[]) {
    this.#kernel = kernel;
    this.#links = links;
    this.#prng = prng;
    this.#ipam = new IpamAllocator(new AddressSpace([...LOCAL_POOLS, new OwnPrefix(prng.fork("ula"))]));
    if (records !== undefined) {
      for (const record of records) this.#restore(record);
      return;
    }
    const bridge = { Name: DEFAULT_BRIDGE, Options: DEFAULT_BRIDGE_OPTIONS };
    const ipam = { Driver: "default", Options: {}, Config: [DEFAULT_SUBNET] };
    this.#add(this.#bridged({ ...bridge, IPAM: ipam }, "bridge", [4]), null);
    for (const [name, driver] of [
      ["host", "host"],
      ["none", "null"],
    ] as const) {
      this.#add(this.#described({ Name: name }, driver), null);
    }
  }

  /** What the machine has for itself. */
  get records(): readonly NetworkRecord[] {
    return [...this.#networks.values()].map(networkRecord);
  }

  #restore({ moves, ...rest }: NetworkRecord): void {
    const { id, name, internal, driver } = rest;
    const bridge =
      moves &&
      new BridgeNetwork({
        kernel: this.#kernel,
        id,
        bridgeName: moves.bridgeName,
        name,
        ipam: this.#ipam.restore(moves.ipam),
        options: { ...DEFAULTS, ...moves.options },
        internal,
        hasNames: name !== DEFAULT_BRIDGE && name !== GATEWAY_BRIDGE,
        links: this.#links,
        hasHost: driver === "bridge",
      });
    this.#add({ ...rest, bridge }, rest.ipamOptions);
  }

  /** By name, id or the beginning of an id. @throws StatusError invalid-argument if several begin so */
  get(reference: string): Network | undefined {
    const known = this.#networks.get(reference) ?? this.#names.get(reference) ?? this.shared?.find(reference);
    if (known !== undefined || reference === "") return known;
    const matches = this.list().filter(({ id }) => id.startsWith(reference));
    if (matches.length > 1) {
      const problem = `network ${reference} is ambiguous (${matches.length} matches found based on ID prefix)`;
      throw new StatusError("invalid-argument", problem);
    }
    return matches[0];
  }

  list(): readonly Network[] {
    return [...this.#networks.values(), ...(this.shared?.list() ?? [])];
  }

  /** @throws StatusError with Docker's words for whatever is wrong */
  create(request: NetworkRequest): Network {
    const { Name: name, Driver: given = "", IPAM } = request;
    if (PREDEFINED.has(name) || name === "default") {
      throw new StatusError("permission-denied", `operation is not permitted on predefined ${name} network`);
    }
    const driver = given === "" ? "bridge" : given;
    if (driver === "overlay" && this.shared === undefined) {
      throw new StatusError(
        "permission-denied",
        'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
      );
    }
    const families = familiesOf(request);
    verifyIpam(IPAM?.Config ?? [], families.includes(6));
    if (name.trim() === "") throw new StatusError("invalid-argument", "invalid name: name is empty");
    if (this.#named(name)) throw new StatusError("conflict", `network with name ${name} already exists`);
    verifyRequest(request);
    if (request.ConfigOnly === true) return this.#add(this.#described(request, "null"), IPAM?.Options ?? null);
    return this.#createUsable(request, driver, families);
  }

  /** The network by which containers get out that are on networks of several machines only. */
  gatewayBridge(): Network {
    const Options = {
      [`${PREFIX}bridge.enable_icc`]: "false",
      [`${PREFIX}bridge.enable_ip_masquerade`]: "true",
      [`${PREFIX}bridge.name`]: GATEWAY_BRIDGE,
    };
    return this.get(GATEWAY_BRIDGE) ?? this.create({ Name: GATEWAY_BRIDGE, Options });
  }

  #named(name: string): boolean {
    return this.#names.has(name) || this.shared?.find(name)?.name === name;
  }

  #createUsable(asked: NetworkRequest, driver: string, families: readonly IpFamily[]): Network {
    const isShared = driver === "overlay";
    if (!BRIDGING.has(driver) && !NO_WAY_OUT.has(driver) && !isShared) {
      throw new StatusError("not-found", `plugin "${driver}" not found`);
    }
    if (isShared && asked.Scope === "local") {
      throw new StatusError("permission-denied", `cannot downgrade network scope for ${driver} networks`);
    }
    if (asked.Ingress === true && !isShared) {
      throw new StatusError("permission-denied", "Ingress network can only be global scope network");
    }
    const request = this.#withConfiguration(asked);
    if (isShared && this.shared !== undefined) return this.shared.create(request);
    if (asked.Scope === "swarm") {
      throw new StatusError("permission-denied", "cannot create a swarm scoped network when swarm is not active");
    }
    if (NO_WAY_OUT.has(driver)) {
      throw new StatusError("permission-denied", `only one instance of "${driver}" network is allowed`);
    }
    if (driver === "macvlan" || driver === "ipvlan") {
      verifySharing(driver, request, this.list());
      verifyParent(this.#kernel, driver, request);
    }
    const wanted = request === asked ? families : familiesOf(request);
    return this.#add(this.#bridged(request, driver, wanted), request.IPAM?.Options ?? null);
  }

  /** @throws StatusError permission-denied for a built-in network, one in use, and one whose configuration is in use */
  remove(network: Network): void {
    const refuse = (problem: string): never => {
      throw new StatusError("permission-denied", problem);
    };
    if (PREDEFINED.has(network.name)) refuse(`${network.name} is a pre-defined network and cannot be removed`);
    if (network.configOnly && this.list().some(({ configFrom }) => configFrom === network.name)) {
      refuse(`error while removing network: configuration network "${network.name}" is in use`);
    }
    if (this.shared?.find(network.id) === network) {
      this.shared.remove(network);
      return;
    }
    const active = [...(network.bridge?.endpoints.values() ?? [])];
    if (active.length > 0) {
      const list = active.map(({ names, id }) => `name:"${names[0] ?? ""}" id:"${shortId(id)}"`).join(", ");
      refuse(`error while removing network: network ${network.name} has active endpoints (${list})`);
    }
    this.#networks.delete(network.id);
    this.#names.delete(network.name);
    if (network.bridge !== undefined) this.#ipam.release(network.bridge.ipam);
    network.bridge?.remove();
  }

  /** With the fields of the network that it takes its configuration from. @throws StatusError not-found */
  #withConfiguration(request: NetworkRequest): NetworkRequest {
    if (request.ConfigFrom == null) return request;
    const source = this.get(request.ConfigFrom.Network);
    if (source === undefined || !source.configOnly) {
      const problem = `configuration network "${request.ConfigFrom.Network}" does not exist`;
      throw new StatusError("not-found", problem);
    }
    const { enableIPv4, enableIPv6, labels, options, configs, ipamOptions } = source;
    return {
      ...request,
      EnableIPv4: enableIPv4,
      EnableIPv6: enableIPv6,
      Labels: labels,
      Options: options,
      IPAM: { Driver: "default", Options: ipamOptions ?? {}, Config: configs },
    };
  }

  /** @throws StatusError; nothing is taken then */
  #bridged(request: NetworkRequest, driver: string, families: readonly IpFamily[]): Made {
    const { Options = {}, IPAM, Internal = false, Name: name } = request;
    const isBridge = driver === "bridge";
    const options = bridgeOptions(isBridge ? Options : {}, Internal);
    const { Driver: ipamDriver = "default", Config: configs = [] } = IPAM ?? {};
    if (ipamDriver === "null") throw new StatusError("invalid-argument", nullDriverProblem(configs));
    if (ipamDriver !== "default" && ipamDriver !== "") {
      throw new StatusError("not-found", `plugin "${ipamDriver}" not found`);
    }
    if (families.length === 0) throw new StatusError("invalid-argument", "IPv4 or IPv6 must be enabled");
    const withoutGateway = isBridge ? gatewayless(options, Internal) : new Set(Internal ? families : []);
    const ipam = this.#ipam.allocate(configs, families, withoutGateway);
    const id = newId(this.#prng);
    const bridgeName = options.bridgeName === "" ? `br-${shortId(id)}` : options.bridgeName;
    try {
      if (isBridge) verifySubnets(ipam);
      this.#checkConflicts(id, bridgeName, ipam);
      if (isBridge) verifyDevice({ name: bridgeName, options, internal: Internal, ipam, known: this.#knownDevice });
    } catch (error) {
      this.#ipam.release(ipam);
      throw error;
    }
    const bridge = new BridgeNetwork({
      kernel: this.#kernel,
      id,
      bridgeName,
      name,
      ipam,
      options,
      internal: Internal,
      hasNames: name !== DEFAULT_BRIDGE && name !== GATEWAY_BRIDGE,
      links: this.#links,
      hasHost: isBridge,
    });
    return { ...this.#described(request, driver), id, ipam: ipamDocument(ipam, configs), bridge };
  }

  readonly #knownDevice = (name: string): Device | undefined =>
    this.#kernel.init.ns.net.stack(this.#kernel.net).device(name);

  #checkConflicts(id: string, bridgeName: string, ipam: Ipam): void {
    for (const { bridge: other } of this.#networks.values()) {
      if (other === undefined) continue;
      const problem =
        other.bridgeName === bridgeName
          ? "networks have same bridge name"
          : overlapsIn(4, other.ipam, ipam)
            ? "networks have overlapping IPv4"
            : overlapsIn(6, other.ipam, ipam)
              ? "networks have overlapping IPv6"
              : undefined;
      if (problem === undefined) continue;
      throw new StatusError(
        "permission-denied",
        `cannot create network ${id} (${bridgeName}): conflicts with network ${other.id} (${other.bridgeName}): ${problem}`,
      );
    }
  }

  #described(request: NetworkRequest, driver: string): Made {
    const configs = request.IPAM?.Config ?? [];
    const families = familiesOf(request);
    return {
      id: newId(this.#prng),
      name: request.Name,
      driver,
      scope: request.Scope === undefined || request.Scope === "" ? "local" : request.Scope,
      createdUs: this.#kernel.nowUs,
      enableIPv4: families.includes(4),
      enableIPv6: families.includes(6),
      internal: request.Internal ?? false,
      attachable: request.Attachable ?? false,
      configOnly: request.ConfigOnly ?? false,
      configFrom: request.ConfigFrom?.Network ?? "",
      labels: request.Labels ?? {},
      options: request.Options ?? {},
      configs,
      ipam: request.ConfigOnly === true ? configs : null,
      bridge: undefined,
    };
  }

  #add(made: Made, ipamOptions: Readonly<Record<string, string>> | null): Network {
    const network: Network = { ...made, ipamOptions, guests: new Map() };
    this.#networks.set(network.id, network);
    this.#names.set(network.name, network);
    return network;
  }
}

type Made = Omit<Network, "ipamOptions" | "guests">;

/** Which families are asked for; driver options may say it too. @throws StatusError invalid-argument */
export function familiesOf({ EnableIPv4, EnableIPv6, Options = {} }: NetworkRequest): readonly IpFamily[] {
  const wants4 = EnableIPv4 ?? flag(Options, ENABLE_4) ?? true;
  const wants6 = EnableIPv6 ?? flag(Options, ENABLE_6) ?? false;
  return [...(wants4 ? [4 as const] : []), ...(wants6 ? [6 as const] : [])];
}

function flag(options: Readonly<Record<string, string>>, name: string): boolean | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  if (/^(1|t|T|TRUE|true|True)$/.test(value)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(value)) return false;
  throw new StatusError("invalid-argument", `driver-opt "${name}" is not a valid bool`);
}

/** Families in which nobody needs a gateway. */
function gatewayless({ gatewayModes, inhibitIPv4 }: BridgeOptions, internal: boolean): ReadonlySet<IpFamily> {
  const found = new Set<IpFamily>();
  if (gatewayModes[4] === "isolated" || (inhibitIPv4 && internal)) found.add(4);
  if (gatewayModes[6] === "isolated") found.add(6);
  return found;
}

function overlapsIn(family: IpFamily, a: Ipam, b: Ipam): boolean {
  const [left, right] = family === 4 ? [a.v4, b.v4] : [a.v6, b.v6];
  return left !== undefined && right !== undefined && overlap(left.pool.subnet, right.pool.subnet);
}

/** A prefix of unique local addresses that the machine has for itself. @see RFC 4193 */
class OwnPrefix {
  readonly length = 64;
  readonly #prng: Prng;
  #base: string | undefined;

  constructor(prng: Prng) {
    this.#prng = prng;
  }

  /** Drawn when it is first needed: few networks have IPv6. */
  get base(): string {
    this.#base ??= this.#drawn();
    return this.#base;
  }

  #drawn(): string {
    const digits = this.#prng.hex(10);
    const text = `fd${digits.slice(0, 2)}:${digits.slice(2, 6)}:${digits.slice(6)}::/48`;
    const { address } = parsePrefix(text) ?? { address: "fd00::" };
    return `${address}/48`;
  }
}

/** The driver that has no addresses. @see moby daemon/libnetwork/ipams/null */
const nullDriverProblem = (configs: readonly IpamConfig[]): string =>
  configs.length === 0 ? "ipv4 pool is empty" : "null ipam driver does not handle specific address pool requests";
