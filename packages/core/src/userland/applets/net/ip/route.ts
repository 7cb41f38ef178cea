/** `ip route`. @see ip-route(8), busybox networking/libiproute/iproute.c */
import {
  type AddressScope,
  Errno,
  netlink_route,
  type RouteChange,
  type RouteInfo,
  type RouteRefusal,
  type Routine,
} from "../../../../abi/index.ts";
import { familyOf, type IpPrefix } from "../../../../lib/index.ts";
import { AppletExit, type Io } from "../../../io.ts";
import { listRoutes } from "./route-list.ts";
import { tableNumber } from "./route-names.ts";
import {
  addressOrDie,
  checkDevice,
  invalidArgument,
  ipFamily,
  matching,
  prefixOrDie,
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
  if (first === undefined) return yield* listRoutes(io, style, words, false);
  const command = matching(COMMANDS, first);
  switch (command) {
    case undefined:
      return yield* invalidArgument(io, first, "ip");
    case "get":
      return yield* get(io, style, words);
    case "list":
    case "show":
      return yield* listRoutes(io, style, words, false);
    case "flush":
      return yield* listRoutes(io, style, words, true);
    case "delete":
      return yield* modify(io, style, words, "route-del");
    case "change":
    case "chg":
      return yield* modify(io, style, words, "route-change");
    case "replace":
      return yield* modify(io, style, words, "route-replace");
    case "append":
      return yield* modify(io, style, words, "route-append");
    case "prepend":
      return yield* modify(io, style, words, "route-prepend");
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
  onLink?: boolean;
  refusal?: RouteRefusal;
  table?: number;
}

const TYPES = [
  "local",
  "nat",
  "broadcast",
  "brd",
  "anycast",
  "multicast",
  "prohibit",
  "unreachable",
  "blackhole",
  "xresolve",
  "unicast",
  "throw",
] as const;
const REFUSALS: ReadonlySet<string> = new Set(["unreachable", "blackhole", "prohibit", "throw"]);
const isRefusal = (word: string): word is RouteRefusal => REFUSALS.has(word);

/** The type of a route that a word names in full, or is the beginning of no other. */
function typeOf(word: string): string | undefined {
  const fitting = TYPES.filter((type) => type.startsWith(word));
  return TYPES.find((type) => type === word) ?? (fitting.length === 1 ? fitting[0] : undefined);
}

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
    else if (word === "table") more.table = yield* tableOrDie(io, words);
    else if (["proto", "protocol", "mtu", "advmss", "type"].includes(word)) yield* valueOf(io, words);
    else if (word === "onlink") more.onLink = true;
    else {
      let text = word === "to" ? yield* valueOf(io, words) : word;
      const type = typeOf(text);
      if (type !== undefined) {
        text = yield* valueOf(io, words);
        if (isRefusal(type)) more.refusal = type;
      }
      if (prefix !== undefined) return yield* io.die(`either "to" is duplicate, or "${text}" is garbage`);
      prefix = yield* prefixOrDie(io, text, ipFamily(style));
    }
  }
  if (more.device !== undefined) yield* checkDevice(io, more.device);
  const named = more.gateway ?? prefix?.address;
  const family = ipFamily(style) ?? (named === undefined ? 4 : familyOf(named));
  const everything: IpPrefix = { address: family === 6 ? "::" : "0.0.0.0", length: 0 };
  const to = prefix ?? everything;
  const destination = to.length === 0 ? everything.address : to.address;
  return yield* talk(io, { kind, destination, prefixLength: to.length, ...more });
}

function* tableOrDie(io: Io, words: string[]): Routine<number> {
  const text = yield* valueOf(io, words);
  return tableNumber(text) ?? (yield* invalidArgument(io, text, "table"));
}

function* get(io: Io, style: Style, words: string[]): Routine<number> {
  const first = words.shift();
  const text = first === "to" ? words.shift() : first;
  if (text === undefined) return yield* io.die("need at least destination address");
  const { address, length } = yield* prefixOrDie(io, text, ipFamily(style));
  if (length === 0) return yield* io.die("need at least destination address");
  let from: string | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const value = yield* valueOf(io, words);
    if (word === "from") from = (yield* prefixOrDie(io, value, ipFamily(style))).address;
  }
  const found = yield* netlink_route(address, from).attempt();
  if (found instanceof Errno) {
    yield* io.warn(`RTNETLINK answers: ${found.message}`);
    throw new AppletExit(2);
  }
  yield* io.out.write(`${familyOf(address) === 4 ? answer4(found, address, from) : answer6(found, address, from)}\n`);
  return 0;
}

function answer4({ type, gateway, device, source }: RouteInfo, address: string, from: string | undefined): string {
  const kind = type === undefined ? "" : `${type} `;
  const given = from === undefined ? "" : `from ${from} `;
  const via = gateway === undefined ? "" : `via ${gateway} `;
  const chosen = from === undefined && source !== undefined ? ` src ${source} ` : "";
  return `${kind}${address} ${given}${via}dev ${device} ${chosen}\n    cache `;
}

/** IPv6 says also which address it would have chosen, and from which table the route is unless it is `main`. */
function answer6({ type, gateway, device, source, metric }: RouteInfo, address: string, from = "::"): string {
  const kind = type === undefined ? "" : `${type} `;
  const via = gateway === undefined ? "" : `via ${gateway} `;
  const table = type === undefined ? "" : "table local ";
  const chosen = source === undefined ? "" : ` src ${source} `;
  return `${kind}${address} from ${from} ${via}dev ${device} ${table}${chosen} metric ${metric} `;
}
