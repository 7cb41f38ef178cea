/**
 * Overlay networks of a swarm of one node: networks that services are on, and that begin and end with the swarm. No
 * machine is at the other end, so that nothing of them leaves this one. Where machines share networks already, only that
 * of published ports is the swarm's own.
 *
 * @see moby daemon/cluster/networks.go, libnetwork/drivers/overlay
 */
import type { Kernel } from "../../kernel/index.ts";
import { NetStack } from "../../net/index.ts";
import { AddressSpace, SHARED_POOLS } from "../network/address-space.ts";
import type { BridgeNetwork, BridgeNetworkInit } from "../network/bridge-network.ts";
import { type Ipam, IpamAllocator } from "../network/ipam.ts";
import type { LinkService } from "../network/link-service.ts";
import { NameTable } from "../network/name-table.ts";
import type { Network, NetworkRequest } from "../network/network.ts";
import { type NetworkRecord, networkRecord, type SharedNetworks } from "../network/network-store.ts";
import { overlayBridge, overlayFamilies, overlayNetwork, overlayOptions } from "../network/overlay.ts";
import type { Revisions } from "./object-table.ts";
import { rpcError } from "./rpc-error.ts";
import { SWARM_NAME } from "./verify-service.ts";

const FIRST_VNI = 4096;
const INGRESS: NetworkRequest = {
  Name: "ingress",
  Driver: "overlay",
  Ingress: true,
  IPAM: { Driver: "default", Config: [{ Subnet: "10.0.0.0/24", Gateway: "10.0.0.1" }] },
};

export interface SwarmNetworkParts {
  readonly kernel: Kernel;
  readonly links: LinkService;
  readonly revisions: Revisions;
  /** The id of a service that is on a network. */
  readonly serviceOn: (network: string) => string | undefined;
  /** The id of a service that publishes ports on every node. */
  readonly serviceWithPorts: () => string | undefined;
  /** A container is about to go: what it is on can be removed. */
  readonly isLeaving: (container: string) => boolean;
  /** The machine, as networks that it takes part in tell of it. */
  readonly peer: { readonly Name: string; readonly IP: string };
  /** The network of published ports has been made. */
  readonly ingressMade: (network: Network) => void;
  readonly ingressGone: (bridge: BridgeNetwork) => void;
  /** Networks that the machine shares with others, swarm or not. */
  readonly others: SharedNetworks | undefined;
}

export interface SwarmNetworkRecords {
  readonly networks: readonly NetworkRecord[];
  /** Ids of those that go with their last task. */
  readonly leaving: readonly string[];
  readonly lastVni: number;
}

export class SwarmNetworks implements SharedNetworks {
  readonly #parts: SwarmNetworkParts;
  readonly #networks = new Map<string, { readonly network: Network; readonly ipam: Ipam }>();
  readonly #ipam = new IpamAllocator(new AddressSpace(SHARED_POOLS), { inTurn: true });
  /** Networks that go with their last task. */
  readonly #leaving = new Set<string>();
  #lastVni = FIRST_VNI - 1;

  /** With what there was before, or else the network that every swarm has. */
  constructor(parts: SwarmNetworkParts, records?: SwarmNetworkRecords) {
    this.#parts = parts;
    if (records === undefined) {
      this.create(INGRESS);
      return;
    }
    this.#lastVni = records.lastVni;
    for (const record of records.networks) this.#restore(record);
    for (const id of records.leaving) this.#leaving.add(id);
  }

  get records(): SwarmNetworkRecords {
    return { networks: this.#own().map(networkRecord), leaving: [...this.#leaving], lastVni: this.#lastVni };
  }

  #restore({ moves, ...rest }: NetworkRecord): void {
    if (moves === undefined) return;
    const { id, name, internal } = rest;
    const ipam = this.#ipam.restore(moves.ipam);
    const isIngress = rest.ingress === true;
    const bridge = this.#bridge({ id, name, internal, ipam, options: moves.options, isIngress });
    const network: Network = { ...rest, bridge, peers: () => this.#peers(bridge), guests: new Map() };
    this.#networks.set(id, { network, ipam });
    if (isIngress) this.#parts.ingressMade(network);
  }

  /** @throws StatusError invalid-argument, conflict */
  create(request: NetworkRequest): Network {
    if (!SWARM_NAME.test(request.Name)) throw rpcError("InvalidArgument", "name must be valid as a DNS name component");
    const { Ingress: isIngress = false, Internal: internal = false, Name: name } = request;
    if (!isIngress && this.#parts.others !== undefined) return this.#parts.others.create(request);
    const known = isIngress ? this.list().find(({ ingress }) => ingress) : undefined;
    if (known !== undefined) throw rpcError("AlreadyExists", `ingress network (${known.id}) is already present`);
    const ipam = this.#ipam.allocate(request.IPAM?.Config ?? [], overlayFamilies(request), new Set());
    const { kernel, revisions } = this.#parts;
    const { id, version } = revisions.created();
    const bridge = this.#bridge({ id, name, internal, ipam, options: overlayOptions(request), isIngress });
    const network: Network = {
      ...overlayNetwork(request, { id, vni: ++this.#lastVni, ipam, createdUs: kernel.nowUs }),
      version,
      ingress: isIngress,
      peers: () => this.#peers(bridge),
      bridge,
      guests: new Map(),
    };
    this.#networks.set(id, { network, ipam });
    if (isIngress) this.#parts.ingressMade(network);
    return network;
  }

  #bridge(own: Pick<BridgeNetworkInit, "id" | "name" | "internal" | "ipam" | "options" | "isIngress">): BridgeNetwork {
    const { kernel, links } = this.#parts;
    return overlayBridge({
      ...own,
      kernel,
      links,
      elsewhere: {
        stack: new NetStack(kernel.net, () => "0"),
        names: new NameTable(own.name),
        made: () => {},
        added: () => {},
        deleted: () => this.#left(own.id),
      },
    });
  }

  /** Nobody takes part in a network that none of its containers is on. */
  #peers({ endpoints }: BridgeNetwork): readonly SwarmNetworkParts["peer"][] | undefined {
    return endpoints.size === 0 ? undefined : [this.#parts.peer];
  }

  find(reference: string): Network | undefined {
    return this.list().find(({ id, name }) => id === reference || name === reference);
  }

  list(): readonly Network[] {
    return [...this.#own(), ...(this.#parts.others?.list() ?? [])];
  }

  #own(): readonly Network[] {
    return [...this.#networks.values()].map(({ network }) => network);
  }

  /** Those that are about to leave it keep it until then. @throws StatusError invalid-argument while others are on it */
  remove(network: Network): void {
    const { id, bridge, ingress = false } = network;
    const publisher = ingress ? this.#parts.serviceWithPorts() : undefined;
    if (publisher !== undefined) {
      const problem = `ingress network cannot be removed because service ${publisher} depends on it`;
      throw rpcError("FailedPrecondition", problem);
    }
    const service = this.#parts.serviceOn(id);
    if (service !== undefined) throw rpcError("FailedPrecondition", `network ${id} is in use by service ${service}`);
    if (!this.#networks.has(id)) {
      this.#parts.others?.remove(network);
      return;
    }
    const users = guestsOf(bridge);
    const user = users.find((container) => !this.#parts.isLeaving(container));
    if (user !== undefined) throw rpcError("FailedPrecondition", `network ${id} is in use by task ${user}`);
    if (users.length > 0) this.#leaving.add(id);
    else this.#delete(id);
  }

  /** Nobody may be on it any more. */
  #left(id: string): void {
    if (!this.#leaving.has(id)) return;
    if (guestsOf(this.#networks.get(id)?.network.bridge).length === 0) this.#delete(id);
  }

  #delete(id: string): void {
    const own = this.#networks.get(id);
    if (own === undefined) return;
    if (own.network.ingress === true && own.network.bridge !== undefined) {
      this.#parts.ingressGone(own.network.bridge);
    }
    own.network.bridge?.remove();
    this.#ipam.release(own.ipam);
    this.#networks.delete(id);
    this.#leaving.delete(id);
  }
}

/** The containers on a network. */
const guestsOf = (bridge: BridgeNetwork | undefined): readonly string[] =>
  [...(bridge?.endpoints.values() ?? [])].flatMap((one) => (one.isBalancer ? [] : [one.containerId]));
