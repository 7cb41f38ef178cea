/**
 * The addresses of a stack's devices, and what follows from them: which are local, which routes come with them.
 *
 * @see ip-address(8), net/ipv4/devinet.c, net/ipv6/addrconf.c
 */
import { Errno } from "../abi/index.ts";
import { bitsOf, familyOf, formatIp, inPrefix, lastOf, networkOf } from "../lib/index.ts";
import { Bridge, type Device, type DeviceAddress, Loopback, MAX_NAME_LENGTH } from "./device.ts";
import type { NetStack } from "./net-stack.ts";

const LOOPBACK_4: DeviceAddress = { address: "127.0.0.1", length: 8, broadcast: undefined, scope: "host" };
const LOOPBACK_6: DeviceAddress = { address: "::1", length: 128, broadcast: undefined, scope: "host" };
/** @see include/uapi/linux/ipv6_route.h: IP6_RT_PRIO_KERN */
const IPV6_METRIC = 256;
/** How long a link-local address is in doubt: a random delay of up to a second, and one for an answer. @see RFC 4862 */
const DAD_US = 1_500_000;
/** @see RFC 8200 section 5 */
export const MINIMUM_MTU_6 = 1280;
/** @see RFC 791, net/ipv4/devinet.c: inetdev_valid_mtu */
export const MINIMUM_MTU_4 = 68;

/** Whose address something is. */
export interface Owner {
  readonly device: Device;
  readonly address: string;
  /** It is that very address, not only one of the loopback's network. */
  readonly exact: boolean;
}

export class AddressBook {
  readonly #stack: NetStack;
  /** Devices that have addresses. */
  readonly #devices = new Set<Device>();
  /** Devices on which IPv6 is turned off. */
  readonly #without6 = new Set<Device>();

  constructor(stack: NetStack) {
    this.#stack = stack;
  }

  /** As the sysctl disable_ipv6 of that device does. */
  disable6(device: Device): void {
    this.#without6.add(device);
  }

  has6(device: Device): boolean {
    return device.mtu >= MINIMUM_MTU_6 && !this.#isOff6(device);
  }

  #isOff6(device: Device): boolean {
    if (this.#without6.has(device)) return true;
    const off = (name: string): boolean => Number(this.#stack.sysctl(`net.ipv6.conf.${name}.disable_ipv6`)) !== 0;
    return off("all") || off(device.name);
  }

  /** Some device has an address of IPv6. */
  get has6Anywhere(): boolean {
    for (const { addresses } of this.#devices)
      if (addresses.some(({ address }) => familyOf(address) === 6)) return true;
    return false;
  }

  /** A link that carries too little for IPv6 loses it; one that carries next to nothing loses IPv4 too. */
  mtuChanged(device: Device): void {
    if (device.mtu >= MINIMUM_MTU_6) return;
    const gone = device.addresses.filter(({ address }) => familyOf(address) === 6 || device.mtu < MINIMUM_MTU_4);
    for (const { address, length } of gone) this.remove(device, address, length);
  }

  /** @throws EEXIST if the device has the address. @throws EACCES for IPv6 where that is turned off. */
  add(device: Device, address: DeviceAddress): void {
    if (device.addresses.some((one) => one.address === address.address && one.length === address.length)) {
      throw new Errno("EEXIST");
    }
    if (familyOf(address.address) === 6 && this.#isOff6(device)) throw new Errno("EACCES");
    this.#change(device, inserted(device.addresses, address));
    if (device.up) this.#connect(device, address);
  }

  /** @throws EADDRNOTAVAIL if the device does not have it. */
  remove(device: Device, address: string, length: number): void {
    const same = device.addresses.filter((one) => one.address === address);
    // A prefix of full length may mean an address of any.
    const found =
      same.find((one) => one.length === length) ?? (length === bitsOf(familyOf(address)) ? same[0] : undefined);
    if (found === undefined) throw new Errno("EADDRNOTAVAIL");
    // With the first address of a network its others go.
    const gone = device.addresses.filter(
      (one) => one === found || (isSecondary(device.addresses, one) && isSameNetwork(one, found)),
    );
    this.#change(
      device,
      device.addresses.filter((one) => !gone.includes(one)),
    );
    for (const one of gone) this.#stack.routing.removeDevice(device, one.address);
    if (!device.addresses.some((one) => familyOf(one.address) === familyOf(address))) {
      this.#stack.routing.removeDevice(device);
    }
  }

  clear(device: Device): void {
    this.#change(device, []);
    this.#without6.delete(device);
  }

  /**
   * Labels follow a device's new name; where there was none, all but the first get numbers.
   *
   * @see net/ipv4/devinet.c: inetdev_changename
   */
  deviceRenamed(device: Device): void {
    let count = 0;
    const renamed = device.addresses.map((one) => {
      if (familyOf(one.address) === 6) return one;
      count++;
      const suffix = /:.*/.exec(one.label ?? "")?.[0] ?? `:${count}`;
      const begin = device.name.slice(0, MAX_NAME_LENGTH - suffix.length);
      return { ...one, label: count === 1 ? undefined : `${begin}${suffix}` };
    });
    this.#change(device, renamed);
  }

  deviceUp(device: Device, sinceUs: number): void {
    if (device instanceof Loopback) {
      const own = [LOOPBACK_4, ...(this.has6(device) ? [LOOPBACK_6] : [])];
      for (const address of own) {
        if (!device.addresses.some((one) => one.address === address.address)) {
          this.#change(device, [...device.addresses, address]);
        }
      }
      return;
    }
    if (this.has6(device) && !(device instanceof Bridge) && device.master === undefined) {
      const linkLocal: DeviceAddress = {
        address: linkLocalOf(device.mac),
        length: 64,
        broadcast: undefined,
        scope: "link",
        tentativeUntilUs: sinceUs + DAD_US,
      };
      if (!device.addresses.some((one) => one.address === linkLocal.address)) {
        this.#change(device, inserted(device.addresses, linkLocal));
      }
    }
    for (const address of device.addresses) this.#connect(device, address);
  }

  /** IPv6 addresses go with the link, IPv4 ones stay. */
  deviceDown(device: Device): void {
    this.#change(
      device,
      device.addresses.filter(({ address }) => familyOf(address) === 4),
    );
  }

  #change(device: Device, addresses: readonly DeviceAddress[]): void {
    device.addresses = addresses;
    if (addresses.length > 0) this.#devices.add(device);
    else this.#devices.delete(device);
    this.#stack.generation.next();
  }

  /** Which device makes packets to `destination` end here, also one that is down; `undefined` if none does. */
  owner(destination: string): Owner | undefined {
    let within: Owner | undefined;
    for (const device of this.#devices) {
      for (const one of device.addresses) {
        if (one.address === destination) return { device, address: one.address, exact: true };
        const covers = device instanceof Loopback && familyOf(destination) === 4 && inPrefix(one, destination);
        if (covers) within ??= { device, address: one.address, exact: false };
      }
    }
    return within;
  }

  isBroadcast(destination: string): boolean {
    return destination === "255.255.255.255" || this.networkEndingWith(destination) !== undefined;
  }

  /** The address whose network's last address this is. @see net/ipv4/fib_frontend.c: fib_add_ifaddr */
  networkEndingWith(destination: string): { readonly device: Device; readonly address: string } | undefined {
    if (familyOf(destination) === 6) return undefined;
    for (const device of this.#devices) {
      if (!device.up) continue;
      for (const { address, length, broadcast } of device.addresses) {
        if (familyOf(address) !== 4) continue;
        const last = length > 30 ? undefined : lastOf({ address, length });
        if (broadcast === destination || last === destination) return { device, address };
      }
    }
    return undefined;
  }

  /** The address that packets through `device` towards `destination` come from. */
  sourceOn(device: Device, destination: string): string | undefined {
    const family = familyOf(destination);
    const own = device.addresses.filter(({ address }) => familyOf(address) === family);
    const best = own.find((one) => inPrefix(one, destination)) ?? own.find(({ scope }) => scope === "global");
    if (best !== undefined || family === 6) return best?.address;
    // Without one of its own a device borrows another's, as Linux does.
    for (const other of this.#devices) {
      const lent = other.addresses.find(({ address, scope }) => familyOf(address) === 4 && scope === "global");
      if (lent !== undefined) return lent.address;
    }
    return undefined;
  }

  /** The route to the network of an address, and the news of it to that network. */
  #connect(device: Device, { address, length, scope }: DeviceAddress): void {
    const family = familyOf(address);
    if (device instanceof Loopback && (family === 4 || length === bitsOf(6))) return;
    if (length < bitsOf(family)) {
      const route = {
        destination: networkOf({ address, length }),
        prefixLength: length,
        gateway: undefined,
        device,
        source: family === 4 ? address : undefined,
        scope: "link" as const,
        metric: family === 4 ? 0 : IPV6_METRIC,
      };
      const known = this.#stack.routes.all.some(
        (other) =>
          other.destination === route.destination &&
          other.prefixLength === length &&
          other.metric === route.metric &&
          (family === 4 || other.device === device),
      );
      if (!known) this.#stack.routes.add(route, "last");
    }
    if (scope === "global") this.#stack.announce(device, address);
  }
}

/**
 * Where a new address goes: an IPv4 address that opens a network comes behind the last of those that do and are of its
 * scope or a narrower one, every other at the end.
 *
 * @see net/ipv4/devinet.c: __inet_insert_ifa
 */
function inserted(all: readonly DeviceAddress[], added: DeviceAddress): readonly DeviceAddress[] {
  if (familyOf(added.address) === 6) {
    const behind = all.findIndex((one) => familyOf(one.address) === 6 && WIDTHS[one.scope] <= WIDTHS[added.scope]);
    return behind < 0 ? [...all, added] : [...all.slice(0, behind), added, ...all.slice(behind)];
  }
  if (isSecondary([...all, added], added)) return [...all, added];
  const at =
    1 +
    all.findLastIndex(
      (one) => familyOf(one.address) === 4 && !isSecondary(all, one) && WIDTHS[one.scope] <= WIDTHS[added.scope],
    );
  return [...all.slice(0, at), added, ...all.slice(at)];
}

/** How far an address reaches. */
const WIDTHS = { host: 0, link: 1, global: 2 } as const;

const isSameNetwork = (a: DeviceAddress, b: DeviceAddress): boolean => a.length === b.length && inPrefix(a, b.address);

/** There is an earlier address of its network. */
export function isSecondary(all: readonly DeviceAddress[], one: DeviceAddress): boolean {
  if (familyOf(one.address) === 6) return false;
  const first = all.find((other) => isSameNetwork(other, one));
  return first !== undefined && first !== one;
}

/** fe80:: with the MAC address in its last half. @see RFC 4291 appendix A */
export function linkLocalOf(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(":").map((part) => Number.parseInt(part, 16));
  return formatIp(Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f));
}
