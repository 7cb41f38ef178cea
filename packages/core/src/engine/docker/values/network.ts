/**
 * `--network NAME` or `--network name=NAME,alias=…,ip=…`, and how it joins `--ip`, `--network-alias`, `--link`…
 *
 * Model: docker/cli opts.NetworkOpt, container.parseNetworkOpts.
 */
import { atoi, parseCsv, reworded } from "../../../lib/go/index.ts";
import type { EndpointSettings, StringMap } from "../create-body.ts";
import { isHardwareAddress } from "../go/address.ts";
import { ValueError } from "../problem.ts";
import { cut } from "./pairs.ts";

/** One network that a container joins, before it is an endpoint. */
export interface NetworkAttachment {
  readonly target: string;
  readonly aliases: readonly string[];
  readonly links: readonly string[];
  readonly ipv4: string;
  readonly ipv6: string;
  readonly linkLocalIps: readonly string[];
  readonly macAddress: string;
  readonly driverOpts: StringMap;
  readonly gwPriority: number;
}

const NOWHERE: NetworkAttachment = {
  target: "",
  aliases: [],
  links: [],
  ipv4: "",
  ipv6: "",
  linkLocalIps: [],
  macAddress: "",
  driverOpts: {},
  gwPriority: 0,
};

/** One `--network`; the long form is lower-cased as a whole, as Docker does. */
export function parseNetwork(text: string): NetworkAttachment {
  if (!/\w=\w/.test(text)) return { ...NOWHERE, target: text };
  let attachment = NOWHERE;
  for (const field of parseCsv(text)) {
    const [key, value] = cut(field.toLowerCase(), "=");
    if (value === undefined || key === "") throw new ValueError(`invalid field ${field}`);
    attachment = withField(attachment, key.trim(), value.trim());
  }
  if (attachment.target === "") throw new ValueError("network name/id is not specified");
  return attachment;
}

function withField(attachment: NetworkAttachment, key: string, value: string): NetworkAttachment {
  switch (key) {
    case "name":
      return { ...attachment, target: value };
    case "alias":
      return { ...attachment, aliases: [...attachment.aliases, value] };
    case "ip":
      return { ...attachment, ipv4: value };
    case "ip6":
      return { ...attachment, ipv6: value };
    case "mac-address":
      return { ...attachment, macAddress: value };
    case "link-local-ip":
      return { ...attachment, linkLocalIps: [...attachment.linkLocalIps, value] };
    case "driver-opt": {
      const [name, content] = cut(value, "=");
      if (content === undefined || name === "") throw new ValueError("invalid key value pair format in driver options");
      return { ...attachment, driverOpts: { ...attachment.driverOpts, [name.trim()]: content.trim() } };
    }
    case "gw-priority":
      return { ...attachment, gwPriority: gatewayPriority(value) };
    default:
      throw new ValueError(`invalid field key ${key}`);
  }
}

function gatewayPriority(text: string): number {
  return reworded(
    () => atoi(text),
    ({ reason }) => new ValueError(`invalid gw-priority (${text}): ${reason}`),
  );
}

/** The options that describe the first network where `--network` has no long form. */
export interface FirstNetwork {
  readonly aliases: readonly string[];
  readonly links: readonly string[];
  readonly ipv4: string;
  readonly ipv6: string;
  readonly linkLocalIps: readonly string[];
  readonly macAddress: string;
}

/** True for a network that a user made: none of Docker's modes. */
export function isUserDefined(network: string): boolean {
  return !["default", "bridge", "host", "none"].includes(network) && !network.startsWith("container:");
}

/** The endpoints of a container to be; a single network without options needs none. */
export function parseEndpoints(
  networks: readonly NetworkAttachment[],
  first: FirstNetwork,
): Readonly<Record<string, EndpointSettings>> {
  const endpoints: Record<string, EndpointSettings> = {};
  if (networks.length === 0) endpoints["default"] = endpoint(merge({ ...NOWHERE, target: "default" }, first));
  for (const [at, network] of networks.entries()) {
    const attachment = at === 0 ? merge(network, first) : network;
    const settings = endpoint(attachment);
    if (network.target in endpoints) throw new ValueError(`network "${network.target}" is specified multiple times`);
    if (networks.length > 1 || !isPlain(attachment, settings)) endpoints[network.target] = settings;
  }
  const userDefined = networks.filter((network) => isUserDefined(network.target)).length;
  if (userDefined > 0 && userDefined < networks.length)
    throw new ValueError("conflicting options: cannot attach both user-defined and non-user-defined network-modes");
  return endpoints;
}

function isPlain(attachment: NetworkAttachment, settings: EndpointSettings): boolean {
  return (
    settings.Aliases === null &&
    settings.Links === null &&
    settings.IPAMConfig === null &&
    settings.DriverOpts === null &&
    attachment.macAddress === "" &&
    attachment.gwPriority === 0
  );
}

/** Refuses to say the same thing in both forms. */
function merge(network: NetworkAttachment, first: FirstNetwork): NetworkAttachment {
  const conflicts: readonly (readonly [here: string | readonly string[], there: string | readonly string[], string])[] =
    [
      [network.aliases, first.aliases, "--network-alias and per-network alias"],
      [network.links, first.links, "--link and per-network links"],
      [network.ipv4, first.ipv4, "--ip and per-network IPv4 address"],
      [network.ipv6, first.ipv6, "--ip6 and per-network IPv6 address"],
      [network.macAddress, first.macAddress, "--mac-address and per-network MAC address"],
      [network.linkLocalIps, first.linkLocalIps, "--link-local-ip and per-network link-local IP addresses"],
    ];
  for (const [here, there, what] of conflicts)
    if (here.length > 0 && there.length > 0) throw new ValueError(`conflicting options: cannot specify both ${what}`);
  return {
    ...network,
    aliases: first.aliases.length > 0 ? first.aliases : network.aliases,
    links: isUserDefined(network.target) && first.links.length > 0 ? first.links : network.links,
    ipv4: first.ipv4 || network.ipv4,
    ipv6: first.ipv6 || network.ipv6,
    macAddress: first.macAddress || network.macAddress,
    linkLocalIps: first.linkLocalIps.length > 0 ? first.linkLocalIps : network.linkLocalIps,
  };
}

function endpoint(network: NetworkAttachment): EndpointSettings {
  if (network.target.trim() === "") throw new ValueError("no name set for network");
  if (!isUserDefined(network.target) && network.aliases.length > 0)
    throw new ValueError("network-scoped aliases are only supported for user-defined networks");
  if (!isUserDefined(network.target) && network.links.length > 0)
    throw new ValueError("links are only supported for user-defined networks");
  if (network.macAddress !== "") hardwareAddress(network.macAddress);
  return endpointSettings({
    IPAMConfig: ipamConfig(network),
    Links: network.links.length > 0 ? network.links : null,
    Aliases: network.aliases.length > 0 ? network.aliases : null,
    MacAddress: network.macAddress,
    DriverOpts: Object.keys(network.driverOpts).length > 0 ? network.driverOpts : null,
    GwPriority: network.gwPriority,
  });
}

/** @throws ValueError `TEXT is not a valid mac address` */
export function hardwareAddress(text: string): void {
  if (!isHardwareAddress(text.trim())) throw new ValueError(`${text} is not a valid mac address`);
}

function ipamConfig(network: NetworkAttachment): EndpointSettings["IPAMConfig"] {
  const config = {
    ...(network.ipv4 === "" ? {} : { IPv4Address: network.ipv4 }),
    ...(network.ipv6 === "" ? {} : { IPv6Address: network.ipv6 }),
    ...(network.linkLocalIps.length === 0 ? {} : { LinkLocalIPs: network.linkLocalIps }),
  };
  return Object.keys(config).length === 0 ? null : config;
}

/** Endpoint settings as a client sends them: the operational half is empty. */
export function endpointSettings(
  config: Pick<EndpointSettings, "IPAMConfig" | "Links" | "Aliases" | "MacAddress" | "DriverOpts" | "GwPriority">,
): EndpointSettings {
  const { IPAMConfig, Links, Aliases, MacAddress, DriverOpts, GwPriority } = config;
  return {
    IPAMConfig,
    Links,
    Aliases,
    MacAddress,
    DriverOpts,
    GwPriority,
    NetworkID: "",
    EndpointID: "",
    Gateway: "",
    IPAddress: "",
    IPPrefixLen: 0,
    IPv6Gateway: "",
    GlobalIPv6Address: "",
    GlobalIPv6PrefixLen: 0,
    DNSNames: null,
  };
}
