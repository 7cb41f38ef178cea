/**
 * Changes to a stack as programs ask for them: what rtnetlink messages do.
 *
 * @see rtnetlink(7), ip-link(8), ip-address(8), ip-route(8)
 */
import {
  type AddressChange,
  type AddressScope,
  Errno,
  type LinkChange,
  type NetlinkChange,
  type NetworkState,
  ROUTE_TABLES,
  type RouteChange,
  type RuleChange,
} from "../abi/index.ts";
import { anyAddress, canonicalIp, familyOf, inPrefix, isAny, lastOf, networkOf } from "../lib/index.ts";
import { isSecondary, MINIMUM_MTU_4 } from "./address-book.ts";
import { Bridge, type Device, type DeviceAddress, Veth } from "./device.ts";
import { randomMac } from "./net-host.ts";
import type { NetStack } from "./net-stack.ts";
import { type Route, type RouteTable, routeInfo } from "./routes.ts";
import type { RuleMatch } from "./routing-rules.ts";

/** @see include/uapi/linux/if_ether.h: ETH_MAX_MTU */
const ETHERNET_MAX_MTU = 65_535;

/** What a change may need of others. */
export interface NetworkContext {
  /** The stack of the process with that number. @throws ESRCH */
  stackOf(pid: number): NetStack;
}

/** @throws Errno as Linux's netlink answers. */
export function changeNetwork(stack: NetStack, change: NetlinkChange, context: NetworkContext): void {
  switch (change.kind) {
    case "link-add":
      addLink(stack, change);
      return;
    case "link-del":
      removeLink(stack, find(stack, change.name));
      return;
    case "link-set":
      setLink(stack, change, context);
      return;
    case "address-add":
      stack.addresses.add(find(stack, change.device), addressOf(change));
      return;
    case "address-del":
      stack.addresses.remove(find(stack, change.device), canonical(change.address), change.prefixLength);
      return;
    case "route-add":
    case "route-append":
    case "route-prepend":
    case "route-replace":
    case "route-change":
      tableOf(stack, change).add(routeOf(stack, change), ADDING[change.kind]);
      return;
    case "route-del":
      removeRoute(stack, change);
      return;
    case "rule-add":
      stack.routing.changeRule("add", change.family, ruleOf(change));
      return;
    case "rule-del":
      stack.routing.changeRule("remove", change.family, ruleOf(change));
      return;
    case "neighbour-add":
      stack.neighbours.set(find(stack, change.device), canonical(change.address), change.mac);
      return;
    case "neighbour-del":
      if (!stack.neighbours.delete(find(stack, change.device), canonical(change.address))) throw new Errno("ENOENT");
  }
}

const ADDING = {
  "route-add": "only",
  "route-append": "last",
  "route-prepend": "first",
  "route-replace": "replace",
  "route-change": "change",
} as const;

/** Everything at once. */
export function networkState(stack: NetStack): NetworkState {
  const { devices } = stack;
  return {
    links: devices.map((device) => device.info()),
    addresses: devices.flatMap((device) =>
      device.addresses.map((one) => ({
        device: device.name,
        address: one.address,
        prefixLength: one.length,
        broadcast: one.broadcast,
        scope: one.scope,
        label: one.label ?? device.name,
        secondary: isSecondary(device.addresses, one),
        noDad: one.noDad ?? false,
        tentative: (one.tentativeUntilUs ?? 0) > stack.host.clock.nowUs,
      })),
    ),
    routes: stack.routes.listed.map(routeInfo),
    tables: stack.routing.tables.map(([id, table]) => ({ id, routes: table.listed.map(routeInfo) })),
    rules: [...stack.routing.rules(4).all, ...stack.routing.rules(6).all],
    neighbours: stack.neighbours.list(),
  };
}

function find(stack: NetStack, name: string): Device {
  const device = stack.device(name);
  if (device === undefined) throw new Errno("ENODEV");
  return device;
}

function canonical(address: string): string {
  const text = canonicalIp(address);
  if (text === undefined) throw new Errno("EINVAL");
  return text;
}

function addLink(stack: NetStack, { name, type, peer }: Extract<NetlinkChange, { readonly kind: "link-add" }>): void {
  const { host } = stack;
  if (type === "bridge") {
    const bridge = new Bridge(name, randomMac(host.random));
    bridge.followsPorts = true;
    stack.addDevice(bridge);
    return;
  }
  if (type !== "veth") throw new Errno("EOPNOTSUPP");
  if (stack.device(name) !== undefined) throw new Errno("EEXIST");
  let other = peer ?? "";
  for (let number = 0; other === "" || (peer === undefined && stack.device(other) !== undefined); number++) {
    other = `veth${number}`;
  }
  const ends = [
    { name: other, mac: randomMac(host.random) },
    { name, mac: randomMac(host.random) },
  ] as const;
  const [first, second] = Veth.pair(host, ends);
  stack.addDevice(first);
  stack.addDevice(second);
}

function removeLink(stack: NetStack, device: Device): void {
  if (device === stack.loopback) throw new Errno("EOPNOTSUPP");
  stack.removeDevice(device);
}

function setLink(stack: NetStack, change: LinkChange, context: NetworkContext): void {
  const device = find(stack, change.name);
  const { up, newName, mac, mtu, queueLength, master, pid, flags } = change;
  if (pid !== undefined) {
    const target = context.stackOf(pid);
    if (target === stack) return;
    if (device === stack.loopback) throw new Errno("EINVAL");
    stack.takeDevice(device);
    target.addDevice(device);
    return;
  }
  if (master !== undefined) enslave(stack, device, master);
  if (mac !== undefined) {
    if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) throw new Errno("EINVAL");
    device.mac = mac.toLowerCase();
    if (device instanceof Bridge) device.followsPorts = false;
  }
  if (mtu !== undefined) {
    const [least, most] = device === stack.loopback ? [0, 0x7fff_ffff] : [MINIMUM_MTU_4, ETHERNET_MAX_MTU];
    if (!(mtu >= least && mtu <= most)) throw new Errno("EINVAL");
    device.mtu = Math.floor(mtu);
    stack.addresses.mtuChanged(device);
  }
  if (queueLength !== undefined) device.queueLength = queueLength;
  if (flags !== undefined) {
    device.flags = flags.on ? device.flags | flags.bits : device.flags & ~flags.bits;
    stack.addresses.mtuChanged(device);
  }
  if (newName !== undefined) stack.renameDevice(device, newName);
  if (up !== undefined) stack.setUp(device, up);
}

function enslave(stack: NetStack, device: Device, master: string): void {
  device.master?.removePort(device);
  if (master === "") return;
  const bridge = find(stack, master);
  if (!(bridge instanceof Bridge) || device instanceof Bridge || device === stack.loopback) throw new Errno("EINVAL");
  bridge.addPort(device);
}

function addressOf(change: AddressChange): DeviceAddress {
  if (change.prefixLength === 0) throw new Errno("ERANGE");
  const address = canonical(change.address);
  checkLength(address, change.prefixLength);
  const scope = change.scope ?? scopeOf(address);
  return { address, length: change.prefixLength, broadcast: change.broadcast, scope, label: change.label };
}

/** How far an address reaches if nobody says so. @see net/ipv6/addrconf_core.c: __ipv6_addr_type */
function scopeOf(address: string): AddressScope {
  if (address.startsWith("127.") || address === "::1") return "host";
  return inPrefix(LINK_LOCAL, address) ? "link" : "global";
}

const LINK_LOCAL = { address: "fe80::", length: 10 };

/** @throws EINVAL for a prefix that is longer than an address. */
function checkLength(address: string, length: number): void {
  const isWhole = Number.isInteger(length) && length >= 0;
  if (!isWhole || length > (familyOf(address) === 4 ? 32 : 128)) throw new Errno("EINVAL");
}

/**
 * @throws ENETUNREACH for a gateway that is on no link. @throws ENODEV without any device. @throws EACCES for IPv6 through
 * a device on which it is turned off.
 */
function routeOf(stack: NetStack, change: RouteChange): Route {
  const destination = canonical(change.destination);
  const gateway = change.gateway === undefined || isAny(change.gateway) ? undefined : canonical(change.gateway);
  checkLength(destination, change.prefixLength);
  if (networkOf({ address: destination, length: change.prefixLength }) !== destination) throw new Errno("EINVAL");
  const metric = change.metric ?? (familyOf(destination) === 6 ? 1024 : 0);
  const { prefixLength, refusal } = change;
  if (refusal !== undefined) {
    const device = stack.loopback;
    return {
      destination,
      prefixLength,
      gateway: undefined,
      device,
      source: undefined,
      scope: change.scope ?? "global",
      metric,
      refusal,
    };
  }
  let device = change.device === undefined ? undefined : find(stack, change.device);
  if (device !== undefined && !device.up) throw new Errno("ENETDOWN");
  if (device !== undefined && familyOf(destination) === 6 && !stack.addresses.has6(device)) throw new Errno("EACCES");
  if (gateway !== undefined) device = towards(stack, gateway, device, change.onLink === true);
  if (device === undefined) throw new Errno("ENODEV");
  const source = change.source === undefined ? undefined : canonical(change.source);
  if (source !== undefined && !stack.isLocal(source)) throw new Errno("EINVAL");
  const scope = change.scope ?? (gateway === undefined ? "link" : "global");
  const onLink = change.onLink === true ? { onLink: true } : {};
  return { destination, prefixLength, gateway, device, source, scope, metric, ...onLink };
}

/**
 * The device through which a gateway is reached.
 *
 * @throws ENETUNREACH if it is on no link, EHOSTUNREACH… if a route refuses it.
 * @see net/ipv4/fib_semantics.c: fib_check_nh_v4_gw
 */
function towards(stack: NetStack, gateway: string, device: Device | undefined, onLink: boolean): Device {
  if (onLink) {
    if (device === undefined) throw new Errno("ENODEV");
    return device;
  }
  const own = stack.addresses.owner(gateway);
  if (own !== undefined && (device === undefined || own.device === device)) return own.device;
  const route = stack.route(gateway, device);
  if (route.gateway !== undefined) throw new Errno("ENETUNREACH");
  return device ?? route.device;
}

const tableOf = ({ routing }: NetStack, { table }: RouteChange): RouteTable =>
  routing.table(table || ROUTE_TABLES.main);

/** @throws EINVAL for what is no address */
function ruleOf({ kind: _kind, family: _family, ...match }: RuleChange): RuleMatch {
  for (const prefix of [match.from, match.to]) {
    if (prefix === undefined) continue;
    checkLength(canonical(prefix.address), prefix.length);
  }
  return match;
}

function removeRoute(stack: NetStack, change: RouteChange): void {
  const destination = canonical(change.destination);
  if (networkOf({ address: destination, length: change.prefixLength }) !== destination) throw new Errno("EINVAL");
  tableOf(stack, change).remove({
    destination,
    prefixLength: change.prefixLength,
    gateway: change.gateway === undefined || isAny(change.gateway) ? undefined : canonical(change.gateway),
    device: change.device === undefined ? undefined : find(stack, change.device),
    metric: change.metric,
  });
}

/** The broadcast address that `ip addr add … brd +` and ifconfig give. */
export const broadcastOf = (address: string, length: number): string | undefined =>
  familyOf(address) === 4 && length < 31 ? lastOf({ address, length }) : undefined;

/** The route to everywhere. */
export const defaultRoute = (gateway: string) => ({
  kind: "route-add" as const,
  destination: anyAddress(familyOf(gateway)),
  prefixLength: 0,
  gateway,
});
