/**
 * The addresses of one subnet: the lowest free one is given out next; or, in turn, the one that follows the last.
 *
 * The first address is the network's own and, of IPv4, the last one its broadcast: nobody gets them, except in a subnet of
 * two addresses or one.
 *
 * @see moby libnetwork/ipams/defaultipam/allocator.go, RFC 3021, RFC 4291 section 2.6.1
 */
import {
  addToIp,
  bitsOf,
  familyOf,
  type IpFamily,
  type IpPrefix,
  inPrefix,
  ipBytes,
  ipNumber,
  lastOf,
  networkOf,
  StatusError,
} from "../../lib/index.ts";

/** Places beyond this one are kept by their text: an array is for those that are close together. */
const LAST_NEAR_PLACE = 2 ** 31;
/** A subnet of IPv6 has more addresses than anybody counts. */
const MANY = 2 ** 52;

export class AddressPool {
  readonly subnet: IpPrefix;
  readonly family: IpFamily;
  /** The part that addresses are taken from which nobody asked for. */
  readonly #range: IpPrefix;
  /** The address of place 0. */
  readonly #first: string;
  /** The same as a number, for IPv4. */
  readonly #firstNumber: number;
  readonly #size: number;
  /** By place. Not a Set: that slows down when the same few places come and go, and the lowest ones do. */
  readonly #taken: (true | undefined)[] = [];
  /** Taken addresses outside of the range, or far up in it. */
  readonly #others = new Set<string>();
  /** No place below this one is free; in turn, the place that is tried next. */
  #hint = 0;
  readonly #isInTurn: boolean;

  /** `range` is the part of the subnet that addresses are taken from, if it is not all. */
  constructor(subnet: IpPrefix, range?: IpPrefix, { inTurn = false }: { readonly inTurn?: boolean } = {}) {
    this.subnet = subnet;
    this.#isInTurn = inTurn;
    this.family = familyOf(subnet.address);
    this.#range = range ?? subnet;
    this.#first = networkOf(this.#range);
    this.#firstNumber = this.family === 4 ? ipNumber(this.#first) : 0;
    const bits = bitsOf(this.family) - this.#range.length;
    // The broadcast address is no place: the array of places would have a hole before it that makes it slow.
    const hasBroadcast = this.#hasEnds && this.family === 4 && lastOf(this.#range) === lastOf(subnet);
    this.#size = (bits > 52 ? MANY : 2 ** bits) - (hasBroadcast ? 1 : 0);
    this.#reserveEnds();
  }

  /** Its first address, and of IPv4 its last one, are nobody's. */
  get #hasEnds(): boolean {
    return this.family === 6 || bitsOf(4) - this.subnet.length > 1;
  }

  /** A free address. `undefined` if there is none. */
  take(): string | undefined {
    let place = this.#hint;
    while (this.#taken[place] === true) place++;
    if (place >= this.#size && this.#isInTurn) {
      place = 0;
      while (this.#taken[place] === true) place++;
    }
    if (place >= this.#size) return undefined;
    this.#taken[place] = true;
    this.#hint = place + 1;
    return this.#at(place);
  }

  /** @throws StatusError permission-denied if somebody has it */
  takeThat(address: string): string {
    const place = this.#placeOf(address);
    if (place === undefined ? this.#others.has(address) : this.#taken[place] === true) {
      throw new StatusError("permission-denied", "Address already in use");
    }
    if (place === undefined) this.#others.add(address);
    else this.#taken[place] = true;
    return address;
  }

  release(address: string): void {
    const place = this.#placeOf(address);
    if (place === undefined) {
      this.#others.delete(address);
      return;
    }
    this.#taken[place] = undefined;
    if (place < this.#hint && !this.#isInTurn) this.#hint = place;
  }

  covers(address: string): boolean {
    return inPrefix(this.subnet, address);
  }

  #reserveEnds(): void {
    if (!this.#hasEnds) return;
    this.takeThat(networkOf(this.subnet));
    if (this.family === 4) this.takeThat(lastOf(this.subnet));
  }

  #at(place: number): string {
    return this.family === 4 ? textOf(this.#firstNumber + place) : addToIp(this.#first, place);
  }

  /** `undefined` if it is outside of the range, or far away. */
  #placeOf(address: string): number | undefined {
    if (this.family === 4) {
      const place = ipNumber(address) - this.#firstNumber;
      return place >= 0 && place < this.#size ? place : undefined;
    }
    if (!inPrefix(this.#range, address)) return undefined;
    const place = distance(this.#first, address);
    return place < LAST_NEAR_PLACE ? place : undefined;
  }
}

const textOf = (number: number): string =>
  `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;

/** How many addresses of IPv6 lie between; Infinity if they are too many to count. */
function distance(from: string, to: string): number {
  const [a, b] = [ipBytes(from), ipBytes(to)];
  let number = 0;
  for (let at = 0; at < 16; at++) number = number * 256 + (b?.[at] ?? 0) - (a?.[at] ?? 0);
  return number;
}
