/**
 * What Docker does to the machine's packet filter: the chains that its rules go to, and the rules of one bridge network.
 *
 * @see moby libnetwork/drivers/bridge/internal/iptabler: iptabler.go, network.go
 */
import type { IpFamily, IpPrefix } from "../../lib/index.ts";
import type { Firewall, NetStack, Rule, Table } from "../../net/index.ts";
import type { BridgeOptions } from "./bridge-options.ts";

/** A rule and where it is. */
export interface PlacedRule {
  readonly family: IpFamily;
  readonly table: Table;
  readonly chain: string;
  readonly rule: Rule;
  /** Before the rules that are there already. */
  readonly first?: boolean;
}

const CHAINS = [
  "DOCKER-USER",
  "DOCKER-FORWARD",
  "DOCKER",
  "DOCKER-BRIDGE",
  "DOCKER-CT",
  "DOCKER-ISOLATION-STAGE-1",
  "DOCKER-ISOLATION-STAGE-2",
] as const;

const LOOPBACK: Readonly<Record<IpFamily, IpPrefix>> = {
  4: { address: "127.0.0.0", length: 8 },
  6: { address: "::1", length: 128 },
};

const jump = (chain: string): Rule => ({ target: { kind: "jump", chain } });

/** Makes Docker's chains, where they are not there yet. */
export function prepareFirewall(stack: NetStack, family: IpFamily): void {
  const firewall = stack.firewallOf(family);
  if (firewall.hasChain("nat", "DOCKER")) return;
  for (const chain of CHAINS) firewall.addChain("filter", chain);
  firewall.addChain("nat", "DOCKER");
  firewall.setPolicy("FORWARD", "drop");
  firewall.append("filter", "FORWARD", jump("DOCKER-USER"));
  firewall.append("filter", "FORWARD", jump("DOCKER-FORWARD"));
  for (const chain of ["DOCKER-CT", "DOCKER-ISOLATION-STAGE-1", "DOCKER-BRIDGE"]) {
    firewall.append("filter", "DOCKER-FORWARD", jump(chain));
  }
  const local: Rule = { destinationType: "local", target: { kind: "jump", chain: "DOCKER" } };
  firewall.append("nat", "PREROUTING", local);
  firewall.append("nat", "OUTPUT", { ...local, notDestination: LOOPBACK[family] });
}

export function addRules(stack: NetStack, rules: readonly PlacedRule[]): void {
  for (const { family, table, chain, rule, first } of rules) {
    const firewall: Firewall = stack.firewallOf(family);
    if (first === true) firewall.insert(table, chain, rule);
    else firewall.append(table, chain, rule);
  }
}

export function removeRules(stack: NetStack, rules: readonly PlacedRule[]): void {
  for (const { family, table, chain, rule } of rules) stack.firewallOf(family).remove(table, chain, rule);
}

export interface RuledNetwork {
  /** The name of the bridge device. */
  readonly bridge: string;
  readonly family: IpFamily;
  readonly subnet: IpPrefix;
  readonly internal: boolean;
  readonly options: BridgeOptions;
}

/** What the bridge driver adds for one network in one family. */
export function networkRules(network: RuledNetwork): readonly PlacedRule[] {
  return network.internal ? internalRules(network) : outwardRules(network);
}

function internalRules({ bridge, family, subnet, options }: RuledNetwork): readonly PlacedRule[] {
  const filter = { family, table: "filter" as const };
  const isolated = { ...filter, chain: "DOCKER-ISOLATION-STAGE-1", first: true };
  const [accept, drop] = [{ kind: "accept" }, { kind: "drop" }] as const;
  return [
    { ...isolated, rule: { notDestination: subnet, in: bridge, target: drop } },
    { ...isolated, rule: { notSource: subnet, out: bridge, target: drop } },
    { ...filter, chain: "DOCKER-FORWARD", rule: { in: bridge, out: bridge, target: options.icc ? accept : drop } },
  ];
}

function outwardRules({ bridge, family, subnet, options }: RuledNetwork): readonly PlacedRule[] {
  const mode = options.gatewayModes[family];
  const nat = { family, table: "nat" as const };
  const filter = { family, table: "filter" as const };
  const [accept, drop] = [{ kind: "accept" }, { kind: "drop" }] as const;
  const isRouted = mode === "routed";
  const rules: PlacedRule[] = [];
  if (options.masquerade) {
    if (!isRouted) {
      const to = options.hostAddresses[family];
      const target: Rule["target"] = to === undefined ? { kind: "masquerade" } : { kind: "snat", to };
      const rule: Rule = { source: subnet, out: `!${bridge}`, target };
      rules.push({ ...nat, chain: "POSTROUTING", first: true, rule });
    }
    // Containers of this network reach published ports through the proxy.
    rules.push({ ...nat, chain: "DOCKER", first: true, rule: { in: bridge, target: { kind: "return" } } });
  }
  if (isRouted) {
    const protocol = family === 4 ? "icmp" : "icmpv6";
    rules.push({ ...filter, chain: "DOCKER", rule: { out: bridge, protocol, target: accept } });
  }
  const forward = { ...filter, chain: "DOCKER-FORWARD" };
  if (options.icc) rules.push({ ...forward, rule: { in: bridge, target: accept } });
  else {
    rules.push({ ...forward, rule: { in: bridge, out: bridge, target: drop } });
    rules.push({ ...forward, rule: { in: bridge, out: `!${bridge}`, target: accept } });
  }
  const others = mode === "nat-unprotected" ? accept : drop;
  rules.push(
    { ...filter, chain: "DOCKER", rule: { in: `!${bridge}`, out: bridge, target: others } },
    {
      ...filter,
      chain: "DOCKER-CT",
      rule: { out: bridge, states: ["related", "established"], target: accept },
    },
    { ...filter, chain: "DOCKER-BRIDGE", rule: { out: bridge, target: { kind: "jump", chain: "DOCKER" } } },
    {
      ...filter,
      chain: "DOCKER-ISOLATION-STAGE-1",
      rule: { in: bridge, out: `!${bridge}`, target: { kind: "jump", chain: "DOCKER-ISOLATION-STAGE-2" } },
    },
    // Routed networks are reached from others by their own addresses.
    ...(isRouted
      ? []
      : [{ ...filter, chain: "DOCKER-ISOLATION-STAGE-2", first: true, rule: { out: bridge, target: drop } }]),
  );
  return rules;
}
