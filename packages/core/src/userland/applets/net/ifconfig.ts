/** ifconfig: show or change devices. @see ifconfig(8) */
import {
  type AddressInfo,
  LINK_FLAGS,
  type LinkInfo,
  type NetworkState,
  netlink_get,
  type Routine,
} from "../../../abi/index.ts";
import { compareBytes, familyOf, netmask } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import type { Io } from "../../io.ts";
import { changeDevice } from "./ifconfig-change.ts";

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
  if (words.length > 0) return yield* changeDevice(io, name, words, state);
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
