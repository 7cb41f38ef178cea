/** An image of the catalogue, before anybody has pulled it. */
import type { ImageConfig } from "../oci/index.ts";

export interface CatalogueImage {
  readonly config: ImageConfig;
  /** Uncompressed archives, the lowest first. */
  readonly layers: readonly Uint8Array[];
}
