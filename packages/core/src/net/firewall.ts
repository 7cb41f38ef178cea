/**
 * Netfilter in its first form: chains of rules that let packets pass, drop them, mark them, or translate their addresses.
 * A stack has one for each family of addresses, as iptables and ip6tables do.
 *
 * `raw` decides before connections are known, `filter` about packets of connections; `nat` is asked once for each
 * connection; `mangle` is asked for a mark by who wants to know it. A rule that matches ends the walk, unless it marks or
 * its target is a chain that returns. Rules print as iptables-save shows them.
 *
 * @see iptables(8), iptables-extensions(8), net/ipv4/netfilter/ip_tables.c
 */
import { assert, familyOf, type IpFamily, type IpPrefix, inPrefix } from "../lib/index.ts";
import { Conntrack, type Endpoint, type Tracked, withDestination, withSource } from "./conntrack.ts";
import type { Device } from "./device.ts";
import type { Generation } from "./generation.ts";
import type { NetHost } from "./net-host.ts";
import { type Packet, withEnds } from "./packet.ts";

export type Table = "raw" | "mangle" | "filter" | "nat";

/** All that are given must hold. A name that begins with "!" must differ. */
export interface RuleMatch {
  readonly source?: IpPrefix;
  readonly notSource?: IpPrefix;
  readonly destination?: IpPrefix;
  readonly notDestination?: IpPrefix;
  readonly in?: string;
  readonly out?: string;
  readonly protocol?: "tcp" | "udp" | "icmp" | "icmpv6";
  readonly port?: number;
  readonly sourcePort?: number;
  readonly states?: readonly ("new" | "established" | "related")[];
  /** The destination is (or the source is) an address of this machine. */
  readonly destinationType?: "local";
  readonly sourceType?: "local";
  /** It belongs to a connection that a virtual server has passed on. */
  readonly virtual?: true;
}

export type RuleTarget =
  | { readonly kind: "accept" | "drop" | "return" | "masquerade" }
  | { readonly kind: "jump"; readonly chain: string }
  | { readonly kind: "mark"; readonly value: number }
  | { readonly kind: "dnat"; readonly to: Endpoint }
  /** To a port of this machine. */
  | { readonly kind: "redirect"; readonly port: number }
  | { readonly kind: "snat"; readonly to: string };

export interface Rule extends RuleMatch {
  readonly target: RuleTarget;
}

/** What rules can look at. */
export interface Passage {
  readonly packet: Packet;
  readonly in: Device | undefined;
  readonly out: Device | undefined;
  readonly tracked: Tracked | undefined;
}

interface Chain {
  readonly rules: Rule[];
  /** Of a built-in chain. */
  policy: "accept" | "drop" | undefined;
}

const LOOPBACK: Readonly<Record<IpFamily, string>> = { 4: "127.0.0.1", 6: "::1" };

const BUILT_IN: Readonly<Record<Table, readonly string[]>> = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
};

export class Firewall {
  readonly conntrack: Conntrack;
  readonly #isLocal: (address: string) => boolean;
  readonly #sourceOn: (device: Device, destination: string) => string | undefined;
  readonly #generation: Generation;
  /** The chain that every packet meets which comes in. */
  readonly #first: Chain;
  readonly #tables: Readonly<Record<Table, Map<string, Chain>>> = {
    raw: new Map(),
    mangle: new Map(),
    filter: new Map(),
    nat: new Map(),
  };

  constructor(
    host: NetHost,
    generation: Generation,
    questions: {
      readonly isLocal: (address: string) => boolean;
      /** The address of this machine that packets out of `device` come from. */
      readonly sourceOn: (device: Device, destination: string) => string | undefined;
    },
  ) {
    this.conntrack = new Conntrack(host.clock);
    this.#generation = generation;
    this.#isLocal = questions.isLocal;
    this.#sourceOn = questions.sourceOn;
    for (const table of ["raw", "mangle", "filter", "nat"] as const) {
      for (const name of BUILT_IN[table]) this.#tables[table].set(name, { rules: [], policy: "accept" });
    }
    this.#first = this.#chain("raw", "PREROUTING");
  }

  // ── configuration ──

  hasChain(table: Table, name: string): boolean {
    return this.#tables[table].has(name);
  }

  addChain(table: Table, name: string): void {
    if (!this.hasChain(table, name)) this.#tables[table].set(name, { rules: [], policy: undefined });
  }

  /** What becomes of a packet that no rule of a built-in chain decides about. */
  setPolicy(chain: "INPUT" | "FORWARD" | "OUTPUT", policy: "accept" | "drop"): void {
    this.#chain("filter", chain).policy = policy;
    this.#generation.next();
  }

  append(table: Table, chain: string, rule: Rule): void {
    this.#chain(table, chain).rules.push(rule);
    this.#generation.next();
  }

  insert(table: Table, chain: string, rule: Rule): void {
    this.#chain(table, chain).rules.unshift(rule);
    this.#generation.next();
  }

  /** Takes out that very rule, known by identity. */
  remove(table: Table, chain: string, rule: Rule): void {
    const { rules } = this.#chain(table, chain);
    const at = rules.indexOf(rule);
    if (at < 0) return;
    rules.splice(at, 1);
    this.#generation.next();
  }

  /** Lines as `iptables-save` prints them. */
  list(table: Table): readonly string[] {
    const chains = [...this.#tables[table]];
    return [
      ...chains.map(([name, { policy }]) => `:${name} ${policy?.toUpperCase() ?? "-"} [0:0]`),
      ...chains.flatMap(([name, { rules }]) => rules.map((rule) => `-A ${name} ${formatRule(rule)}`)),
    ];
  }

  // ── packets ──

  /** Is a packet that has come in worth looking at? */
  admits(packet: Packet, from: Device): boolean {
    if (this.#first.rules.length === 0) return true;
    return this.#walk("raw", "PREROUTING", { packet, in: from, out: undefined, tracked: undefined })?.kind !== "drop";
  }

  /** Before routing, or when a packet is made here: the packet with its real destination. */
  translateDestination(chain: "PREROUTING" | "OUTPUT", packet: Packet, tracked: Tracked, from?: Device): Packet {
    if (!tracked.connection.confirmed && !tracked.isReply) {
      const verdict = this.#walk("nat", chain, { packet, in: from, out: undefined, tracked });
      const to = verdict === undefined ? undefined : this.#newDestination(verdict, packet, from);
      if (to !== undefined) this.conntrack.translateDestination(tracked, to);
    }
    return withDestination(packet, tracked);
  }

  /** On the way out, or to a socket here: the packet with the source that the other side is to see. */
  translateSource(chain: "POSTROUTING" | "INPUT", packet: Packet, tracked: Tracked | undefined, out: Device): Packet {
    if (tracked === undefined) return packet;
    if (!tracked.connection.confirmed) {
      const verdict = this.#walk("nat", chain, { packet, in: undefined, out, tracked });
      const source =
        verdict?.kind === "masquerade"
          ? this.#sourceOn(out, packet.destination)
          : verdict?.kind === "snat"
            ? verdict.to
            : undefined;
      if (source !== undefined) this.conntrack.translateSource(tracked, source);
      this.conntrack.confirm(tracked);
    }
    return withSource(packet, tracked);
  }

  /** The mark of a packet that has come in for this machine; 0 if no rule gives it one. */
  markOf(passage: Passage): number {
    return this.#mark("INPUT", passage, this.#mark("PREROUTING", passage, 0));
  }

  #mark(name: string, passage: Passage, before: number): number {
    let mark = before;
    for (const rule of this.#chain("mangle", name).rules) {
      if (!this.#matches(rule, passage)) continue;
      if (rule.target.kind === "mark") mark = rule.target.value;
      else if (rule.target.kind === "jump") mark = this.#mark(rule.target.chain, passage, mark);
    }
    return mark;
  }

  #newDestination(
    verdict: RuleTarget,
    { source, destination }: Packet,
    from: Device | undefined,
  ): Endpoint | undefined {
    if (verdict.kind === "dnat") return verdict.to;
    if (verdict.kind !== "redirect") return undefined;
    // What is made here goes to the machine's own address, too.
    const address = from === undefined ? LOOPBACK[familyOf(destination)] : this.#sourceOn(from, source);
    return { address: address ?? destination, port: verdict.port };
  }

  /** May the packet pass? */
  allows(chain: "INPUT" | "FORWARD" | "OUTPUT", passage: Passage): boolean {
    const { rules, policy } = this.#chain("filter", chain);
    const verdict = rules.length === 0 ? undefined : this.#walk("filter", chain, passage);
    const allowed = (verdict?.kind ?? policy) !== "drop";
    if (!allowed && passage.tracked !== undefined) this.conntrack.drop(passage.tracked);
    return allowed;
  }

  /** An error goes to who sent the packet that caused it, and speaks of that packet as it was sent. */
  translateError(packet: Packet): Packet {
    const { source, ttl, body } = packet;
    const about = body.protocol === "icmp" ? body.about : undefined;
    const related = about === undefined ? undefined : this.conntrack.related(about);
    if (body.protocol !== "icmp" || about === undefined || related === undefined) return packet;
    const { from, to } = related.isReply ? related.connection.reply : related.connection.original;
    const [sourcePort, port] = [from.port, to.port];
    const sent = withEnds(about, { source: from.address, destination: to.address, sourcePort, port });
    return { source, destination: from.address, ttl, body: { ...body, about: sent } };
  }

  #chain(table: Table, name: string): Chain {
    const chain = this.#tables[table].get(name);
    if (chain === undefined) assert(false, `there is a chain ${name} in table ${table}`);
    return chain;
  }

  /** The target of the first rule that decides; `undefined` if none does. */
  #walk(table: Table, name: string, passage: Passage): RuleTarget | undefined {
    for (const rule of this.#chain(table, name).rules) {
      if (!this.#matches(rule, passage)) continue;
      const { target } = rule;
      if (target.kind === "return") return undefined;
      if (target.kind !== "jump") return target;
      const verdict = this.#walk(table, target.chain, passage);
      if (verdict !== undefined) return verdict;
    }
    return undefined;
  }

  #matches(rule: Rule, { packet, in: from, out, tracked }: Passage): boolean {
    const { source, destination, body } = packet;
    if (rule.protocol !== undefined && protocolOf(rule.protocol) !== body.protocol) return false;
    if (rule.port !== undefined && (body.protocol === "icmp" || body.port !== rule.port)) return false;
    if (rule.sourcePort !== undefined && (body.protocol === "icmp" || body.sourcePort !== rule.sourcePort))
      return false;
    if (rule.virtual === true && tracked?.connection.isVirtual !== true) return false;
    if (rule.in !== undefined && !isNamed(from, rule.in)) return false;
    if (rule.out !== undefined && !isNamed(out, rule.out)) return false;
    if (rule.source !== undefined && !inPrefix(rule.source, source)) return false;
    if (rule.notSource !== undefined && inPrefix(rule.notSource, source)) return false;
    if (rule.destination !== undefined && !inPrefix(rule.destination, destination)) return false;
    if (rule.notDestination !== undefined && inPrefix(rule.notDestination, destination)) return false;
    if (rule.destinationType === "local" && !this.#isLocal(destination)) return false;
    if (rule.sourceType === "local" && !this.#isLocal(source)) return false;
    return rule.states === undefined || rule.states.includes(stateOf(tracked));
  }
}

function stateOf(tracked: Tracked | undefined): "new" | "established" | "related" {
  if (tracked === undefined) return "related";
  return tracked.isReply || tracked.connection.answered ? "established" : "new";
}

function isNamed(device: Device | undefined, name: string): boolean {
  return name.startsWith("!") ? device?.name !== name.slice(1) : device?.name === name;
}

const protocolOf = (named: NonNullable<RuleMatch["protocol"]>): Packet["body"]["protocol"] =>
  named === "icmpv6" ? "icmp" : named;

/** A rule in the words of iptables. */
export function formatRule(rule: Rule): string {
  const words: string[] = [];
  const option = (flag: string, value: string | undefined): void => {
    if (value === undefined) return;
    words.push(value.startsWith("!") ? `! ${flag} ${value.slice(1)}` : `${flag} ${value}`);
  };
  const prefix = (given: IpPrefix | undefined): string | undefined => given && `${given.address}/${given.length}`;
  const not = (given: IpPrefix | undefined): string | undefined => given && `!${prefix(given)}`;
  option("-s", prefix(rule.source) ?? not(rule.notSource));
  option("-d", prefix(rule.destination) ?? not(rule.notDestination));
  option("-i", rule.in);
  option("-o", rule.out);
  option("-p", rule.protocol);
  if (rule.port !== undefined) words.push(`-m ${rule.protocol} --dport ${rule.port}`);
  if (rule.sourcePort !== undefined) words.push(`-m ${rule.protocol} --sport ${rule.sourcePort}`);
  if (rule.virtual === true) words.push("-m ipvs --ipvs");
  if (rule.sourceType !== undefined) words.push("-m addrtype --src-type LOCAL");
  if (rule.destinationType !== undefined) words.push("-m addrtype --dst-type LOCAL");
  if (rule.states !== undefined) words.push(`-m conntrack --ctstate ${rule.states.join(",").toUpperCase()}`);
  words.push(`-j ${formatTarget(rule.target)}`);
  return words.join(" ");
}

function formatTarget(target: RuleTarget): string {
  if (target.kind === "jump") return target.chain;
  if (target.kind === "mark") return `MARK --set-xmark 0x${target.value.toString(16)}/0xffffffff`;
  if (target.kind === "redirect") return `REDIRECT --to-ports ${target.port}`;
  if (target.kind === "snat") return `SNAT --to-source ${target.to}`;
  if (target.kind !== "dnat") return target.kind.toUpperCase();
  const { address, port } = target.to;
  return `DNAT --to-destination ${familyOf(address) === 6 ? `[${address}]` : address}:${port}`;
}
