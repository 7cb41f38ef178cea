/**
 * Overlay networks of a swarm, which begin and end with it: every node has its view of them. Managers know all; workers
 * those that something of theirs is on, and those that they may be asked to join.
 *
 * @see moby daemon/cluster/networks.go, libnetwork/drivers/overlay
 */
import { StatusError } from "../../lib/index.ts";
import type { EventLog } from "../events.ts";
import { AddressSpace, SHARED_POOLS } from "../network/address-space.ts";
import type { BridgeNetwork } from "../network/bridge-network.ts";
import { IpamAllocator } from "../network/ipam.ts";
import type { Network, NetworkRequest } from "../network/network.ts";
import { type NetworkRecord, networkRecord, type SharedNetworks } from "../network/network-store.ts";
import { overlayFamilies, overlayNetwork, overlayOptions, vniOf } from "../network/overlay.ts";
import { type OverlayMember, type SharedView, SpannedNetwork } from "../network/spanned-network.ts";
import type { Revisions } from "./object-table.ts";
import { rpcError } from "./rpc-error.ts";
import { NO_MANAGER } from "./swarm-problems.ts";
import { SWARM_NAME } from "./verify-service.ts";

const FIRST_VNI = 4096;
/** Hexadecimal digits that 25 of base 36 hold. @see swarmkit identity/randomid.go */
const ATTACHMENT_DIGITS = 32;
const INGRESS: NetworkRequest = {
  Name: "ingress",
  Driver: "overlay",
  Ingress: true,
  IPAM: { Driver: "default", Config: [{ Subnet: "10.0.0.0/24", Gateway: "10.0.0.1" }] },
};

/** A node's part in the networks. */
export interface NetworkMember extends OverlayMember {
  /** What it may see and do. */
  readonly access: () => "manager" | "leaderless" | "worker";
  /** The network of published ports is there. */
  readonly ingressMade: (network: Network) => void;
  readonly ingressGone: (bridge: BridgeNetwork) => void;
  /** Networks that the machine shares with others, swarm or not. */
  readonly others: SharedNetworks | undefined;
}

export interface SwarmNetworkParts {
  readonly revisions: Revisions;
  /** The id of a service that is on a network. */
  readonly serviceOn: (network: string) => string | undefined;
  /** The id of a service that publishes ports on every node. */
  readonly serviceWithPorts: () => string | undefined;
  /** A container is about to go: what it is on can be removed. */
  readonly isLeaving: (container: string) => boolean;
  /** @throws StatusError while nobody leads */
  readonly checkLeader: () => void;
  readonly events: Pick<EventLog, "record">;
}

export interface SwarmNetworkRecords {
  readonly networks: readonly NetworkRecord[];
  /** Ids of those that go with their last task. */
  readonly leaving: readonly string[];
  readonly lastVni: number;
}

export class SwarmNetworks {
  readonly #parts: SwarmNetworkParts;
  readonly #networks = new Map<string, SpannedNetwork>();
  readonly #ipam = new IpamAllocator(new AddressSpace(SHARED_POOLS), { inTurn: true });
  readonly #members = new Set<NetworkMember>();
  /** Networks that go with their last task. */
  readonly #leaving = new Set<string>();
  #lastVni = FIRST_VNI - 1;

  /** With what there was before, or else the network that every swarm has. */
  constructor(parts: SwarmNetworkParts, records?: SwarmNetworkRecords) {
    this.#parts = parts;
    if (records === undefined) {
      this.#create(INGRESS);
      return;
    }
    this.#lastVni = records.lastVni;
    for (const record of records.networks) this.#restore(record);
    for (const id of records.leaving) this.#leaving.add(id);
  }

  get records(): SwarmNetworkRecords {
    return { networks: this.all().map(networkRecord), leaving: [...this.#leaving], lastVni: this.#lastVni };
  }

  /** The networks, as any of the nodes sees them. */
  all(): readonly Network[] {
    return [...this.#networks.values()].flatMap(({ any }) => any ?? []);
  }

  find(id: string): Network | undefined {
    return this.#networks.get(id)?.any;
  }

  /** A node takes part from now on; what is returned is its view. */
  join(member: NetworkMember): SharedNetworks {
    this.#members.add(member);
    for (const network of this.#networks.values()) this.#admit(network, member);
    const { others } = member;
    const visible = (): readonly Network[] =>
      [...this.#networks.values()].flatMap((one) => one.viewOf(member) ?? []).filter((one) => isVisible(one, member));
    return {
      list: () => [...visible(), ...(others?.list() ?? [])],
      find: (reference) => this.#findFor(member, reference) ?? others?.find(reference),
      create: (request) => this.#createFor(member, request),
      remove: (network) => {
        if (this.#networks.has(network.id)) this.#remove(network.id);
        else others?.remove(network);
      },
    };
  }

  leave(member: NetworkMember): void {
    this.#members.delete(member);
    for (const network of this.#networks.values()) network.leave(member);
  }

  #admit(network: SpannedNetwork, member: NetworkMember): void {
    const view = network.join(member);
    if (view.ingress === true) member.ingressMade(view);
  }

  /** What can be joined is found, though a worker does not list it. */
  #findFor(member: NetworkMember, reference: string): Network | undefined {
    const views = [...this.#networks.values()].flatMap((one) => one.viewOf(member) ?? []);
    const found = views.find(({ id, name }) => id === reference || name === reference);
    const isKnown = found !== undefined && (found.id === reference || found.attachable || isVisible(found, member));
    return isKnown ? found : undefined;
  }

  /** @throws StatusError permission-denied on a worker, invalid-argument, already-exists */
  #createFor(member: NetworkMember, request: NetworkRequest): Network {
    if (member.access() === "worker") throw new StatusError("permission-denied", NO_MANAGER);
    this.#parts.checkLeader();
    const network = this.#create(request).viewOf(member) as Network;
    this.#record("create", network);
    // What it was given is written to it after it is there.
    this.#record("update", network);
    return network;
  }

  #record(action: string, { id, name }: Pick<Network, "id" | "name">): void {
    this.#parts.events.record("network", action, id, { name });
  }

  #create(request: NetworkRequest): SpannedNetwork {
    if (!SWARM_NAME.test(request.Name)) throw rpcError("InvalidArgument", "name must be valid as a DNS name component");
    const { Ingress: isIngress = false } = request;
    const known = isIngress ? this.all().find(({ ingress }) => ingress) : undefined;
    if (known !== undefined) throw rpcError("AlreadyExists", `ingress network (${known.id}) is already present`);
    const ipam = this.#ipam.allocate(request.IPAM?.Config ?? [], overlayFamilies(request), new Set());
    const { revisions } = this.#parts;
    const { id, version } = revisions.created();
    const vni = this.#nextVni();
    const described = overlayNetwork(request, { id, vni, ipam, createdUs: revisions.nowUs });
    return this.#add({ ...described, version, ingress: isIngress }, { vni, ipam, options: overlayOptions(request) });
  }

  #restore({ moves, ...shown }: NetworkRecord): void {
    if (moves === undefined) return;
    const { options } = moves;
    this.#add(shown, { vni: vniOf(shown.options), ipam: this.#ipam.restore(moves.ipam), options });
  }

  #add(shown: SharedView, made: Pick<ConstructorParameters<typeof SpannedNetwork>[0], "vni" | "ipam" | "options">) {
    const network = new SpannedNetwork({ ...made, shown, left: () => this.#left(shown.id) });
    this.#networks.set(shown.id, network);
    for (const member of this.#members) this.#admit(network, member);
    return network;
  }

  /** One that no node has for something else. */
  #nextVni(): number {
    do this.#lastVni++;
    while ([...this.#members].some(({ tunnels }) => tunnels.has(this.#lastVni)));
    return this.#lastVni;
  }

  /** Those that are about to leave it keep it until then. @throws StatusError invalid-argument while others are on it */
  #remove(id: string): void {
    const network = this.#networks.get(id);
    this.#parts.checkLeader();
    const publisher = network?.any?.ingress === true ? this.#parts.serviceWithPorts() : undefined;
    if (publisher !== undefined) {
      const problem = `ingress network cannot be removed because service ${publisher} depends on it`;
      throw rpcError("FailedPrecondition", problem);
    }
    const service = this.#parts.serviceOn(id);
    if (service !== undefined) throw rpcError("FailedPrecondition", `network ${id} is in use by service ${service}`);
    const users = this.#usersOf(id);
    const user = users.find((container) => !this.#parts.isLeaving(container));
    if (user !== undefined)
      throw rpcError("FailedPrecondition", `network ${id} is in use by task ${attachmentId(user)}`);
    if (network?.any !== undefined) this.#record("remove", network.any);
    if (users.length > 0) this.#leaving.add(id);
    else this.#delete(id);
  }

  /** The containers on a network, of whatever node. */
  #usersOf(id: string): readonly string[] {
    const endpoints = this.#networks.get(id)?.endpoints ?? [];
    return endpoints.flatMap((one) => (one.isBalancer ? [] : [one.containerId]));
  }

  /** Nobody may be on it any more. */
  #left(id: string): void {
    if (this.#leaving.has(id) && this.#usersOf(id).length === 0) this.#delete(id);
  }

  #delete(id: string): void {
    const network = this.#networks.get(id);
    if (network === undefined) return;
    this.#leaving.delete(id);
    for (const member of this.#members) {
      const { bridge, ingress = false } = network.viewOf(member) ?? {};
      if (ingress && bridge !== undefined) member.ingressGone(bridge);
    }
    network.remove();
    this.#ipam.release(network.ipam);
    this.#networks.delete(id);
  }
}

/** Managers see all networks, as long as somebody leads who tells of them; others those that they take part in. */
function isVisible({ ingress = false, bridge }: Network, { access }: NetworkMember): boolean {
  return access() === "manager" || ingress || (bridge?.endpoints.size ?? 0) > 0;
}

/**
 * The id of the task by which a container that is no service's is on a network. Unlike swarmkit's it is not drawn: it is
 * what the container's own id is with 25 digits.
 */
const attachmentId = (container: string): string =>
  BigInt(`0x${container.slice(0, ATTACHMENT_DIGITS)}`)
    .toString(36)
    .padStart(25, "0");
