/**
 * The routing table: longest prefix first, then the lowest metric, then the oldest.
 *
 * @see ip-route(8), net/ipv4/fib_trie.c
 */
import { Errno, type RouteInfo, type RouteRefusal } from "../abi/index.ts";
import { compareIp, familyOf, type IpFamily, inPrefix } from "../lib/index.ts";
import type { Device } from "./device.ts";
import type { Generation } from "./generation.ts";

export interface Route {
  readonly destination: string;
  readonly prefixLength: number;
  readonly gateway: string | undefined;
  readonly device: Device;
  readonly source: string | undefined;
  readonly scope: "global" | "link" | "host";
  readonly metric: number;
  readonly onLink?: boolean;
  /** Packets are not sent; `device` is the loopback. */
  readonly refusal?: RouteRefusal;
}

/** Which route is meant: fields that are left out do not matter. */
export interface RouteMatch {
  readonly destination: string;
  readonly prefixLength: number;
  readonly gateway?: string | undefined;
  readonly device?: Device | undefined;
  readonly metric?: number | undefined;
}

export class RouteTable {
  readonly #generation: Generation;
  #routes: readonly Route[] = [];

  constructor(generation: Generation) {
    this.#generation = generation;
  }

  /** All routes in the order in which they are looked through. */
  get all(): readonly Route[] {
    return this.#routes;
  }

  /** All routes in the order in which Linux shows them: by network, longer prefixes first, then by metric. */
  get listed(): readonly Route[] {
    return this.#routes.toSorted(
      (a, b) =>
        familyOf(a.destination) - familyOf(b.destination) ||
        descent(a, b) ||
        compareIp(a.destination, b.destination) ||
        b.prefixLength - a.prefixLength ||
        a.metric - b.metric,
    );
  }

  /**
   * Adds a route as the only one to its prefix with its metric, before or behind those that are, or instead of the first.
   *
   * @throws EEXIST if it is to be the only one and is not, or if there is the very same.
   * @throws ENOENT if it is to change one, and there is none.
   */
  add(route: Route, place: "only" | "first" | "last" | "replace" | "change" = "only"): void {
    const { destination, prefixLength, metric } = route;
    const same = this.#find({ destination, prefixLength, metric });
    const isRepeated = this.#routes.some((one) => isAlike(one, route) && leadsAlike(one, route));
    if (same === undefined && place === "change") throw new Errno("ENOENT");
    const replaces = place === "replace" || place === "change";
    if (same !== undefined && (place === "only" || (isRepeated && !replaces))) throw new Errno("EEXIST");
    const others = this.#routes.filter((other) => !replaces || other !== same);
    const at = others.findIndex((other) => isBefore(route, other) || (place === "first" && isAlike(route, other)));
    this.#change(at < 0 ? [...others, route] : [...others.slice(0, at), route, ...others.slice(at)]);
  }

  /** @throws ESRCH if there is no such route. */
  remove(match: RouteMatch): void {
    const found = this.#find(match);
    if (found === undefined) throw new Errno("ESRCH");
    this.#change(this.#routes.filter((route) => route !== found));
  }

  has(match: RouteMatch): boolean {
    return this.#find(match) !== undefined;
  }

  /** Forgets routes through a device; with `source`, only those from that address. */
  removeDevice(device: Device, source?: string): void {
    this.#change(
      this.#routes.filter((route) => !isThrough(route, device) || (source !== undefined && route.source !== source)),
    );
  }

  /** The best route to an address; `device` restricts it. */
  lookup(destination: string, device?: Device): Route | undefined {
    for (const route of this.#routes) {
      if (device !== undefined && route.device !== device) continue;
      if (inPrefix({ address: route.destination, length: route.prefixLength }, destination)) return route;
    }
    return undefined;
  }

  #change(routes: readonly Route[]): void {
    this.#routes = routes;
    this.#generation.next();
  }

  #find(match: RouteMatch): Route | undefined {
    return this.#routes.find(
      (route) =>
        route.destination === match.destination &&
        route.prefixLength === match.prefixLength &&
        (match.gateway === undefined || route.gateway === match.gateway) &&
        (match.device === undefined || route.device === match.device) &&
        (match.metric === undefined || route.metric === match.metric),
    );
  }
}

/** The table of IPv6 is walked from its leaves: what is inside of another network comes before that. */
function descent(a: Route, b: Route): number {
  if (familyOf(a.destination) === 4 || a.prefixLength === b.prefixLength) return 0;
  const [wide, narrow] = a.prefixLength < b.prefixLength ? [a, b] : [b, a];
  if (!inPrefix({ address: wide.destination, length: wide.prefixLength }, narrow.destination)) return 0;
  return narrow === a ? -1 : 1;
}

/** How a route shows outside. */
export function routeInfo({ device, ...route }: Route): RouteInfo {
  return { ...route, device: device.name };
}

/** Of IPv4, what refuses packets has no device. @see net/ipv4/fib_semantics.c: fib_sync_down_dev */
const isThrough = ({ device, refusal, destination }: Route, one: Device): boolean =>
  device === one && (refusal === undefined || familyOf(destination) === 6);

/** To the same prefix, with the same metric. */
const isAlike = (a: Route, b: Route): boolean =>
  a.destination === b.destination && a.prefixLength === b.prefixLength && a.metric === b.metric;

/** By the same way, from the same address. */
const leadsAlike = (a: Route, b: Route): boolean =>
  a.gateway === b.gateway && a.device === b.device && a.source === b.source && a.refusal === b.refusal;

/** IPv4 before IPv6, longer prefixes before shorter ones, then by metric. Equal ones keep their order. */
function isBefore(a: Route, b: Route): boolean {
  const families: readonly [IpFamily, IpFamily] = [familyOf(a.destination), familyOf(b.destination)];
  if (families[0] !== families[1]) return families[0] < families[1];
  if (a.prefixLength !== b.prefixLength) return a.prefixLength > b.prefixLength;
  return a.metric < b.metric;
}
