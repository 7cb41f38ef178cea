/**
 * The route of a packet as a program is told of it: `ip route get`.
 *
 * @see net/ipv4/route.c: ip_route_output_key_hash_rcu, net/ipv6/route.c: inet6_rtm_getroute
 */
import { Errno, type RouteInfo } from "../abi/index.ts";
import { bitsOf, familyOf, isAny, isLoopback, isMulticast } from "../lib/index.ts";
import type { NetStack } from "./net-stack.ts";
import { routeInfo } from "./routes.ts";

const LIMITED_BROADCAST = "255.255.255.255";
/** Beyond that link a packet to such an address never goes. */
const LINK_LOCAL_MULTICAST = /^ff.2:/;
/** @see include/uapi/linux/ipv6_route.h: IP6_RT_PRIO_ADDRCONF */
const MULTICAST_METRIC = 256;

/** @throws ENETUNREACH, EINVAL as `NetStack.routeTo` */
export function routeOfPacket(stack: NetStack, destination: string, from: string | undefined): RouteInfo {
  return familyOf(destination) === 4
    ? routeOfPacket4(stack, destination, from)
    : routeOfPacket6(stack, destination, from);
}

function routeOfPacket4(stack: NetStack, destination: string, from: string | undefined): RouteInfo {
  if (from !== undefined && !stack.isLocal(from)) throw new Errno("ENETUNREACH");
  const whole = { destination, prefixLength: bitsOf(4), gateway: undefined, metric: 0 };
  if (isAny(destination)) return { ...whole, device: "lo", source: "127.0.0.1", scope: "host", type: "local" };
  const network = stack.addresses.networkEndingWith(destination);
  if (network !== undefined) {
    const { device, address } = network;
    return { ...whole, device: device.name, source: from ?? address, scope: "link", type: "broadcast" };
  }
  if (stack.isLocal(destination)) {
    return { ...whole, device: "lo", source: from ?? stack.sourceFor(destination), scope: "host", type: "local" };
  }
  const route = stack.route(destination, undefined, from);
  if (from !== undefined && isLoopback(from) && route.device !== stack.loopback) throw new Errno("EINVAL");
  const type = destination === LIMITED_BROADCAST ? "broadcast" : isMulticast(destination) ? "multicast" : undefined;
  const isNextHop = route.gateway !== undefined && !stack.isLocal(route.gateway);
  const gateway = type === undefined && isNextHop ? route.gateway : undefined;
  const source = from ?? route.source ?? stack.addresses.sourceOn(route.device, gateway ?? destination);
  return { ...routeInfo(route), gateway, source, ...(type === undefined ? {} : { type }) };
}

function routeOfPacket6(stack: NetStack, destination: string, from: string | undefined): RouteInfo {
  const whole = { destination, prefixLength: bitsOf(6), gateway: undefined, metric: 0 };
  if (stack.isLocal(destination)) {
    return { ...whole, device: "lo", source: stack.sourceFor(destination), scope: "host", type: "local" };
  }
  if (isMulticast(destination)) {
    const device = stack.devices.find((one) => one.up && one !== stack.loopback && stack.addresses.has6(one));
    if (device === undefined) throw new Errno("ENETUNREACH");
    const own = device.addresses.filter(({ address }) => familyOf(address) === 6);
    const scope = LINK_LOCAL_MULTICAST.test(destination) ? "link" : "global";
    const source = (own.find((one) => one.scope === scope) ?? own[0])?.address;
    return { ...whole, device: device.name, metric: MULTICAST_METRIC, source, scope: "global", type: "multicast" };
  }
  const route = stack.route(destination, undefined, from);
  return { ...routeInfo(route), source: route.source ?? stack.addresses.sourceOn(route.device, destination) };
}
