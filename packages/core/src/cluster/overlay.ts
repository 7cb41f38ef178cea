/**
 * Overlay networks: made on one machine of a cluster, known to all. Their addresses and names are the cluster's; their
 * frames travel in VXLAN packets through the fabric.
 *
 * Unlike Docker's, they need no swarm: every machine of a cluster may make one. What one machine does the others know at
 * once, also while they are cut off from it.
 *
 * @see moby libnetwork/drivers/overlay, libnetwork/networkdb
 */
import {
  AddressSpace,
  type BridgeNetwork,
  type Endpoint,
  type Engine,
  type Ipam,
  IpamAllocator,
  NameTable,
  type Network,
  type NetworkRequest,
  overlayBridge,
  overlayFamilies,
  overlayNetwork,
  overlayOptions,
  SHARED_POOLS,
  type SharedNetworks,
  swarmDigits,
} from "../engine/index.ts";
import { StatusError } from "../lib/index.ts";
import { type Bridge, NetStack, randomMac, VXLAN_PORT, VxlanDevice } from "../net/index.ts";
import type { Prng } from "../sim/index.ts";

/** The first number of a network. @see moby libnetwork/drivers/overlay/overlayutils */
const FIRST_VNI = 4097;
/** The subnet of swarm's routing mesh is nobody else's. */
const INGRESS_SUBNET = { address: "10.0.0.0", length: 24 };

/** A machine that takes part. */
export interface OverlayMember {
  readonly name: string;
  /** On the fabric. */
  readonly address: string;
  readonly engine: Engine;
}

interface Overlay {
  readonly vni: number;
  readonly ipam: Ipam;
  readonly names: NameTable;
  /** The machine behind which a host is, by MAC address. */
  readonly homes: Map<string, OverlayMember>;
  /** Each machine's view of it. */
  readonly views: Map<OverlayMember, Network>;
}

export class OverlayDirectory {
  readonly #prng: Prng;
  readonly #members: OverlayMember[] = [];
  readonly #overlays = new Map<string, Overlay>();
  readonly #ipam: IpamAllocator;
  /** Of networks that a machine has used, by their number. */
  readonly #devices = new Map<OverlayMember, Map<number, VxlanDevice>>();
  #lastVni = FIRST_VNI - 1;

  constructor(prng: Prng) {
    this.#prng = prng;
    const space = new AddressSpace(SHARED_POOLS);
    space.take(INGRESS_SUBNET);
    this.#ipam = new IpamAllocator(space, { inTurn: true });
  }

  /** From now on the machine's engine knows the cluster's networks. */
  join(member: OverlayMember): void {
    this.#members.push(member);
    member.engine.networks.share(this.#viewOf(member));
    const { kernel } = member.engine;
    const stack = kernel.init.ns.net.stack(kernel.net);
    stack.tunnels.set(VXLAN_PORT, ({ source, body }) => {
      if (body.protocol !== "udp" || body.carries === undefined) return;
      const { vni, frame } = body.carries;
      // What comes from nobody of the cluster is nobody's.
      if (!this.#members.some(({ address }) => address === source)) return;
      this.#deviceOf(member, vni)?.arrive(frame);
    });
  }

  #viewOf(member: OverlayMember): SharedNetworks {
    const list = (): readonly Network[] => [...this.#overlays.values()].flatMap(({ views }) => views.get(member) ?? []);
    return {
      list,
      find: (reference) => list().find(({ id, name }) => id === reference || name === reference),
      create: (request) => this.#create(member, request),
      remove: (network) => this.#remove(network),
    };
  }

  #create(creator: OverlayMember, request: NetworkRequest): Network {
    const { Name: name } = request;
    const clash = this.#members.find(({ engine }) => engine.networks.get(name)?.name === name);
    if (clash !== undefined) throw new StatusError("conflict", `network with name ${name} already exists`);
    const ipam = this.#ipam.allocate(request.IPAM?.Config ?? [], overlayFamilies(request), new Set());
    const id = swarmDigits(this.#prng);
    const overlay: Overlay = {
      vni: ++this.#lastVni,
      ipam,
      names: new NameTable(name),
      homes: new Map(),
      views: new Map(),
    };
    const shown = overlayNetwork(request, { id, vni: overlay.vni, ipam, createdUs: creator.engine.kernel.nowUs });
    for (const member of this.#members) {
      const bridge = this.#bridge(overlay, member, request, id);
      overlay.views.set(member, { ...shown, peers: () => this.#peers(overlay), bridge, guests: new Map() });
    }
    this.#overlays.set(id, overlay);
    return overlay.views.get(creator) as Network;
  }

  /** @throws StatusError failed-precondition while a container is on it, on whatever machine */
  #remove({ id }: Network): void {
    const overlay = this.#overlays.get(id);
    if (overlay === undefined) return;
    const user = [...overlay.views.values()].flatMap(({ bridge }) => [...(bridge?.endpoints.values() ?? [])])[0];
    if (user !== undefined) {
      const problem = `network ${id} is in use by container ${user.containerId}`;
      throw new StatusError("failed-precondition", `rpc error: code = FailedPrecondition desc = ${problem}`);
    }
    for (const { bridge } of overlay.views.values()) bridge?.remove();
    this.#ipam.release(overlay.ipam);
    this.#overlays.delete(id);
  }

  #deviceOf(member: OverlayMember, vni: number): VxlanDevice | undefined {
    const known = this.#devices.get(member)?.get(vni);
    if (known !== undefined) return known;
    // Nobody of this machine has spoken on the network yet: who is addressed makes the devices.
    const overlay = [...this.#overlays.values()].find((one) => one.vni === vni);
    const bridge = overlay?.views.get(member)?.bridge;
    if (bridge === undefined || bridge.endpoints.size === 0) return undefined;
    bridge.bridge();
    return this.#devices.get(member)?.get(vni);
  }

  #bridge(overlay: Overlay, member: OverlayMember, request: NetworkRequest, id: string): BridgeNetwork {
    const { kernel, links } = member.engine;
    const stack = new NetStack(kernel.net, () => "0");
    return overlayBridge({
      ...{ kernel, links, id, name: request.Name, internal: request.Internal ?? false },
      ipam: overlay.ipam,
      options: overlayOptions(request),
      elsewhere: {
        stack,
        names: overlay.names,
        made: (bridge) => this.#extend(overlay, member, stack, bridge),
        added: (endpoint: Endpoint) => overlay.homes.set(endpoint.mac, member),
        deleted: (endpoint: Endpoint) => overlay.homes.delete(endpoint.mac),
      },
    });
  }

  /** Gives the bridge of a machine a port behind which the other machines are. */
  #extend(overlay: Overlay, member: OverlayMember, stack: NetStack, bridge: Bridge): void {
    const { kernel } = member.engine;
    const device = new VxlanDevice("vxlan0", randomMac(kernel.net.random), {
      vni: overlay.vni,
      peerOf: (mac) => {
        const home = overlay.homes.get(mac);
        return home === undefined || home === member ? undefined : home.address;
      },
      peers: () => new Set([...overlay.homes.values()].filter((home) => home !== member).map(({ address }) => address)),
      send: (packet) => {
        const machine = kernel.init.ns.net.stack(kernel.net);
        // A cable that is unplugged leaves no route.
        if (machine.isLocal(member.address)) machine.output({ ...packet, source: member.address });
      },
    });
    stack.addDevice(device);
    stack.addresses.disable6(device);
    bridge.addPort(device);
    stack.setUp(device, true);
    const all = this.#devices.get(member) ?? new Map<number, VxlanDevice>();
    this.#devices.set(member, all.set(overlay.vni, device));
  }

  #peers({ homes }: Overlay): readonly { readonly Name: string; readonly IP: string }[] {
    return [...new Set(homes.values())].map(({ name, address }) => ({ Name: name, IP: address }));
  }
}
