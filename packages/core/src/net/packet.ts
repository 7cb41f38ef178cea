/**
 * Packets and frames: plain objects that pass from device to device.
 *
 * A packet is what IP carries; a frame is what a link carries: a packet, or a question or answer of neighbour discovery.
 * A TCP sequence number is not reduced modulo 2^32: who writes a capture file does that.
 *
 * @see RFC 791, RFC 9293, RFC 768, RFC 792, RFC 826
 */
import type { IcmpInfo } from "../abi/index.ts";
import { bitsOf, familyOf, type IpFamily } from "../lib/index.ts";

export interface TcpSegment {
  readonly protocol: "tcp";
  readonly sourcePort: number;
  readonly port: number;
  readonly sequence: number;
  /** The next byte that the sender expects; meaningless without `ack`. */
  readonly acknowledges: number;
  readonly syn: boolean;
  readonly ack: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  readonly window: number;
  readonly data: Uint8Array;
}

export interface UdpDatagram {
  readonly protocol: "udp";
  readonly sourcePort: number;
  readonly port: number;
  readonly data: Uint8Array;
  /** A frame of another network, in place of data. */
  readonly carries?: Encapsulated;
}

/** A frame on its way through a tunnel. @see RFC 7348 */
export interface Encapsulated {
  /** The number of the network that it belongs to. */
  readonly vni: number;
  readonly frame: Frame;
}

export interface IcmpMessage extends IcmpInfo {
  readonly protocol: "icmp";
  readonly data: Uint8Array;
  /** The packet that an error is about. */
  readonly about: Packet | undefined;
}

export type Body = TcpSegment | UdpDatagram | IcmpMessage;

export interface Packet {
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  readonly body: Body;
}

/** ARP for IPv4, neighbour discovery for IPv6: who has `target`? */
export interface Solicitation {
  readonly protocol: "neighbour";
  readonly answer: boolean;
  readonly senderAddress: string;
  readonly senderMac: string;
  readonly target: string;
}

export class Frame {
  readonly source: string;
  readonly destination: string;
  readonly payload: Packet | Solicitation;
  #length = 0;

  constructor(source: string, destination: string, payload: Packet | Solicitation) {
    this.source = source;
    this.destination = destination;
    this.payload = payload;
  }

  /** Bytes of the Ethernet frame. Every device that it passes counts them. */
  get length(): number {
    if (this.#length === 0) {
      this.#length = ETHERNET_HEADER + (isPacket(this.payload) ? packetLength(this.payload) : SOLICITATION_LENGTH);
    }
    return this.#length;
  }
}

/** A packet with other ends. Ports are left as they are where none is given; a message of ICMP has none. */
export function withEnds(
  { ttl, body }: Packet,
  ends: {
    readonly source: string;
    readonly destination: string;
    readonly sourcePort: number | undefined;
    readonly port: number | undefined;
  },
): Packet {
  const { source, destination } = ends;
  return { source, destination, ttl, body: withPorts(body, ends.sourcePort, ends.port) };
}

/** Written out for each protocol: what is spread has a hidden class of its own. */
function withPorts(body: Body, newSource: number | undefined, newPort: number | undefined): Body {
  if (body.protocol === "icmp") return body;
  const { sourcePort: oldSource, port: oldPort, data } = body;
  const [sourcePort, port] = [newSource ?? oldSource, newPort ?? oldPort];
  if (body.protocol === "udp") {
    const { carries } = body;
    if (carries === undefined) return { protocol: "udp", sourcePort, port, data };
    return { protocol: "udp", sourcePort, port, data, carries };
  }
  const { sequence, acknowledges, syn, ack, fin, rst, window } = body;
  return { protocol: "tcp", sourcePort, port, sequence, acknowledges, syn, ack, fin, rst, window, data };
}

export const BROADCAST_MAC = "ff:ff:ff:ff:ff:ff";
export const NO_MAC = "00:00:00:00:00:00";
export const DEFAULT_TTL = 64;

/** Codes of ICMP "unreachable". @see RFC 792 */
export const NET_UNREACHABLE = 0;
export const HOST_UNREACHABLE = 1;
export const PORT_UNREACHABLE = 3;
export const ADMINISTRATIVELY_PROHIBITED = 13;

export const isPacket = (payload: Packet | Solicitation): payload is Packet => "body" in payload;

/** Bytes of the IP packet, headers included. */
function packetLength({ source, body }: Packet): number {
  const header = familyOf(source) === 4 ? 20 : 40;
  const transport = body.protocol === "tcp" ? (body.syn ? 40 : 32) : 8;
  const carried = body.protocol === "udp" && body.carries !== undefined ? VXLAN_HEADER + body.carries.frame.length : 0;
  return header + transport + carried + body.data.length;
}

const ETHERNET_HEADER = 14;
const VXLAN_HEADER = 8;
const SOLICITATION_LENGTH = 28;

/** Bytes of a TCP segment's payload that fit into one packet. */
export const segmentSize = (mtu: number, family: IpFamily): number => mtu - (bitsOf(family) === 32 ? 20 : 40) - 32;

/** An error about `packet`; `undefined` where none may be sent: about errors, and to nowhere. */
export function icmpError(
  source: string,
  packet: Packet,
  type: "unreachable" | "time-exceeded",
  code: number,
): Packet | undefined {
  const { body } = packet;
  if (body.protocol === "icmp" && body.type !== "echo-request" && body.type !== "echo-reply") return undefined;
  return {
    source,
    destination: packet.source,
    ttl: DEFAULT_TTL,
    body: { protocol: "icmp", type, code, id: 0, sequence: 0, data: new Uint8Array(28), about: packet },
  };
}
