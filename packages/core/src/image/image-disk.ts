/**
 * Images on a disk of the user's: an OCI image layout that outlives the process, and that other tools read.
 *
 * Layers lie there uncompressed. `index.json` names each image by its ID, by its names written out, and by what
 * registries have it under. An image is named when all of it is written, and collected when nothing names it: what a
 * crash leaves behind is not named, and goes when the disk is opened again.
 *
 * @see OCI image-spec image-layout.md
 */
import type { ContentStore } from "../content/index.ts";
import { assert, type Bytes, StatusError } from "../lib/index.ts";
import {
  type ContentDigest,
  choosePlatform,
  type Descriptor,
  HOST_PLATFORM,
  isImageConfigType,
  manifestBytes,
  OCI_CONFIG,
  OCI_LAYER,
  OCI_MANIFEST,
  parseReference,
  REF_NAME,
  referenceProblem,
  referenceText,
  withDefaultTag,
} from "../oci/index.ts";
import { readImageConfig, readManifest } from "../oci/schema.ts";
import type { Image } from "./image.ts";
import type { ImageKeeper, ImageStore } from "./image-store.ts";
import { layerArchives } from "./unpack-pulled.ts";

/** Keeps the images of a store on a disk. */
export class ImageDisk implements ImageKeeper {
  readonly #content: ContentStore;
  readonly #store: ImageStore;

  private constructor(content: ContentStore, store: ImageStore) {
    this.#content = content;
    this.#store = store;
  }

  /** Brings what the disk has into a store, which from now on keeps all its images there. */
  static open(content: ContentStore, store: ImageStore): ImageDisk {
    const disk = new ImageDisk(content, store);
    content.discardIngests();
    disk.#restore();
    content.collect();
    store.keepIn(disk);
    return disk;
  }

  added(image: Image): void {
    const put = (mediaType: string, bytes: Bytes, digest?: ContentDigest): Descriptor => ({
      mediaType,
      digest: this.#content.put(bytes, digest),
      size: bytes.length,
    });
    const layers = image.config.rootfs.diff_ids.map((diffId, index) =>
      this.#content.has(diffId)
        ? { mediaType: OCI_LAYER, digest: diffId, size: this.#content.info(diffId)?.size ?? 0 }
        : put(OCI_LAYER, this.#store.archive(image, index), diffId),
    );
    const config = put(OCI_CONFIG, this.#store.document(image), image.id);
    const manifest = manifestBytes({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers });
    this.#content.references.set(image.id, put(OCI_MANIFEST, manifest));
  }

  named(image: Image, name: string): void {
    const { references } = this.#content;
    const descriptor = references.get(image.id);
    assert(descriptor !== undefined, "an image is added before it is named");
    references.set(name, descriptor);
  }

  unnamed(name: string): void {
    this.#content.references.delete(name);
  }

  removed(image: Image, names: readonly string[]): void {
    for (const name of [...names, image.id]) this.#content.references.delete(name);
    this.#content.collect();
  }

  /** What is no image that can be read here is left alone: others may know what it is. */
  #restore(): void {
    const { references } = this.#content;
    for (const descriptor of references.descriptors()) {
      const found = this.#read(descriptor);
      if (found === undefined) continue;
      const { image, manifest } = found;
      if (references.get(image.id) === undefined) references.set(image.id, manifest);
      const name = descriptor.annotations?.[REF_NAME] ?? "";
      // Other tools note a tag alone, which says nothing about the repository.
      if (name !== image.id && /[/:.]/.test(name) && referenceProblem(name) === undefined) {
        this.#store.restoreName(image, referenceText(withDefaultTag(parseReference(name))));
      }
    }
  }

  #read(descriptor: Descriptor): { readonly image: Image; readonly manifest: Descriptor } | undefined {
    try {
      const document = readManifest(this.#content.read(descriptor.digest), descriptor.mediaType);
      if (document.kind === "index") {
        const chosen = choosePlatform(document.manifests, HOST_PLATFORM);
        return chosen === undefined ? undefined : this.#read(chosen);
      }
      if (!isImageConfigType(document.config.mediaType)) return undefined;
      const bytes = this.#content.read(document.config.digest);
      const config = readImageConfig(bytes);
      const { annotations: _names, ...manifest } = descriptor;
      return { image: this.#store.unpack(config, layerArchives(this.#content, document, config), bytes), manifest };
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return undefined;
    }
  }
}
