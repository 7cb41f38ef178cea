/**
 * What sysfs says of bridges and of their ports: /sys/class/net/BRIDGE/bridge, brif, and PORT/brport. No spanning trees
 * are made and no groups are watched: of those there is what a fresh bridge says.
 *
 * @see Documentation/networking/bridge.rst, net/bridge/br_sysfs_br.c, br_sysfs_if.c
 */
import { Bridge, type Device } from "../../net/index.ts";
import { type Attributes, DeviceLink, fixed } from "./device-attributes.ts";

/** Times in hundredths of a second. */
const BRIDGE: Attributes = fixed({
  ageing_time: "30000",
  flush: "",
  forward_delay: "1500",
  gc_timer: "0",
  group_addr: "01:80:c2:00:00:00",
  group_fwd_mask: "0x0",
  hash_elasticity: "16",
  hash_max: "4096",
  hello_time: "200",
  hello_timer: "0",
  max_age: "2000",
  multicast_igmp_version: "2",
  multicast_last_member_count: "2",
  multicast_last_member_interval: "100",
  multicast_membership_interval: "26000",
  multicast_mld_version: "1",
  multicast_querier: "0",
  multicast_querier_interval: "25500",
  multicast_query_interval: "12500",
  multicast_query_response_interval: "1000",
  multicast_query_use_ifaddr: "0",
  multicast_router: "1",
  multicast_snooping: "1",
  multicast_startup_query_count: "2",
  multicast_startup_query_interval: "3124",
  multicast_stats_enabled: "0",
  nf_call_arptables: "0",
  nf_call_ip6tables: "0",
  nf_call_iptables: "0",
  no_linklocal_learn: "0",
  priority: "32768",
  root_path_cost: "0",
  root_port: "0",
  stp_state: "0",
  tcn_timer: "0",
  topology_change: "0",
  topology_change_detected: "0",
  topology_change_timer: "0",
});

const PORT: Attributes = fixed({
  backup_port: "",
  bpdu_guard: "0",
  broadcast_flood: "1",
  change_ack: "0",
  config_pending: "0",
  designated_cost: "0",
  flush: "",
  forward_delay_timer: "0",
  group_fwd_mask: "0x0",
  hairpin_mode: "0",
  hold_timer: "0",
  isolated: "0",
  learning: "1",
  message_age_timer: "0",
  multicast_fast_leave: "0",
  multicast_flood: "1",
  multicast_router: "1",
  multicast_to_unicast: "0",
  neigh_suppress: "0",
  path_cost: "2",
  priority: "32",
  proxyarp: "0",
  proxyarp_wifi: "0",
  root_block: "0",
  unicast_flood: "1",
});

/** What Linux says only, and does not let anybody change. */
const STATES: ReadonlySet<string> = new Set([
  ...["flush", "gc_timer", "hello_timer", "root_path_cost", "root_port", "tcn_timer", "topology_change"],
  ...["topology_change_detected", "topology_change_timer", "change_ack", "config_pending", "designated_cost"],
  ...["forward_delay_timer", "hold_timer", "message_age_timer"],
]);

/** What root may set of bridges and ports on Linux. */
export const BRIDGE_SETTINGS: readonly string[] = Object.keys({ ...BRIDGE, ...PORT }).filter(
  (name) => !STATES.has(name),
);

const PORT_PRIORITY = 0x8000;
/** @see net/bridge/br_private.h: BR_STATE_DISABLED, BR_STATE_FORWARDING */
const [DISABLED, FORWARDING] = ["0", "3"];

/** What a device has there if it is a bridge. */
export function bridgeAttributes(device: Device): Attributes {
  if (!(device instanceof Bridge)) return {};
  const ports = [...device.ports].map(({ name }) => name);
  const id = (): string => bridgeId(device);
  return {
    brforward: () => "",
    brif: Object.fromEntries(ports.map((name) => [name, new DeviceLink(`../../${name}/brport`)])),
    bridge: { ...BRIDGE, bridge_id: id, root_id: id },
    ...Object.fromEntries(ports.map((name) => [`lower_${name}`, new DeviceLink(`../${name}`)])),
  };
}

/** What a device has there if it is a port of one. */
export function portAttributes(device: Device): Attributes {
  const { master } = device;
  if (master === undefined) return {};
  const number = [...master.ports].indexOf(device) + 1;
  const id = (): string => bridgeId(master);
  return {
    brport: {
      ...PORT,
      bridge: new DeviceLink(`../../${master.name}`),
      designated_bridge: id,
      designated_port: () => String(PORT_PRIORITY + number),
      designated_root: id,
      port_id: () => `0x${(PORT_PRIORITY + number).toString(16)}`,
      port_no: () => `0x${number.toString(16)}`,
      state: ({ running }) => (running && master.up ? FORWARDING : DISABLED) as string,
    },
    master: new DeviceLink(`../${master.name}`),
    [`upper_${master.name}`]: new DeviceLink(`../${master.name}`),
  };
}

/** Its priority and the lowest address of its ports. @see net/bridge/br_stp_if.c: br_stp_recalculate_bridge_id */
function bridgeId({ ports }: Bridge): string {
  const [lowest = "0".repeat(12)] = [...ports].map(({ mac }) => mac.replaceAll(":", "")).sort();
  return `8000.${lowest}`;
}
