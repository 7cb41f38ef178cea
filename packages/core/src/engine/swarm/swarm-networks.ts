/**
 * Overlay networks of a swarm of one node: networks that services are on, and that begin and end with the swarm. No
 * machine is at the other end, so that nothing of them leaves this one.
 *
 * @see moby daemon/cluster/networks.go, libnetwork/drivers/overlay
 */
import type { Kernel } from "../../kernel/index.ts";
import { StatusError } from "../../lib/index.ts";
import { NetStack } from "../../net/index.ts";
import { AddressSpace, SHARED_POOLS } from "../network/address-space.ts";
import { BridgeNetwork, type BridgeNetworkInit } from "../network/bridge-network.ts";
import { bridgeOptions } from "../network/bridge-options.ts";
import { type Ipam, IpamAllocator, ipamDocument } from "../network/ipam.ts";
import type { LinkService } from "../network/link-service.ts";
import { NameTable } from "../network/name-table.ts";
import type { Network, NetworkRequest } from "../network/network.ts";
import { familiesOf, type NetworkRecord, networkRecord, type SharedNetworks } from "../network/network-store.ts";
import type { Revisions } from "./object-table.ts";
import { rpcError } from "./rpc-error.ts";

const FIRST_VNI = 4096;
/** What a network carries, without what the tunnel would take. */
const OVERLAY_MTU = "1450";
const VNI_OPTION = "com.docker.network.driver.overlay.vxlanid_list";
const MTU_OPTION = "com.docker.network.driver.mtu";
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
  /** A container is about to go: what it is on can be removed. */
  readonly isLeaving: (container: string) => boolean;
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
  readonly #ipam = new IpamAllocator(new AddressSpace(SHARED_POOLS));
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
    return { networks: this.list().map(networkRecord), leaving: [...this.#leaving], lastVni: this.#lastVni };
  }

  #restore({ moves, ...rest }: NetworkRecord): void {
    if (moves === undefined) return;
    const { id, name, internal } = rest;
    const ipam = this.#ipam.restore(moves.ipam);
    const bridge = this.#bridge({ id, name, internal, ipam, options: moves.options });
    this.#networks.set(id, { network: { ...rest, bridge, guests: new Map() }, ipam });
  }

  /** @throws StatusError invalid-argument, conflict */
  create(request: NetworkRequest): Network {
    const { IPAM, Internal = false, Name: name, Options = {} } = request;
    const families = familiesOf(request);
    if (!families.includes(4)) {
      throw new StatusError("invalid-argument", "IPv4 cannot be disabled in a Swarm scoped network");
    }
    const configs = IPAM?.Config ?? [];
    const ipam = this.#ipam.allocate(configs, families, new Set());
    const { kernel, revisions } = this.#parts;
    const { id } = revisions.created();
    const options = bridgeOptions({ [MTU_OPTION]: Options[MTU_OPTION] ?? OVERLAY_MTU }, Internal);
    const bridge = this.#bridge({ id, name, internal: Internal, ipam, options });
    const network: Network = {
      id,
      name,
      driver: "overlay",
      scope: "swarm",
      createdUs: kernel.nowUs,
      enableIPv4: true,
      enableIPv6: families.includes(6),
      internal: Internal,
      attachable: request.Attachable ?? false,
      ingress: request.Ingress ?? false,
      configOnly: false,
      configFrom: "",
      labels: request.Labels ?? {},
      options: { ...Options, [VNI_OPTION]: String(++this.#lastVni) },
      ipamOptions: null,
      configs,
      ipam: ipamDocument(ipam, configs),
      bridge,
      guests: new Map(),
    };
    this.#networks.set(id, { network, ipam });
    return network;
  }

  #bridge(own: Pick<BridgeNetworkInit, "id" | "name" | "internal" | "ipam" | "options">): BridgeNetwork {
    const { kernel, links } = this.#parts;
    return new BridgeNetwork({
      ...own,
      kernel,
      links,
      bridgeName: "br0",
      hasNames: true,
      hasHost: false,
      elsewhere: {
        stack: new NetStack(kernel.net, () => "0"),
        names: new NameTable(own.name),
        made: () => {},
        added: () => {},
        deleted: () => this.#left(own.id),
      },
    });
  }

  find(reference: string): Network | undefined {
    return this.list().find(({ id, name }) => id === reference || name === reference);
  }

  list(): readonly Network[] {
    return [...this.#networks.values()].map(({ network }) => network);
  }

  /** Those that are about to leave it keep it until then. @throws StatusError invalid-argument while others are on it */
  remove({ id, bridge }: Network): void {
    if (!this.#networks.has(id)) return;
    const service = this.#parts.serviceOn(id);
    if (service !== undefined) throw rpcError("FailedPrecondition", `network ${id} is in use by service ${service}`);
    const users = [...(bridge?.endpoints.values() ?? [])].map(({ containerId }) => containerId);
    const user = users.find((container) => !this.#parts.isLeaving(container));
    if (user !== undefined) throw rpcError("FailedPrecondition", `network ${id} is in use by task ${user}`);
    if (users.length > 0) this.#leaving.add(id);
    else this.#delete(id);
  }

  /** Nobody may be on it any more. */
  #left(id: string): void {
    if (!this.#leaving.has(id)) return;
    const size = this.#networks.get(id)?.network.bridge?.endpoints.size ?? 0;
    if (size === 0) this.#delete(id);
  }

  #delete(id: string): void {
    const own = this.#networks.get(id);
    if (own === undefined) return;
    own.network.bridge?.remove();
    this.#ipam.release(own.ipam);
    this.#networks.delete(id);
    this.#leaving.delete(id);
  }
}
