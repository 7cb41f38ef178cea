/** `ip address`: addresses of devices. @see ip-address(8) */
import {
  type AddressInfo,
  type AddressScope,
  Errno,
  type NetworkState,
  netlink_get,
  netlink_set,
  type Routine,
} from "../../../../abi/index.ts";
import { familyOf, type IpPrefix, inPrefix, lastOf, networkOf, ownValue } from "../../../../lib/index.ts";
import type { Io } from "../../../io.ts";
import { Pattern } from "../../files/fnmatch.ts";
import { linkText } from "./link-text.ts";
import { checkDevice, invalidArgument, ipFamily, matching, prefixOrDie, type Style, talk, valueOf } from "./words.ts";

const COMMANDS = ["add", "change", "chg", "replace", "delete", "list", "show", "lst", "flush"] as const;
const SCOPES: Readonly<Record<string, AddressScope>> = { global: "global", link: "link", host: "host" };

export function* address(io: Io, style: Style, words: string[]): Routine<number> {
  const first = words.shift();
  if (first === undefined) return yield* list(io, style, words, false);
  const command = matching(COMMANDS, first);
  switch (command) {
    case undefined:
      return yield* invalidArgument(io, first, "ip");
    case "list":
    case "show":
    case "lst":
      return yield* list(io, style, words, false);
    case "flush":
      return yield* list(io, style, words, true);
    default:
      return yield* modify(io, style, words, command === "delete" ? "address-del" : "address-add", command !== "add");
  }
}

function* modify(
  io: Io,
  style: Style,
  words: string[],
  kind: "address-add" | "address-del",
  mayExist: boolean,
): Routine<number> {
  let prefix: IpPrefix | undefined;
  let device: string | undefined;
  let label: string | undefined;
  let broadcast: string | undefined;
  let scope: AddressScope | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "dev") device = yield* valueOf(io, words);
    else if (word === "label") label = yield* valueOf(io, words);
    else if (word === "brd" || word === "broadcast") broadcast = yield* valueOf(io, words);
    else if (word === "scope") {
      const text = yield* valueOf(io, words);
      scope = ownValue(SCOPES, text) ?? (yield* invalidArgument(io, text, "scope"));
    } else if (["peer", "remote", "anycast", "valid_lft", "preferred_lft"].includes(word)) yield* valueOf(io, words);
    else if (word !== "noprefixroute") {
      const text = word === "local" ? yield* valueOf(io, words) : word;
      prefix = yield* prefixOrDie(io, text, ipFamily(style));
    }
  }
  if (device === undefined) return yield* io.die('need "dev IFACE"');
  if (label !== undefined && !label.startsWith(device)) {
    return yield* io.die(`"dev" (${device}) must match "label" (${label})`);
  }
  yield* checkDevice(io, device);
  const { address: own, length } = prefix ?? { address: "0.0.0.0", length: 0 };
  const whole = { address: own, length };
  const wide = broadcast === "+" ? lastOf(whole) : broadcast === "-" ? networkOf(whole) : broadcast;
  const { addresses } = yield* netlink_get();
  const exists = addresses.some((one) => one.device === device && one.address === own && one.prefixLength === length);
  if (exists && mayExist && kind === "address-add") return 0;
  return yield* talk(io, {
    kind,
    device,
    address: own,
    prefixLength: length,
    ...(wide === undefined || length > 30 ? {} : { broadcast: wide }),
    ...(scope === undefined ? {} : { scope }),
    ...(label === undefined ? {} : { label }),
  });
}

interface Filter {
  device?: string;
  up?: boolean;
  label?: string;
  to?: IpPrefix;
  scope?: AddressScope;
}

function* filterOf(io: Io, style: Style, words: string[]): Routine<Filter> {
  const filter: Filter = {};
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "up") filter.up = true;
    else if (word === "label") filter.label = yield* valueOf(io, words);
    else if (word === "to") filter.to = yield* prefixOrDie(io, yield* valueOf(io, words), ipFamily(style));
    else if (word === "scope") {
      const text = yield* valueOf(io, words);
      const scope = ownValue(SCOPES, text);
      if (scope === undefined && text !== "all") yield* invalidArgument(io, text, "scope");
      if (scope !== undefined) filter.scope = scope;
    } else {
      const name = word === "dev" ? yield* valueOf(io, words) : word;
      if (filter.device !== undefined) yield* io.die(`either "dev" is duplicate, or "${name}" is garbage`);
      filter.device = name;
    }
  }
  return filter;
}

function* list(io: Io, style: Style, words: string[], flush: boolean): Routine<number> {
  if (flush && words.length === 0) return yield* io.die("flush requires an argument");
  const filter = yield* filterOf(io, style, words);
  if (filter.device !== undefined) yield* checkDevice(io, filter.device);
  const state = yield* netlink_get();
  const family = ipFamily(style) ?? (filter.to === undefined ? undefined : familyOf(filter.to.address));
  const pattern = filter.label === undefined ? undefined : new Pattern(filter.label, { ignoreCase: false });
  const hasLabel = (name: string): boolean => pattern === undefined || pattern.matches(name);
  const wanted = (one: AddressInfo): boolean =>
    style.family !== "link" &&
    (family === undefined || familyOf(one.address) === family) &&
    hasLabel(one.label) &&
    (filter.scope === undefined || one.scope === filter.scope) &&
    (filter.to === undefined || inPrefix(filter.to, one.address));
  for (const link of state.links) {
    if (filter.device !== undefined && link.name !== filter.device) continue;
    if (filter.up === true && !link.up) continue;
    const own = state.addresses.filter((one) => one.device === link.name && wanted(one));
    if (flush) yield* flushAll(io, own);
    else
      yield* show(io, { ...style, family: family ?? style.family }, state, link, own, {
        isFiltered: family !== undefined,
        hidesLink: family === undefined && !hasLabel(link.name),
      });
  }
  return 0;
}

function* flushAll(io: Io, addresses: readonly AddressInfo[]): Routine<void> {
  for (const { device, address: own, prefixLength, secondary } of addresses) {
    if (secondary) continue;
    const failure = yield* netlink_set({ kind: "address-del", device, address: own, prefixLength }).attempt();
    if (failure instanceof Errno) yield* io.pdie("can't send flush request", failure);
  }
}

function* show(
  io: Io,
  style: Style,
  state: NetworkState,
  link: NetworkState["links"][number],
  own: readonly AddressInfo[],
  { isFiltered, hidesLink }: { readonly isFiltered: boolean; readonly hidesLink: boolean },
): Routine<void> {
  if (isFiltered && own.length === 0) return;
  if (!hidesLink && (!style.oneLine || style.family === "link"))
    yield* io.out.write(linkText(link, state.links, style));
  for (const one of own) {
    const four = familyOf(one.address) === 4;
    const prefix = style.oneLine ? `${link.index}: ${link.name}` : "";
    const broadcast = one.broadcast === undefined ? "" : `brd ${one.broadcast} `;
    const flags = `${one.secondary ? "secondary " : ""}${one.tentative ? "tentative " : ""}${one.noDad ? "flags 02 " : ""}`;
    const label = four ? one.label : "";
    yield* io.out.write(
      `${prefix}    ${four ? "inet" : "inet6"} ${one.address}/${one.prefixLength} ${broadcast}scope ${one.scope} ${flags}${label}`,
    );
    yield* io.out.write(`${style.oneLine ? "\\" : "\n"}       valid_lft forever preferred_lft forever\n`);
  }
}
