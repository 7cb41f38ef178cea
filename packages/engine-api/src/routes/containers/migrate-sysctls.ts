/**
 * Kernel parameters of `eth0`, as older clients give them: they are those of the network that the container's mode names.
 *
 * @see moby api/server/router/container/container_routes.go handleSysctlBC
 */
import {
  type CreateOptions,
  EMPTY_SETTINGS,
  ENDPOINT_SYSCTLS,
  interfaceSysctls,
  modeOf,
} from "@bottleship/core/engine";
import { StatusError } from "@bottleship/core/lib";
import type { Migrated } from "./mac-address.ts";
import { SEVERAL_NETWORKS } from "./older-requests.ts";

type Endpoints = NonNullable<NonNullable<CreateOptions["NetworkingConfig"]>["EndpointsConfig"]>;

/** From this version on they have to be given to the endpoint. */
const REFUSED = 148;

/** @throws StatusError internal if it is not to be told whose parameters they are */
export function migrateSysctls(migrated: Migrated, version: number): Migrated {
  const { body, warnings } = migrated;
  const { HostConfig: host = {}, NetworkingConfig: networking } = body;
  if (version >= REFUSED) return migrated;
  const found = interfaceSysctls(host);
  const [first] = found;
  if (first === undefined) return migrated;
  const endpoints: Endpoints = networking?.EndpointsConfig ?? {};
  const main = mainOf(endpoints, host.NetworkMode, version);
  if (main === undefined) {
    const rule = "HostConfig.NetworkMode must match the identity of a network in NetworkSettings.Networks";
    throw new StatusError("internal", `unable to find a network for sysctl ${first.name}: ${rule}`);
  }
  const other = found.find(({ device }) => device !== "eth0");
  if (other !== undefined) {
    const hint = `use driver option '${ENDPOINT_SYSCTLS}' to set per-interface sysctls`;
    throw new StatusError("internal", `unable to determine network endpoint for sysctl ${other.name}, ${hint}`);
  }
  const settings = found.map(({ setting }) => setting).join(",");
  const names = found.map(({ name }) => name);
  const endpoint = endpoints[main] ?? EMPTY_SETTINGS;
  const { [ENDPOINT_SYSCTLS]: own } = endpoint.DriverOpts ?? {};
  const options = { ...endpoint.DriverOpts, [ENDPOINT_SYSCTLS]: own === undefined ? settings : `${settings},${own}` };
  const rest = Object.entries(host.Sysctls ?? {}).filter(([name]) => !names.includes(name));
  return {
    body: {
      ...body,
      HostConfig: { ...host, Sysctls: Object.fromEntries(rest) },
      NetworkingConfig: { EndpointsConfig: { ...endpoints, [main]: { ...endpoint, DriverOpts: options } } },
    },
    warnings: [...warnings, `Migrated sysctl "${names.join(",")}" to DriverOpts{"${ENDPOINT_SYSCTLS}":"${settings}"}.`],
  };
}

/** The name of the network that a container's mode means; `undefined` if it is on others only. */
function mainOf(endpoints: Endpoints, networkMode: string | undefined, version: number): string | undefined {
  const mode = modeOf(networkMode);
  const names = Object.keys(endpoints);
  if (names.length === 0) return mode;
  // Before there were several, it was the one.
  return version < SEVERAL_NETWORKS ? names[0] : names.find((name) => modeOf(name) === mode);
}
