/** route: show or change the routing table. @see route(8) */
import { Errno, netlink_set, type RouteChange, type Routine } from "../../../abi/index.ts";
import { bitsOf, familyOf, ipNumber, netmask, networkOf, parsePrefix } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { resolve } from "../../net/host-names.ts";
import { inetAddress, prefixOfMask } from "../../net/inet-address.ts";
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
  let destination = yield* targetOf(io, target);
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
      else if (word === "netmask") {
        destination = { ...destination, length: prefixOfMask(value) ?? (yield* io.die(`bogus netmask ${value}`)) };
      } else gateway = (yield* resolve(value))[0] ?? (yield* io.die(`bad address '${value}'`));
    } else if (device === undefined && words.length === 0) device = word;
    else return yield* showUsage(io);
  }
  const isHost = type === "-host" || (type === undefined && target !== "default");
  return {
    kind,
    destination: destination.address,
    prefixLength: yield* lengthOr(io, destination, isHost),
    ...(gateway === undefined ? {} : { gateway }),
    ...(device === undefined ? {} : { device }),
    ...(metric === undefined ? {} : { metric }),
    ...(rejects ? { refusal: "unreachable" as const, scope: "host" as const } : {}),
  };
}

interface Target {
  readonly address: string;
  /** `undefined` if none was written. */
  readonly length: number | undefined;
}

/** "default", a prefix, or an address. */
function* targetOf(io: Io, text: string): Routine<Target> {
  if (text === "default") return { address: "0.0.0.0", length: 0 };
  const prefix = text.includes("/") ? parsePrefix(text) : undefined;
  if (prefix !== undefined) return prefix;
  const address = inetAddress(text) ?? (yield* resolve(text))[0];
  return address === undefined ? yield* io.die(`resolving ${text}`) : { address, length: undefined };
}

/** What is not said to be a network is a host; a network needs a mask that fits, or the kernel refuses it. */
function* lengthOr(io: Io, { address, length }: Target, isHost: boolean): Routine<number> {
  if (familyOf(address) === 6) return length ?? bitsOf(6);
  if (isHost && length !== undefined) {
    const rest = (~ipNumber(netmask(length)) >>> 0).toString(16).padStart(8, "0");
    return yield* io.die(`netmask ${rest} and host route conflict`);
  }
  if (length === undefined) return isHost ? bitsOf(4) : 0;
  if (networkOf({ address, length }) !== address) return yield* io.die("netmask and route address conflict");
  return length;
}
