/** From what a pull has put into a content store to an image. @see moby distribution/xfer/download.go */
import { type Codecs, type ContentStore, decompressLayer } from "../content/index.ts";
import { StatusError } from "../lib/index.ts";
import { type Digest, digestOf, type ImageConfig, type Manifest } from "../oci/index.ts";
import { readImageConfig } from "../oci/schema.ts";
import type { Image } from "./image.ts";
import type { ImageStore, LayerSource } from "./image-store.ts";

/**
 * Unpacks the layers that are not there yet, and makes the image known.
 *
 * @throws StatusError invalid-argument for layers that are not what the configuration says
 */
export function unpackPulled(
  store: ImageStore,
  content: ContentStore,
  { manifest, config: document }: { readonly manifest: Manifest; readonly config: Uint8Array },
  codecs: Codecs = {},
): Image {
  const known = store.byId(digestOf(document));
  if (known !== undefined) return known;
  const config = readImageConfig(document);
  return store.unpack(config, layerArchives(content, manifest, config, codecs), document);
}

/** The archives of an image's layers, which are checked when they are wanted. @throws as `unpackPulled` */
export function layerArchives(
  content: ContentStore,
  manifest: Pick<Manifest, "layers">,
  { rootfs: { diff_ids: diffIds } }: Pick<ImageConfig, "rootfs">,
  codecs: Codecs = {},
): readonly LayerSource[] {
  if (manifest.layers.length !== diffIds.length) {
    throw new StatusError(
      "invalid-argument",
      `invalid rootfs: ${diffIds.length} diff IDs for ${manifest.layers.length} layers`,
    );
  }
  return manifest.layers.map(({ digest }, index) => () => {
    const archive = decompressLayer(content.chunks(digest), { codecs });
    const diffId = diffIds[index] as Digest;
    const found = digest === diffId ? diffId : digestOf(archive);
    if (found !== diffId) {
      throw new StatusError(
        "invalid-argument",
        `invalid diffID for layer ${index}: expected "${diffId}", got "${found}"`,
      );
    }
    return archive;
  });
}
