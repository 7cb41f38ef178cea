/**
 * The catalogue: images that the world has without anybody building them.
 *
 * An image is made when it is first wanted, once for all engines of the process.
 */
import type { ImageConfig } from "../oci/index.ts";
import { busybox } from "./busybox.ts";

export interface CatalogueImage {
  readonly config: ImageConfig;
  /** Uncompressed archives, the lowest first. */
  readonly layers: readonly Uint8Array[];
}

const IMAGES: Readonly<Record<string, () => CatalogueImage>> = {
  "docker.io/library/busybox:latest": busybox,
};

const made = new Map<string, CatalogueImage>();

/** The image of that name, written out (`docker.io/library/busybox:latest`). */
export function catalogueImage(name: string): CatalogueImage | undefined {
  const known = made.get(name);
  if (known !== undefined || !Object.hasOwn(IMAGES, name)) return known;
  const image = IMAGES[name]?.();
  if (image !== undefined) made.set(name, image);
  return image;
}
