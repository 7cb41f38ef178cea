/** What a request says of every RUN. */
import type { BuildRequest } from "../build-request.ts";
import type { BuildOrders } from "../frontend/orders.ts";
import type { RunDefaults } from "./vertex.ts";

export function runDefaults(request: BuildRequest, { hostname, cacheNamespace }: BuildOrders): RunDefaults {
  const {
    network = "default",
    extraHosts = {},
    buildArgs = {},
    shmSizeBytes,
    rlimits = [],
    resources = {},
    cgroupParent = "",
  } = request;
  return {
    network,
    proxy: proxyVariables(buildArgs),
    shmSizeBytes,
    rlimits,
    resources,
    cgroupParent,
    hostname,
    cacheNamespace,
    extraHosts: pairsOf(extraHosts).map(([name, address]) => ({ name, address })),
  };
}

const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];

/** Every RUN sees the proxies that build arguments name, in both spellings. */
function proxyVariables(buildArgs: Readonly<Record<string, string>>): readonly string[] {
  const given = Object.entries(buildArgs);
  if (given.length === 0) return [];
  return PROXIES.flatMap((name) => {
    const value = given.find(([one]) => one.toUpperCase() === name)?.[1] ?? "";
    return value === "" ? [] : [`${name}=${value}`, `${name.toLowerCase()}=${value}`];
  });
}

function pairsOf(hosts: NonNullable<BuildRequest["extraHosts"]>): readonly (readonly [string, string])[] {
  return isList(hosts) ? hosts : Object.entries(hosts);
}

function isList(value: object): value is readonly unknown[] {
  return Array.isArray(value);
}
