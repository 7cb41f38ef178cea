/**
 * The MAC address of a whole container, as older clients give it: it is that of the network that the container's mode
 * names.
 *
 * @see moby api/server/router/container/container_routes.go handleMACAddressBC
 */
import { type CreateOptions, EMPTY_SETTINGS, isUserDefined, modeOf } from "@bottleship/core/engine";
import type { z } from "zod";
import { badRequest } from "../../http/problem.ts";
import type { CREATE } from "../../schemas/create.ts";

type Body = z.output<typeof CREATE>;
type Endpoints = NonNullable<NonNullable<CreateOptions["NetworkingConfig"]>["EndpointsConfig"]>;

/** Before this version addresses of endpoints meant nothing. */
const ENDPOINT_ADDRESSES = 144;
const DEPRECATED =
  "The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead.";

export interface Migrated {
  readonly body: Omit<Body, "MacAddress" | "NetworkingConfig"> & Pick<CreateOptions, "NetworkingConfig">;
  readonly warnings: readonly string[];
}

/** @throws StatusError invalid-argument if it is not to be told whose address it is, or the network has another */
export function migrateMacAddress(given: Body, version: number): Migrated {
  if (given.MacAddress === undefined && given.NetworkingConfig === undefined) return { body: given, warnings: [] };
  const { MacAddress: mac = "", ...body } = given;
  const isOlder = version < ENDPOINT_ADDRESSES;
  const endpoints: Endpoints = body.NetworkingConfig?.EndpointsConfig ?? {};
  const addressed = isOlder ? everywhere(endpoints, mac) : endpoints;
  if (mac === "") return { body: withEndpoints(body, addressed), warnings: [] };
  const mode = modeOf(body.HostConfig?.NetworkMode);
  const warnings = isOlder ? [] : [DEPRECATED];
  if (mode !== "bridge" && !isUserDefined(mode)) {
    if (isOlder) throw badRequest("conflicting options: mac-address and the network mode");
    return { body, warnings };
  }
  if (Object.keys(endpoints).length === 0) {
    return { body: withEndpoints(body, { [mode]: { ...EMPTY_SETTINGS, MacAddress: mac } }), warnings };
  }
  return { body: withEndpoints(body, isOlder ? addressed : onMain(endpoints, mode, mac)), warnings };
}

/** There is one endpoint at most, and whichever it is has that address. */
const everywhere = (endpoints: Endpoints, mac: string): Endpoints =>
  Object.fromEntries(
    Object.entries(endpoints).map(([name, endpoint]) => [name, endpoint && { ...endpoint, MacAddress: mac }]),
  );

function onMain(endpoints: Endpoints, mode: string, mac: string): Endpoints {
  const [name, main] = Object.entries(endpoints).find(([key]) => modeOf(key) === mode) ?? [];
  if (name === undefined) {
    const rule = "HostConfig.NetworkMode must match the identity of a network in NetworkSettings.Networks";
    throw badRequest(`unable to migrate container-wide MAC address to a specific network: ${rule}`);
  }
  // Null is refused where the endpoints are read.
  if (main == null) return endpoints;
  if (main.MacAddress !== "" && main.MacAddress !== mac) {
    const rule = "must match the endpoint-specific MAC address for the main network, or be left empty";
    throw badRequest(`the container-wide MAC address ${rule}`);
  }
  return { ...endpoints, [name]: { ...main, MacAddress: mac } };
}

function withEndpoints(body: Migrated["body"], endpoints: Endpoints): Migrated["body"] {
  return { ...body, NetworkingConfig: { EndpointsConfig: endpoints } };
}
