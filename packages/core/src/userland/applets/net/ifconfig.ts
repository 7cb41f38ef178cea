/** ifconfig: show or change devices. @see ifconfig(8) */
import {
  type AddressInfo,
  Errno,
  LINK_FLAGS,
  type LinkInfo,
  type NetlinkChange,
  type NetworkState,
  netlink_get,
  netlink_set,
  type Routine,
} from "../../../abi/index.ts";
import { compareBytes, familyOf, lastOf, netmask, parsePrefix } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { etherAddress } from "../../net/ether-address.ts";
import { resolve } from "../../net/host-names.ts";
import { classLength, inetAton, maskLength } from "../../net/inet-address.ts";

export const ifconfig: Applet = function* (io) {
  // The only option is the first word, and nothing else is read for one.
  const all = io.argv[1] === "-a";
  const [name, ...words] = io.argv.slice(all ? 2 : 1);
  const state = yield* netlink_get();
  if (name === undefined) {
    const shown = [...state.links, ...aliases(state)].filter(({ up }) => up || all);
    for (const link of shown.toSorted((a, b) => compareBytes(a.name, b.name))) yield* show(io, link, state);
    return 0;
  }
  if (words.length > 0) return yield* change(io, name, [...words], state);
  const link = findLink(state, name);
  if (link === undefined) {
    yield* io.warn(`${name}: error fetching interface information: Device not found`);
    return 1;
  }
  yield* show(io, link, state);
  return 0;
};

/** The devices that labels of addresses make of devices. */
function aliases({ links, addresses }: NetworkState): LinkInfo[] {
  const labels = new Map(addresses.map(({ label, device }) => [label, device]));
  return [...labels].flatMap(([name, device]) =>
    name === device ? [] : links.filter((link) => link.name === device).map((link) => ({ ...link, name })),
  );
}

/** A device, or what might be one of its aliases: that has an address of its own or none, and no figures. */
function findLink(state: NetworkState, name: string): LinkInfo | undefined {
  const device = name.replace(/:.*$/, "");
  const link = state.links.find((one) => one.name === device);
  return link === undefined ? undefined : { ...link, name };
}

function* show(io: Io, link: LinkInfo, { addresses }: NetworkState): Routine<void> {
  const isLoopback = link.kind === "loopback";
  const isAlias = link.name.includes(":");
  const own = addresses.filter(({ label }) => label === link.name);
  const encap = isLoopback ? "Local Loopback  " : `Ethernet  HWaddr ${link.mac.toUpperCase()}  `;
  const lines = [`${link.name.padEnd(9)} Link encap:${encap}`];
  const four = own.find(({ address }) => familyOf(address) === 4);
  if (four !== undefined) lines.push(`          ${inetText(four, isLoopback)}`);
  for (const six of own.filter(({ address }) => familyOf(address) === 6)) {
    lines.push(`          inet6 addr: ${six.address}/${six.prefixLength} Scope:${SCOPES[six.scope]}`);
  }
  const flags = [
    ...(link.up ? ["UP"] : []),
    ...(isLoopback ? ["LOOPBACK"] : ["BROADCAST"]),
    ...(link.up && link.running ? ["RUNNING"] : []),
    ...SHOWN_FLAGS.filter(([, bits]) => (link.flags & bits) !== 0).map(([text]) => text),
  ];
  lines.push(`          ${flags.join(" ")}  MTU:${link.mtu}  Metric:1`);
  if (isAlias) {
    yield* io.out.write(`${lines.join("\n")}\n\n`);
    return;
  }
  const { received, sent } = link;
  lines.push(`          RX packets:${received.packets} errors:0 dropped:${received.dropped} overruns:0 frame:0`);
  lines.push(`          TX packets:${sent.packets} errors:0 dropped:${sent.dropped} overruns:0 carrier:0`);
  lines.push(`          collisions:0 txqueuelen:${link.queueLength} `);
  lines.push(`          RX bytes:${sized(received.bytes)}  TX bytes:${sized(sent.bytes)}`);
  yield* io.out.write(`${lines.join("\n")}\n\n`);
}

const SHOWN_FLAGS = [
  ["NOARP", LINK_FLAGS.noArp],
  ["PROMISC", LINK_FLAGS.promiscuous],
  ["ALLMULTI", LINK_FLAGS.allMulticast],
  ["MULTICAST", LINK_FLAGS.multicast],
] as const;

const SCOPES = { global: "Global", link: "Link", host: "Host" } as const;

function inetText({ address, broadcast, prefixLength }: AddressInfo, isLoopback: boolean): string {
  const wide = isLoopback ? "" : `  Bcast:${broadcast ?? "0.0.0.0"}`;
  return `inet addr:${address}${wide}  Mask:${netmask(prefixLength)}`;
}

function sized(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${bytes} (${(Math.floor(value * 10) / 10).toFixed(1)} ${units[unit] ?? ""})`;
}

function* change(io: Io, name: string, words: string[], state: NetworkState): Routine<number> {
  const device = name.replace(/:.*$/, "");
  const link = state.links.find((one) => one.name === device);
  const exists = link !== undefined;
  const isLoopback = link?.kind === "loopback";
  const ask = function* (what: string, request: NetlinkChange): Routine<void> {
    const failure = exists ? yield* netlink_set(request).attempt() : new Errno("ENODEV");
    if (failure instanceof Errno) yield* io.pdie(what, failure);
  };
  const current = state.addresses.find((one) => one.label === name && familyOf(one.address) === 4);
  const next = function* (): Routine<string> {
    return words.shift() ?? (yield* showUsage(io));
  };
  let wanted: { address: string; length: number; broadcast?: string } | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const flag = FLAGS.get(word.replace(/^-/, ""));
    if (flag !== undefined) {
      const on = word.startsWith("-") === flag.inverted;
      yield* ask(exists ? "SIOCSIFFLAGS" : "SIOCGIFFLAGS", {
        kind: "link-set",
        name: device,
        flags: { bits: flag.bits, on },
      });
    } else if (exists && name !== device && (word === "up" || word === "down")) {
      if (current === undefined) return yield* io.pdie("SIOCSIFFLAGS", new Errno("EADDRNOTAVAIL"));
      const { address, prefixLength } = current;
      if (word === "down") yield* ask("SIOCSIFFLAGS", { kind: "address-del", device, address, prefixLength });
    } else if (word === "up" || word === "down") {
      yield* ask(exists ? "SIOCSIFFLAGS" : "SIOCGIFFLAGS", { kind: "link-set", name: device, up: word === "up" });
    } else if (word === "netmask" || word === "broadcast") {
      const text = yield* next();
      const value = inetAton(text);
      if (value === undefined) return yield* io.die(`bad address '${text}'`);
      wanted ??= current === undefined ? undefined : { address: current.address, length: current.prefixLength };
      if (wanted === undefined)
        yield* ask("SIOCSIFNETMASK", { kind: "address-del", device, address: "0.0.0.0", prefixLength: 0 });
      else if (word === "netmask") wanted.length = maskLength(value);
      else wanted.broadcast = value;
    } else if (word === "mtu") yield* ask("SIOCSIFMTU", { kind: "link-set", name: device, mtu: Number(yield* next()) });
    else if (word === "metric") {
      yield* next();
      yield* ask("SIOCSIFMETRIC", { kind: "link-set", name: device });
      yield* io.pdie("SIOCSIFMETRIC", new Errno("EOPNOTSUPP"));
    } else if (word === "txqueuelen") {
      yield* ask("SIOCSIFTXQLEN", { kind: "link-set", name: device, queueLength: Number(yield* next()) });
    } else if (word === "hw") {
      yield* changeMac(io, yield* next(), yield* next(), {
        isLoopback,
        ask: (mac) => ask("SIOCSIFHWADDR", { kind: "link-set", name: device, mac }),
      });
    } else if (word === "add" || word === "del") {
      const text = yield* next();
      const prefix = parsePrefix(text);
      if (prefix === undefined) return yield* io.die(`bad address '${text}'`);
      const kind = word === "add" ? "address-add" : "address-del";
      yield* ask(word === "add" ? "SIOCSIFADDR" : "SIOCDIFADDR", {
        kind,
        device,
        address: prefix.address,
        prefixLength: prefix.length,
      });
    } else if (!IGNORED.has(word)) {
      const [address] = yield* resolve(word, 4);
      if (address === undefined) return yield* io.die(`bad address '${word}'`);
      if (!exists) return yield* io.pdie("SIOCSIFADDR", new Errno("ENODEV"));
      wanted = { address, length: classLength(address) };
    }
  }
  if (wanted === undefined) return 0;
  const alias = name === device ? {} : { label: name };
  if (current !== undefined) {
    const { address, prefixLength } = current;
    yield* ask("SIOCSIFADDR", { kind: "address-del", device, address, prefixLength });
  }
  if (wanted.address !== "0.0.0.0") {
    const { address, length } = wanted;
    const broadcast = isLoopback ? {} : { broadcast: wanted.broadcast ?? lastOf({ address, length }) };
    yield* ask("SIOCSIFADDR", { kind: "address-add", device, address, prefixLength: length, ...broadcast, ...alias });
    if (!state.links.some((one) => one.name === device && one.up)) {
      yield* ask("SIOCSIFFLAGS", { kind: "link-set", name: device, up: true });
    }
  }
  return 0;
}

interface MacChange {
  readonly isLoopback: boolean;
  ask(mac: string): Routine<void>;
}

/** The kernel takes an address of Ethernet for a device of that kind only. */
function* changeMac(io: Io, kind: string, mac: string, { isLoopback, ask }: MacChange): Routine<void> {
  if (kind !== "ether" && kind !== "infiniband") yield* showUsage(io);
  const address = etherAddress(mac) ?? (yield* io.die(`invalid hw-addr ${mac}`));
  if (isLoopback || kind === "infiniband") yield* io.pdie("SIOCSIFHWADDR", new Errno("EINVAL"));
  yield* ask(address);
}

const IGNORED: ReadonlySet<string> = new Set(["trailers", "-trailers"]);

const FLAGS: ReadonlyMap<string, { readonly bits: number; readonly inverted: boolean }> = new Map([
  ["arp", { bits: LINK_FLAGS.noArp, inverted: true }],
  ["promisc", { bits: LINK_FLAGS.promiscuous, inverted: false }],
  ["multicast", { bits: LINK_FLAGS.multicast, inverted: false }],
  ["allmulti", { bits: LINK_FLAGS.allMulticast, inverted: false }],
  ["dynamic", { bits: LINK_FLAGS.dynamic, inverted: false }],
]);
