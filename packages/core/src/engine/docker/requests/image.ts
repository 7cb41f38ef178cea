/** Requests about images. */
import type { StringMap, Ulimit } from "../create-body.ts";
import type { Platform } from "../platform.ts";
import type { Filters } from "../values/filter.ts";
import type { Confirmation } from "./container.ts";

/** `docker build` with the classic builder. */
export interface BuildRequest {
  readonly command: "build";
  /** A directory, a URL, or `-` for standard input. */
  readonly context: string;
  /** Empty: `Dockerfile` in the context; `-`: standard input. */
  readonly file: string;
  readonly tags: readonly string[];
  /** By name; null takes over what the builder's environment has. */
  readonly buildArgs: Readonly<Record<string, string | null>>;
  readonly labels: StringMap;
  readonly target: string;
  readonly cacheFrom: readonly string[];
  readonly noCache: boolean;
  readonly pull: boolean;
  readonly quiet: boolean;
  readonly rm: boolean;
  readonly forceRm: boolean;
  readonly compress: boolean;
  readonly squash: boolean;
  readonly networkMode: string;
  readonly extraHosts: readonly string[];
  readonly platform: string;
  readonly iidFile: string;
  readonly isolation: string;
  readonly securityOptions: readonly string[];
  readonly contentTrust: boolean;
  readonly cgroupParent: string;
  readonly memory: number;
  readonly memorySwap: number;
  readonly shmSize: number;
  readonly cpuShares: number;
  readonly cpuPeriod: number;
  readonly cpuQuota: number;
  readonly cpusetCpus: string;
  readonly cpusetMems: string;
  readonly ulimits: readonly Ulimit[];
}

/** `docker buildx build`; lists hold the texts of repeated options. */
export interface BuildxBuildRequest {
  readonly command: "buildx build";
  readonly context: string;
  readonly file: string;
  readonly tags: readonly string[];
  readonly target: string;
  /** `NAME=value`, or a bare name that takes its value from the client's environment. */
  readonly buildArgs: readonly string[];
  readonly buildContexts: readonly string[];
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
  /** `--attest`, `--provenance` and `--sbom`. */
  readonly attestations: readonly string[];
  /** `--output`, `--load` and `--push`. */
  readonly outputs: readonly string[];
  readonly platforms: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  readonly noCache: boolean;
  readonly noCacheFilter: readonly string[];
  readonly pull: boolean;
  readonly quiet: boolean;
  readonly progress: string;
  /** `build`, `check`, `outline`, `targets`. */
  readonly call: string;
  readonly secrets: readonly string[];
  readonly ssh: readonly string[];
  readonly allow: readonly string[];
  readonly extraHosts: readonly string[];
  readonly network: string;
  readonly iidFile: string;
  readonly metadataFile: string;
  readonly cgroupParent: string;
  readonly shmSize: number;
  readonly ulimits: readonly Ulimit[];
  readonly builder: string;
}

/** `name` and `tag` are those of the registry: `docker.io/library/busybox`, `latest` or a digest. */
export interface PullRequest {
  readonly command: "pull";
  /** All of it: what is printed last. */
  readonly reference: string;
  readonly name: string;
  /** Undefined for all tags. */
  readonly tag: string | undefined;
  readonly platform: string;
  readonly quiet: boolean;
  readonly contentTrust: boolean;
}

export interface PushRequest {
  readonly command: "push";
  readonly reference: string;
  readonly name: string;
  /** Undefined for all tags. */
  readonly tag: string | undefined;
  readonly platform: Platform | undefined;
  readonly quiet: boolean;
  readonly contentTrust: boolean;
}

export interface TagRequest {
  readonly command: "tag";
  readonly source: string;
  readonly repository: string;
  readonly tag: string;
}

export interface ImagesRequest {
  readonly command: "images";
  readonly all: boolean;
  readonly filters: Filters;
  readonly format: string;
  readonly quiet: boolean;
  readonly noTrunc: boolean;
  readonly digests: boolean;
  readonly tree: boolean;
  /** What `docker images NAME` looked for: printed in a hint if nothing was found. */
  readonly ambiguous: string | undefined;
}

export interface RmiRequest {
  readonly command: "rmi";
  readonly images: readonly string[];
  readonly force: boolean;
  readonly noPrune: boolean;
  readonly platforms: readonly Platform[];
}

export interface HistoryRequest {
  readonly command: "history";
  readonly image: string;
  readonly platform: Platform | undefined;
  readonly format: string;
  readonly human: boolean;
  readonly noTrunc: boolean;
  readonly quiet: boolean;
}

export interface SaveRequest {
  readonly command: "save";
  readonly images: readonly string[];
  /** A file; empty for standard output. */
  readonly output: string;
  readonly platform: Platform | undefined;
}

export interface LoadRequest {
  readonly command: "load";
  /** A file; empty for standard input. */
  readonly input: string;
  readonly quiet: boolean;
  readonly platform: Platform | undefined;
}

export interface ImportRequest {
  readonly command: "import";
  /** A file, a URL, or `-` for standard input. */
  readonly source: string;
  readonly reference: string;
  readonly message: string;
  /** Dockerfile instructions. */
  readonly changes: readonly string[];
  readonly platform: string;
}

export interface ImageInspectRequest {
  readonly command: "image inspect";
  readonly names: readonly string[];
  readonly format: string;
  readonly platform: Platform | undefined;
}

export interface ImagePruneRequest {
  readonly command: "image prune";
  readonly all: boolean;
  /** With `dangling`, as the API wants it. */
  readonly filters: Filters;
  readonly confirm: Confirmation;
}

export type ImageRequest =
  | BuildRequest
  | BuildxBuildRequest
  | PullRequest
  | PushRequest
  | TagRequest
  | ImagesRequest
  | RmiRequest
  | HistoryRequest
  | SaveRequest
  | LoadRequest
  | ImportRequest
  | ImageInspectRequest
  | ImagePruneRequest;
