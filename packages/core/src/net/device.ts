/**
 * Network devices: loopback, one end of a veth pair, bridge, tap.
 *
 * A device belongs to one stack; what it receives goes to its bridge if it is a port of one, else up into the stack.
 *
 * @see netdevice(7), veth(4), Documentation/networking/bridge.rst
 */
import { LINK_FLAGS, type LinkInfo, type LinkKind } from "../abi/index.ts";
import type { IpPrefix } from "../lib/index.ts";
import { Link } from "./link.ts";
import type { NetHost } from "./net-host.ts";
import { BROADCAST_MAC, type Frame, isPacket, NO_MAC, type Packet } from "./packet.ts";

/** What a device hands what it receives to. */
export interface DeviceOwner {
  receive(device: Device, frame: Frame): void;
}

/** Sees every frame that a device sends or receives: for captures. */
export type Tap = (direction: "in" | "out", device: Device, frame: Frame) => void;

/** An address of a device. */
export interface DeviceAddress extends IpPrefix {
  readonly broadcast: string | undefined;
  readonly scope: "global" | "link" | "host";
  /** Where it is not the name of the device. */
  readonly label?: string | undefined;
  /** Nobody is asked whether the address is free: IFA_F_NODAD. */
  readonly noDad?: boolean;
  /** They are being asked until then. */
  readonly tentativeUntilUs?: number;
}

/** @see include/uapi/linux/if.h: IFNAMSIZ - 1 */
export const MAX_NAME_LENGTH = 15;
const ETHERNET_MTU = 1500;
const LOOPBACK_MTU = 65_536;
const DEFAULT_QUEUE_LENGTH = 1000;

export abstract class Device {
  abstract readonly kind: LinkKind;
  owner: DeviceOwner | undefined = undefined;
  index = 0;
  name: string;
  mac: string;
  mtu = ETHERNET_MTU;
  queueLength = DEFAULT_QUEUE_LENGTH;
  /** Bits of `LINK_FLAGS`. */
  flags: number = LINK_FLAGS.multicast;
  up = false;
  /** It has been up since it was made. */
  used = false;
  addresses: readonly DeviceAddress[] = [];
  master: Bridge | undefined = undefined;
  /** Called for each frame; `undefined` while nobody captures. */
  capture: Tap | undefined = undefined;
  received = { bytes: 0, packets: 0, dropped: 0 };
  sent = { bytes: 0, packets: 0, dropped: 0 };

  constructor(name: string, mac: string) {
    this.name = name;
    this.mac = mac;
  }

  /** The other end is there and up. */
  get running(): boolean {
    return this.up;
  }

  get peer(): Device | undefined {
    return undefined;
  }

  transmit(frame: Frame): void {
    if (!this.up) {
      this.sent.dropped++;
      return;
    }
    this.sent.packets++;
    this.sent.bytes += frame.length;
    this.capture?.("out", this, frame);
    this.carry(frame);
  }

  /** A frame has come in from the link. */
  arrive(frame: Frame): void {
    if (!this.up || this.owner === undefined) {
      this.received.dropped++;
      return;
    }
    this.received.packets++;
    this.received.bytes += frame.length;
    this.capture?.("in", this, frame);
    if (this.master !== undefined) this.master.forward(frame, this);
    else this.owner.receive(this, frame);
  }

  /** Takes it away from whatever it hangs on; it does not come back. */
  unplug(): void {
    this.master?.removePort(this);
    this.owner = undefined;
    this.up = false;
  }

  info(): LinkInfo {
    return {
      index: this.index,
      name: this.name,
      kind: this.kind,
      mac: this.mac,
      mtu: this.mtu,
      up: this.up,
      running: this.running,
      queueLength: this.queueLength,
      flags: this.flags,
      used: this.used,
      peerIndex: this.peer?.index,
      master: this.master?.name,
      received: this.received,
      sent: this.sent,
    };
  }

  protected abstract carry(frame: Frame): void;
}

export class Loopback extends Device {
  override readonly kind = "loopback";
  readonly #host: NetHost;
  #link: Link | undefined;

  constructor(host: NetHost) {
    super("lo", NO_MAC);
    this.mtu = LOOPBACK_MTU;
    this.flags = 0;
    this.#host = host;
  }

  /** Made for who wants to give the loopback a latency or losses: by itself it has neither. */
  get link(): Link {
    this.#link ??= new Link(this.#host.clock, this.#host.random, 0);
    return this.#link;
  }

  protected override carry(frame: Frame): void {
    if (this.#link === undefined) this.#host.soon(() => this.arrive(frame));
    else this.#link.carry(frame, 0, this);
  }
}

/** One end of a pair: what goes in here comes out there. */
export class Veth extends Device {
  override readonly kind = "veth";
  readonly link: Link;
  /** Of what is sent at this end. */
  #direction: 0 | 1 = 0;
  #peer: Veth | undefined;

  constructor(name: string, mac: string, link: Link) {
    super(name, mac);
    this.link = link;
  }

  /** Frames from the first end have direction 0, those from the second one 1. */
  static pair(host: NetHost, ends: readonly [VethEnd, VethEnd]): readonly [Veth, Veth] {
    const link = new Link(host.clock, host.random, host.costs.veth);
    const [a, b] = [new Veth(ends[0].name, ends[0].mac, link), new Veth(ends[1].name, ends[1].mac, link)];
    a.#peer = b;
    b.#peer = a;
    b.#direction = 1;
    return [a, b];
  }

  override get peer(): Veth | undefined {
    return this.#peer;
  }

  override get running(): boolean {
    return this.up && this.#peer?.up === true;
  }

  protected override carry(frame: Frame): void {
    if (this.#peer !== undefined) this.link.carry(frame, this.#direction, this.#peer);
  }
}

export interface VethEnd {
  readonly name: string;
  readonly mac: string;
}

/** A device that somebody outside the stack holds the other end of: a link to another machine. */
export class TapDevice extends Device {
  override readonly kind = "tap";
  /** Where frames go that the stack sends. */
  onTransmit: ((frame: Frame) => void) | undefined = undefined;

  protected override carry(frame: Frame): void {
    this.onTransmit?.(frame);
  }
}

/** A switch with a device of its own: frames go where their destination was last seen, or everywhere. */
export class Bridge extends Device {
  override readonly kind = "bridge";
  readonly ports = new Set<Device>();
  /** Which port a MAC address was last seen behind. */
  readonly #learnt = new Map<string, Device>();
  /** Its address is the lowest of those of its ports, unless somebody has given it one. @see net/bridge/br_stp_if.c */
  followsPorts = false;
  #hadPorts = false;
  /**
   * Asked before somebody looks for an address on the bridge: ports that are made when they are first needed are made
   * here.
   */
  onSolicitation: ((address: string) => void) | undefined = undefined;
  /** Asked about packets from port to port, if somebody filters them: bridge-nf-call-iptables. */
  allows: ((packet: Packet) => boolean) | undefined = undefined;

  override get running(): boolean {
    if (!this.up) return false;
    for (const port of this.ports) if (port.running) return true;
    // Without ports nobody knows better, unless the last of them has gone.
    return this.ports.size === 0 && !(this.followsPorts && this.#hadPorts);
  }

  addPort(port: Device): void {
    port.master = this;
    this.ports.add(port);
    this.#hadPorts = true;
    this.#followPorts();
  }

  #followPorts(): void {
    const [lowest] = this.followsPorts ? [...this.ports].map(({ mac }) => mac).sort() : [];
    if (lowest !== undefined) this.mac = lowest;
  }

  removePort(port: Device): void {
    port.master = undefined;
    this.ports.delete(port);
    this.#followPorts();
    for (const [mac, behind] of this.#learnt) if (behind === port) this.#learnt.delete(mac);
  }

  /** A frame that came in through a port. */
  forward(frame: Frame, from: Device): void {
    if (!this.up) return;
    if (this.#learnt.get(frame.source) !== from) this.#learnt.set(frame.source, from);
    this.#ask(frame);
    if (frame.destination === this.mac) {
      this.arrive(frame);
      return;
    }
    if (frame.destination === BROADCAST_MAC) this.arrive(frame);
    else this.capture?.("in", this, frame);
    const { payload } = frame;
    if (this.allows !== undefined && isPacket(payload) && !this.allows(payload)) return;
    this.#switch(frame, from);
  }

  /** A frame that the stack sends through the bridge. */
  protected override carry(frame: Frame): void {
    this.#ask(frame);
    this.#switch(frame, undefined);
  }

  override unplug(): void {
    for (const port of [...this.ports]) this.removePort(port);
    super.unplug();
  }

  #ask({ payload }: Frame): void {
    if (!isPacket(payload) && !payload.answer) this.onSolicitation?.(payload.target);
  }

  #switch(frame: Frame, from: Device | undefined): void {
    const known = frame.destination === BROADCAST_MAC ? undefined : this.#learnt.get(frame.destination);
    if (known !== undefined) {
      if (known !== from) known.transmit(frame);
      return;
    }
    for (const port of this.ports) if (port !== from) port.transmit(frame);
  }
}
