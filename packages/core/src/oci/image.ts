/**
 * OCI image documents: the configuration of an image, by its field names.
 *
 * @see OCI image-spec config.md; docker image spec v1.2 for Healthcheck, OnBuild, Shell
 */

import type { Digest } from "./digest.ts";

export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly "os.version"?: string;
  readonly "os.features"?: readonly string[];
  readonly variant?: string;
}

/** Durations are nanoseconds, as Docker keeps them. */
export interface Healthcheck {
  readonly Test?: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

/** What a container gets from its image unless told otherwise. */
export interface ImageRunConfig {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Volumes?: Readonly<Record<string, Record<string, never>>>;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
  readonly ArgsEscaped?: boolean;
  readonly Healthcheck?: Healthcheck;
  readonly OnBuild?: readonly string[] | null;
  readonly Shell?: readonly string[];
}

export interface History {
  readonly created?: string;
  readonly created_by?: string;
  readonly comment?: string;
  readonly author?: string;
  readonly empty_layer?: boolean;
}

/** The image configuration document. */
export interface ImageConfig extends Platform {
  readonly created?: string;
  readonly author?: string;
  /** Which engine has committed, imported or built it; BuildKit does not say. */
  readonly docker_version?: string;
  readonly config: ImageRunConfig;
  readonly rootfs: { readonly type: "layers"; readonly diff_ids: readonly Digest[] };
  readonly history: readonly History[];
  /** Which step has made which layer, for other builders; JSON in base64. */
  readonly "moby.buildkit.cache.v0"?: string;
}
