/**
 * One overlay network over several machines: each has a bridge of its own, and behind a port of it are the others. Its
 * addresses and names are common to all; its frames travel in VXLAN packets between the machines.
 *
 * Unlike Docker's, what one machine knows of names and hosts the others know at once, also while they are cut off from it.
 *
 * @see moby libnetwork/drivers/overlay, libnetwork/networkdb
 */
import { Errno } from "../../abi/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { type Bridge, NetStack, randomMac, VxlanDevice } from "../../net/index.ts";
import type { BridgeNetwork } from "./bridge-network.ts";
import type { BridgeOptions } from "./bridge-options.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Ipam } from "./ipam.ts";
import type { LinkService } from "./link-service.ts";
import { NameTable } from "./name-table.ts";
import type { Away, Network } from "./network.ts";
import { overlayBridge } from "./overlay.ts";
import type { VxlanPort } from "./vxlan-port.ts";

/** A machine that takes part. */
export interface OverlayMember {
  /** As networks tell of it. */
  readonly peer: { readonly Name: string; readonly IP: string };
  /** Where the others reach it. */
  readonly address: string;
  readonly kernel: Kernel;
  readonly links: LinkService;
  readonly tunnels: VxlanPort;
}

/** What all machines are shown alike. */
export type SharedView = Omit<Network, "bridge" | "guests" | "peers" | "away">;

export interface SpannedNetworkInit {
  readonly shown: SharedView;
  readonly vni: number;
  readonly ipam: Ipam;
  readonly options: BridgeOptions;
  /** Called when an endpoint has left the network. */
  readonly left?: () => void;
}

/** A machine's part. */
interface Part {
  readonly network: Network;
  readonly bridge: BridgeNetwork;
  readonly stack: NetStack;
  /** The port of its bridge behind which the others are, once it is needed. */
  device: VxlanDevice | undefined;
}

/** An overlay network, with its part on each machine. */
export class SpannedNetwork {
  readonly #init: SpannedNetworkInit;
  readonly #names: NameTable;
  readonly #parts = new Map<OverlayMember, Part>();
  /** The machine behind which a host is, by MAC address. */
  readonly #homes = new Map<string, OverlayMember>();

  constructor(init: SpannedNetworkInit) {
    this.#init = init;
    this.#names = new NameTable(init.shown.name);
  }

  get id(): string {
    return this.#init.shown.id;
  }

  get vni(): number {
    return this.#init.vni;
  }

  get ipam(): Ipam {
    return this.#init.ipam;
  }

  /** The network as any one of its machines has it. */
  get any(): Network | undefined {
    return [...this.#parts.values()][0]?.network;
  }

  /** A machine's view of it. */
  viewOf(member: OverlayMember): Network | undefined {
    return this.#parts.get(member)?.network;
  }

  /** Its endpoints, on all machines. */
  get endpoints(): readonly Endpoint[] {
    return [...this.#parts.values()].flatMap(({ bridge }) => [...bridge.endpoints.values()]);
  }

  /** The machine takes part from now on. */
  join(member: OverlayMember): Network {
    const { shown, ipam, options, left } = this.#init;
    const { kernel, links } = member;
    const { id, name, internal, ingress = false } = shown;
    const stack = new NetStack(kernel.net, () => "0");
    const bridge = overlayBridge({
      ...{ kernel, links, id, name, internal, ipam, options, isIngress: ingress },
      elsewhere: {
        stack,
        names: this.#names,
        made: (made) => this.#extend(member, made),
        added: ({ mac }) => this.#homes.set(mac, member),
        deleted: ({ mac }) => {
          this.#homes.delete(mac);
          left?.();
        },
      },
    });
    const away = (wanted: string): Away | undefined => this.#awayFrom(member, wanted);
    const network: Network = { ...shown, bridge, peers: () => this.#peersFor(bridge), away, guests: new Map() };
    this.#parts.set(member, { network, bridge, stack, device: undefined });
    if (this.#parts.size > 1) for (const one of this.#parts.keys()) this.#open(one);
    return network;
  }

  leave(member: OverlayMember): void {
    this.#parts.get(member)?.bridge.remove();
    this.#parts.delete(member);
    member.tunnels.leave(this.vni);
    for (const [mac, home] of this.#homes) if (home === member) this.#homes.delete(mac);
  }

  /** Removes it from all machines. */
  remove(): void {
    for (const member of [...this.#parts.keys()]) this.leave(member);
  }

  /**
   * The peers that inspect shows. A machine without an endpoint on the network gets the manager's answer, which has
   * none.
   */
  #peersFor({ endpoints }: BridgeNetwork): readonly OverlayMember["peer"][] | undefined {
    return endpoints.size === 0 ? undefined : [...new Set(this.#homes.values())].map(({ peer }) => peer);
  }

  #awayFrom(member: OverlayMember, wanted: string): Away | undefined {
    for (const [{ address, kernel }, { bridge }] of this.#parts) {
      const endpoint = [...bridge.endpoints.values()].find(({ addresses }) => addresses.includes(wanted));
      if (endpoint !== undefined && address !== member.address) {
        return { machine: kernel.machine.hostname, machineAddress: address, endpoint };
      }
    }
    return undefined;
  }

  /** There is somebody to hear from: what was made before is extended, the rest when it is made. */
  #open(member: OverlayMember): void {
    if (member.tunnels.has(this.vni)) return;
    member.tunnels.listen(this.vni, (source) => {
      // What comes from nobody of the network is nobody's.
      if (![...this.#parts.keys()].some(({ address }) => address === source)) return undefined;
      const part = this.#parts.get(member);
      if (part === undefined || part.bridge.endpoints.size === 0) return undefined;
      // Perhaps nobody of this machine has spoken yet: who is addressed makes the devices.
      const bridge = part.bridge.bridge();
      this.#extend(member, bridge);
      return part.device;
    });
    const bridge = this.#parts.get(member)?.bridge.made;
    if (bridge !== undefined) this.#extend(member, bridge);
  }

  /** Gives the bridge of a machine a port behind which the other machines are. */
  #extend(member: OverlayMember, bridge: Bridge): void {
    const part = this.#parts.get(member);
    if (part === undefined || part.device !== undefined || this.#parts.size === 1) return;
    const { kernel, address } = member;
    const others = (): readonly OverlayMember[] => [...this.#homes.values()].filter((home) => home !== member);
    const device = new VxlanDevice("vxlan0", randomMac(kernel.net.random), {
      vni: this.vni,
      peerOf: (mac) => {
        const home = this.#homes.get(mac);
        return home === member ? undefined : home?.address;
      },
      peers: () => new Set(others().map((one) => one.address)),
      // Each machine's balancer has the virtual addresses: others are asked by machines without one only.
      isNear: (wanted) => part.bridge.whoHas(wanted) !== undefined || part.bridge.virtualAddresses.has(wanted),
      send: (packet) => {
        try {
          kernel.init.ns.net.stack(kernel.net).output({ ...packet, source: address });
        } catch (error) {
          // A cable that is unplugged leaves no route: what finds none is lost.
          if (!(error instanceof Errno)) throw error;
        }
      },
    });
    part.device = device;
    part.stack.addDevice(device);
    part.stack.addresses.disable6(device);
    bridge.addPort(device);
    part.stack.setUp(device, true);
  }
}
