/**
 * `docker rmi`: a name taken away, and the image with its last one.
 *
 * @see moby daemon/images/image_delete.go
 */
import type { Image } from "../image/index.ts";
import { StatusError } from "../lib/index.ts";
import type { Container } from "./container.ts";
import { familiarName, familiarText, parseReference, repositoryName } from "./docker/reference.ts";
import type { EventLog } from "./events.ts";
import type { ImageService } from "./images.ts";
import { shortId } from "./names.ts";

export interface RemovalParts {
  readonly images: ImageService;
  readonly containers: { list(options: { readonly all: boolean }): readonly Container[] };
  readonly events: EventLog;
}

export type Removed = { readonly Untagged: string } | { readonly Deleted: string };

/** @throws StatusError not-found; conflict for an image that is in use */
export function removeImage(
  parts: RemovalParts,
  reference: string,
  options: { readonly force?: boolean } = {},
): readonly Removed[] {
  const { images } = parts;
  const image = images.get(reference);
  const names = images.store.names(image);
  const force = options.force ?? false;
  if (isId(image, reference)) {
    const repositories = new Set(names.map((name) => familiarName(parseReference(name))));
    if (repositories.size > 1 && !force) {
      throw conflict(image, "must be forced", "image is referenced in multiple repositories");
    }
    checkUse(parts, image, force);
    return [...names.flatMap((name) => untag(parts, image, name)), ...deleteImage(parts, image)];
  }
  const name = images.fullName(reference);
  const user = names.length === 1 ? usersOf(parts, image).find(() => !force) : undefined;
  if (user !== undefined) {
    throw new StatusError(
      "conflict",
      `conflict: unable to remove repository reference "${reference}" (must force) - container ${shortId(user.id)} is using its referenced image ${shortDigest(image)}`,
    );
  }
  const untagged = untag(parts, image, name);
  if (images.store.names(image).length > 0 || usersOf(parts, image).length > 0) return untagged;
  return [...untagged, ...deleteImage(parts, image)];
}

/** Images that nobody uses: those without a name, or all. */
export function pruneImages(
  parts: RemovalParts,
  options: { readonly all: boolean; readonly accepts: (image: Image) => boolean },
): { readonly removed: readonly Removed[]; readonly reclaimedBytes: number } {
  const removed: Removed[] = [];
  let reclaimedBytes = 0;
  for (const image of parts.images.list()) {
    const names = parts.images.store.names(image);
    if ((!options.all && names.length > 0) || usersOf(parts, image).length > 0 || !options.accepts(image)) continue;
    removed.push(...names.flatMap((name) => untag(parts, image, name)), ...deleteImage(parts, image));
    reclaimedBytes += image.sizeBytes;
  }
  return { removed, reclaimedBytes };
}

function isId(image: Image, reference: string): boolean {
  const digits = reference.replace(/^sha256:/, "");
  return /^[a-f0-9]+$/.test(digits) && image.id.slice("sha256:".length).startsWith(digits);
}

function usersOf({ containers }: RemovalParts, image: Image): readonly Container[] {
  return containers.list({ all: true }).filter((one) => one.image.id === image.id);
}

function checkUse(parts: RemovalParts, image: Image, force: boolean): void {
  const users = usersOf(parts, image);
  const running = users.find(({ isRunning }) => isRunning);
  if (running !== undefined) {
    throw conflict(image, "cannot be forced", `image is being used by running container ${shortId(running.id)}`);
  }
  const stopped = users[0];
  if (stopped !== undefined && !force) {
    throw conflict(image, "must be forced", `image is being used by stopped container ${shortId(stopped.id)}`);
  }
}

/** With the last tag of a repository goes also the digest by which its registry knows the image. */
function untag({ images, events }: RemovalParts, image: Image, name: string): readonly Removed[] {
  images.store.untag(name);
  const gone = [name, ...images.store.dropDigests(image, repositoryName(parseReference(name)))];
  return gone.map((one) => {
    events.record("image", "untag", image.id, { ...image.config.config.Labels, name: image.id });
    return { Untagged: familiarText(parseReference(one)) };
  });
}

function deleteImage({ images, events }: RemovalParts, image: Image): readonly Removed[] {
  const layers = images.store.remove(image);
  events.record("image", "delete", image.id, { ...image.config.config.Labels, name: image.id });
  return [image.id, ...layers].map((id) => ({ Deleted: id }));
}

function conflict(image: Image, how: string, why: string): StatusError {
  return new StatusError("conflict", `conflict: unable to delete ${shortDigest(image)} (${how}) - ${why}`);
}

const shortDigest = ({ id }: Image): string => shortId(id.slice("sha256:".length));
