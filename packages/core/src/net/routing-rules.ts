/**
 * Rules of policy routing, of one family: which packets are looked up in which table.
 *
 * @see ip-rule(8), net/core/fib_rules.c, net/ipv4/fib_rules.c
 */
import { Errno, ROUTE_TABLES, RULE_ACTIONS, type RuleInfo } from "../abi/index.ts";
import { type IpFamily, inPrefix, isSameData } from "../lib/index.ts";
import type { Device } from "./device.ts";

/** A packet whose way is looked for. */
export interface Flow {
  readonly destination: string;
  /** Where it comes from; `undefined` if that is still to be chosen. */
  readonly source?: string | undefined;
  /** The device that it came in through; `undefined` if it is made here. */
  readonly from?: Device | undefined;
}

/** What a rule has that was asked for: fields that are left out, and zeros, do not matter. */
export type RuleMatch = Partial<Omit<RuleInfo, "family">>;

const EVERY_BIT = 0xffff_ffff;

const ruleTo = (family: IpFamily, table: number, priority: number): RuleInfo => ({
  family,
  priority,
  from: undefined,
  to: undefined,
  device: undefined,
  tos: 0,
  mark: 0,
  markMask: 0,
  table,
  realms: 0,
  action: RULE_ACTIONS.lookup,
});

/** What there is where nobody has added or taken away any. IPv6 has no table `default`. */
const initialRules = (family: IpFamily): readonly RuleInfo[] => [
  ruleTo(family, ROUTE_TABLES.local, 0),
  ruleTo(family, ROUTE_TABLES.main, 32_766),
  ...(family === 4 ? [ruleTo(family, ROUTE_TABLES.default, 32_767)] : []),
];

export class RoutingRules {
  readonly #family: IpFamily;
  readonly #initial: readonly RuleInfo[];
  #rules: readonly RuleInfo[];

  constructor(family: IpFamily) {
    this.#family = family;
    this.#initial = initialRules(family);
    this.#rules = this.#initial;
  }

  /** In the order in which they are asked. */
  get all(): readonly RuleInfo[] {
    return this.#rules;
  }

  /** Nobody has changed them: they are the same for all packets. */
  get areUsual(): boolean {
    return this.#rules === this.#initial;
  }

  /**
   * Adds a rule behind those of its priority; without one it comes before the second of those that there are.
   *
   * @throws EEXIST if there is the very same. @throws EINVAL for a jump to nowhere.
   */
  add(match: RuleMatch): void {
    const { action = RULE_ACTIONS.lookup, mark = 0 } = match;
    if (action === RULE_ACTIONS.goto) throw new Errno("EINVAL");
    const rule: RuleInfo = {
      ...ruleTo(this.#family, match.table || ROUTE_TABLES.main, match.priority ?? this.#usualPriority),
      from: match.from?.length === 0 ? undefined : match.from,
      to: match.to?.length === 0 ? undefined : match.to,
      device: match.device,
      tos: match.tos ?? 0,
      mark,
      markMask: match.markMask ?? (mark === 0 ? 0 : EVERY_BIT),
      realms: match.realms ?? 0,
      action,
    };
    if (this.#rules.some((one) => isSameData(one, rule))) throw new Errno("EEXIST");
    const at = this.#rules.findIndex((one) => one.priority > rule.priority);
    this.#rules = at < 0 ? [...this.#rules, rule] : this.#rules.toSpliced(at, 0, rule);
  }

  /** Takes the first away that is so. @throws ENOENT */
  remove(match: RuleMatch): void {
    const found = this.#rules.find((rule) => isMeant(rule, match));
    if (found === undefined) throw new Errno("ENOENT");
    this.#rules = this.#rules.filter((rule) => rule !== found);
  }

  /** Those that are for such a packet. */
  *for(flow: Flow): Iterable<RuleInfo> {
    for (const rule of this.#rules) if (isFor(rule, flow)) yield rule;
  }

  /** @see net/core/fib_rules.c: fib_default_rule_pref */
  get #usualPriority(): number {
    const second = this.#rules[1]?.priority ?? 0;
    return second === 0 ? 0 : second - 1;
  }
}

/** When their way is looked for, packets have neither marks nor a type of service. */
function isFor({ from, to, device, tos, mark, markMask }: RuleInfo, flow: Flow): boolean {
  if (tos !== 0 || (mark & markMask) !== 0) return false;
  if (device !== undefined && device !== (flow.from?.name ?? "lo")) return false;
  if (from !== undefined && (flow.source === undefined || !inPrefix(from, flow.source))) return false;
  return to === undefined || inPrefix(to, flow.destination);
}

/** @see net/core/fib_rules.c: rule_find */
function isMeant(
  rule: RuleInfo,
  { priority, from, to, device, tos, mark, markMask, table, action }: RuleMatch,
): boolean {
  return (
    (!action || rule.action === action) &&
    (!table || rule.table === table) &&
    (priority === undefined || rule.priority === priority) &&
    (device === undefined || rule.device === device) &&
    (!mark || rule.mark === mark) &&
    (!markMask || rule.markMask === markMask) &&
    (!tos || rule.tos === tos) &&
    (!from?.length || isSameData(rule.from, from)) &&
    (!to?.length || isSameData(rule.to, to))
  );
}
