/**
 * One network stack: devices, addresses, routes, neighbours, packet filter, sockets. The kernel has one for each network
 * namespace; a fresh one has nothing but a loopback device that is down.
 *
 * Packets come in by `receive` and go out by `output`; both return at once, and links take their time. What lies between
 * is the way that Linux's packets take: prerouting, routing, input or forward, postrouting.
 *
 * Unlike Linux there are no fragments, and no multicast beyond the own machine.
 *
 * @see net/ipv4/ip_input.c, ip_output.c, ip_forward.c
 */
import { Errno, type RouteInfo } from "../abi/index.ts";
import { anyAddress, familyOf, type IpFamily, isAny, isLoopback, isMulticast } from "../lib/index.ts";
import { AddressBook } from "./address-book.ts";
import { type Tracked, withDestination, withSource } from "./conntrack.ts";
import { type Destination, DestinationTable, type Way } from "./destination.ts";
import { type Device, type DeviceOwner, Loopback, MAX_NAME_LENGTH } from "./device.ts";
import { Firewall } from "./firewall.ts";
import { Generation } from "./generation.ts";
import { type Delivery, deliverIcmp } from "./icmp.ts";
import { NeighbourTable, type NeighbourUser } from "./neighbours.ts";
import type { NetHost } from "./net-host.ts";
import {
  ADMINISTRATIVELY_PROHIBITED,
  BROADCAST_MAC,
  DEFAULT_TTL,
  Frame,
  HOST_UNREACHABLE,
  icmpError,
  isPacket,
  NET_UNREACHABLE,
  type Packet,
  PORT_UNREACHABLE,
  type Solicitation,
  type UdpDatagram,
} from "./packet.ts";
import { PortTable } from "./ports.ts";
import type { RawSocket } from "./raw-socket.ts";
import { routeOfPacket } from "./route-of-packet.ts";
import type { Route, RouteTable } from "./routes.ts";
import { Routing } from "./routing.ts";
import { TcpTable } from "./tcp-table.ts";
import { UdpSocket } from "./udp-socket.ts";
import type { UnixSocket } from "./unix-socket.ts";
import { opensConnection, type VirtualServer } from "./virtual-servers.ts";

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
  /** Of everything that decides about the way of packets. */
  readonly generation = new Generation();
  readonly routing = new Routing(this.generation, () => this.loopback);
  readonly neighbours: NeighbourTable;
  readonly addresses: AddressBook;
  readonly udp: PortTable;
  readonly tcp: TcpTable;
  readonly raw = new Set<RawSocket>();
  /** Abstract names of unix sockets. */
  readonly unixNames = new Map<string, UnixSocket>();
  /** What takes packets to a UDP port of the kernel's own. */
  readonly tunnels = new Map<number, (packet: Packet) => void>();
  /** What packets are for that carry a mark, by it; `undefined` where nothing is passed on to others. */
  virtualServers: Map<number, VirtualServer> | undefined;
  /** Asked before devices are listed: what is made when it is first needed is made here. */
  onList: (() => void) | undefined = undefined;
  readonly #sysctl: ReadSysctl;
  readonly #devices = new Map<string, Device>();
  readonly #destinations: DestinationTable;
  #lastIndex = 0;
  readonly #firewalls: Record<IpFamily, Firewall | undefined> = { 4: undefined, 6: undefined };

  constructor(host: NetHost, sysctl: ReadSysctl) {
    this.host = host;
    this.#sysctl = sysctl;
    this.neighbours = new NeighbourTable(host, this, this.generation);
    this.addresses = new AddressBook(this);
    this.#destinations = new DestinationTable(this.addresses, this.routing, this.generation);
    const range = portRange(sysctl);
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
    this.generation.next();
  }

  /** Takes a device out of the stack, with everything that speaks of it. It can be added to another. */
  takeDevice(device: Device): void {
    this.setUp(device, false);
    this.addresses.clear(device);
    device.master?.removePort(device);
    device.owner = undefined;
    this.#devices.delete(device.name);
    this.generation.next();
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
    this.addresses.deviceRenamed(device);
  }

  /** `sinceUs`: it has been up for a while, and nobody has looked. */
  setUp(device: Device, up: boolean, sinceUs = this.host.clock.nowUs): void {
    if (device.up === up) return;
    device.up = up;
    this.generation.next();
    if (up) {
      device.used = true;
      this.addresses.deviceUp(device, sinceUs);
    } else {
      this.routing.removeDevice(device);
      this.neighbours.flush(device);
      this.addresses.deviceDown(device);
    }
  }

  // ── addresses and routes ──

  /** The routes that packets take unless a rule says otherwise: the table `main`. */
  get routes(): RouteTable {
    return this.routing.main;
  }

  /** Do packets to this address end here? */
  isLocal(address: string): boolean {
    return this.#destinations.find(address).owner !== undefined;
  }

  isBroadcast(address: string): boolean {
    return this.#destinations.find(address).isBroadcast;
  }

  /** @throws ENETUNREACH. @throws EHOSTUNREACH, EINVAL, EACCES for a route that refuses */
  route(destination: string, device?: Device, source?: string): Route {
    if (device === undefined) return this.#checked(destination, this.#destinations.find(destination, source).route);
    return this.#checked(destination, this.routing.route({ destination, source }, device));
  }

  #checked(destination: string, route: Route | undefined): Route {
    if (route === undefined) throw new Errno(this.#lacks6(destination) ? "EADDRNOTAVAIL" : "ENETUNREACH");
    if (route.refusal !== undefined) throw new Errno(REFUSALS[route.refusal].error);
    return route;
  }

  /** IPv6 is turned off everywhere. */
  #lacks6(destination: string): boolean {
    return familyOf(destination) === 6 && !this.addresses.has6Anywhere;
  }

  /**
   * The route that a packet takes, even one that stays here, with the source that it has or would get.
   *
   * @throws ENETUNREACH also where `from` is none of this machine's addresses. @throws EINVAL if it is the loopback's and
   * leads to another device.
   */
  routeTo(destination: string, from?: string): RouteInfo {
    return routeOfPacket(this, destination, from);
  }

  /** The address that packets to `destination` come from. @throws ENETUNREACH, EADDRNOTAVAIL */
  sourceFor(destination: string, device?: Device): string {
    if (device !== undefined) return this.#sourceThrough(destination, device);
    const known = this.#destinations.find(destination);
    known.source ??= this.#sourceThrough(destination);
    return known.source;
  }

  #sourceThrough(destination: string, device?: Device): string {
    const { owner } = this.#destinations.find(destination);
    if (owner !== undefined) return owner.exact ? destination : owner.address;
    const route = this.route(destination, device);
    const source = route.source ?? this.addresses.sourceOn(route.device, route.gateway ?? destination);
    if (source === undefined) throw new Errno(familyOf(destination) === 6 ? "EADDRNOTAVAIL" : "ENETUNREACH");
    return source;
  }

  /** Bytes that a packet to `destination` may have. */
  mtuTo(destination: string): number {
    const { owner, route } = this.#destinations.find(destination);
    return owner === undefined && route !== undefined ? route.device.mtu : this.loopback.mtu;
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
      firewall = new Firewall(this.host, this.generation, {
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
    const tracked = firewall.conntrack.track(packet);
    if (tracked !== undefined) firewall.translateDestination("PREROUTING", packet, tracked, bridge);
    if (!firewall.allows("FORWARD", { packet, in: bridge, out: bridge, tracked })) return false;
    firewall.translateSource("POSTROUTING", packet, tracked, bridge);
    return true;
  }

  // ── packets that are made here ──

  /** @throws ENETUNREACH without a route, EPERM if the packet filter drops it. */
  output(made: Packet, device?: Device): void {
    const firewall = this.#firewallFor(made);
    if (firewall === undefined) {
      this.#send(made, this.#way(made, device));
      return;
    }
    const tracked = firewall.conntrack.track(made);
    const known = device === undefined && this.#knowsWay(tracked, undefined) ? tracked.way : undefined;
    if (tracked !== undefined && known !== undefined) {
      this.#send(translated(made, tracked), known);
      return;
    }
    const packet =
      tracked === undefined
        ? firewall.translateError(made)
        : firewall.translateDestination("OUTPUT", made, tracked, undefined);
    const way = this.#way(packet, device);
    if (!firewall.allows("OUTPUT", { packet, in: undefined, out: way.device, tracked })) throw new Errno("EPERM");
    if (device === undefined) this.#settle(tracked, undefined, way);
    this.#send(firewall.translateSource("POSTROUTING", packet, tracked, way.device), way);
  }

  /** Through which device, and to which host on its link. @throws ENETUNREACH */
  #way({ destination: address, source }: Packet, device?: Device, from?: Device): Way {
    const destination = this.#destinations.find(address, source, from);
    if (device !== undefined) return this.#wayTo(destination, () => this.route(address, device, source));
    destination.way ??= this.#wayTo(destination, () => this.#checked(address, destination.route));
    return destination.way;
  }

  #wayTo({ address, owner, isBroadcast, endsHere }: Destination, findRoute: () => Route): Way {
    if (owner !== undefined && endsHere) return { device: this.loopback, next: undefined, neighbour: undefined };
    const route = findRoute();
    const isForAll = isBroadcast || isMulticast(address);
    return { device: route.device, next: isForAll ? BROADCAST_MAC : (route.gateway ?? address), neighbour: undefined };
  }

  #send(packet: Packet, way: Way): void {
    const { device, next } = way;
    if (next === undefined || next === BROADCAST_MAC || device === this.loopback) {
      const destination = next === undefined || device === this.loopback ? device.mac : BROADCAST_MAC;
      device.transmit(new Frame(device.mac, destination, packet));
      return;
    }
    way.neighbour ??= this.neighbours.at(device, next);
    this.neighbours.send(way.neighbour, packet);
  }

  /** Rules and routes need not be asked about packets of a connection that come in through `from`, or are made here. */
  #knowsWay(tracked: Tracked | undefined, from: Device | undefined): tracked is Tracked {
    return tracked?.knowsWay(this.generation.number, from) === true;
  }

  /** The rules have let one of its packets pass. */
  #settle(tracked: Tracked | undefined, from: Device | undefined, way: Way | undefined): void {
    tracked?.settle(this.generation.number, from, way);
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
    if (firewall === undefined || device === this.loopback) {
      if (this.#endsHere(received, device)) this.#deliver(received, device);
      else this.#forward(device, received, undefined);
      return;
    }
    if (!firewall.admits(received, device)) return;
    const tracked = firewall.conntrack.track(received);
    if (this.#knowsWay(tracked, device)) {
      if (tracked.way === undefined) this.#deliver(translated(received, tracked), device);
      else this.#forward(device, withDestination(received, tracked), tracked, tracked.way);
      return;
    }
    const packet =
      tracked === undefined
        ? firewall.translateError(received)
        : firewall.translateDestination("PREROUTING", received, tracked, device);
    if (!this.#endsHere(packet, device)) {
      this.#forward(device, packet, tracked);
      return;
    }
    if (!firewall.allows("INPUT", { packet, in: device, out: undefined, tracked })) return;
    if (this.virtualServers !== undefined && tracked !== undefined && this.#passOn(device, packet, tracked)) return;
    this.#settle(tracked, device, undefined);
    this.#deliver(firewall.translateSource("INPUT", packet, tracked, device), device);
  }

  /**
   * Gives a new connection to one of the real servers of a virtual one: true if it was for one. What follows of it is
   * forwarded. @see net/netfilter/ipvs/ip_vs_core.c: ip_vs_in, ip_vs_leave
   */
  #passOn(device: Device, packet: Packet, tracked: Tracked): boolean {
    const firewall = this.#firewallFor(packet);
    if (firewall === undefined || tracked.connection.confirmed || !opensConnection(packet.body)) return false;
    const mark = firewall.markOf({ packet, in: device, out: undefined, tracked });
    const server = this.virtualServers?.get(mark);
    if (server === undefined) return false;
    const address = server.next();
    if (address === undefined) {
      firewall.conntrack.drop(tracked);
      this.#report(device, packet, "unreachable", PORT_UNREACHABLE);
      return true;
    }
    firewall.conntrack.divert(tracked, address);
    const passed = withDestination(packet, tracked);
    const way = this.#wayOn(device, passed, tracked);
    if (way !== undefined) this.#send(firewall.translateSource("POSTROUTING", passed, tracked, way.device), way);
    return true;
  }

  #endsHere({ destination, source }: Packet, from: Device): boolean {
    return this.#destinations.find(destination, source, from).endsHere;
  }

  /** `known` is the way of packets that the rules let pass. */
  #forward(from: Device, packet: Packet, tracked: Tracked | undefined, known?: Way): void {
    const { source, destination, ttl, body } = packet;
    const isForwarding = familyOf(destination) === 4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
    if (Number(this.#sysctl(isForwarding)) === 0) return;
    if (ttl <= 1) {
      this.#report(from, packet, "time-exceeded", 0);
      return;
    }
    const passed = { source, destination, ttl: ttl - 1, body };
    const way = known ?? this.#wayOn(from, passed, tracked);
    if (way === undefined) return;
    const firewall = this.#firewallFor(passed);
    this.#send(firewall?.translateSource("POSTROUTING", passed, tracked, way.device) ?? passed, way);
  }

  /** Where a packet goes on to, if a route leads there and the rules let it pass. */
  #wayOn(from: Device, packet: Packet, tracked: Tracked | undefined): Way | undefined {
    const { route } = this.#destinations.find(packet.destination, packet.source, from);
    if (route === undefined) {
      this.#report(from, packet, "unreachable", NET_UNREACHABLE);
      return undefined;
    }
    if (route.refusal !== undefined) {
      const { code } = REFUSALS[route.refusal];
      if (code !== undefined) this.#report(from, packet, "unreachable", code);
      return undefined;
    }
    const { device } = route;
    const firewall = this.#firewallFor(packet);
    if (firewall?.allows("FORWARD", { packet, in: from, out: device, tracked }) === false) return undefined;
    const way = this.#way(packet, undefined, from);
    this.#settle(tracked, from, way);
    return way;
  }

  #deliver(packet: Packet, device: Device): void {
    const { body } = packet;
    if (body.protocol === "tcp") this.tcp.receive(packet, body);
    else if (body.protocol === "icmp") deliverIcmp(this.#delivery, packet, body);
    else if (this.tunnels.has(body.port) && body.carries !== undefined) this.tunnels.get(body.port)?.(packet);
    else {
      const { owner, isBroadcast } = this.#destinations.find(packet.destination);
      if (owner === undefined || isBroadcast) this.#spread(packet, body, isBroadcast);
      else {
        const socket = this.#udpSocket(packet, body);
        if (socket !== undefined) socket.deliver(packet.source, body);
        else this.#report(device, packet, "unreachable", PORT_UNREACHABLE);
      }
    }
  }

  /** The socket that a datagram to an address of this machine is for: the one with the closest ends. */
  #udpSocket({ source, destination }: Packet, { sourcePort, port }: UdpDatagram): UdpSocket | undefined {
    const from = { address: source, port: sourcePort };
    let closest: UdpSocket | undefined;
    for (const socket of this.udp.holders(port)) {
      if (!(socket instanceof UdpSocket) || !socket.wants(from, destination)) continue;
      if (closest === undefined || socket.closeness > closest.closeness) closest = socket;
    }
    return closest;
  }

  /** A datagram to a group goes to the first socket that wants it, one to everybody to all of them. */
  #spread({ source, destination }: Packet, datagram: UdpDatagram, isForAll: boolean): void {
    const from = { address: source, port: datagram.sourcePort };
    const sockets = [...this.udp.holders(datagram.port)]
      .flatMap((one) => (one instanceof UdpSocket && (isForAll || one.takes(destination)) ? [one] : []))
      .sort((a, b) => b.closeness - a.closeness);
    for (const socket of sockets) {
      if (!socket.wants(from, socket.local.address)) continue;
      socket.deliver(source, datagram);
      if (!isForAll) return;
    }
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
    const route = this.routing.route({ destination });
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
    device.transmit(
      new Frame(device.mac, message.senderMac, {
        protocol: "neighbour",
        answer: true,
        senderAddress: message.target,
        senderMac: device.mac,
        target: message.senderAddress,
      }),
    );
  }

  /** Tells everybody on a link where an address of this stack is. */
  announce(device: Device, address: string): void {
    device.transmit(
      new Frame(device.mac, BROADCAST_MAC, {
        protocol: "neighbour",
        answer: true,
        senderAddress: address,
        senderMac: device.mac,
        target: address,
      }),
    );
  }

  /** @throws EEXIST, EINVAL */
  #checkName(name: string): void {
    if (name === "" || name.length > MAX_NAME_LENGTH || /[/\s:]/.test(name) || name === "." || name === "..") {
      throw new Errno("EINVAL");
    }
    if (this.#devices.has(name)) throw new Errno("EEXIST");
  }
}

/** A packet as the other side is to see it. */
const translated = (packet: Packet, tracked: Tracked): Packet => withSource(withDestination(packet, tracked), tracked);

/** Loopback addresses do not come from outside, nor does what has no address. */
const isMartian = ({ source, destination }: Packet): boolean =>
  isLoopback(source) || isLoopback(destination) || source.startsWith("0.");

/** The ports that connections are given, as the sysctl says. */
function portRange(sysctl: ReadSysctl): () => readonly [number, number] {
  let known = "";
  let range: readonly [number, number] = [32_768, 60_999];
  return () => {
    const text = sysctl("net.ipv4.ip_local_port_range");
    if (text !== known) {
      known = text;
      const [first = 32_768, last = 60_999] = text.split(/\s+/).map(Number);
      range = [first, last];
    }
    return range;
  };
}
