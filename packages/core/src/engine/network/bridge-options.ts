/**
 * The driver options of bridge networks.
 *
 * @see moby libnetwork/drivers/bridge/labels.go, bridge_linux.go: fromLabels
 */
import { atoi, parseBool, readOr } from "../../lib/go/index.ts";
import { canonicalIp, type IpFamily, StatusError } from "../../lib/index.ts";

/**
 * How containers reach others and are reached: through NAT, by their own addresses (routed, or unprotected: even without
 * published ports), or not at all.
 */
export type GatewayMode = "nat" | "nat-unprotected" | "routed" | "isolated";

export interface BridgeOptions {
  /** The name of the bridge device; "" for one made of the network's id. */
  readonly bridgeName: string;
  /** 0 for the usual. */
  readonly mtu: number;
  readonly masquerade: boolean;
  /** Containers of the network may talk to each other. */
  readonly icc: boolean;
  /** The bridge gets no IPv4 address. */
  readonly inhibitIPv4: boolean;
  readonly gatewayModes: Readonly<Record<IpFamily, GatewayMode>>;
  /** Where ports are published unless the user says. */
  readonly bindingIp: string;
  /** The address of the machine that packets come from which leave the network; `undefined` for that of their way. */
  readonly hostAddresses: Readonly<Record<IpFamily, string | undefined>>;
  /** Devices of the machine from which published ports are reached by the containers' own addresses. */
  readonly trusted: readonly string[];
  /** It says of itself that it is the default bridge, which is not made but found. */
  readonly isDefault: boolean;
  /** What devices in containers are called, before their number. */
  readonly interfacePrefix: string;
}

export const PREFIX = "com.docker.network.";
/** What holds where nothing is said. */
export const DEFAULTS: BridgeOptions = {
  bridgeName: "",
  mtu: 0,
  masquerade: true,
  icc: true,
  inhibitIPv4: false,
  gatewayModes: { 4: "nat", 6: "nat" },
  bindingIp: "0.0.0.0",
  hostAddresses: { 4: undefined, 6: undefined },
  trusted: [],
  isDefault: false,
  interfacePrefix: "eth",
};
const MODES: ReadonlySet<string> = new Set<GatewayMode>(["nat", "nat-unprotected", "routed", "isolated"]);

/** What the default bridge shows. */
export const DEFAULT_BRIDGE_OPTIONS: Readonly<Record<string, string>> = {
  [`${PREFIX}bridge.default_bridge`]: "true",
  [`${PREFIX}bridge.enable_icc`]: "true",
  [`${PREFIX}bridge.enable_ip_masquerade`]: "true",
  [`${PREFIX}bridge.host_binding_ipv4`]: "0.0.0.0",
  [`${PREFIX}bridge.name`]: "docker0",
  [`${PREFIX}driver.mtu`]: "1500",
};

/** @throws StatusError invalid-argument for a value that there is not */
export function bridgeOptions(options: Readonly<Record<string, string>>, internal: boolean): BridgeOptions {
  let read: BridgeOptions = DEFAULTS;
  for (const [label, value] of Object.entries(options)) read = { ...read, ...option(label, value, read) };
  const isIsolated = Object.values(read.gatewayModes).includes("isolated");
  if (isIsolated && !internal) {
    throw new StatusError("internal", "gateway mode 'isolated' can only be used for an internal network");
  }
  if (read.mtu < 0) throw new StatusError("invalid-argument", `invalid MTU number: ${read.mtu}`);
  return read;
}

function option(label: string, value: string, known: BridgeOptions): Partial<BridgeOptions> {
  switch (label) {
    case `${PREFIX}bridge.name`:
      return { bridgeName: value };
    case `${PREFIX}driver.mtu`:
      return { mtu: parsed(atoi, label, value) };
    case `${PREFIX}bridge.enable_ip_masquerade`:
      return { masquerade: parsed(parseBool, label, value) };
    case `${PREFIX}bridge.enable_icc`:
      return { icc: parsed(parseBool, label, value) };
    case `${PREFIX}bridge.inhibit_ipv4`:
      return { inhibitIPv4: parsed(parseBool, label, value) };
    case `${PREFIX}bridge.gateway_mode_ipv4`:
      return { gatewayModes: { ...known.gatewayModes, 4: mode(label, value) } };
    case `${PREFIX}bridge.gateway_mode_ipv6`:
      return { gatewayModes: { ...known.gatewayModes, 6: mode(label, value) } };
    case `${PREFIX}bridge.host_binding_ipv4`:
      return { bindingIp: parsedIp(label, value) };
    case `${PREFIX}bridge.default_bridge`:
      return { isDefault: parsed(parseBool, label, value) };
    case `${PREFIX}host_ipv4`:
      return { hostAddresses: { ...known.hostAddresses, 4: parsedIp(label, value) } };
    case `${PREFIX}host_ipv6`:
      return { hostAddresses: { ...known.hostAddresses, 6: parsedIp(label, value) } };
    case `${PREFIX}bridge.trusted_host_interfaces`:
      return { trusted: value.split(":").filter((name) => name !== "") };
    case `${PREFIX}container_iface_prefix`:
      return { interfacePrefix: value === "" ? DEFAULTS.interfacePrefix : value };
    default:
      return {};
  }
}

function refuse(label: string, value: string, why: string): never {
  throw new StatusError("invalid-argument", `failed to parse ${label} value: ${value} (${why})`);
}

const parsedIp = (label: string, value: string): string => canonicalIp(value) ?? refuse(label, value, "nil ip");

function parsed<T>(parse: (text: string) => T, label: string, value: string): T {
  return readOr(
    () => parse(value),
    ({ message }) => refuse(label, value, message),
  );
}

function mode(label: string, value: string): GatewayMode {
  return MODES.has(value) ? (value as GatewayMode) : refuse(label, value, `unknown gateway mode ${value}`);
}

/** Ports without an address are published on addresses of both families. */
export const bindsEverywhere = ({ bindingIp }: BridgeOptions): boolean => bindingIp === "0.0.0.0";
