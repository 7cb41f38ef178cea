/**
 * `docker commit`: an image from what a container has changed.
 *
 * @see moby daemon/commit.go
 */
import { applyLayer, diffLayer, type LayerEntry, layerDigest } from "../../content/index.ts";
import { chainIds, type Image, topSnapshot } from "../../image/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { type Bytes, StatusError } from "../../lib/index.ts";
import type { Digest, ImageConfig, ImageRunConfig } from "../../oci/index.ts";
import type { Snapshotter } from "../../snapshot/index.ts";
import type { ContainerConfig } from "../docker/create-body.ts";
import { timeOf } from "../documents/time.ts";
import { ENGINE_VERSION } from "../documents/versions.ts";
import { applyChanges } from "../image/apply-changes.ts";
import type { ImageService } from "../images.ts";
import type { Container } from "./container.ts";
import { mergeConfig } from "./merge-config.ts";

export interface CommitParts {
  readonly kernel: Kernel;
  readonly snapshotter: Snapshotter;
  readonly images: ImageService;
}

/** What is said of the image that a commit makes. */
export interface CommitOptions {
  readonly author?: string;
  readonly comment?: string;
  /** The configuration of the image; that of the container by default. */
  readonly config?: ImageRunConfig;
  /** The command that its history tells; that of the container by default. */
  readonly command?: string;
}

/**
 * The configuration of an image to be: what it is given, with changes, and from the container what these leave open.
 *
 * @param given nothing for the container's own configuration
 * @throws StatusError invalid-argument for a change that is none
 */
export function committedConfig(
  { config }: Container,
  changes: readonly string[],
  given: ImageRunConfig | undefined,
): ImageRunConfig {
  const own = runConfigOf(config);
  return runConfigOf(mergeConfig(applyChanges(given ?? own, changes), own));
}

/** What a container's configuration hands on to an image. */
function runConfigOf(config: Partial<ContainerConfig>): ImageRunConfig {
  const {
    Hostname,
    Image: image,
    AttachStdin,
    AttachStdout,
    AttachStderr,
    OpenStdin,
    StdinOnce,
    Tty,
    ...rest
  } = config;
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null && value !== undefined));
}

/** An image of what a container has become. @throws StatusError internal if that of which it is has been removed */
export function commitContainer(parts: CommitParts, container: Container, options: CommitOptions = {}): Image {
  const { images, kernel, snapshotter } = parts;
  const parent = container.image;
  if (images.store.byId(parent.id) === undefined) {
    const path = `/var/lib/docker/image/overlay2/imagedb/content/${parent.id.replace(":", "/")}`;
    throw new StatusError("internal", `failed to get digest ${parent.id}: open ${path}: no such file or directory`);
  }
  const entries = diffLayer(snapshotter.directory(container.id));
  const created = timeOf(kernel.nowUs);
  const step = {
    created,
    created_by: options.command ?? (container.config.Cmd ?? []).join(" "),
    ...(options.author ? { author: options.author } : {}),
    ...(options.comment ? { comment: options.comment } : {}),
  };
  const isEmpty = entries.length === 0;
  const diffIds = isEmpty ? parent.config.rootfs.diff_ids : [...parent.config.rootfs.diff_ids, layerDigest(entries)];
  const config: ImageConfig = {
    ...parent.config,
    created,
    docker_version: ENGINE_VERSION,
    ...(options.author ? { author: options.author } : {}),
    config: options.config ?? runConfigOf(container.config),
    rootfs: { type: "layers", diff_ids: diffIds },
    history: [...parent.config.history, isEmpty ? { ...step, empty_layer: true } : step],
  };
  const chain = isEmpty ? parent.chain : [...parent.chain, committedLayer(parts, parent, diffIds, entries)];
  const image = images.store.add(config, chain);
  images.note("create", image);
  images.store.setParent(image, parent);
  return image;
}

/** The snapshot of a layer that is new; its name. */
function committedLayer(
  { snapshotter }: CommitParts,
  parent: Image,
  diffIds: readonly Digest[],
  entries: readonly LayerEntry<Bytes>[],
): string {
  const name = chainIds(diffIds).at(-1) ?? "";
  if (!snapshotter.has(name)) {
    snapshotter.prepare(`commit-${name}`, topSnapshot(parent));
    applyLayer(snapshotter.directory(`commit-${name}`), entries);
    snapshotter.commit(name, `commit-${name}`);
  }
  return name;
}
