/**
 * Documents around an image: descriptors, manifests, indexes, the image layout, by their field names.
 *
 * Docker's schema 2 has the same shapes under other media types.
 *
 * @see OCI image-spec descriptor.md, manifest.md, image-index.md, image-layout.md
 */
import type { ContentDigest } from "./digest.ts";
import type { Platform } from "./image.ts";

export type Annotations = Readonly<Record<string, string>>;

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: ContentDigest;
  readonly size: number;
  readonly urls?: readonly string[];
  readonly annotations?: Annotations;
  /** The content itself, in base64. */
  readonly data?: string;
  readonly platform?: Platform;
  readonly artifactType?: string;
}

export interface Manifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Annotations;
}

export interface Index {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Annotations;
}

/** `oci-layout` */
export interface ImageLayout {
  readonly imageLayoutVersion: string;
}

export const IMAGE_LAYOUT_VERSION = "1.0.0";

/** Annotation of a descriptor in `index.json`: the name by which its image is known there. */
export const REF_NAME = "org.opencontainers.image.ref.name";
/** The image's name written out, as containerd and Docker note it. */
export const CONTAINERD_NAME = "io.containerd.image.name";
/** Annotation of a layer: its diff ID. @see containerd pkg/labels */
export const UNCOMPRESSED = "containerd.io/uncompressed";
