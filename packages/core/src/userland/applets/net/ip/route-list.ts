/** `ip route show` and `ip route flush`: routes, chosen by what is asked for. @see ip-route(8) */
import {
  type AddressInfo,
  type AddressScope,
  netlink_get,
  ROUTE_TABLES,
  type RouteInfo,
  type Routine,
} from "../../../../abi/index.ts";
import {
  bitsOf,
  compareIp,
  familyOf,
  type IpFamily,
  type IpPrefix,
  inPrefix,
  lastOf,
  networkOf,
} from "../../../../lib/index.ts";
import type { Io } from "../../../io.ts";
import { tableName, tableNumber } from "./route-names.ts";
import { checkDevice, invalidArgument, ipFamily, prefixOrDie, requires, type Style, talk, valueOf } from "./words.ts";

export function* listRoutes(io: Io, style: Style, words: string[], flush: boolean): Routine<number> {
  if (flush && words.length === 0) return yield* requires(io, "ip route flush");
  let device: string | undefined;
  // Like busybox's, it does not choose by the gateway, but leaves it out.
  let gateway: string | undefined;
  let within: IpPrefix | undefined;
  let around: IpPrefix | undefined;
  let exactly: IpPrefix | undefined;
  let scope: string | undefined;
  let table: number = ROUTE_TABLES.main;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "table") table = yield* tableOrDie(io, yield* valueOf(io, words));
    else if (word === "dev" || word === "oif" || word === "iif") device = yield* valueOf(io, words);
    else if (word === "via") gateway = (yield* prefixOrDie(io, yield* valueOf(io, words), ipFamily(style))).address;
    else if (word === "scope") scope = yield* valueOf(io, words);
    else if (["proto", "src", "from"].includes(word)) yield* valueOf(io, words);
    else if (word === "match") around = yield* prefixOrDie(io, yield* valueOf(io, words), ipFamily(style));
    else if (word === "root") within = yield* prefixOrDie(io, yield* valueOf(io, words), ipFamily(style));
    else if (word !== "cache") {
      const text = word === "to" || word === "exact" ? yield* valueOf(io, words) : word;
      exactly = yield* prefixOrDie(io, text, ipFamily(style));
    }
  }
  if (device !== undefined) yield* checkDevice(io, device);
  const isChosen = (one: Network): boolean =>
    (around === undefined || covers(one, around)) &&
    (within === undefined || inPrefix(within, one.destination)) &&
    (exactly === undefined || isExactly(one, exactly));
  if (table === ROUTE_TABLES.local) {
    yield* ipFamily(style) === 6 ? listLocal6(io, "", device) : listLocal(io, "", device, isChosen);
    return 0;
  }
  if (table === ALL && !flush) return yield* listAll(io, style);
  const { tables } = yield* netlink_get();
  const family = ipFamily(style) ?? 4;
  const wanted = (tables.find(({ id }) => id === table)?.routes ?? [])
    .filter(({ destination }) => familyOf(destination) === family)
    .filter(({ destination }) => exactly === undefined || familyOf(exactly.address) === familyOf(destination))
    .filter((one) => device === undefined || (one.device === device && one.refusal === undefined))
    .filter((one) => scope === undefined || scope === "all" || one.scope === scope)
    .filter(isChosen);
  for (const one of wanted) {
    if (flush) {
      const { destination, prefixLength, metric } = one;
      yield* talk(io, { kind: "route-del", destination, prefixLength, device: one.device, metric, table });
    } else yield* io.out.write(`${format(one, { gateway: gateway !== undefined, scope: scope !== undefined })}\n`);
  }
  return 0;
}

/** The word, and the number, for all tables. */
const ALL = 0;

function* tableOrDie(io: Io, text: string): Routine<number> {
  if (text === "all") return ALL;
  return tableNumber(text) ?? (yield* invalidArgument(io, text, "table"));
}

/** Those of all tables, and what ends here. */
function* listAll(io: Io, style: Style): Routine<number> {
  if (ipFamily(style) !== 6) {
    yield* listTables(io, 4);
    yield* listLocal(io, "table local ");
  }
  if (ipFamily(style) === 4) return 0;
  yield* listTables(io, 6);
  yield* listLocal6(io, "table local ", undefined);
  return 0;
}

/** All routes of a family, with the name of their table unless that is `main`. */
function* listTables(io: Io, family: IpFamily): Routine<void> {
  const { tables } = yield* netlink_get();
  for (const { id, routes } of tables) {
    const table = id === ROUTE_TABLES.main ? "" : `table ${tableName(id)} `;
    for (const route of routes) {
      if (familyOf(route.destination) !== family) continue;
      yield* io.out.write(`${format(route, { gateway: false, scope: false }, table)}\n`);
    }
  }
}

/** The table of what ends here; with `only`, of one device. */
function* listLocal(io: Io, table: string, only?: string, isChosen?: (one: Network) => boolean): Routine<void> {
  const { addresses, links } = yield* netlink_get();
  const lines: (readonly [to: Network, line: string])[] = [];
  for (const one of addresses) {
    const { device, address, prefixLength, broadcast } = one;
    if (familyOf(address) === 6 || (only !== undefined && only !== device)) continue;
    const isLoopback = links.some(({ name, kind }) => name === device && kind === "loopback");
    const whole = { address, length: prefixLength };
    const network = networkOf(whole);
    const first = addresses.find((other) => other.device === device && isFirstOf(other, whole));
    const rest = (scope: AddressScope): string =>
      `dev ${device} ${table}scope ${scope}  src ${first?.address ?? address} \n`;
    if (isLoopback && prefixLength < 32 && !one.secondary) {
      lines.push([{ destination: network, prefixLength }, `local ${network}/${prefixLength} ${rest("host")}`]);
    }
    lines.push([host(address), `local ${address} ${rest("host")}`]);
    const wide = prefixLength < 31 && !one.secondary ? [lastOf(whole), broadcast] : [];
    for (const last of new Set(wide))
      if (last !== undefined) lines.push([host(last), `broadcast ${last} ${rest("link")}`]);
  }
  const sorted = lines.toSorted(([a], [b]) => compareIp(a.destination, b.destination));
  for (const [to, line] of sorted) if (isChosen === undefined || isChosen(to)) yield* io.out.write(line);
}

/** Where a route leads to. */
type Network = Pick<RouteInfo, "destination" | "prefixLength">;

const host = (destination: string): Network => ({ destination, prefixLength: bitsOf(4) });

/** The same for IPv6, whose multicast addresses are routed through every device that speaks it. */
function* listLocal6(io: Io, table: string, only: string | undefined): Routine<void> {
  const { addresses, links } = yield* netlink_get();
  const own = addresses
    .filter(({ address, device }) => familyOf(address) === 6 && (only === undefined || only === device))
    .toSorted((a, b) => compareIp(a.address, b.address));
  for (const { address, device } of own) yield* io.out.write(`local ${address} dev ${device} ${table} metric 0 \n`);
  for (const { name, kind } of links) {
    const speaks = kind !== "loopback" && own.some(({ device }) => device === name);
    if (speaks) yield* io.out.write(`multicast ff00::/8 dev ${name} ${table} metric 256 \n`);
  }
}

const isFirstOf = (one: AddressInfo, network: IpPrefix): boolean =>
  !one.secondary && one.prefixLength === network.length && inPrefix(network, one.address);

const isExactly = (one: Network, { address, length }: IpPrefix): boolean =>
  one.prefixLength === length && (length === 0 || one.destination === address);

/** Does a route lead to all of a network? */
const covers = (one: Network, { address, length }: IpPrefix): boolean =>
  one.prefixLength <= length && inPrefix({ address: one.destination, length: one.prefixLength }, address);

/** What all lines were asked to have in common is left out. */
interface Hidden {
  readonly gateway: boolean;
  readonly scope: boolean;
}

function format(route: RouteInfo, hidden: Hidden, table = ""): string {
  const { destination, prefixLength, gateway, device, source, scope, metric, refusal, onLink } = route;
  const family = familyOf(destination);
  const whole = bitsOf(family);
  const to = prefixLength === 0 ? "default" : prefixLength === whole ? destination : `${destination}/${prefixLength}`;
  return [
    refusal === undefined ? `${to} ` : `${refusal} ${to} `,
    gateway === undefined || hidden.gateway ? "" : `via ${gateway} `,
    refusal === undefined || family === 6 ? `dev ${device} ` : "",
    table,
    scope === "global" || family === 6 || hidden.scope ? "" : `scope ${scope} `,
    source === undefined ? "" : ` src ${source} `,
    metric === 0 ? "" : ` metric ${metric} `,
    onLink === true ? "onlink " : "",
  ].join("");
}
