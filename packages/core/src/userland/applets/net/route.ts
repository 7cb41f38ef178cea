/** route: show or change the routing table. @see route(8) */
import { Errno, netlink_set, type RouteChange, type Routine } from "../../../abi/index.ts";
import { bitsOf, familyOf, netmask, networkOf, parsePrefix } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { resolve } from "../../net/host-names.ts";
import { classLength, inetAddress, inetAton, maskLength } from "../../net/inet-address.ts";
import { showRoutes, showRoutes6 } from "./route-table.ts";

export const route: Applet = function* (io) {
  const options = yield* getopt(io, "+A:neC");
  const six = options.value("A") === "inet6";
  const [action, ...words] = options.operands;
  if (action === undefined) {
    return six
      ? yield* showRoutes6(io)
      : yield* showRoutes(io, { numeric: options.has("n"), extended: options.has("e") });
  }
  if (action !== "add" && action !== "del" && action !== "delete") return yield* showUsage(io);
  const change = yield* parse(io, action === "add" ? "route-prepend" : "route-del", words);
  const failure = yield* netlink_set(change).attempt();
  if (failure instanceof Errno) yield* io.pdie(action === "add" ? "SIOCADDRT" : "SIOCDELRT", failure);
  return 0;
};

function* parse(io: Io, kind: "route-prepend" | "route-del", given: readonly string[]): Routine<RouteChange> {
  const words = [...given];
  const type = words[0] === "-net" || words[0] === "-host" ? words.shift() : undefined;
  const target = words.shift();
  if (target === undefined) return yield* showUsage(io);
  const destination = yield* network(io, target);
  let { length } = destination;
  let gateway: string | undefined;
  let device: string | undefined;
  let metric: number | undefined;
  let rejects = false;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const value = words[0];
    if (word === "reject") rejects = true;
    if (word === "reject" || word === "mod" || word === "dyn" || word === "reinstate") continue;
    if (word === "dev" || word === "metric" || word === "netmask" || word === "gw" || word === "gateway") {
      if (value === undefined) return yield* showUsage(io);
      words.shift();
      if (word === "dev") device = value;
      else if (word === "metric") metric = Number(value);
      else if (word === "netmask") length = lengthOf(value) ?? (yield* io.die(`bogus netmask ${value}`));
      else gateway = (yield* resolve(value))[0] ?? (yield* io.die(`bad address '${value}'`));
    } else if (device === undefined && words.length === 0) device = word;
    else return yield* showUsage(io);
  }
  if (type === "-host") length = bitsOf(familyOf(destination.address));
  if (networkOf({ address: destination.address, length }) !== destination.address) {
    return yield* io.die("netmask and route address conflict");
  }
  return {
    kind,
    destination: destination.address,
    prefixLength: length,
    ...(gateway === undefined ? {} : { gateway }),
    ...(device === undefined ? {} : { device }),
    ...(metric === undefined ? {} : { metric }),
    ...(rejects ? { refusal: "unreachable" as const, scope: "host" as const } : {}),
  };
}

/** "default", a prefix, a network (its last bytes zero), or a host. */
function* network(io: Io, text: string): Routine<{ readonly address: string; readonly length: number }> {
  if (text === "default") return { address: "0.0.0.0", length: 0 };
  const prefix = text.includes("/") ? parsePrefix(text) : undefined;
  if (prefix !== undefined) return prefix;
  const address = inetAddress(text) ?? (yield* resolve(text))[0];
  if (address === undefined) return yield* io.die(`resolving ${text}`);
  if (address === "0.0.0.0") return { address, length: 0 };
  return { address, length: usualLength(address) };
}

/** The length that an address had before there were lengths, if it is that of a network; else all of it. */
function usualLength(address: string): number {
  if (familyOf(address) === 6) return bitsOf(6);
  const length = classLength(address);
  return networkOf({ address, length }) === address ? length : bitsOf(4);
}

/** `undefined` for what is no mask, or has holes. */
function lengthOf(text: string): number | undefined {
  const mask = inetAton(text);
  const length = mask === undefined ? undefined : maskLength(mask);
  return length !== undefined && netmask(length) === mask ? length : undefined;
}
