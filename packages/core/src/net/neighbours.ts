/**
 * Neighbour resolution: from the address of a host on the same link to its MAC address.
 *
 * Packets wait while the question is open. Nobody answers: three questions, a second apart, then the packets are given
 * back as undeliverable. An answer is trusted for 30 s; after that the address is used on, but asked for again.
 *
 * Unlike Linux, the reachable time is not random, and entries are not collected.
 *
 * @see arp(7), net/core/neighbour.c
 */
import type { NeighbourInfo } from "../abi/index.ts";
import type { Timer } from "../sim/index.ts";
import type { Device } from "./device.ts";
import type { Generation } from "./generation.ts";
import type { NetHost } from "./net-host.ts";
import { BROADCAST_MAC, Frame, type Packet, type Solicitation } from "./packet.ts";

/** @see /proc/sys/net/ipv4/neigh/default */
const PROBES = 3;
/** A second, and what Linux's timer wheel makes of it. */
const RETRANSMIT_US = 1_020_000;
const REACHABLE_US = 30_000_000;
const DELAY_PROBE_US = 5_000_000;
/** Packets that may wait for an answer. */
const QUEUE_LIMIT = 101;

export interface Neighbour {
  readonly device: Device;
  readonly address: string;
  mac: string | undefined;
  state: NeighbourInfo["state"];
  confirmedUs: number;
  probes: number;
  waiting: Packet[];
  timer: Timer | undefined;
}

export interface NeighbourUser {
  /** The address that a question from `device` for `target` is asked with. */
  solicitationSource(device: Device, target: string): string;
  /** Nobody answers for the host that `packet` should have gone to. */
  undeliverable(packet: Packet): void;
}

export class NeighbourTable {
  readonly #host: NetHost;
  readonly #user: NeighbourUser;
  readonly #generation: Generation;
  readonly #entries = new Map<string, Neighbour>();

  constructor(host: NetHost, user: NeighbourUser, generation: Generation) {
    this.#host = host;
    this.#user = user;
    this.#generation = generation;
  }

  /** The host with `address` on the link of `device`, whether or not it is known where that is. Holds for a generation. */
  at(device: Device, address: string): Neighbour {
    return this.#entry(device, address);
  }

  /** Sends a packet to a host, as soon as it is known where that is. */
  send(entry: Neighbour, packet: Packet): void {
    if (entry.mac !== undefined) {
      this.#transmit(entry, entry.mac, packet);
      this.#refresh(entry);
      return;
    }
    if (entry.waiting.length < QUEUE_LIMIT) entry.waiting.push(packet);
    if (entry.state !== "incomplete") this.#begin(entry);
  }

  /** Somebody has said where an address is. Makes a new entry only if we were asked. */
  learn(device: Device, message: Solicitation, wasAsked: boolean): void {
    const known = this.#entries.get(keyOf(device, message.senderAddress));
    if (known === undefined && !wasAsked) return;
    const entry = known ?? this.#entry(device, message.senderAddress);
    if (entry.state === "permanent") return;
    entry.mac = message.senderMac;
    entry.state = "reachable";
    entry.confirmedUs = this.#host.clock.nowUs;
    entry.timer?.cancel();
    entry.timer = undefined;
    for (const packet of entry.waiting.splice(0)) this.#transmit(entry, message.senderMac, packet);
  }

  /** A fixed entry. */
  set(device: Device, address: string, mac: string): void {
    const entry = this.#entry(device, address);
    entry.mac = mac;
    entry.state = "permanent";
    entry.timer?.cancel();
  }

  delete(device: Device, address: string): boolean {
    this.#entries.get(keyOf(device, address))?.timer?.cancel();
    this.#generation.next();
    return this.#entries.delete(keyOf(device, address));
  }

  /** Forgets everything about a device that went down or away. */
  flush(device: Device): void {
    this.#generation.next();
    for (const [key, entry] of this.#entries) {
      if (entry.device !== device) continue;
      entry.timer?.cancel();
      this.#entries.delete(key);
    }
  }

  list(): readonly NeighbourInfo[] {
    return [...this.#entries.values()].map(({ device, address, mac, state, probes, confirmedUs }) => ({
      device: device.name,
      address,
      mac,
      state: state === "reachable" && this.#host.clock.nowUs - confirmedUs > REACHABLE_US ? "stale" : state,
      probes,
    }));
  }

  #entry(device: Device, address: string): Neighbour {
    const key = keyOf(device, address);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = {
        device,
        address,
        mac: undefined,
        state: "failed",
        confirmedUs: 0,
        probes: 0,
        waiting: [],
        timer: undefined,
      };
      this.#entries.set(key, entry);
    }
    return entry;
  }

  #begin(entry: Neighbour): void {
    entry.state = "incomplete";
    // Those to one address count as made: a neighbour whose address is not known cannot be asked alone.
    entry.probes = PROBES;
    this.#probe(entry, BROADCAST_MAC);
  }

  /** An old answer is checked while it is used. */
  #refresh(entry: Neighbour): void {
    if (entry.state !== "reachable" || this.#host.clock.nowUs - entry.confirmedUs <= REACHABLE_US) return;
    entry.state = "probe";
    entry.probes = 0;
    entry.timer = this.#host.clock.after(DELAY_PROBE_US, () => this.#probe(entry, entry.mac ?? BROADCAST_MAC));
  }

  #probe(entry: Neighbour, to: string): void {
    if (entry.probes === (entry.state === "incomplete" ? 2 * PROBES : PROBES)) {
      this.#fail(entry);
      return;
    }
    entry.probes++;
    const { device, address } = entry;
    const senderAddress = this.#user.solicitationSource(device, address);
    // The timer is armed first: on a link without latency the answer comes within transmit().
    entry.timer = this.#host.clock.after(RETRANSMIT_US, () => this.#probe(entry, to));
    const { mac: senderMac } = device;
    const question = { protocol: "neighbour", answer: false, senderAddress, senderMac, target: address } as const;
    device.transmit(new Frame(senderMac, to, question));
  }

  #fail(entry: Neighbour): void {
    entry.state = "failed";
    entry.mac = undefined;
    entry.timer = undefined;
    for (const packet of entry.waiting.splice(0)) this.#user.undeliverable(packet);
  }

  #transmit({ device }: Neighbour, mac: string, packet: Packet): void {
    device.transmit(new Frame(device.mac, mac, packet));
  }
}

const keyOf = (device: Device, address: string): string => `${device.index} ${address}`;
