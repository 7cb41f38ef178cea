/** The routing table as `route` and `netstat -r` print it. */
import { Errno, netlink_get, type RouteInfo, type Routine } from "../../../abi/index.ts";
import { familyOf, netmask } from "../../../lib/index.ts";
import { attempt, type Io, readText } from "../../io.ts";
import { nameOf } from "../../net/host-names.ts";

export interface TableStyle {
  /** Addresses, not names. */
  readonly numeric: boolean;
  /** Sizes and times instead of metrics. */
  readonly extended: boolean;
}

/** IPv4, as /proc/net/route has it: the default route first. */
export function* showRoutes(io: Io, { numeric, extended }: TableStyle): Routine<number> {
  yield* io.out.write("Kernel IP routing table\n");
  const columns = extended ? "Flags   MSS Window  irtt Iface" : "Flags Metric Ref    Use Iface";
  yield* io.out.write(`Destination     Gateway         Genmask         ${columns}\n`);
  const { routes } = yield* netlink_get();
  const four = routes.filter(({ destination }) => familyOf(destination) === 4);
  for (const route of four) {
    const device = route.refusal === undefined ? route.device : "*";
    const destination = yield* shownNetwork(route, numeric);
    const gateway = yield* shownGateway(route, numeric);
    const counts = extended
      ? `${flagsOf(route).padEnd(5)} ${"0".padStart(5)} ${"0".padEnd(5)} ${"0".padStart(6)} ${device}`
      : `${flagsOf(route).padEnd(5)} ${String(route.metric).padEnd(6)} ${"0".padEnd(3)} ${"0".padStart(6)} ${device}`;
    yield* io.out.write(
      `${destination.padEnd(15)} ${gateway.padEnd(15)} ${netmask(route.prefixLength).padEnd(15)} ${counts}\n`,
    );
  }
  return 0;
}

function flagsOf({ gateway, prefixLength, refusal }: RouteInfo): string {
  const host = prefixLength === 32 ? "H" : "";
  if (refusal === "unreachable" || refusal === "prohibit") return `!${host}`;
  return `U${gateway === undefined ? "" : "G"}${host}`;
}

function* shownNetwork({ destination, prefixLength }: RouteInfo, numeric: boolean): Routine<string> {
  if (numeric) return destination;
  if (prefixLength === 0) return "default";
  const name = prefixLength === 32 ? yield* nameOf(destination) : undefined;
  return (name ?? destination).slice(0, 15);
}

function* shownGateway({ gateway }: RouteInfo, numeric: boolean): Routine<string> {
  if (gateway === undefined) return numeric ? "0.0.0.0" : "*";
  const name = numeric ? undefined : yield* nameOf(gateway);
  return (name ?? gateway).slice(0, 15);
}

/** IPv6, out of /proc/net/ipv6_route. */
export function* showRoutes6(io: Io): Routine<number> {
  yield* io.out.write("Kernel IPv6 routing table\n");
  yield* io.out.write(`${"Destination".padEnd(44)}${"Next Hop".padEnd(40)}Flags Metric Ref    Use Iface\n`);
  const text = yield* attempt(readText("/proc/net/ipv6_route"));
  if (text instanceof Errno) return 0;
  for (const line of text.split("\n")) {
    const fields = line.trim().split(/\s+/);
    const [
      destination = "",
      length = "0",
      ,
      ,
      next = "",
      metric = "0",
      references = "0",
      use = "0",
      flags = "0",
      device = "",
    ] = fields;
    if (destination === "") continue;
    const shown = `${address6(destination)}/${Number.parseInt(length, 16)}`;
    yield* io.out.write(
      `${shown.padEnd(43)} ${address6(next).padEnd(39)} ${flags6(Number.parseInt(flags, 16)).padEnd(5)} ${String(Number.parseInt(metric, 16) | 0).padEnd(6)} ${String(Number.parseInt(references, 16)).padEnd(2)} ${String(Number.parseInt(use, 16)).padStart(7)} ${device.padEnd(8)}\n`,
    );
  }
  return 0;
}

/** 32 hexadecimal digits as an address, the longest run of zeros left out. */
function address6(hex: string): string {
  const groups = (hex.match(/.{4}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(16));
  const text = groups.join(":");
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map(([run]) => run);
  const longest = runs.toSorted((a, b) => b.length - a.length)[0];
  if (longest === undefined) return text;
  const at = text.indexOf(longest);
  const [head, tail] = [text.slice(0, at), text.slice(at + longest.length)];
  return `${head}::${tail.replace(/^:/, "")}`;
}

/** RTF_UP, RTF_GATEWAY, RTF_HOST, RTF_NONEXTHOP, RTF_REJECT. */
function flags6(flags: number): string {
  if ((flags & 0x200) !== 0) return "!n";
  return `${(flags & 1) !== 0 ? "U" : ""}${(flags & 2) !== 0 ? "G" : ""}${(flags & 4) !== 0 ? "H" : ""}${(flags & 0x200000) !== 0 ? "n" : ""}`;
}
