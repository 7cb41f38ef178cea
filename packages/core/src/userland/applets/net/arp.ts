/** arp: show or change the neighbour table. @see arp(8) */
import {
  CAP_NET_ADMIN,
  capget,
  Errno,
  type NeighbourInfo,
  netlink_get,
  netlink_route,
  netlink_set,
  type Routine,
} from "../../../abi/index.ts";
import { familyOf } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { etherAddress } from "../../net/ether-address.ts";
import { nameOf, resolve } from "../../net/host-names.ts";

const FAMILIES = ["unspec", "inet", "inet6"];
/** Kinds of hardware that busybox knows. */
const WITH_ARP = ["ether", "infiniband"];
const WITHOUT_ARP = ["unspec", "loop", "ppp", "sit"];
/** Words behind a host and its address. */
const BEHIND_ADDRESS = ["pub", "priv", "temp", "trail", "dontpub", "auto", "dev", "netmask"];

export const arp: Applet = function* (io) {
  const options = yield* getopt(io, "A:p:H:t:i:adnDsv");
  const [host, mac] = options.operands;
  const family = options.value("A") ?? options.value("p") ?? "inet";
  if (!FAMILIES.includes(family)) return yield* io.die(`${family}: unknown address family`);
  if (family !== "inet") return yield* io.die(`${family}: kernel only supports 'inet'`);
  const hardware = options.value("H") ?? options.value("t");
  if (hardware !== undefined && !WITH_ARP.includes(hardware)) {
    const why = WITHOUT_ARP.includes(hardware) ? "hardware type without ARP support" : "unknown hardware type";
    return yield* io.die(`${hardware}: ${why}`);
  }
  const device = options.value("i");
  if (options.has("d") || options.has("s")) {
    if (host === undefined) return yield* io.die("need host name");
    const [address] = yield* resolve(host, 4);
    if (address === undefined) return yield* io.die(`${host}: Host name lookup failure`);
    const { routes, links } = yield* netlink_get();
    const through = device ?? routes.find(({ prefixLength }) => prefixLength > 0)?.device ?? "lo";
    if (options.has("s")) {
      if (mac === undefined) return yield* io.die("need hardware address");
      const whole = etherAddress(mac);
      if (whole === undefined) return yield* io.die("invalid hardware address");
      yield* checkWords(io, options.operands.slice(2));
      if (!(yield* mayAdminister())) return yield* io.pdie("SIOCSARP", new Errno("EPERM"));
      const way = device === undefined ? yield* netlink_route(address).attempt() : undefined;
      if (way instanceof Errno) return yield* io.pdie("SIOCSARP", way);
      const isLoopback = links.some(({ name, kind }) => name === (way?.device ?? device) && kind === "loopback");
      if (isLoopback) return yield* io.pdie("SIOCSARP", new Errno("EINVAL"));
      return yield* change(io, "SIOCSARP", { kind: "neighbour-add", device: through, address, mac: whole });
    }
    yield* checkWords(io, options.operands.slice(1));
    if (!(yield* mayAdminister())) return yield* io.pdie("SIOCDARP(priv)", new Errno("EPERM"));
    const unreachable = device === undefined ? yield* netlink_route(address).attempt() : undefined;
    if (unreachable instanceof Errno) return yield* io.pdie("SIOCDARP(priv)", unreachable);
    const failure = yield* netlink_set({ kind: "neighbour-del", device: through, address }).attempt();
    if (failure instanceof Errno) yield* io.pdie("SIOCDARP(pub)", failure);
    return 0;
  }
  const address = host === undefined ? undefined : (yield* resolve(host, 4))[0];
  if (host !== undefined && address === undefined) return yield* io.die(`${host}: Host name lookup failure`);
  const { neighbours } = yield* netlink_get();
  const wanted = neighbours
    .filter((one) => familyOf(one.address) === 4 && (address === undefined || one.address === address))
    .filter((one) => device === undefined || one.device === device);
  for (const neighbour of wanted.toReversed()) yield* show(io, neighbour, options.has("n"));
  if ((host !== undefined || device !== undefined || hardware !== undefined) && wanted.length === 0) {
    const looked = neighbours.filter((one) => device === undefined || one.device === device);
    yield* io.out.write(`No match found in ${looked.length} entries\n`);
  }
  return 0;
};

/** @see busybox networking/arp.c */
function* checkWords(io: Io, words: readonly string[]): Routine<void> {
  for (const [i, word] of words.entries()) {
    if (["netmask", "dev"].includes(words[i - 1] ?? "") || BEHIND_ADDRESS.includes(word)) continue;
    yield* showUsage(io);
  }
}

/** The kernel asks for that before it looks for anything. */
function* mayAdminister(): Routine<boolean> {
  return (yield* capget(0)).effective.has(CAP_NET_ADMIN);
}

function* change(io: Io, what: string, request: Parameters<typeof netlink_set>[0]): Routine<number> {
  const failure = yield* netlink_set(request).attempt();
  if (failure instanceof Errno) yield* io.pdie(what, failure);
  return 0;
}

function* show(io: Io, { address, mac, state, device }: NeighbourInfo, numeric: boolean): Routine<void> {
  const name = (numeric ? undefined : yield* nameOf(address)) ?? "?";
  const where = mac === undefined ? "<incomplete> " : `${mac} [ether] ${state === "permanent" ? "PERM" : ""}`;
  yield* io.out.write(`${name} (${address}) at ${where} on ${device}\n`);
}
