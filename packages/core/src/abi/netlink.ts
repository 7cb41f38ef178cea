/**
 * The configuration of a network stack as data: what rtnetlink(7) messages say.
 *
 * @see rtnetlink(7), netdevice(7)
 */

/** What `ip link add type` can make, and the loopback that is always there. */
export type LinkKind = "loopback" | "veth" | "bridge" | "tap" | "vxlan";

export interface LinkCounters {
  readonly bytes: number;
  readonly packets: number;
  readonly dropped: number;
}

export interface LinkInfo {
  readonly index: number;
  readonly name: string;
  readonly kind: LinkKind;
  /** Colon-separated hexadecimal. */
  readonly mac: string;
  readonly mtu: number;
  readonly up: boolean;
  /** Whether it has a carrier: the other end is there and up. */
  readonly running: boolean;
  readonly queueLength: number;
  /** The bits IFF_* that can be set: see `LINK_FLAGS`. */
  readonly flags: number;
  /** Whether it has ever been up. */
  readonly used: boolean;
  /** Index of the other end of a veth pair. */
  readonly peerIndex: number | undefined;
  /** The bridge that it is a port of. */
  readonly master: string | undefined;
  readonly received: LinkCounters;
  readonly sent: LinkCounters;
}

/** Bits of a device that can be set. @see include/uapi/linux/if.h */
export const LINK_FLAGS = {
  noArp: 0x80,
  promiscuous: 0x100,
  allMulticast: 0x200,
  multicast: 0x1000,
  dynamic: 0x8000,
} as const;

export type AddressScope = "global" | "link" | "host";

export interface AddressInfo {
  readonly device: string;
  readonly address: string;
  readonly prefixLength: number;
  readonly broadcast: string | undefined;
  readonly scope: AddressScope;
  /** The device's name, or that and a colon and more. */
  readonly label: string;
  /** Not the first of its network on the device. */
  readonly secondary: boolean;
  /** IFA_F_NODAD: nobody was asked whether the address is free. */
  readonly noDad: boolean;
  /** IFA_F_TENTATIVE: others are being asked whether it is free. */
  readonly tentative: boolean;
}

/** Routes that lead nowhere: packets are refused with EHOSTUNREACH, EINVAL, EACCES or ENETUNREACH. @see ip-route(8) */
export type RouteRefusal = "unreachable" | "blackhole" | "prohibit" | "throw";

export interface RouteInfo {
  /** The network's first address. */
  readonly destination: string;
  readonly prefixLength: number;
  readonly gateway: string | undefined;
  readonly device: string;
  /** The address that packets are sent from. */
  readonly source: string | undefined;
  readonly scope: AddressScope;
  readonly metric: number;
  /** The gateway is taken for a host on the device's link, whatever the other routes say. */
  readonly onLink?: boolean;
  /** The route refuses packets; it has no device then. */
  readonly refusal?: RouteRefusal;
  /** What it is, unless packets simply go to one host: RTN_LOCAL, RTN_BROADCAST, RTN_MULTICAST. */
  readonly type?: "local" | "broadcast" | "multicast";
}

/** Numbers of the routing tables that there always are. @see include/uapi/linux/rtnetlink.h */
export const ROUTE_TABLES = { default: 253, main: 254, local: 255 } as const;

/** What a rule does with packets that it is for: only the first looks a table up. @see include/uapi/linux/fib_rules.h */
export const RULE_ACTIONS = { lookup: 1, goto: 2, nop: 3, blackhole: 6, unreachable: 7, prohibit: 8 } as const;

/** Addresses that begin alike; a length of 0 means all. */
export interface RulePrefix {
  readonly address: string;
  readonly length: number;
}

/** Which packets are looked up in which table. @see ip-rule(8) */
export interface RuleInfo {
  readonly family: 4 | 6;
  /** Lower ones are asked first. */
  readonly priority: number;
  readonly from: RulePrefix | undefined;
  readonly to: RulePrefix | undefined;
  /** The device that packets come in through: "lo" for those that are made here. */
  readonly device: string | undefined;
  readonly tos: number;
  readonly mark: number;
  readonly markMask: number;
  readonly table: number;
  readonly realms: number;
  /** One of `RULE_ACTIONS`; any other number refuses. */
  readonly action: number;
}

export interface NeighbourInfo {
  readonly device: string;
  readonly address: string;
  readonly mac: string | undefined;
  readonly state: "incomplete" | "reachable" | "stale" | "probe" | "failed" | "permanent";
  readonly probes: number;
}

/** Everything that can be asked of a network namespace. */
export interface NetworkState {
  readonly links: readonly LinkInfo[];
  readonly addresses: readonly AddressInfo[];
  /** Routes of the table `main`. */
  readonly routes: readonly RouteInfo[];
  /** Tables that somebody has put routes into, in Linux's order. */
  readonly tables: readonly { readonly id: number; readonly routes: readonly RouteInfo[] }[];
  /** In the order in which they are asked. */
  readonly rules: readonly RuleInfo[];
  readonly neighbours: readonly NeighbourInfo[];
}

export interface LinkChange {
  readonly kind: "link-set";
  readonly name: string;
  readonly up?: boolean;
  readonly newName?: string;
  readonly mac?: string;
  readonly mtu?: number;
  readonly queueLength?: number;
  /** Bits IFF_* that `LINK_FLAGS` names, to be set or taken away. */
  readonly flags?: { readonly bits: number; readonly on: boolean };
  /** The bridge to become a port of; "" for none. */
  readonly master?: string;
  /** The process whose network namespace it moves to. */
  readonly pid?: number;
}

export interface AddressChange {
  readonly kind: "address-add" | "address-del";
  readonly device: string;
  readonly address: string;
  readonly prefixLength: number;
  readonly broadcast?: string;
  readonly scope?: AddressScope;
  readonly label?: string;
}

export interface RouteChange {
  /** `add` wants to be the only one to its destination, `append` and `prepend` come behind or before those that are. */
  readonly kind: "route-add" | "route-append" | "route-prepend" | "route-replace" | "route-change" | "route-del";
  readonly destination: string;
  readonly prefixLength: number;
  readonly gateway?: string;
  readonly device?: string;
  readonly source?: string;
  readonly scope?: AddressScope;
  readonly metric?: number;
  readonly onLink?: boolean;
  readonly refusal?: RouteRefusal;
  /** `main` if nothing is said. */
  readonly table?: number;
}

/** A rule to be added, or to be taken away: then what is left out does not matter, nor do zeros. */
export interface RuleChange extends Partial<Omit<RuleInfo, "family">> {
  readonly kind: "rule-add" | "rule-del";
  readonly family: 4 | 6;
}

/** One change, all or nothing. Needs CAP_NET_ADMIN. */
export type NetlinkChange =
  | { readonly kind: "link-add"; readonly name: string; readonly type: string; readonly peer?: string }
  | { readonly kind: "link-del"; readonly name: string }
  | LinkChange
  | AddressChange
  | RouteChange
  | RuleChange
  | { readonly kind: "neighbour-add"; readonly device: string; readonly address: string; readonly mac: string }
  | { readonly kind: "neighbour-del"; readonly device: string; readonly address: string };
