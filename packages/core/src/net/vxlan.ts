/**
 * VXLAN devices: a port of a bridge behind which the same network goes on, on other machines.
 *
 * Frames to a known host go to its machine, those to everybody to all machines that are on the network.
 *
 * @see RFC 7348, ip-link(8): vxlan, moby libnetwork/drivers/overlay
 */
import { NO_BYTES } from "../lib/index.ts";
import { Device } from "./device.ts";
import { BROADCAST_MAC, DEFAULT_TTL, type Frame, isPacket, type Packet } from "./packet.ts";

export const VXLAN_PORT = 4789;
/** Ports that packets come from: a flow keeps its own. */
const FIRST_SOURCE_PORT = 49_152;
const SOURCE_PORTS = 16_384;

export interface VxlanOptions {
  /** The number of the network. */
  readonly vni: number;
  /** The machine behind which a host is; `undefined` if nobody knows. */
  peerOf(mac: string): string | undefined;
  /** The other machines on the network. */
  peers(): Iterable<string>;
  /** Somebody on this machine has the address: no other is asked for it. */
  isNear(address: string): boolean;
  /** Sends a packet from this machine; its source is filled in there. */
  send(packet: Omit<Packet, "source">): void;
}

export class VxlanDevice extends Device {
  override readonly kind = "vxlan";
  readonly #options: VxlanOptions;

  constructor(name: string, mac: string, options: VxlanOptions) {
    super(name, mac);
    this.#options = options;
  }

  protected override carry(frame: Frame): void {
    const { isNear, peerOf, peers } = this.#options;
    const { payload } = frame;
    if (!isPacket(payload) && !payload.answer && isNear(payload.target)) return;
    const known = frame.destination === BROADCAST_MAC ? undefined : peerOf(frame.destination);
    if (known !== undefined) this.#tunnel(known, frame);
    else for (const peer of peers()) this.#tunnel(peer, frame);
  }

  #tunnel(destination: string, frame: Frame): void {
    const { vni, send } = this.#options;
    const sourcePort = FIRST_SOURCE_PORT + (hash(frame.source + frame.destination) % SOURCE_PORTS);
    const carries = { vni, frame };
    const body = { protocol: "udp", sourcePort, port: VXLAN_PORT, data: NO_BYTES, carries } as const;
    send({ destination, ttl: DEFAULT_TTL, body });
  }
}

function hash(text: string): number {
  let value = 0;
  for (let at = 0; at < text.length; at++) value = (value * 31 + text.charCodeAt(at)) >>> 0;
  return value;
}
