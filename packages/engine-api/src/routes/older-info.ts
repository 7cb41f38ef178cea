/**
 * `GET /info` as older versions of the API tell it.
 *
 * @see moby api/server/router/system/system_routes.go getInfo
 */
import type { infoDocument } from "@bottleship/core/engine";

/** From these versions on a field was there, 1.49 as 149. */
const [CONTAINERD, FIREWALL] = [146, 149];
/** The last versions that had the fields. */
const [LAST_NONDISTRIBUTABLE, LAST_BRIDGE_FILTER] = [146, 149];

export function olderInfo(info: ReturnType<typeof infoDocument>, version: number): object {
  const { FirewallBackend, Containerd, RegistryConfig, ...others } = info;
  return {
    ...others,
    ...(version < FIREWALL ? {} : { FirewallBackend }),
    ...(version < CONTAINERD ? {} : { Containerd }),
    RegistryConfig: version > LAST_NONDISTRIBUTABLE ? RegistryConfig : { ...NONDISTRIBUTABLE, ...RegistryConfig },
    ...(version > LAST_BRIDGE_FILTER ? {} : BRIDGE_FILTER),
  };
}

const NONDISTRIBUTABLE = {
  AllowNondistributableArtifactsCIDRs: null,
  AllowNondistributableArtifactsHostnames: null,
};

const BRIDGE_FILTER = { BridgeNfIptables: false, BridgeNfIp6tables: false };
