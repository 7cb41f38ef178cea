/**
 * The addresses of a network: the lowest free one is given out next.
 *
 * @see moby libnetwork/ipams/defaultipam
 */
import { type IpPrefix, inPrefix, ipBytes, lastOf, networkOf, StatusError } from "../../lib/index.ts";

export class AddressPool {
  readonly subnet: IpPrefix;
  readonly gateway: string;
  /** The address of place 0, as a number. */
  readonly #first: number;
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
    this.#first = numberOf(networkOf(part)) + (isWhole ? 1 : 0);
    const count = this.#placeOf(lastOf(part)) + 1;
    this.#size = isWhole ? count - 1 : count;
    this.gateway = gateway ?? this.take(undefined);
    if (gateway !== undefined && this.#contains(gateway)) this.#taken[this.#placeOf(gateway)] = true;
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
    return textOf(this.#first + place);
  }

  release(address: string): void {
    const place = this.#placeOf(address);
    if (place in this.#taken) this.#taken[place] = undefined;
    this.#hint = Math.min(this.#hint, Math.max(0, place));
  }

  covers(address: string): boolean {
    return inPrefix(this.subnet, address);
  }

  #takeThat(wanted: string): string {
    const place = this.#placeOf(wanted);
    if (this.#taken[place] === true || wanted === this.gateway) {
      throw new StatusError("permission-denied", "failed to set up container networking: Address already in use");
    }
    this.#taken[place] = true;
    return wanted;
  }

  #contains(address: string): boolean {
    const place = this.#placeOf(address);
    return place >= 0 && place < this.#size;
  }

  #placeOf(address: string): number {
    return numberOf(address) - this.#first;
  }
}

/** An IPv4 address as a number. */
function numberOf(address: string): number {
  let number = 0;
  for (const byte of ipBytes(address) ?? []) number = number * 256 + byte;
  return number;
}

const textOf = (number: number): string =>
  [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255].join(".");

/** True if some address is in both. */
export const overlaps = (a: IpPrefix, b: IpPrefix): boolean =>
  a.length <= b.length ? inPrefix(a, b.address) : inPrefix(b, a.address);
