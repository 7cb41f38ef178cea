/**
 * Frames as the bytes that a cable would carry: Ethernet, ARP, IPv4, IPv6, TCP, UDP, ICMP, with their checksums.
 *
 * Nothing inside of the simulator needs them: they are for captures.
 *
 * @see RFC 894, RFC 826, RFC 791, RFC 8200, RFC 9293, RFC 7323, RFC 768, RFC 792, RFC 4443, RFC 4861
 */
import { concat, familyOf, type IpFamily, ipBytes, isAny, NO_BYTES } from "../lib/index.ts";
import {
  BROADCAST_MAC,
  type Encapsulated,
  type Frame,
  type IcmpMessage,
  isPacket,
  type Packet,
  type Solicitation,
  type TcpSegment,
  type UdpDatagram,
} from "./packet.ts";

const ETHERTYPES = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;
const PROTOCOLS = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const;
const DONT_FRAGMENT = 0x4000;
/** What the data offset of a packet about neighbours must say. @see RFC 4861 section 11.2 */
const NEIGHBOUR_HOPS = 255;
/** The scale of windows that Linux offers. @see net/ipv4/tcp_output.c: tcp_select_initial_window */
const WINDOW_SCALE = 7;
/** What an error tells of the packet that it is about, behind its IP header. */
const ABOUT_BYTES = 8;

/** `timeUs` goes into TCP's time stamps. */
export function frameBytes(frame: Frame, timeUs: number): Uint8Array {
  const { payload } = frame;
  const isFour = familyOf(isPacket(payload) ? payload.source : payload.target) === 4;
  const type = !isFour ? ETHERTYPES.ipv6 : isPacket(payload) ? ETHERTYPES.ipv4 : ETHERTYPES.arp;
  const body = isPacket(payload)
    ? packetBytes(payload, timeUs)
    : isFour
      ? arp(frame, payload)
      : neighbour(frame, payload);
  return concat([macBytes(frame.destination), macBytes(frame.source), words(type), body]);
}

function arp({ destination }: Frame, { answer, senderMac, senderAddress, target }: Solicitation): Uint8Array {
  const targetMac = answer && destination !== BROADCAST_MAC ? macBytes(destination) : new Uint8Array(6);
  const head = concat([words(1, ETHERTYPES.ipv4), Uint8Array.of(6, 4), words(answer ? 2 : 1)]);
  return concat([head, macBytes(senderMac), address(senderAddress), targetMac, address(target)]);
}

/** What ARP is to IPv4: neighbour solicitation and advertisement. */
function neighbour({ destination }: Frame, message: Solicitation): Uint8Array {
  const { answer, senderMac, senderAddress, target } = message;
  const about = address(answer ? senderAddress : target);
  const option = concat([Uint8Array.of(answer ? 2 : 1, 1), macBytes(senderMac)]);
  const hasSender = answer || !isAny(senderAddress);
  const flags = answer ? words(0x6000, 0) : words(0, 0);
  const body = concat([Uint8Array.of(answer ? 136 : 135, 0), words(0), flags, about, hasSender ? option : NO_BYTES]);
  const everybody = answer ? ALL_NODES : solicitedNode(about);
  const to = destination === BROADCAST_MAC ? everybody : address(target);
  const source = address(senderAddress);
  const summed = withChecksum(body, 2, pseudoHeader(source, to, PROTOCOLS.icmpv6, body.length));
  return concat([sixHeader(source, to, PROTOCOLS.icmpv6, NEIGHBOUR_HOPS, summed.length), summed]);
}

const ALL_NODES = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
const solicitedNode = (about: Uint8Array): Uint8Array =>
  concat([Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff), about.subarray(13)]);

function packetBytes(packet: Packet, timeUs: number): Uint8Array {
  const family = familyOf(packet.destination);
  const [source, destination] = [address(packet.source), address(packet.destination)];
  const { body, ttl } = packet;
  const protocol = body.protocol === "icmp" && family === 6 ? PROTOCOLS.icmpv6 : PROTOCOLS[body.protocol];
  const plain =
    body.protocol === "tcp"
      ? tcp(body, timeUs)
      : body.protocol === "udp"
        ? udp(body, timeUs)
        : icmp(body, family, timeUs);
  const sumAt = { tcp: 16, udp: 6, icmp: 2 }[body.protocol];
  const isBare = body.protocol === "icmp" && family === 4;
  const prefix = isBare ? NO_BYTES : pseudoHeader(source, destination, protocol, plain.length);
  const transport = withChecksum(plain, sumAt, prefix);
  const header =
    family === 4
      ? fourHeader(source, destination, protocol, ttl, transport.length)
      : sixHeader(source, destination, protocol, ttl, transport.length);
  return concat([header, transport]);
}

function fourHeader(from: Uint8Array, to: Uint8Array, protocol: number, ttl: number, length: number): Uint8Array {
  const fields = words(0x4500, 20 + length, 0, DONT_FRAGMENT);
  return withChecksum(concat([fields, Uint8Array.of(ttl, protocol), words(0), from, to]), 10, NO_BYTES);
}

function sixHeader(from: Uint8Array, to: Uint8Array, protocol: number, hops: number, length: number): Uint8Array {
  return concat([words(0x6000, 0, length), Uint8Array.of(protocol, hops), from, to]);
}

/** What the checksums of transports cover besides themselves. */
function pseudoHeader(from: Uint8Array, to: Uint8Array, protocol: number, length: number): Uint8Array {
  return concat([from, to, words(length >>> 16, length & 0xffff, 0, protocol)]);
}

function tcp(segment: TcpSegment, timeUs: number): Uint8Array {
  const { syn, ack, fin, rst, sourcePort, port, sequence, acknowledges, window, data } = segment;
  const options = rst ? NO_BYTES : tcpOptions(segment, Math.floor(timeUs / 1000));
  const flags = (fin ? 1 : 0) | (syn ? 2 : 0) | (rst ? 4 : 0) | (data.length > 0 ? 8 : 0) | (ack ? 16 : 0);
  const shown = Math.min(0xffff, syn ? window : window >> WINDOW_SCALE);
  const offset = (5 + options.length / 4) << 12;
  const head = concat([words(sourcePort, port), long(sequence), long(ack ? acknowledges : 0)]);
  return concat([head, words(offset | flags, shown, 0, 0), options, data]);
}

function tcpOptions({ syn }: TcpSegment, timeMs: number): Uint8Array {
  const stamps = concat([Uint8Array.of(8, 10), long(timeMs), long(0)]);
  if (!syn) return concat([Uint8Array.of(1, 1), stamps]);
  return concat([Uint8Array.of(2, 4), words(1460), Uint8Array.of(4, 2), stamps, Uint8Array.of(1, 3, 3, WINDOW_SCALE)]);
}

function udp({ sourcePort, port, data, carries }: UdpDatagram, timeUs: number): Uint8Array {
  const content = carries === undefined ? data : vxlan(carries, timeUs);
  return concat([words(sourcePort, port, 8 + content.length, 0), content]);
}

/** The flag that the number is valid, and the number. */
function vxlan({ vni, frame }: Encapsulated, timeUs: number): Uint8Array {
  return concat([words(0x0800, 0), long(vni * 256), frameBytes(frame, timeUs)]);
}

const ICMP_TYPES = {
  4: { "echo-request": 8, "echo-reply": 0, unreachable: 3, "time-exceeded": 11 },
  6: { "echo-request": 128, "echo-reply": 129, unreachable: 1, "time-exceeded": 3 },
} as const;
/** Codes of "unreachable" of ICMP, as those of ICMPv6: no route, address, port. */
const CODES_6: Readonly<Record<number, number>> = { 0: 0, 1: 3, 3: 4 };

function icmp({ type, code, id, sequence, data, about }: IcmpMessage, family: IpFamily, timeUs: number): Uint8Array {
  const shown = family === 6 && type === "unreachable" ? (CODES_6[code] ?? code) : code;
  const head = Uint8Array.of(ICMP_TYPES[family][type], shown, 0, 0);
  if (about === undefined) return concat([head, words(id, sequence), data]);
  const whole = packetBytes(about, timeUs);
  return concat([head, words(0, 0), whole.subarray(0, (family === 4 ? 20 : 40) + ABOUT_BYTES)]);
}

/** The bytes with the ones' complement sum of them and `prefix` at `at`. */
function withChecksum(bytes: Uint8Array, at: number, prefix: Uint8Array): Uint8Array {
  let sum = sumOf(prefix) + sumOf(bytes);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  const checksum = ~sum & 0xffff;
  const summed = bytes.slice();
  summed.set(words(checksum === 0 ? 0xffff : checksum), at);
  return summed;
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return sum;
}

const words = (...values: readonly number[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => [(value >>> 8) & 0xff, value & 0xff]));

/** 32 bits of a number that may be larger. */
function long(value: number): Uint8Array {
  const low = value % 0x1_0000_0000;
  return words(Math.floor(low / 0x10000), low & 0xffff);
}

const address = (text: string): Uint8Array => ipBytes(text) ?? new Uint8Array(4);

const macBytes = (mac: string): Uint8Array => Uint8Array.from(mac.split(":").map((part) => Number.parseInt(part, 16)));
