/** Requests about volumes. */
import type { ClusterVolumeSpec } from "../../swarm/cluster-volumes.ts";
import type { StringMap } from "../create-body.ts";
import type { Filters } from "../values/filter.ts";
import type { Confirmation } from "./container.ts";

/** The API's body; without a name the engine makes one up. */
export interface VolumeCreateBody {
  readonly Name?: string;
  readonly Driver?: string;
  readonly DriverOpts?: StringMap;
  readonly Labels?: StringMap;
  /** Only for a cluster volume. */
  readonly ClusterVolumeSpec?: ClusterVolumeSpec;
}

export interface VolumeCreateRequest {
  readonly command: "volume create";
  readonly body: VolumeCreateBody;
}

export interface VolumeRmRequest {
  readonly command: "volume rm";
  readonly volumes: readonly string[];
  readonly force: boolean;
}

export interface VolumeLsRequest {
  readonly command: "volume ls";
  readonly filters: Filters;
  readonly format: string;
  readonly quiet: boolean;
  /** `--cluster`: only cluster volumes, in a table of their own. */
  readonly cluster: boolean;
}

export interface VolumeInspectRequest {
  readonly command: "volume inspect";
  readonly names: readonly string[];
  readonly format: string;
}

export interface VolumePruneRequest {
  readonly command: "volume prune";
  /** With `all` if named volumes go too, as the API wants it. */
  readonly filters: Filters;
  readonly confirm: Confirmation;
}

interface VolumeUpdateRequest {
  readonly command: "volume update";
  readonly name: string;
  /** `undefined` to leave it as it is. */
  readonly availability: string | undefined;
}

export type VolumeRequest =
  | VolumeUpdateRequest
  | VolumeCreateRequest
  | VolumeRmRequest
  | VolumeLsRequest
  | VolumeInspectRequest
  | VolumePruneRequest;
