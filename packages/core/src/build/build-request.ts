/** What a build is asked for, what it gives, and what it needs to know of images. */
import type { Image } from "../image/index.ts";
import type { Platform, ProcessSpec } from "../oci/index.ts";
import type { Dockerfile } from "./dockerfile/ast.ts";
import type { LintWarning } from "./dockerfile/lint.ts";
import type { ContextSource } from "./files/context-source.ts";
import type { BuildListener } from "./progress/events.ts";
import type { CacheMode, TellableCache } from "./solve/cache-config.ts";
import type { CacheMiss } from "./solve/cache-miss.ts";
import type { OfferedCache } from "./solve/offered-layers.ts";
import type { BaseImage, SourceStatus } from "./solve/plan.ts";
import type { RunNetwork } from "./solve/vertex.ts";

export interface BuildRequest {
  readonly context: ContextSource;
  /** Names of the image: "web", "registry.example/team/web:1.2". */
  readonly tags?: readonly string[];
  /** The text or the AST of the Dockerfile, instead of a file of the context. */
  readonly dockerfile?: string | Dockerfile;
  /** Which file of the context it is; only a name if the Dockerfile is given, or has a problem. Default "Dockerfile". */
  readonly file?: string;
  /** The Dockerfile was to lie outside of the context, where it cannot be read; or nobody sends one. */
  readonly fileProblem?: "missing" | "directory" | "unsent";
  /** The text of an ignore file that counts instead of those of the context. */
  readonly ignoreFile?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly target?: string;
  /** "linux/arm64" */
  readonly platform?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Named contexts, which stand in for stages and images of the same name. */
  readonly contexts?: Readonly<Record<string, NamedContext>>;
  readonly secrets?: Readonly<Record<string, Secret>>;
  /** Agents of the client that are forwarded, by the ids that mounts ask for; "default" is also git's. */
  readonly ssh?: readonly string[];
  /** All steps anew, or those of the named stages. */
  readonly noCache?: boolean | readonly string[];
  /**
   * Images whose configuration says which step made which of their layers, here or in a registry, and caches that a build
   * has left in one: such steps are not done again. What cannot be had is told of as a step that failed, and the build goes
   * on.
   */
  readonly cacheFrom?: readonly (string | OtherCache)[];
  /** Says so in the image that is built. The build argument BUILDKIT_INLINE_CACHE=1 asks for it too. Default false. */
  readonly inlineCache?: boolean;
  /** Where what is known of the steps goes, for `cacheFrom` of other builders. */
  readonly cacheTo?: readonly CacheTarget[];
  /** For every RUN that does not say; "default" has a network of its own. */
  readonly network?: RunNetwork;
  /** What a build may do only if it is allowed to. `network: "host"` allows itself. */
  readonly allow?: readonly "network.host"[];
  /** Further lines of /etc/hosts while RUN runs: addresses by names, or name and address of each. */
  readonly extraHosts?: Readonly<Record<string, string>> | readonly (readonly [name: string, address: string])[];
  /** The size of /dev/shm while RUN runs. Default 64 MiB. */
  readonly shmSizeBytes?: number;
  /** The control group above those of RUN: "ci". */
  readonly cgroupParent?: string;
  /** Limits of every RUN. */
  readonly rlimits?: ProcessSpec["rlimits"];
  /** Limits of every RUN, as control files of its control group: they decide of no cache key. */
  readonly resources?: Readonly<Record<string, string>>;
  /**
   * Whose files are. As in the classic builder, WORKDIR makes directories of root's, whatever USER says, names in
   * `--chown` must be known, no ARG is predefined and none hides what ENV has set. Default "buildkit".
   */
  readonly ownership?: "buildkit" | "classic";
  /** Asks the registry for every image, also those that are here. */
  readonly pull?: boolean;
  /**
   * What becomes of the result. By default an image; if not, no image is kept, and its files are read from the result
   * before anything else happens.
   */
  readonly exports?: readonly BuildExport[];
  /** Hears what the build does. */
  readonly onEvent?: BuildListener;
  /** Aborted when nobody wants the image any more: what runs is killed, and the build fails with `context canceled`. */
  readonly signal?: AbortSignal;
}

/**
 * Files, another image, what another build has come to, or a git repository somewhere else:
 * "https://host/x.git#ref:directory". Of other places the real daemon gets nothing: it knows neither files behind `http:`
 * here nor `oci-layout:`. Only a stage that needs such a context fails.
 */
export type NamedContext = ContextSource | NamedImage | { readonly built: Image } | { readonly url: string };

export interface NamedImage {
  readonly image: string;
}

export type BuildExport = "image" | "directory" | "tarball";

export interface BuildResult {
  readonly image: Image;
  readonly warnings: readonly LintWarning[];
  /** Why each step that ran was not cached. */
  readonly misses: readonly CacheMiss[];
  /** Images that stages start from, written out: those of registries with their digests. */
  readonly bases: readonly string[];
  /** When all files of the result count as changed, if the build argument SOURCE_DATE_EPOCH said so. */
  readonly epochUs: number | undefined;
}

export interface ResolveImageOptions {
  /** Only for this platform. */
  readonly platform?: Platform | undefined;
  /** Only from the registry. */
  readonly pull?: boolean | undefined;
  /** Hears of steps on the way: "[auth] team/web:pull token for localhost:5000". */
  readonly onStep?: ((name: string) => void) | undefined;
}

/**
 * A cache of its own in a registry: "ci.example:5000/team/cache".
 *
 * The docker client refuses it for the daemon's own builder, so `engine.docker` does, too.
 *
 * @see BuildKit cache/remotecache/registry
 */
export interface CacheTarget {
  readonly name: string;
  /** Layers of the result alone (default), or of all steps on the way. */
  readonly mode?: CacheMode;
  /** A registry that does not take it does not fail the build. Default false. */
  readonly ignoresErrors?: boolean;
}

/** A cache that is no image: the daemon has no importer for any. */
export interface OtherCache {
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What is in it, or why the client cannot read it: a step that mounts it fails with that. */
export type Secret = string | Uint8Array | { readonly error: string };

export type FrontendEnd = { readonly exitCode: number } | undefined;

/** Where base images come from, and where finished ones get their names. */
export interface ImageNames {
  /** @throws StatusError if nobody has it; the message is the registry's; AuthorizationError without a token */
  resolve(name: string, options?: ResolveImageOptions): BaseImage | Promise<BaseImage>;
  /** What an image or a cache offers. @throws StatusError, AuthorizationError as `resolve` */
  resolveCache(name: string, options?: ResolveImageOptions): Promise<OfferedCache>;
  /** Uploads a cache; tells what it writes. @throws StatusError; the message is the registry's */
  pushCache(name: string, cache: TellableCache, tell: SourceStatus): Promise<void>;
  /** Asks for the frontend that `# syntax=` names; tells how it ended if it is none. @throws StatusError if nobody has it */
  resolveFrontend(name: string): FrontendEnd | Promise<FrontendEnd>;
  /** A name written out: "docker.io/library/busybox:latest". */
  fullName(name: string): string;
  /** Gives an image a name; returns it written out. @throws StatusError invalid-argument if it can be none */
  name(image: Image, name: string): string;
}
