/** Requests about the engine as a whole. */
import type { Filters } from "../values/filter.ts";
import type { Confirmation } from "./container.ts";

/** Kinds of things that `docker inspect --type` knows. */
export type ObjectType =
  | "config"
  | "container"
  | "image"
  | "network"
  | "node"
  | "plugin"
  | "secret"
  | "service"
  | "task"
  | "volume";

export interface InspectRequest {
  readonly command: "inspect";
  readonly names: readonly string[];
  readonly format: string;
  readonly size: boolean;
  /** Undefined: whatever is found first. */
  readonly type: ObjectType | undefined;
}

export interface InfoRequest {
  readonly command: "info";
  readonly format: string;
}

export interface VersionRequest {
  readonly command: "version";
  readonly format: string;
}

export interface EventsRequest {
  readonly command: "events";
  readonly since: string;
  readonly until: string;
  readonly filters: Filters;
  readonly format: string;
}

export interface SystemDfRequest {
  readonly command: "system df";
  readonly verbose: boolean;
  readonly format: string;
}

export interface SystemPruneRequest {
  readonly command: "system prune";
  readonly all: boolean;
  readonly volumes: boolean;
  readonly filters: Filters;
  readonly confirm: Confirmation;
}

export interface BuilderPruneRequest {
  readonly command: "builder prune";
  readonly all: boolean;
  /** Bytes of cache that may stay. */
  readonly keepStorage: number;
  readonly filters: Filters;
  readonly confirm: Confirmation;
}

/** `docker buildx prune`, which is also `docker builder prune` where buildx is installed. */
export interface BuildxPruneRequest {
  readonly command: "buildx prune";
  readonly builder: string;
  readonly all: boolean;
  readonly verbose: boolean;
  readonly filters: Filters;
  readonly reservedBytes: number;
  readonly maxUsedBytes: number;
  readonly confirm: Confirmation;
}

/** `docker buildx du`. */
export interface BuildxDuRequest {
  readonly command: "buildx du";
  readonly builder: string;
  readonly filters: Filters;
  /** "" for a table, "pretty", "json" or a template. */
  readonly format: string;
}

/** `docker NAME …` of a plugin: buildx, compose. `docker build` is `buildx build` where buildx is installed. */
export interface PluginRequest {
  readonly command: "plugin";
  readonly name: string;
  readonly argv: readonly string[];
}

/** A command of the real client that has no counterpart here: swarm, contexts, registries' accounts, content trust. */
export interface UnsupportedRequest {
  readonly command: "unsupported";
  /** `docker swarm init`. */
  readonly path: string;
  readonly argv: readonly string[];
}

export type SystemRequest =
  | InspectRequest
  | InfoRequest
  | VersionRequest
  | EventsRequest
  | SystemDfRequest
  | SystemPruneRequest
  | BuilderPruneRequest
  | BuildxPruneRequest
  | BuildxDuRequest
  | PluginRequest
  | UnsupportedRequest;
