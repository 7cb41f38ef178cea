/**
 * Routing of a stack: rules that choose a table for a packet, and the tables with their routes.
 *
 * The table `local` is no table here: what ends on this machine follows from its addresses. Most stacks have the rules
 * that Linux begins with, and routes in `main` only; then a route follows from the destination alone.
 *
 * @see ip-rule(8), net/ipv4/fib_rules.c:fib4_rule_action, net/ipv4/fib_frontend.c
 */
import { ROUTE_TABLES, type RouteRefusal, RULE_ACTIONS } from "../abi/index.ts";
import { familyOf, type IpFamily } from "../lib/index.ts";
import type { Device } from "./device.ts";
import type { Generation } from "./generation.ts";
import { type Route, RouteTable } from "./routes.ts";
import { type Flow, RoutingRules, type RuleMatch } from "./routing-rules.ts";

/** Hash buckets of a family's tables, which are listed one after the other. @see include/net/ip_fib.h: FIB_TABLE_HASHSZ */
const BUCKETS = 256;

/** What a packet hears that a rule refuses: the words are those of routes. */
const REFUSALS = new Map<number, RouteRefusal>([
  [RULE_ACTIONS.unreachable, "throw"],
  [RULE_ACTIONS.prohibit, "prohibit"],
]);

/** The route of a packet; "here" for one that ends on this machine. */
type Found = Route | "here" | undefined;

export class Routing {
  readonly main: RouteTable;
  /** A route depends on nothing but the destination. */
  isPlain = true;
  readonly #generation: Generation;
  readonly #loopback: () => Device;
  readonly #others = new Map<number, RouteTable>();
  readonly #rules: Readonly<Record<IpFamily, RoutingRules>> = { 4: new RoutingRules(4), 6: new RoutingRules(6) };

  constructor(generation: Generation, loopback: () => Device) {
    this.#generation = generation;
    this.#loopback = loopback;
    this.main = new RouteTable(generation);
  }

  /** A table by its number; made if there is none yet. */
  table(id: number): RouteTable {
    if (id === ROUTE_TABLES.main) return this.main;
    const known = this.#others.get(id) ?? new RouteTable(this.#generation);
    this.#others.set(id, known);
    return known;
  }

  /** All tables that have routes, in the order in which Linux lists them. */
  get tables(): readonly (readonly [id: number, table: RouteTable])[] {
    return [[ROUTE_TABLES.main, this.main] as const, ...this.#others]
      .filter(([, { all }]) => all.length > 0)
      .sort(([a], [b]) => (a % BUCKETS) - (b % BUCKETS));
  }

  rules(family: IpFamily): RoutingRules {
    return this.#rules[family];
  }

  changeRule(change: "add" | "remove", family: IpFamily, match: RuleMatch): void {
    this.#rules[family][change](match);
    this.isPlain = this.#rules[4].areUsual && this.#rules[6].areUsual;
    this.#generation.next();
  }

  /** Forgets routes through a device; with `source`, only those from that address. */
  removeDevice(device: Device, source?: string): void {
    this.main.removeDevice(device, source);
    for (const table of this.#others.values()) table.removeDevice(device, source);
  }

  /** The route of a packet that does not end here; `device` restricts it. */
  route(flow: Flow, device?: Device): Route | undefined {
    const found = this.find(flow, false, device);
    return found === "here" ? undefined : found;
  }

  /** What the rules say of a packet, which may be for an address that is one of this machine's. */
  find(flow: Flow, isOwn: boolean, device?: Device): Found {
    for (const { action, table } of this.#rules[familyOf(flow.destination)].for(flow)) {
      if (action === RULE_ACTIONS.nop) continue;
      if (action !== RULE_ACTIONS.lookup) return this.#refused(flow, REFUSALS.get(action) ?? "blackhole");
      if (table === ROUTE_TABLES.local && isOwn) return "here";
      const tried = table === ROUTE_TABLES.main ? this.main : this.#others.get(table);
      const route = tried?.lookup(flow.destination, device);
      if (route !== undefined && route.refusal !== "throw") return route;
    }
    return undefined;
  }

  #refused({ destination }: Flow, refusal: RouteRefusal): Route {
    return {
      destination,
      prefixLength: 0,
      gateway: undefined,
      device: this.#loopback(),
      source: undefined,
      scope: "global",
      metric: 0,
      refusal,
    };
  }
}
