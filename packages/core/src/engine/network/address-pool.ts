/**
 * The addresses of a network: the lowest free one is given out next.
 *
 * @see moby libnetwork/ipams/defaultipam
 */
import { addToIp, type IpPrefix, inPrefix, ipBytes, lastOf, networkOf, StatusError } from "../../lib/index.ts";

export class AddressPool {
  readonly subnet: IpPrefix;
  readonly gateway: string;
  readonly #first: string;
  /** How many addresses there are to give, from `#first` on. */
  readonly #size: number;
  /** By place. Not a Set: that slows down when the same few places come and go, and the lowest ones do. */
  readonly #taken: (true | undefined)[] = [];
  /** No place below this one is free. */
  #hint = 0;

  /** `range` is the part of the subnet that addresses are taken from, if it is not all. */
  constructor(subnet: IpPrefix, gateway?: string, range?: IpPrefix) {
    this.subnet = { address: networkOf(subnet), length: subnet.length };
    const part = range ?? subnet;
    const isWhole = range === undefined;
    // The first address is the network's own, the last one its broadcast.
    this.#first = isWhole ? addToIp(networkOf(part), 1) : networkOf(part);
    const count = distance(this.#first, lastOf(part)) + 1;
    this.#size = isWhole ? count - 1 : count;
    this.gateway = gateway ?? this.take(undefined);
    if (gateway !== undefined && this.#contains(gateway)) this.#taken[distance(this.#first, gateway)] = true;
  }

  /** A free address, or the wanted one. @throws StatusError permission-denied if there is none */
  take(wanted: string | undefined): string {
    if (wanted !== undefined) return this.#takeThat(wanted);
    let place = this.#hint;
    while (this.#taken[place] === true) place++;
    if (place >= this.#size) {
      throw new StatusError(
        "permission-denied",
        "failed to set up container networking: no available IPv4 addresses on this network's address pools",
      );
    }
    this.#taken[place] = true;
    this.#hint = place + 1;
    return addToIp(this.#first, place);
  }

  release(address: string): void {
    const place = distance(this.#first, address);
    if (place in this.#taken) this.#taken[place] = undefined;
    this.#hint = Math.min(this.#hint, Math.max(0, place));
  }

  covers(address: string): boolean {
    return inPrefix(this.subnet, address);
  }

  #takeThat(wanted: string): string {
    const place = distance(this.#first, wanted);
    if (this.#taken[place] === true || wanted === this.gateway) {
      throw new StatusError("permission-denied", "failed to set up container networking: Address already in use");
    }
    this.#taken[place] = true;
    return wanted;
  }

  #contains(address: string): boolean {
    const place = distance(this.#first, address);
    return place >= 0 && place < this.#size;
  }
}

/** How far `to` lies behind `from`, both IPv4. */
function distance(from: string, to: string): number {
  const value = (address: string): number => [...(ipBytes(address) ?? [])].reduce((sum, byte) => sum * 256 + byte, 0);
  return value(to) - value(from);
}

/** True if some address is in both. */
export const overlaps = (a: IpPrefix, b: IpPrefix): boolean =>
  a.length <= b.length ? inPrefix(a, b.address) : inPrefix(b, a.address);
