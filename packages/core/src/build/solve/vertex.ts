/**
 * Vertices: what is to be done for a build, as a graph. Plain data but for the links; equal vertices mean equal work.
 *
 * @see BuildKit solver/pb/ops.proto
 */
import type { LayerEntry } from "../../content/index.ts";
import type { ProcessSpec } from "../../oci/index.ts";
import type { SourceRange } from "../dockerfile/ast.ts";
import type { ContextMemory } from "../files/context-memory.ts";
import type { IgnoreMatcher } from "../files/ignore.ts";
import type { GitSource } from "../frontend/git-ref.ts";
import type { InlineFile, StepMount } from "../frontend/step.ts";

/** An image from a store or a registry. */
export interface ImageOp {
  readonly kind: "image";
  /** What it was asked for by. */
  readonly reference: string;
  /** The same for the same layers, in whatever builder. */
  readonly identity: string;
  /** Its committed snapshots, the lowest first. */
  readonly chain: readonly string[];
  /** Makes them, if they are not all there. @throws StatusError */
  readonly fetch?: (tell: (text: string) => void) => Promise<void>;
}

/** A file from the network. */
export interface DownloadOp {
  readonly kind: "download";
  readonly url: string;
  /** What it is called in the tree. */
  readonly file: string;
  /** `sha256:…` that it must have. */
  readonly checksum: string | undefined;
}

/** The files of a commit. */
export interface GitOp {
  readonly kind: "git";
  readonly source: GitSource;
}

/** Files from outside: the build context or a named one. */
export interface ContextOp {
  readonly kind: "context";
  readonly entries: () => readonly LayerEntry[];
  readonly ignore: IgnoreMatcher | undefined;
  /** The paths and patterns that are wanted of it; without them everything is. */
  readonly includes?: () => readonly string[];
  readonly memory: ContextMemory;
  /** A stage starts from it: the files become a layer. */
  readonly isBase: boolean;
}

/** Files that the Dockerfile itself contains. */
export interface InlineOp {
  readonly kind: "inline";
  readonly files: readonly InlineFile[];
}

/** Makes a directory, and those above it. */
export interface MakeDirectory {
  readonly kind: "mkdir";
  readonly path: string;
  /** `USER[:GROUP]` of the directories that are made. */
  readonly owner: string | undefined;
}

/** Copies files of an input into the tree. */
export interface CopyFiles {
  readonly kind: "copy";
  /** Which input of the vertex they come from, the first after the tree being 0. */
  readonly input: number;
  readonly source: string;
  /** Only what this pattern matches below the source is taken, with the directories it is in. */
  readonly include: string | undefined;
  /** Absolute; a slash at its end matters. */
  readonly dest: string;
  readonly chown: string | undefined;
  readonly chmod: string | undefined;
  readonly exclude: readonly string[];
  /** An archive is unpacked instead of copied. */
  readonly unpacks: boolean;
  /** The source is the name of what the build itself has put there: no pattern, and no other kind to the cache. */
  readonly isExact: boolean;
  /** Its files come from the very tree that is changed: what that tree is made from says enough of them to the cache. */
  readonly isFromTree: boolean;
}

/** Changes to the tree of input 0, or to an empty one. */
export interface FileOp {
  readonly kind: "file";
  readonly actions: readonly (MakeDirectory | CopyFiles)[];
  /** The classic builder knows owners otherwise (see `findKnownOwner`), and refuses other targets (see `classic-target`). */
  readonly isClassic?: boolean;
}

/** What a RUN is on; the last one is a network of the engine's, by its name or id, which only the classic builder takes. */
export type RunNetwork = "default" | "none" | "host" | `network ${string}`;

/** A process on the tree of input 0. */
export interface ExecOp {
  readonly kind: "exec";
  /** Where nothing comes in, the classic builder has /dev/null, as its containers are plain ones; BuildKit has a pipe. */
  readonly isClassic?: boolean;
  /** "linux/amd64" */
  readonly platform: string;
  readonly argv: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly user: string;
  readonly network: RunNetwork;
  readonly script: InlineFile | undefined;
  readonly hostname: string | undefined;
  /** Lines of /etc/hosts besides the usual ones. */
  readonly extraHosts: readonly ExtraHost[];
  readonly shmSizeBytes: number | undefined;
  /** "" for the daemon's. */
  readonly cgroupParent: string;
  readonly rlimits: ProcessSpec["rlimits"];
  /** Control files of its control group. They count for no cache key. */
  readonly resources: Readonly<Record<string, string>>;
  /** Variables that the process sees, and no cache key. */
  readonly proxy: readonly string[];
  readonly mounts: readonly ExecMount[];
  /**
   * Directories whose changes are thrown away, made where there are none: the classic builder's containers have volumes
   * there, which begin with what the directories hold.
   */
  readonly volumes: readonly string[];
}

export interface ExtraHost {
  readonly name: string;
  readonly address: string;
}

/** A mount, and which input its files come from, counted like those of `CopyFiles`; none for an empty one. */
export interface ExecMount {
  readonly mount: StepMount;
  readonly input: number | undefined;
  /** As in `CopyFiles`. */
  readonly isFromTree: boolean;
}

export type Op = ImageOp | GitOp | ContextOp | InlineOp | DownloadOp | FileOp | ExecOp;

export interface Vertex {
  readonly op: Op;
  /** What progress shows: "[2/4] WORKDIR /app". */
  readonly name: string;
  /** Not shown: what it does was shown before. */
  readonly isHidden?: boolean;
  /** Input 0 of a file or exec vertex is the tree that it changes; `undefined` is an empty one. */
  readonly inputs: readonly (Vertex | undefined)[];
  /** The lines of the Dockerfile that it comes from. */
  readonly range?: SourceRange | undefined;
  /** Done again even if its result is known. */
  readonly ignoresCache: boolean;
}

/** What a request says of every RUN. */
export interface RunDefaults {
  /** For those that do not say. */
  readonly network: RunNetwork;
  readonly hostname: string | undefined;
  /** What ids of cache mounts begin with. */
  readonly cacheNamespace: string;
  readonly extraHosts: readonly ExtraHost[];
  readonly shmSizeBytes: number | undefined;
  readonly rlimits: ExecOp["rlimits"];
  readonly resources: ExecOp["resources"];
  readonly cgroupParent: string;
  readonly proxy: readonly string[];
}
