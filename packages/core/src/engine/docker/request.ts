/**
 * What a command line asks of the engine: one plain object a command, told apart by `command`.
 *
 * `docker container ls`, `docker container list` and `docker ps` are all `ps`: a request bears the short name where
 * there is one. Times are texts as given (see `values/timestamp.ts`), since what they mean depends on the clock.
 */

import type { BakeRequest } from "./requests/bake.ts";
import type { BuilderRequest } from "./requests/builder.ts";
import type { ContainerRequest } from "./requests/container.ts";
import type { ContextRequest } from "./requests/context.ts";
import type { ImageRequest } from "./requests/image.ts";
import type { ImagetoolsRequest } from "./requests/imagetools.ts";
import type { ManifestRequest } from "./requests/manifest.ts";
import type { NetworkRequest } from "./requests/network.ts";
import type { PluginRequest } from "./requests/plugin.ts";
import type { RegistryRequest } from "./requests/registry.ts";
import type { StackRequest } from "./requests/stack.ts";
import type { SwarmRequest } from "./requests/swarm.ts";
import type { SystemRequest } from "./requests/system.ts";
import type { VolumeRequest } from "./requests/volume.ts";

/** A request, and what the client says before it sends it. */
export type DockerRequest = (
  | ContainerRequest
  | ImageRequest
  | ImagetoolsRequest
  | ManifestRequest
  | NetworkRequest
  | RegistryRequest
  | VolumeRequest
  | SystemRequest
  | SwarmRequest
  | BuilderRequest
  | BakeRequest
  | PluginRequest
  | ContextRequest
  | StackRequest
) &
  Preface;

export interface Preface {
  /** Printed first on standard output: notices about deprecated options. Whole lines. */
  readonly notice?: string;
  /** Printed first on standard error: warnings. Whole lines. */
  readonly warning?: string;
  /** Options before the command: `docker --host … ps`. */
  readonly global?: GlobalOptions;
}

/** Which engine to talk to, and how; nothing of this changes what is asked. */
export interface GlobalOptions {
  readonly config: string;
  readonly context: string;
  readonly debug: boolean;
  readonly hosts: readonly string[];
  readonly logLevel: string;
  readonly tls: boolean;
  readonly tlsVerify: boolean;
}

/** What the command line answers by itself: help, its version, or why it refuses. */
export interface DockerUsageError {
  readonly command: "usage";
  /** 0 for help that was asked for. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The request that belongs to a command's name. */
export type RequestOf<C extends DockerRequest["command"]> = Extract<DockerRequest, { readonly command: C }>;
