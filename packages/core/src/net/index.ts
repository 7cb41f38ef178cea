/** Floor 3, beside vfs: packets, devices, sockets. Knows no processes. */

export { linkLocalOf, MINIMUM_MTU_6 } from "./address-book.ts";
export {
  type Ancillary,
  NO_ANCILLARY,
  type Passed,
  type ReceivedMessage,
  releaseRights,
  type Sender,
} from "./ancillary.ts";
export type { Connection, Endpoint } from "./conntrack.ts";
export { Bridge, Device, type DeviceAddress, type Tap, TapDevice, Veth } from "./device.ts";
export type { DnsUpstream } from "./dns-forwarder.ts";
export { type DnsAnswer, type DnsBackend, DnsServer } from "./dns-server.ts";
export { Firewall, formatRule, type Rule, type RuleMatch, type RuleTarget, type Table } from "./firewall.ts";
export { frameText } from "./frame-text.ts";
export { InetSocket } from "./inet-socket.ts";
export { type Impairment, Link, type LinkConditions, type LinkQuality } from "./link.ts";
export { type NetHost, randomMac } from "./net-host.ts";
export { NetStack } from "./net-stack.ts";
export { broadcastOf, changeNetwork, defaultRoute, type NetworkContext, networkState } from "./netlink.ts";
export type {
  Body,
  Encapsulated,
  IcmpMessage,
  Packet,
  Solicitation,
  TcpSegment,
  UdpDatagram,
} from "./packet.ts";
export { Frame, isPacket } from "./packet.ts";
export { pcapFile } from "./pcap.ts";
export { RawSocket } from "./raw-socket.ts";
export { type Route, routeInfo } from "./routes.ts";
export { Socket } from "./socket.ts";
export { TCP_STATES, type TcpState } from "./tcp-connection.ts";
export { TcpSocket } from "./tcp-socket.ts";
export type { Remnant } from "./tcp-table.ts";
export { UdpSocket } from "./udp-socket.ts";
export { UnixSocket } from "./unix-socket.ts";
export { VirtualServer } from "./virtual-servers.ts";
export { VXLAN_PORT, VxlanDevice } from "./vxlan.ts";
