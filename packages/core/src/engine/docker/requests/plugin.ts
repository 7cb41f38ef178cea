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

/** Something about signatures. */
interface TrustRequest {
  readonly command: "trust inspect" | "trust sign" | "trust revoke" | "trust signer remove";
  readonly names: readonly string[];
  /** The signer, of whom it is. */
  readonly signer: string;
  readonly isConfirmed: boolean;
}

export type PluginRequest =
  | PluginListRequest
  | PluginInspectRequest
  | PluginChangeRequest
  | PluginInstallRequest
  | PluginCreateRequest
  | TrustRequest;
