/** What ifconfig changes of a device: one word after the other, and in the end the address. @see ifconfig(8) */
import {
  type AddressInfo,
  Errno,
  LINK_FLAGS,
  type LinkInfo,
  type NetlinkChange,
  type NetworkState,
  netlink_set,
  type Routine,
} from "../../../abi/index.ts";
import { familyOf, lastOf, parsePrefix } from "../../../lib/index.ts";
import { showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { etherAddress } from "../../net/ether-address.ts";
import { resolve } from "../../net/host-names.ts";
import { classLength, inetAton, maskLength } from "../../net/inet-address.ts";

/** Changes the device, or the alias of one, as the words say. Ends the program at what cannot be had. */
export function* changeDevice(io: Io, name: string, words: readonly string[], state: NetworkState): Routine<number> {
  const change = new DeviceChange(io, name, words, state);
  yield* change.followWords();
  yield* change.setAddress();
  return 0;
}

/** The IPv4 address that the device or alias is to have. */
interface WantedAddress {
  readonly address: string;
  length: number;
  broadcast?: string;
}

class DeviceChange {
  readonly #io: Io;
  readonly #name: string;
  /** The name without that of an alias. */
  readonly #device: string;
  readonly #words: string[];
  /** `undefined` if there is no such device: the first request ends the program then. */
  readonly #link: LinkInfo | undefined;
  readonly #current: AddressInfo | undefined;
  #wanted: WantedAddress | undefined;

  constructor(io: Io, name: string, words: readonly string[], { links, addresses }: NetworkState) {
    this.#io = io;
    this.#name = name;
    this.#device = name.replace(/:.*$/, "");
    this.#words = [...words];
    this.#link = links.find((one) => one.name === this.#device);
    this.#current = addresses.find((one) => one.label === name && familyOf(one.address) === 4);
  }

  *followWords(): Routine<void> {
    for (let word = this.#words.shift(); word !== undefined; word = this.#words.shift()) yield* this.#follow(word);
  }

  /** Replaces the address of the device or alias, if one was given, and sets the device up. */
  *setAddress(): Routine<void> {
    if (this.#wanted === undefined) return;
    if (this.#current !== undefined) yield* this.#removeCurrent("SIOCSIFADDR", this.#current);
    const { address, length, broadcast } = this.#wanted;
    if (address === "0.0.0.0") return;
    yield* this.#ask("SIOCSIFADDR", {
      kind: "address-add",
      device: this.#device,
      address,
      prefixLength: length,
      ...(this.#isLoopback ? {} : { broadcast: broadcast ?? lastOf({ address, length }) }),
      ...(this.#isAlias ? { label: this.#name } : {}),
    });
    if (this.#link?.up !== true) yield* this.#setUp(true);
  }

  *#follow(word: string): Routine<void> {
    const flag = FLAGS.get(word.replace(/^-/, ""));
    if (flag !== undefined) return yield* this.#setFlags(flag.bits, word.startsWith("-") === flag.inverted);
    switch (word) {
      case "up":
      case "down":
        return yield* this.#isAlias && this.#link !== undefined ? this.#keepAlias(word) : this.#setUp(word === "up");
      case "netmask":
      case "broadcast":
        return yield* this.#amendAddress(word);
      case "mtu":
        return yield* this.#setLink("SIOCSIFMTU", { mtu: Number(yield* this.#next()) });
      case "metric":
        yield* this.#next();
        yield* this.#setLink("SIOCSIFMETRIC", {});
        return yield* this.#io.pdie("SIOCSIFMETRIC", new Errno("EOPNOTSUPP"));
      case "txqueuelen":
        return yield* this.#setLink("SIOCSIFTXQLEN", { queueLength: Number(yield* this.#next()) });
      case "hw":
        return yield* this.#setMac(yield* this.#next(), yield* this.#next());
      case "add":
      case "del":
        return yield* this.#changePrefix(word);
      case "trailers":
      case "-trailers":
        return;
      default:
        return yield* this.#wantAddress(word);
    }
  }

  get #isLoopback(): boolean {
    return this.#link?.kind === "loopback";
  }

  get #isAlias(): boolean {
    return this.#name !== this.#device;
  }

  *#next(): Routine<string> {
    return this.#words.shift() ?? (yield* showUsage(this.#io));
  }

  /** Makes the change; if it is refused, says so with the name of the request that busybox makes. */
  *#ask(what: string, change: NetlinkChange): Routine<void> {
    const failure = this.#link === undefined ? new Errno("ENODEV") : yield* netlink_set(change).attempt();
    if (failure instanceof Errno) yield* this.#io.pdie(what, failure);
  }

  #setLink(what: string, change: Omit<Extract<NetlinkChange, { kind: "link-set" }>, "kind" | "name">): Routine<void> {
    return this.#ask(what, { kind: "link-set", name: this.#device, ...change });
  }

  #setFlags(bits: number, on: boolean): Routine<void> {
    return this.#setLink(this.#link === undefined ? "SIOCGIFFLAGS" : "SIOCSIFFLAGS", { flags: { bits, on } });
  }

  #setUp(up: boolean): Routine<void> {
    return this.#setLink(this.#link === undefined ? "SIOCGIFFLAGS" : "SIOCSIFFLAGS", { up });
  }

  /** An alias is up as long as it has its address. */
  *#keepAlias(word: "up" | "down"): Routine<void> {
    if (this.#current === undefined) return yield* this.#io.pdie("SIOCSIFFLAGS", new Errno("EADDRNOTAVAIL"));
    if (word === "down") yield* this.#removeCurrent("SIOCSIFFLAGS", this.#current);
  }

  #removeCurrent(what: string, { address, prefixLength }: AddressInfo): Routine<void> {
    return this.#ask(what, { kind: "address-del", device: this.#device, address, prefixLength });
  }

  /** Another mask or broadcast address, of the address that is given or there. */
  *#amendAddress(word: "netmask" | "broadcast"): Routine<void> {
    const text = yield* this.#next();
    const value = inetAton(text);
    if (value === undefined) return yield* this.#io.die(`bad address '${text}'`);
    if (this.#wanted === undefined && this.#current !== undefined) {
      this.#wanted = { address: this.#current.address, length: this.#current.prefixLength };
    }
    if (this.#wanted === undefined) {
      // There is no address to be amended: this fails.
      const nothing = { device: this.#device, address: "0.0.0.0", prefixLength: 0 };
      yield* this.#ask("SIOCSIFNETMASK", { kind: "address-del", ...nothing });
    } else if (word === "netmask") this.#wanted.length = maskLength(value);
    else this.#wanted.broadcast = value;
  }

  /** The kernel takes an address of Ethernet for a device of that kind only. */
  *#setMac(kind: string, text: string): Routine<void> {
    if (kind !== "ether" && kind !== "infiniband") yield* showUsage(this.#io);
    const mac = etherAddress(text) ?? (yield* this.#io.die(`invalid hw-addr ${text}`));
    if (this.#isLoopback || kind === "infiniband") yield* this.#io.pdie("SIOCSIFHWADDR", new Errno("EINVAL"));
    yield* this.#setLink("SIOCSIFHWADDR", { mac });
  }

  /** A further address, of IPv6 as a rule. */
  *#changePrefix(word: "add" | "del"): Routine<void> {
    const text = yield* this.#next();
    const prefix = parsePrefix(text);
    if (prefix === undefined) return yield* this.#io.die(`bad address '${text}'`);
    const { address, length: prefixLength } = prefix;
    const [what, kind] =
      word === "add" ? (["SIOCSIFADDR", "address-add"] as const) : (["SIOCDIFADDR", "address-del"] as const);
    yield* this.#ask(what, { kind, device: this.#device, address, prefixLength });
  }

  *#wantAddress(word: string): Routine<void> {
    const [address] = yield* resolve(word, 4);
    if (address === undefined) return yield* this.#io.die(`bad address '${word}'`);
    if (this.#link === undefined) return yield* this.#io.pdie("SIOCSIFADDR", new Errno("ENODEV"));
    this.#wanted = { address, length: classLength(address) };
  }
}

const FLAGS: ReadonlyMap<string, { readonly bits: number; readonly inverted: boolean }> = new Map([
  ["arp", { bits: LINK_FLAGS.noArp, inverted: true }],
  ["promisc", { bits: LINK_FLAGS.promiscuous, inverted: false }],
  ["multicast", { bits: LINK_FLAGS.multicast, inverted: false }],
  ["allmulti", { bits: LINK_FLAGS.allMulticast, inverted: false }],
  ["dynamic", { bits: LINK_FLAGS.dynamic, inverted: false }],
]);
