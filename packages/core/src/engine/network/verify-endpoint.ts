/**
 * What a container may not ask for on a network.
 *
 * @see moby daemon/container_operations.go: validateEndpointSettings, api/types/network/endpoint.go
 */
import { canonicalIp, familyOf, type IpFamily, inPrefix, isAny, parsePrefix, StatusError } from "../../lib/index.ts";
import type { EndpointSettings } from "../docker/create-body.ts";
import { isHardwareAddress } from "../docker/go/address.ts";
import type { IpamConfig } from "../docker/requests/network.ts";
import { isUserDefined } from "../docker/values/network.ts";
import { ENDPOINT_SYSCTLS } from "./interface-sysctl.ts";
import { joinedProblems } from "./joined-problems.ts";
import { EMPTY_SETTINGS } from "./settings.ts";

/** What is known of the network. */
export interface ConfiguredNetwork {
  /** What was asked for when it was made, and that of the default bridge. */
  readonly configs: readonly IpamConfig[];
}

/** @throws StatusError invalid-argument in the words of `endpointProblem` */
export function verifyEndpoint(name: string, settings: EndpointSettings, network: ConfiguredNetwork | undefined): void {
  const problem = endpointProblem(name, settings, network);
  if (problem !== undefined) throw new StatusError("invalid-argument", problem);
}

/** Everything that is wrong, or nothing. Without a network only the texts are looked at. */
export function endpointProblem(
  name: string,
  settings: EndpointSettings,
  network: ConfiguredNetwork | undefined,
): string | undefined {
  // Most ask for nothing.
  if (settings === EMPTY_SETTINGS) return undefined;
  const { IPv4Address = "", IPv6Address = "", LinkLocalIPs = [] } = settings.IPAMConfig ?? {};
  const problems: string[] = [];
  if (!isUserDefined(name)) {
    if (IPv4Address !== "" || IPv6Address !== "") {
      problems.push("user specified IP address is supported on user defined networks only");
    }
    if ((settings.Aliases ?? []).length > 0) {
      problems.push("network-scoped alias is supported only for containers in user defined networks");
    }
  }
  if (IPv4Address !== "" && !isAddress(IPv4Address, 4)) problems.push(`invalid IPv4 address: ${IPv4Address}`);
  if (IPv6Address !== "" && !isAddress(IPv6Address, 6)) problems.push(`invalid IPv6 address: ${IPv6Address}`);
  for (const text of LinkLocalIPs) {
    const address = canonicalIp(text);
    if (address === undefined || isAny(address)) problems.push(`invalid link-local IP address: ${text}`);
  }
  if (network !== undefined) {
    for (const [text, family] of [[IPv4Address, 4] as const, [IPv6Address, 6] as const]) {
      const problem = text === "" ? undefined : placeProblem(text, family, network.configs);
      if (problem !== undefined) problems.push(problem);
    }
  }
  if (settings.MacAddress !== "" && !isHardwareAddress(settings.MacAddress)) {
    return `invalid MAC address ${settings.MacAddress}`;
  }
  problems.push(...sysctlProblems(settings.DriverOpts?.[ENDPOINT_SYSCTLS] ?? ""));
  return problems.length === 0 ? undefined : `invalid endpoint settings:\n${joinedProblems(problems)}`;
}

function isAddress(text: string, family: IpFamily): boolean {
  const address = canonicalIp(text);
  return address !== undefined && familyOf(address) === family && !isAny(address);
}

function placeProblem(text: string, family: IpFamily, configs: readonly IpamConfig[]): string | undefined {
  const subnets = configs.flatMap(({ Subnet = "" }) => parsePrefix(Subnet) ?? []);
  const own = subnets.filter(({ address }) => familyOf(address) === family);
  const address = canonicalIp(text);
  if (own.some((subnet) => address !== undefined && inPrefix(subnet, address))) return undefined;
  return own.length > 0
    ? `no configured subnet or ip-range contain the IP address ${text}`
    : "user specified IP address is supported only when connecting to networks with user configured subnets";
}

/** `net.X.Y.IFNAME.Z=V` */
function sysctlProblems(text: string): readonly string[] {
  if (text === "") return [];
  return text.split(",").flatMap((sysctl) => {
    const [, x = "", , device = "", ...rest] = sysctl.split(".");
    const isKnown = ["ipv4", "ipv6", "mpls"].includes(x) && /^(IFNAME|ifname)$/.test(device) && rest.length > 0;
    return isKnown
      ? []
      : [
          `unrecognised network interface sysctl '${sysctl}'; represent 'net.X.Y.ethN.Z=V' as 'net.X.Y.IFNAME.Z=V', 'X' must be 'ipv4', 'ipv6' or 'mpls'`,
        ];
  });
}

/** As it is shown: six pairs of digits with colons. */
export function canonicalMac(text: string): string {
  return (text.replace(/[^0-9a-fA-F]/g, "").match(/../g) ?? []).join(":").toLowerCase();
}
