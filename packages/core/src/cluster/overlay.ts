/**
 * Overlay networks: made on one machine of a cluster, known to all. Their addresses and names are the cluster's.
 *
 * Unlike Docker's, they need no swarm: every machine of a cluster that is in none may make one. What one machine does the
 * others know at once, also while they are cut off from it.
 *
 * @see moby libnetwork/drivers/overlay, libnetwork/networkdb
 */
import {
  AddressSpace,
  IpamAllocator,
  type Network,
  type NetworkRequest,
  type OverlayMember,
  overlayFamilies,
  overlayNetwork,
  overlayOptions,
  SHARED_POOLS,
  type SharedNetworks,
  SpannedNetwork,
  swarmDigits,
} from "../engine/index.ts";
import { StatusError } from "../lib/index.ts";
import type { Prng } from "../sim/index.ts";

/** The first number of a network. @see moby libnetwork/drivers/overlay/overlayutils */
const FIRST_VNI = 4097;
/** The subnet of swarm's routing mesh is nobody else's. */
const INGRESS_SUBNET = { address: "10.0.0.0", length: 24 };

export class OverlayDirectory {
  readonly #prng: Prng;
  readonly #members: OverlayMember[] = [];
  readonly #networks = new Map<string, SpannedNetwork>();
  readonly #ipam: IpamAllocator;
  #lastVni = FIRST_VNI - 1;

  constructor(prng: Prng) {
    this.#prng = prng;
    const space = new AddressSpace(SHARED_POOLS);
    space.take(INGRESS_SUBNET);
    this.#ipam = new IpamAllocator(space, { inTurn: true });
  }

  /** Lets the machine know the cluster's networks. Returns its view of them. */
  join(member: OverlayMember): SharedNetworks {
    this.#members.push(member);
    const list = (): readonly Network[] => [...this.#networks.values()].flatMap((one) => one.viewOf(member) ?? []);
    return {
      list,
      find: (reference) => list().find(({ id, name }) => id === reference || name === reference),
      create: (request) => this.#create(member, request),
      remove: (network) => this.#remove(network),
    };
  }

  #create(creator: OverlayMember, request: NetworkRequest): Network {
    const { Name: name } = request;
    if ([...this.#networks.values()].some(({ any }) => any?.name === name)) {
      throw new StatusError("conflict", `network with name ${name} already exists`);
    }
    const ipam = this.#ipam.allocate(request.IPAM?.Config ?? [], overlayFamilies(request), new Set());
    const id = swarmDigits(this.#prng);
    do this.#lastVni++;
    while (this.#members.some(({ tunnels }) => tunnels.has(this.#lastVni)));
    const vni = this.#lastVni;
    const shown = overlayNetwork(request, { id, vni, ipam, createdUs: creator.kernel.nowUs });
    const network = new SpannedNetwork({ shown, vni, ipam, options: overlayOptions(request) });
    for (const member of this.#members) network.join(member);
    this.#networks.set(id, network);
    return network.viewOf(creator) as Network;
  }

  /** @throws StatusError failed-precondition while a container is on it, on whatever machine */
  #remove({ id }: Network): void {
    const network = this.#networks.get(id);
    if (network === undefined) return;
    const [user] = network.endpoints;
    if (user !== undefined) {
      const problem = `network ${id} is in use by container ${user.containerId}`;
      throw new StatusError("failed-precondition", `rpc error: code = FailedPrecondition desc = ${problem}`);
    }
    network.remove();
    this.#ipam.release(network.ipam);
    this.#networks.delete(id);
  }
}
