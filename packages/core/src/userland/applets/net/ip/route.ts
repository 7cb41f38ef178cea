/** `ip route` and `ip rule`. @see ip-route(8), ip-rule(8) */
import {
  type AddressScope,
  Errno,
  netlink_get,
  netlink_route,
  type RouteChange,
  type RouteInfo,
  type RouteRefusal,
  type Routine,
} from "../../../../abi/index.ts";
import { bitsOf, compareIp, familyOf, type IpPrefix, inPrefix, lastOf, networkOf } from "../../../../lib/index.ts";
import { AppletExit, type Io } from "../../../io.ts";
import {
  addressOrDie,
  checkDevice,
  invalidArgument,
  ipFamily,
  matching,
  prefixOrDie,
  requires,
  type Style,
  talk,
  valueOf,
} from "./words.ts";

const COMMANDS = [
  "a",
  "add",
  "append",
  "change",
  "chg",
  "delete",
  "get",
  "list",
  "show",
  "prepend",
  "replace",
  "test",
  "flush",
] as const;

export function* route(io: Io, style: Style, words: string[]): Routine<number> {
  const first = words.shift();
  if (first === undefined) return yield* list(io, style, words, false);
  const command = matching(COMMANDS, first);
  switch (command) {
    case undefined:
      return yield* invalidArgument(io, first, "ip");
    case "get":
      return yield* get(io, style, words);
    case "list":
    case "show":
      return yield* list(io, style, words, false);
    case "flush":
      return yield* list(io, style, words, true);
    case "delete":
      return yield* modify(io, style, words, "route-del");
    case "change":
    case "chg":
    case "replace":
      return yield* modify(io, style, words, "route-replace");
    default:
      return yield* modify(io, style, words, "route-add");
  }
}

interface More {
  gateway?: string;
  device?: string;
  source?: string;
  metric?: number;
  scope?: AddressScope;
  refusal?: RouteRefusal;
}

const isRefusal = (word: string): word is RouteRefusal => ["unreachable", "blackhole", "prohibit"].includes(word);

function* modify(io: Io, style: Style, words: string[], kind: RouteChange["kind"]): Routine<number> {
  let prefix: IpPrefix | undefined;
  const more: More = {};
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "via") more.gateway = yield* addressOrDie(io, yield* valueOf(io, words), ipFamily(style));
    else if (word === "dev") more.device = yield* valueOf(io, words);
    else if (word === "src") more.source = yield* addressOrDie(io, yield* valueOf(io, words), ipFamily(style));
    else if (word === "metric" || word === "priority" || word === "preference") {
      const text = yield* valueOf(io, words);
      if (!/^\d+$/.test(text)) return yield* invalidArgument(io, text, "metric");
      more.metric = Number(text);
    } else if (word === "scope") more.scope = (yield* valueOf(io, words)) as AddressScope;
    else if (["proto", "protocol", "table", "mtu", "advmss", "type"].includes(word)) yield* valueOf(io, words);
    else if (isRefusal(word)) more.refusal = word;
    else if (word !== "unicast" && word !== "onlink") {
      prefix = yield* prefixOrDie(io, word === "to" ? yield* valueOf(io, words) : word, ipFamily(style));
    }
  }
  if (more.device !== undefined) yield* checkDevice(io, more.device);
  const family = more.gateway === undefined ? ipFamily(style) : familyOf(more.gateway);
  const everything: IpPrefix = { address: family === 6 ? "::" : "0.0.0.0", length: 0 };
  const to = prefix ?? everything;
  const destination = to.length === 0 ? everything.address : to.address;
  return yield* talk(io, { kind, destination, prefixLength: to.length, ...more });
}

function* list(io: Io, style: Style, words: string[], flush: boolean): Routine<number> {
  if (flush && words.length === 0) return yield* requires(io, "ip route flush");
  let device: string | undefined;
  let gateway: string | undefined;
  let within: IpPrefix | undefined;
  let exactly: IpPrefix | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "table" && words[0] === "local") return yield* listLocal(io);
    if (word === "dev" || word === "oif" || word === "iif") device = yield* valueOf(io, words);
    else if (word === "via") gateway = (yield* prefixOrDie(io, yield* valueOf(io, words), ipFamily(style))).address;
    else if (["proto", "table", "scope", "type", "src", "from"].includes(word)) yield* valueOf(io, words);
    else if (word === "root") within = yield* prefixOrDie(io, yield* valueOf(io, words), ipFamily(style));
    else if (word !== "cache") {
      const text = word === "to" || word === "exact" || word === "match" ? yield* valueOf(io, words) : word;
      exactly = yield* prefixOrDie(io, text, ipFamily(style));
    }
  }
  if (device !== undefined) yield* checkDevice(io, device);
  const { routes } = yield* netlink_get();
  const family = ipFamily(style) ?? 4;
  const wanted = routes
    .filter(({ destination }) => familyOf(destination) === family)
    .filter((one) => device === undefined || (one.device === device && one.refusal === undefined))
    .filter((one) => gateway === undefined || one.gateway === gateway)
    .filter((one) => within === undefined || inPrefix(within, one.destination))
    .filter((one) => exactly === undefined || isExactly(one, exactly));
  for (const one of wanted) {
    if (flush) {
      const { destination, prefixLength, metric } = one;
      yield* talk(io, { kind: "route-del", destination, prefixLength, device: one.device, metric });
    } else yield* io.out.write(`${format(one)}\n`);
  }
  return 0;
}

/** The table of what ends here. */
function* listLocal(io: Io): Routine<number> {
  const { addresses, links } = yield* netlink_get();
  const lines: (readonly [key: string, line: string])[] = [];
  for (const { device, address, prefixLength, broadcast } of addresses) {
    if (familyOf(address) === 6) continue;
    const isLoopback = links.some(({ name, kind }) => name === device && kind === "loopback");
    const network = networkOf({ address, length: prefixLength });
    if (isLoopback && prefixLength < 32) {
      lines.push([network, `local ${network}/${prefixLength} dev ${device} scope host  src ${address} \n`]);
    }
    lines.push([address, `local ${address} dev ${device} scope host  src ${address} \n`]);
    const last = broadcast ?? (isLoopback ? lastOf({ address, length: prefixLength }) : undefined);
    if (last !== undefined && prefixLength < 31) {
      lines.push([last, `broadcast ${last} dev ${device} scope link  src ${address} \n`]);
    }
  }
  for (const [, line] of lines.toSorted(([a], [b]) => compareIp(a, b))) yield* io.out.write(line);
  return 0;
}

const isExactly = (one: RouteInfo, { address, length }: IpPrefix): boolean =>
  one.prefixLength === length && (length === 0 || one.destination === address);

function format({ destination, prefixLength, gateway, device, source, scope, metric, refusal }: RouteInfo): string {
  const family = familyOf(destination);
  const whole = bitsOf(family);
  const to = prefixLength === 0 ? "default" : prefixLength === whole ? destination : `${destination}/${prefixLength}`;
  return [
    refusal === undefined ? `${to} ` : `${refusal} ${to} `,
    gateway === undefined ? "" : `via ${gateway} `,
    refusal === undefined ? `dev ${device} ` : "",
    scope === "global" || family === 6 ? "" : `scope ${scope} `,
    source === undefined ? "" : ` src ${source} `,
    metric === 0 ? "" : ` metric ${metric} `,
  ].join("");
}

function* get(io: Io, style: Style, words: string[]): Routine<number> {
  const first = words.shift();
  const text = first === "to" ? words.shift() : first;
  if (text === undefined) return yield* io.die("need at least destination address");
  const { address } = yield* prefixOrDie(io, text, ipFamily(style));
  const found = yield* netlink_route(address).attempt();
  if (found instanceof Errno) {
    yield* io.warn(`RTNETLINK answers: ${found.message}`);
    throw new AppletExit(2);
  }
  const local = found.scope === "host" ? "local " : "";
  const via = found.gateway === undefined ? "" : `via ${found.gateway} `;
  yield* io.out.write(`${local}${address} ${via}dev ${found.device}  src ${found.source ?? ""} \n    cache \n`);
  return 0;
}

/** There is one routing table: the rules are those of a machine where nobody has added any. */
export function* rule(io: Io, words: string[]): Routine<number> {
  const [command] = words;
  if (command !== undefined && matching(["list", "show", "lst"], command) === undefined) {
    return yield* invalidArgument(io, command, "ip");
  }
  for (const [priority, table] of RULES) yield* io.out.write(`${priority}:\tfrom all lookup ${table} \n`);
  return 0;
}

const RULES: readonly (readonly [priority: number, table: string])[] = [
  [0, "local"],
  [32_766, "main"],
  [32_767, "default"],
];
