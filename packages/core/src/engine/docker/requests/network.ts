/** Requests about networks. */
import type { EndpointSettings, StringMap } from "../create-body.ts";
import type { Filters } from "../values/filter.ts";
import type { Confirmation } from "./container.ts";

export interface IpamConfig {
  readonly Subnet?: string;
  readonly IPRange?: string;
  readonly Gateway?: string;
  readonly AuxiliaryAddresses?: StringMap;
}

/** The API's body; EnableIPv4 and EnableIPv6 are absent unless said. */
export interface NetworkCreateBody {
  readonly Name: string;
  readonly Driver: string;
  readonly Scope: string;
  readonly EnableIPv4?: boolean;
  readonly EnableIPv6?: boolean;
  readonly IPAM: { readonly Driver: string; readonly Options?: StringMap; readonly Config: readonly IpamConfig[] };
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly Ingress: boolean;
  readonly ConfigOnly: boolean;
  readonly ConfigFrom: { readonly Network: string } | null;
  readonly Options: StringMap;
  readonly Labels: StringMap;
}

export interface NetworkCreateRequest {
  readonly command: "network create";
  readonly body: NetworkCreateBody;
}

export interface NetworkRmRequest {
  readonly command: "network rm";
  readonly networks: readonly string[];
  readonly force: boolean;
}

export interface NetworkLsRequest {
  readonly command: "network ls";
  readonly filters: Filters;
  readonly format: string;
  readonly noTrunc: boolean;
  readonly quiet: boolean;
}

export interface NetworkInspectRequest {
  readonly command: "network inspect";
  readonly names: readonly string[];
  readonly format: string;
  readonly verbose: boolean;
}

export interface NetworkConnectRequest {
  readonly command: "network connect";
  readonly network: string;
  readonly container: string;
  readonly endpoint: EndpointSettings;
}

export interface NetworkDisconnectRequest {
  readonly command: "network disconnect";
  readonly network: string;
  readonly container: string;
  readonly force: boolean;
}

export interface NetworkPruneRequest {
  readonly command: "network prune";
  readonly filters: Filters;
  readonly confirm: Confirmation;
}

export type NetworkRequest =
  | NetworkCreateRequest
  | NetworkRmRequest
  | NetworkLsRequest
  | NetworkInspectRequest
  | NetworkConnectRequest
  | NetworkDisconnectRequest
  | NetworkPruneRequest;
