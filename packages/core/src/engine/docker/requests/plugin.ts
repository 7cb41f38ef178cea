/** Requests about plugins, content trust and checkpoints, of which there are none here. */
import type { Filters } from "../values/filter.ts";

interface PluginListRequest {
  readonly command: "plugin ls";
  readonly filters: Filters;
  readonly format: string;
  readonly quiet: boolean;
}

interface PluginInspectRequest {
  readonly command: "plugin inspect";
  readonly names: readonly string[];
  readonly format: string;
}

/** Something is to be done with plugins that there would have to be. */
interface PluginChangeRequest {
  readonly command: "plugin rm" | "plugin enable" | "plugin disable" | "plugin set" | "plugin push" | "plugin upgrade";
  readonly names: readonly string[];
}

interface PluginInstallRequest {
  readonly command: "plugin install";
  readonly name: string;
}

interface PluginCreateRequest {
  readonly command: "plugin create";
  readonly directory: string;
}

interface TrustInspectRequest {
  readonly command: "trust inspect";
  readonly images: readonly string[];
  /** For people. */
  readonly isPretty: boolean;
}

interface TrustSignRequest {
  readonly command: "trust sign";
  readonly image: string;
}

interface TrustRevokeRequest {
  readonly command: "trust revoke";
  readonly image: string;
  /** No question is asked. */
  readonly isConfirmed: boolean;
}

interface TrustSignerRemoveRequest {
  readonly command: "trust signer remove";
  readonly signer: string;
  readonly repositories: readonly string[];
}

export type PluginRequest =
  | PluginListRequest
  | PluginInspectRequest
  | PluginChangeRequest
  | PluginInstallRequest
  | PluginCreateRequest
  | TrustInspectRequest
  | TrustSignRequest
  | TrustRevokeRequest
  | TrustSignerRemoveRequest;
