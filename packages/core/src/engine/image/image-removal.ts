/**
 * `docker rmi`: a name taken away, and the image with its last one.
 *
 * @see moby daemon/images/image_delete.go
 */
import { chainIds, type Image } from "../../image/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import { familiarText, parseReference, repositoryName } from "../docker/reference.ts";
import type { EventLog } from "../events.ts";
import type { ImageService } from "../images.ts";
import { shortId } from "../names.ts";

export interface RemovalParts {
  readonly images: ImageService;
  readonly containers: { list(options: { readonly all: boolean }): readonly Container[] };
  readonly events: EventLog;
  /** Builds remember what they have done. */
  readonly builder: { readonly cache: { forgetSnapshots(snapshots: ReadonlySet<string>): void } };
}

/** What `docker rmi` tells of one name or image. */
export type Removed = { readonly Untagged: string } | { readonly Deleted: string };

export interface RemovalOptions {
  readonly force?: boolean;
  /** Images that it was made of and that nobody has named go along otherwise. */
  readonly keepParents?: boolean;
}

/**
 * Takes a name away, or removes the image with all its names; answers what has gone, as `docker rmi` prints it.
 *
 * @throws StatusError invalid-argument for no name; not-found; conflict for an image that is in use
 */
export function removeImage(
  parts: RemovalParts,
  reference: string,
  { force = false, keepParents = false }: RemovalOptions = {},
): readonly Removed[] {
  if (reference.trim() === "") throw new StatusError("invalid-argument", "image name cannot be blank");
  const { images } = parts;
  const image = images.get(reference);
  const references = images.store.references(image);
  if (isId(image, reference)) {
    if (!isSingle(references)) return deleteImage(parts, image, { force, keepParents });
    checkUse(parts, image, { force, isNamed: false });
    const untagged = references.map((one) => untag(parts, image, one));
    return [...untagged, ...deleteImage(parts, image, { force, keepParents })];
  }
  const user = !force && isSingle(references) ? referrerOf(parts, image) : undefined;
  if (user !== undefined) {
    throw new StatusError(
      "conflict",
      `conflict: unable to remove repository reference "${reference}" (must force) - container ${shortId(user.id)} is using its referenced image ${shortDigest(image)}`,
    );
  }
  const untagged = removeReference(parts, image, images.fullName(reference));
  const isKept = images.store.references(image).length > 0 || conflictOf(parts, image, { force }) !== undefined;
  return isKept ? untagged : [...untagged, ...deleteImage(parts, image, { force, keepParents })];
}

/** With the last tag of a repository go also the digests by which its registry knows the image. */
function removeReference(parts: RemovalParts, image: Image, name: string): readonly Removed[] {
  const { store } = parts.images;
  const untagged = untag(parts, image, name);
  if (isDigested(name)) return [untagged];
  const repository = repositoryOf(name);
  const left = store.references(image).filter((one) => repositoryOf(one) === repository);
  if (!left.every(isDigested)) return [untagged];
  for (const one of left) store.untag(one);
  return [untagged, ...left.map((one) => ({ Untagged: familiarText(parseReference(one)) }))];
}

/** At most one tag, and digests of its repository only. */
function isSingle(references: readonly string[]): boolean {
  const tagged = references.filter((one) => !isDigested(one));
  const repositories = new Set(references.map(repositoryOf));
  return references.length > 0 && tagged.length <= 1 && repositories.size === 1;
}

const isDigested = (name: string): boolean => name.includes("@");
const repositoryOf = (name: string): string => repositoryName(parseReference(name));

/** Images that nobody uses: those without a tag, or all. What is in use stays, and nobody is told. */
export function pruneImages(
  parts: RemovalParts,
  options: { readonly all: boolean; readonly accepts: (image: Image) => boolean },
): { readonly removed: readonly Removed[]; readonly reclaimedBytes: number } {
  const { images } = parts;
  const candidates = images.list().filter((image) => !images.isIntermediate(image) && options.accepts(image));
  const layers = new Map<string, number>(
    images.list().flatMap((image) => {
      return chainIds(image.config.rootfs.diff_ids).map((id, i) => [id, images.layerBytes(image.chain[i] ?? "")]);
    }),
  );
  const removed = candidates.flatMap((image): readonly Removed[] => {
    const references = images.store.references(image);
    if (references.length === 0) return removeQuietly(parts, image.id.slice("sha256:".length));
    if (!options.all && !references.every(isDigested)) return [];
    return references.flatMap((one) => removeQuietly(parts, familiarText(parseReference(one))));
  });
  const reclaimedBytes = removed.reduce((sum, one) => sum + ("Deleted" in one ? (layers.get(one.Deleted) ?? 0) : 0), 0);
  return { removed, reclaimedBytes };
}

/** Nothing of an image that is in use, or that went with another reference. */
function removeQuietly(parts: RemovalParts, reference: string): readonly Removed[] {
  try {
    return removeImage(parts, reference);
  } catch (error) {
    if (error instanceof StatusError) return [];
    throw error;
  }
}

function isId(image: Image, reference: string): boolean {
  const digits = reference.replace(/^sha256:/, "");
  return /^[a-f0-9]+$/.test(digits) && image.id.slice("sha256:".length).startsWith(digits);
}

function usersOf({ containers }: RemovalParts, image: Image): readonly Container[] {
  return containers.list({ all: true }).filter((one) => one.image.id === image.id);
}

/** A container that is of an image, or that sees it as a directory: these keep its last name only. */
function referrerOf({ containers }: RemovalParts, { id }: Image): Container | undefined {
  return containers
    .list({ all: true })
    .find(({ image, mountPoints }) => image.id === id || mountPoints.some((point) => point.image === id));
}

interface Use {
  readonly force: boolean;
  /** Whether the image has names that would have to go. */
  readonly isNamed?: boolean;
}

/** @throws StatusError conflict, of several reasons the first that Docker looks at */
function checkUse(parts: RemovalParts, image: Image, use: Use): void {
  const conflict = conflictOf(parts, image, use);
  if (conflict !== undefined) throw conflict;
}

function conflictOf(parts: RemovalParts, image: Image, { force, isNamed = false }: Use): StatusError | undefined {
  if (parts.images.store.hasChildren(image)) {
    return conflict(image, "cannot be forced", "image has dependent child images");
  }
  const users = usersOf(parts, image);
  const running = users.find(({ isRunning }) => isRunning);
  if (running !== undefined) {
    return conflict(image, "cannot be forced", `image is being used by running container ${shortId(running.id)}`);
  }
  if (isNamed && !force) return conflict(image, "must be forced", "image is referenced in multiple repositories");
  const stopped = users[0];
  if (stopped === undefined || force) return undefined;
  return conflict(image, "must be forced", `image is being used by stopped container ${shortId(stopped.id)}`);
}

function untag({ images }: RemovalParts, image: Image, name: string): Removed {
  images.store.untag(name);
  images.note("untag", image);
  return { Untagged: familiarText(parseReference(name)) };
}

/** @throws StatusError conflict for what is used, and for what has names unless it is forced */
function deleteImage(parts: RemovalParts, image: Image, options: Required<RemovalOptions>): readonly Removed[] {
  const { images, events } = parts;
  const references = images.store.references(image);
  checkUse(parts, image, { force: options.force, isNamed: references.length > 0 });
  const parent = options.keepParents ? undefined : images.store.parent(image);
  const untagged = references.map((one) => untag(parts, image, one));
  if (images.store.parent(image) !== undefined) forgetSteps(parts, image);
  const layers = images.store.remove(image);
  // What is gone has no labels to tell of.
  events.record("image", "delete", image.id, { name: image.id });
  const removed = [...untagged, ...[image.id, ...layers].map((id) => ({ Deleted: id }))];
  if (
    parent === undefined ||
    conflictOf(parts, parent, { force: false, isNamed: isNamed(parts, parent) }) !== undefined
  )
    return removed;
  return [...removed, ...deleteImage(parts, parent, { force: false, keepParents: false })];
}

/** An image of the older builder is the cache of its step: that goes with it, unless another image has the same layer. */
function forgetSteps({ images, builder }: RemovalParts, image: Image): void {
  const others = images.list().filter((one) => one !== image);
  const kept = new Set(others.flatMap(({ chain }) => chain));
  const own = image.chain.filter((snapshot) => !kept.has(snapshot));
  if (own.length > 0) builder.cache.forgetSnapshots(new Set(own));
}

const isNamed = ({ images }: RemovalParts, image: Image): boolean => images.store.references(image).length > 0;

function conflict(image: Image, how: string, why: string): StatusError {
  return new StatusError("conflict", `conflict: unable to delete ${shortDigest(image)} (${how}) - ${why}`);
}

const shortDigest = ({ id }: Image): string => shortId(id.slice("sha256:".length));
