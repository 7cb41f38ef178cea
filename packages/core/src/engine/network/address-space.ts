/**
 * Which subnets are given away on a machine, and which one comes next where nobody asks for one.
 *
 * @see moby libnetwork/ipams/defaultipam/address_space.go, libnetwork/ipamutils
 */
import {
  addToIp,
  compareIp,
  familyOf,
  type IpFamily,
  type IpPrefix,
  inPrefix,
  lastOf,
  networkOf,
  parsePrefix,
  StatusError,
} from "../../lib/index.ts";

/** A network that is cut into subnets of one size. */
export interface Divided {
  readonly base: string;
  /** Bits of the prefix of one subnet. */
  readonly length: number;
}

/** Default pools for networks of a single machine. */
export const LOCAL_POOLS: readonly Divided[] = [
  { base: "172.17.0.0/16", length: 16 },
  { base: "172.18.0.0/16", length: 16 },
  { base: "172.19.0.0/16", length: 16 },
  { base: "172.20.0.0/14", length: 16 },
  { base: "172.24.0.0/14", length: 16 },
  { base: "172.28.0.0/14", length: 16 },
  { base: "192.168.0.0/16", length: 20 },
];
/**
 * Default pools for networks that machines share. The first subnet is that of the routing mesh. @see moby swarmkit:
 * default address pool
 */
export const SHARED_POOLS: readonly Divided[] = [{ base: "10.0.0.0/8", length: 24 }];

interface Allocation {
  readonly subnet: IpPrefix;
  /** The ranges that networks have of it; `undefined` for all of it. */
  readonly shares: (string | undefined)[];
}

/** The subnets of a machine's networks: which are taken, and which are given next. */
export class AddressSpace {
  readonly #pools: readonly Divided[];
  #allocated: readonly Allocation[] = [];

  constructor(pools: readonly Divided[]) {
    this.#pools = pools;
  }

  /** The next free subnet of that family. @throws StatusError if there is none */
  next(family: IpFamily): IpPrefix {
    for (const { base, length } of this.#pools) {
      const all = parsePrefix(base);
      if (all === undefined || familyOf(all.address) !== family) continue;
      const subnet = this.#gapIn(all, length);
      if (subnet === undefined) continue;
      this.#add({ subnet, shares: [undefined] });
      return subnet;
    }
    throw new StatusError("invalid-argument", "all predefined address pools have been fully subnetted");
  }

  /**
   * A subnet that somebody asks for. Who asks for a range of it only may share it with others that do.
   *
   * @throws StatusError permission-denied if it overlaps with what others have
   */
  take(subnet: IpPrefix, range?: IpPrefix): void {
    const share = range === undefined ? undefined : textOf(range);
    const same = this.#allocated.find((one) => textOf(one.subnet) === textOf(subnet));
    const overlaps =
      share === undefined
        ? this.#allocated.some((one) => overlap(one.subnet, subnet))
        : same?.shares.includes(share) === true;
    if (overlaps) {
      throw new StatusError(
        "permission-denied",
        "invalid pool request: Pool overlaps with other one on this address space",
      );
    }
    if (same === undefined) this.#add({ subnet, shares: [share] });
    else same.shares.push(share);
  }

  release(subnet: IpPrefix, range?: IpPrefix): void {
    const share = range === undefined ? undefined : textOf(range);
    for (const one of this.#allocated) {
      if (textOf(one.subnet) !== textOf(subnet)) continue;
      const at = one.shares.indexOf(share);
      if (at >= 0) one.shares.splice(at, 1);
    }
    this.#allocated = this.#allocated.filter(({ shares }) => shares.length > 0);
  }

  #add(added: Allocation): void {
    this.#allocated = [...this.#allocated, added].sort((a, b) => compareIp(a.subnet.address, b.subnet.address));
  }

  /** The first subnet of that size in `all` that nothing overlaps. */
  #gapIn(all: IpPrefix, length: number): IpPrefix | undefined {
    let address = networkOf(all);
    while (inPrefix(all, address)) {
      const subnet = { address, length };
      const taken = this.#allocated.find((one) => overlap(one.subnet, subnet));
      if (taken === undefined) return subnet;
      // Behind whichever of the two ends last.
      const wider = taken.subnet.length < length ? taken.subnet : subnet;
      address = addToIp(lastOf(wider), 1);
      if (compareIp(address, wider.address) < 0) return undefined;
    }
    return undefined;
  }
}

/** True if some address is in both. */
export const overlap = (a: IpPrefix, b: IpPrefix): boolean =>
  a.length <= b.length ? inPrefix(a, b.address) : inPrefix(b, a.address);

export const textOf = ({ address, length }: IpPrefix): string => `${address}/${length}`;
