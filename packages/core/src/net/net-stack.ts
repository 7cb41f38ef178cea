/**
 * One network stack: devices, addresses, routes, neighbours, packet filter, sockets. The kernel has one for each network
 * namespace; a fresh one has nothing but a loopback device that is down.
 *
 * Packets come in by `receive` and go out by `output`; both return at once, and links take their time. What lies between
 * is the way that Linux's packets take: prerouting, routing, input or forward, postrouting.
 *
 * Unlike Linux there are no fragments, no multicast beyond the own machine, and one routing table.
 *
 * @see net/ipv4/ip_input.c, ip_output.c, ip_forward.c
 */
import { Errno, type RouteInfo } from "../abi/index.ts";
import { anyAddress, familyOf, type IpFamily, inPrefix, isAny, isLoopback, isMulticast } from "../lib/index.ts";
import { AddressBook } from "./address-book.ts";
import { type Device, type DeviceOwner, Loopback, MAX_NAME_LENGTH } from "./device.ts";
import { Firewall } from "./firewall.ts";
import { type Delivery, deliverIcmp } from "./icmp.ts";
import { NeighbourTable, type NeighbourUser } from "./neighbours.ts";
import type { NetHost } from "./net-host.ts";
import {
  ADMINISTRATIVELY_PROHIBITED,
  BROADCAST_MAC,
  DEFAULT_TTL,
  type Frame,
  HOST_UNREACHABLE,
  icmpError,
  isPacket,
  NET_UNREACHABLE,
  type Packet,
  PORT_UNREACHABLE,
  type Solicitation,
} from "./packet.ts";
import { PortTable } from "./ports.ts";
import type { RawSocket } from "./raw-socket.ts";
import { type Route, RouteTable, routeInfo } from "./routes.ts";
import { TcpTable } from "./tcp-table.ts";
import { UdpSocket } from "./udp-socket.ts";
import type { UnixSocket } from "./unix-socket.ts";

/** What a program here, and the sender of a packet on its way, hear of a route that refuses. @see net/ipv4/fib_semantics.c:fib_props */
const REFUSALS = {
  unreachable: { error: "EHOSTUNREACH", code: HOST_UNREACHABLE },
  blackhole: { error: "EINVAL", code: undefined },
  prohibit: { error: "EACCES", code: ADMINISTRATIVELY_PROHIBITED },
  throw: { error: "ENETUNREACH", code: NET_UNREACHABLE },
} as const;

/** The value of a sysctl of the namespace, by its dotted name. */
export type ReadSysctl = (name: string) => string;

export class NetStack implements DeviceOwner, NeighbourUser {
  readonly host: NetHost;
  readonly loopback: Loopback;
  readonly routes = new RouteTable();
  readonly neighbours: NeighbourTable;
  readonly addresses: AddressBook;
  readonly udp: PortTable;
  readonly tcp: TcpTable;
  readonly raw = new Set<RawSocket>();
  /** Abstract names of unix sockets. */
  readonly unixNames = new Map<string, UnixSocket>();
  /** What takes packets to a UDP port of the kernel's own. */
  readonly tunnels = new Map<number, (packet: Packet) => void>();
  /** Asked before devices are listed: what is made when it is first needed is made here. */
  onList: (() => void) | undefined;
  readonly #sysctl: ReadSysctl;
  readonly #devices = new Map<string, Device>();
  #lastIndex = 0;
  readonly #firewalls: Record<IpFamily, Firewall | undefined> = { 4: undefined, 6: undefined };

  constructor(host: NetHost, sysctl: ReadSysctl) {
    this.host = host;
    this.#sysctl = sysctl;
    this.neighbours = new NeighbourTable(host, this);
    this.addresses = new AddressBook(this);
    const range = (): readonly [number, number] => {
      const [first = 32_768, last = 60_999] = sysctl("net.ipv4.ip_local_port_range").split(/\s+/).map(Number);
      return [first, last];
    };
    this.udp = new PortTable(host.random, range);
    this.tcp = new TcpTable(this, range);
    this.loopback = new Loopback(host);
    this.addDevice(this.loopback);
  }

  // ── devices ──

  /** All devices, in the order of their numbers. */
  get devices(): readonly Device[] {
    this.onList?.();
    return [...this.#devices.values()].sort((a, b) => a.index - b.index);
  }

  device(name: string): Device | undefined {
    return this.#devices.get(name);
  }

  /** @throws EEXIST if the name is taken, EINVAL if it is none. */
  addDevice(device: Device): void {
    this.#checkName(device.name);
    device.index = ++this.#lastIndex;
    device.owner = this;
    this.#devices.set(device.name, device);
  }

  /** Takes a device out of the stack, with everything that speaks of it. It can be added to another. */
  takeDevice(device: Device): void {
    this.setUp(device, false);
    this.addresses.clear(device);
    device.master?.removePort(device);
    device.owner = undefined;
    this.#devices.delete(device.name);
  }

  /** Removes a device for ever; of a veth pair both ends go. */
  removeDevice(device: Device): void {
    const { peer } = device;
    if (this.#devices.get(device.name) === device) this.takeDevice(device);
    device.unplug();
    if (peer?.owner instanceof NetStack) {
      peer.owner.takeDevice(peer);
      peer.unplug();
    }
  }

  /** @throws EEXIST, EINVAL */
  renameDevice(device: Device, name: string): void {
    if (name === device.name) return;
    this.#checkName(name);
    this.#devices.delete(device.name);
    device.name = name;
    this.#devices.set(name, device);
  }

  setUp(device: Device, up: boolean): void {
    if (device.up === up) return;
    device.up = up;
    if (up) {
      device.used = true;
      this.addresses.deviceUp(device);
    } else {
      this.routes.removeDevice(device);
      this.neighbours.flush(device);
      this.addresses.deviceDown(device);
    }
  }

  // ── addresses and routes ──

  /** Do packets to this address end here? */
  isLocal(address: string): boolean {
    return this.addresses.owner(address) !== undefined;
  }

  isBroadcast(address: string): boolean {
    return this.addresses.isBroadcast(address);
  }

  /** @throws ENETUNREACH. @throws EHOSTUNREACH, EINVAL, EACCES for a route that refuses */
  route(destination: string, device?: Device): Route {
    const route = this.routes.lookup(destination, device);
    if (route === undefined) throw new Errno(this.#lacks6(destination) ? "EADDRNOTAVAIL" : "ENETUNREACH");
    if (route.refusal !== undefined) throw new Errno(REFUSALS[route.refusal].error);
    return route;
  }

  /** IPv6 is turned off everywhere. */
  #lacks6(destination: string): boolean {
    return familyOf(destination) === 6 && !this.addresses.has6Anywhere;
  }

  /** The route that a packet takes, even one that stays here, with its source. @throws ENETUNREACH */
  routeTo(destination: string): RouteInfo {
    if (this.isLocal(destination)) {
      return {
        destination,
        prefixLength: familyOf(destination) === 4 ? 32 : 128,
        gateway: undefined,
        device: "lo",
        source: this.sourceFor(destination),
        scope: "host",
        metric: 0,
      };
    }
    return { ...routeInfo(this.route(destination)), source: this.sourceFor(destination) };
  }

  /** The address that packets to `destination` come from. @throws ENETUNREACH, EADDRNOTAVAIL */
  sourceFor(destination: string, device?: Device): string {
    const owner = this.addresses.owner(destination);
    if (owner !== undefined) {
      return owner.exact ? destination : owner.address;
    }
    const route = this.route(destination, device);
    const source = route.source ?? this.addresses.sourceOn(route.device, route.gateway ?? destination);
    if (source === undefined) throw new Errno(familyOf(destination) === 6 ? "EADDRNOTAVAIL" : "ENETUNREACH");
    return source;
  }

  /** Bytes that a packet to `destination` may have. */
  mtuTo(destination: string): number {
    if (this.isLocal(destination)) return this.loopback.mtu;
    return this.routes.lookup(destination)?.device.mtu ?? this.loopback.mtu;
  }

  /** How far packets go that nobody has given another limit. The sysctl is never 0: that is a stack without sysctls. */
  ttlTo(destination: string): number {
    return (familyOf(destination) === 4 && Number(this.#sysctl("net.ipv4.ip_default_ttl"))) || DEFAULT_TTL;
  }

  get somaxconn(): number {
    return Number(this.#sysctl("net.core.somaxconn"));
  }

  sysctl(name: string): string {
    return this.#sysctl(name);
  }

  /** The packet filter of a family; made when somebody first adds a rule. */
  firewallOf(family: IpFamily): Firewall {
    let firewall = this.#firewalls[family];
    if (firewall === undefined) {
      firewall = new Firewall(this.host, {
        isLocal: (address) => this.isLocal(address),
        sourceOn: (device, destination) => this.addresses.sourceOn(device, destination),
      });
      this.#firewalls[family] = firewall;
    }
    return firewall;
  }

  hasFirewall(family: IpFamily): boolean {
    return this.#firewalls[family] !== undefined;
  }

  /** That of IPv4. */
  get firewall(): Firewall {
    return this.firewallOf(4);
  }

  #firewallFor({ destination }: Packet): Firewall | undefined {
    return this.#firewalls[familyOf(destination)];
  }

  /** Forgets every connection from or to an address that somebody else may have next. */
  forgetConnections(address: string): void {
    this.#firewalls[familyOf(address)]?.conntrack.forget(address);
  }

  /** May a packet pass from one port of a bridge to another? */
  allowsForward(bridge: Device, packet: Packet): boolean {
    const firewall = this.#firewallFor(packet);
    if (firewall === undefined) return true;
    const { tracked } = firewall.translateDestination("PREROUTING", packet, bridge);
    if (!firewall.allows("FORWARD", { packet, in: bridge, out: bridge, tracked })) return false;
    firewall.translateSource("POSTROUTING", packet, tracked, bridge);
    return true;
  }

  // ── packets that are made here ──

  /** @throws ENETUNREACH without a route, EPERM if the packet filter drops it. */
  output(made: Packet, device?: Device): void {
    const firewall = this.#firewallFor(made);
    if (firewall === undefined) {
      this.#send(made, this.#way(made.destination, device));
      return;
    }
    const { packet, tracked } = firewall.translateDestination("OUTPUT", made, undefined);
    const way = this.#way(packet.destination, device);
    if (!firewall.allows("OUTPUT", { packet, in: undefined, out: way.device, tracked })) throw new Errno("EPERM");
    this.#send(firewall.translateSource("POSTROUTING", packet, tracked, way.device), way);
  }

  /** Through which device, and to which host on its link. @throws ENETUNREACH */
  #way(destination: string, device?: Device): Way {
    if (this.isLocal(destination)) return { device: this.loopback, next: undefined };
    const route = this.route(destination, device);
    if (this.isBroadcast(destination) || isMulticast(destination)) return { device: route.device, next: BROADCAST_MAC };
    return { device: route.device, next: route.gateway ?? destination };
  }

  #send(packet: Packet, { device, next }: Way): void {
    if (next === undefined || next === BROADCAST_MAC || device === this.loopback) {
      const destination = next === undefined || device === this.loopback ? device.mac : BROADCAST_MAC;
      device.transmit({ source: device.mac, destination, payload: packet });
    } else this.neighbours.send(device, next, packet);
  }

  // ── packets that come in ──

  receive(device: Device, frame: Frame): void {
    const { payload } = frame;
    if (frame.destination !== device.mac && frame.destination !== BROADCAST_MAC) return;
    if (!isPacket(payload)) this.#receiveSolicitation(device, payload);
    else if (device === this.loopback || !isMartian(payload)) this.#receivePacket(device, payload);
  }

  #receivePacket(device: Device, received: Packet): void {
    const firewall = this.#firewallFor(received);
    // What this stack sent to itself has been through the hooks on its way out.
    const known = firewall === undefined || device === this.loopback;
    if (!known && !firewall.admits(received, device)) return;
    const { packet, tracked } = known
      ? { packet: received, tracked: undefined }
      : firewall.translateDestination("PREROUTING", received, device);
    const forUs = this.isLocal(packet.destination) || this.isBroadcast(packet.destination);
    if (!forUs && !isMulticast(packet.destination)) {
      this.#forward(device, packet, tracked);
      return;
    }
    if (known) {
      this.#deliver(packet, device);
      return;
    }
    if (!firewall.allows("INPUT", { packet, in: device, out: undefined, tracked })) return;
    this.#deliver(firewall.translateSource("INPUT", packet, tracked, device), device);
  }

  #forward(from: Device, packet: Packet, tracked: Parameters<Firewall["translateSource"]>[2]): void {
    const isForwarding = familyOf(packet.destination) === 4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
    if (Number(this.#sysctl(isForwarding)) === 0) return;
    if (packet.ttl <= 1) {
      this.#report(from, packet, "time-exceeded", 0);
      return;
    }
    const route = this.routes.lookup(packet.destination);
    if (route === undefined) {
      this.#report(from, packet, "unreachable", NET_UNREACHABLE);
      return;
    }
    const { device, gateway, refusal } = route;
    if (refusal !== undefined) {
      const { code } = REFUSALS[refusal];
      if (code !== undefined) this.#report(from, packet, "unreachable", code);
      return;
    }
    const firewall = this.#firewallFor(packet);
    const passed = { ...packet, ttl: packet.ttl - 1 };
    if (firewall !== undefined) {
      if (!firewall.allows("FORWARD", { packet: passed, in: from, out: device, tracked })) return;
      const translated = firewall.translateSource("POSTROUTING", passed, tracked, device);
      this.neighbours.send(device, gateway ?? translated.destination, translated);
    } else this.neighbours.send(device, gateway ?? passed.destination, passed);
  }

  #deliver(packet: Packet, device: Device): void {
    const { body } = packet;
    if (body.protocol === "tcp") this.tcp.receive(packet, body);
    else if (body.protocol === "icmp") deliverIcmp(this.#delivery, packet, body);
    else if (this.tunnels.has(body.port) && body.carries !== undefined) this.tunnels.get(body.port)?.(packet);
    else {
      let found = false;
      const from = { address: packet.source, port: body.sourcePort };
      for (const socket of this.#udpSockets(packet, body.port)) {
        if (!socket.wants(from, this.isLocal(packet.destination) ? packet.destination : socket.local.address)) continue;
        socket.deliver(packet.source, body);
        found = true;
        if (!this.isBroadcast(packet.destination)) break;
      }
      if (!found && this.isLocal(packet.destination)) this.#report(device, packet, "unreachable", PORT_UNREACHABLE);
    }
  }

  /** Sockets on a port, those with the closest ends first. */
  #udpSockets(packet: Packet, port: number): readonly UdpSocket[] {
    const weight = (socket: UdpSocket): number =>
      (socket.remote === undefined ? 0 : 2) + (isAny(socket.local.address) ? 0 : 1);
    const all = [...this.udp.holders(port)].flatMap((socket) => (socket instanceof UdpSocket ? [socket] : []));
    const fitting = this.isBroadcast(packet.destination) ? all : all.filter((one) => one.takes(packet.destination));
    return fitting.sort((a, b) => weight(b) - weight(a));
  }

  readonly #delivery: Delivery = {
    stack: this,
    reply: (packet) => this.#try(packet),
    udpSockets: (about) =>
      about.body.protocol === "udp"
        ? [...this.udp.holders(about.body.sourcePort)].flatMap((one) => (one instanceof UdpSocket ? [one] : []))
        : [],
  };

  /** Tells who sent a packet that it did not get through. */
  #report(device: Device, packet: Packet, type: "unreachable" | "time-exceeded", code: number): void {
    const own = this.isLocal(packet.destination) ? packet.destination : undefined;
    const source = own ?? this.addresses.sourceOn(device, packet.source);
    const error = source === undefined ? undefined : icmpError(source, packet, type, code);
    if (error !== undefined && !isAny(packet.source)) this.#try(error);
  }

  #try(packet: Packet): void {
    try {
      this.output(packet);
    } catch (error) {
      // Without a way back there is nobody to tell.
      if (!(error instanceof Errno)) throw error;
    }
  }

  // ── neighbours ──

  solicitationSource(device: Device, target: string): string {
    return this.addresses.sourceOn(device, target) ?? anyAddress(familyOf(target));
  }

  /** A host on a link does not answer. */
  undeliverable(packet: Packet): void {
    const source = this.isLocal(packet.source) ? packet.source : this.#sourceTowards(packet.source);
    if (source === undefined) return;
    const error = icmpError(source, packet, "unreachable", HOST_UNREACHABLE);
    if (error !== undefined) this.#try(error);
  }

  #sourceTowards(destination: string): string | undefined {
    const route = this.routes.lookup(destination);
    return route === undefined ? undefined : this.addresses.sourceOn(route.device, destination);
  }

  #receiveSolicitation(device: Device, message: Solicitation): void {
    const isForUs = this.isLocal(message.target) && !isLoopback(message.target);
    if (message.answer) {
      this.neighbours.learn(device, message, false);
      return;
    }
    if (!isAny(message.senderAddress)) this.neighbours.learn(device, message, isForUs);
    if (!isForUs) return;
    device.transmit({
      source: device.mac,
      destination: message.senderMac,
      payload: {
        protocol: "neighbour",
        answer: true,
        senderAddress: message.target,
        senderMac: device.mac,
        target: message.senderAddress,
      },
    });
  }

  /** Tells everybody on a link where an address of this stack is. */
  announce(device: Device, address: string): void {
    device.transmit({
      source: device.mac,
      destination: BROADCAST_MAC,
      payload: {
        protocol: "neighbour",
        answer: true,
        senderAddress: address,
        senderMac: device.mac,
        target: address,
      },
    });
  }

  /** @throws EEXIST, EINVAL */
  #checkName(name: string): void {
    if (name === "" || name.length > MAX_NAME_LENGTH || /[/\s:]/.test(name) || name === "." || name === "..") {
      throw new Errno("EINVAL");
    }
    if (this.#devices.has(name)) throw new Errno("EEXIST");
  }
}

interface Way {
  readonly device: Device;
  /** The host on the link that the packet goes to; all of them for a broadcast; `undefined` on the loopback. */
  readonly next: string | undefined;
}

/** Loopback addresses do not come from outside. */
function isMartian({ source, destination }: Packet): boolean {
  return isLoopback(source) || isLoopback(destination) || inPrefix({ address: "0.0.0.0", length: 8 }, source);
}
