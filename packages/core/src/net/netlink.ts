/**
 * Changes to a stack as programs ask for them: what rtnetlink messages do.
 *
 * @see rtnetlink(7), ip-link(8), ip-address(8), ip-route(8)
 */
import {
  type AddressChange,
  Errno,
  type LinkChange,
  type NetlinkChange,
  type NetworkState,
  type RouteChange,
} from "../abi/index.ts";
import { anyAddress, canonicalIp, familyOf, isAny, lastOf, networkOf } from "../lib/index.ts";
import { isSecondary } from "./address-book.ts";
import { Bridge, type Device, type DeviceAddress, Veth } from "./device.ts";
import { randomMac } from "./net-host.ts";
import type { NetStack } from "./net-stack.ts";
import { type Route, routeInfo } from "./routes.ts";

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
    case "route-replace":
      stack.routes.add(routeOf(stack, change), { replace: change.kind === "route-replace" });
      return;
    case "route-del":
      removeRoute(stack, change);
      return;
    case "neighbour-add":
      stack.neighbours.set(find(stack, change.device), canonical(change.address), change.mac);
      return;
    case "neighbour-del":
      if (!stack.neighbours.delete(find(stack, change.device), canonical(change.address))) throw new Errno("ENOENT");
  }
}

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
    stack.addDevice(new Bridge(name, randomMac(host.random)));
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
  const { up, newName, mac, mtu, queueLength, master, pid } = change;
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
  }
  if (mtu !== undefined) {
    if (!(mtu >= (device === stack.loopback ? 0 : 68) && mtu <= 65_536)) throw new Errno("EINVAL");
    device.mtu = Math.floor(mtu);
    stack.addresses.mtuChanged(device);
  }
  if (queueLength !== undefined) device.queueLength = queueLength;
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
  const scope = change.scope ?? (address.startsWith("127.") ? "host" : "global");
  return { address, length: change.prefixLength, broadcast: change.broadcast, scope, label: change.label };
}

/** @throws EINVAL for a prefix that is longer than an address. */
function checkLength(address: string, length: number): void {
  const isWhole = Number.isInteger(length) && length >= 0;
  if (!isWhole || length > (familyOf(address) === 4 ? 32 : 128)) throw new Errno("EINVAL");
}

/** @throws ENETUNREACH for a gateway that is on no link. @throws ENODEV without any device. */
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
  if (gateway !== undefined) {
    const towards = stack.routes.lookup(gateway, device);
    const isOnLink = towards !== undefined && towards.gateway === undefined;
    if (!isOnLink || stack.addresses.owner(gateway)?.exact === true) {
      const loops = stack.addresses.owner(gateway);
      if (loops === undefined || loops.device !== stack.loopback) throw new Errno("ENETUNREACH");
      device ??= stack.loopback;
    }
    device ??= towards?.device;
  }
  if (device === undefined) throw new Errno("ENODEV");
  const source = change.source === undefined ? undefined : canonical(change.source);
  if (source !== undefined && !stack.isLocal(source)) throw new Errno("EINVAL");
  const scope = change.scope ?? (gateway === undefined ? "link" : "global");
  return { destination, prefixLength, gateway, device, source, scope, metric };
}

function removeRoute(stack: NetStack, change: RouteChange): void {
  stack.routes.remove({
    destination: canonical(change.destination),
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
