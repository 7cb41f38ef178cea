/** Images as the engine keeps them: a configuration document, and snapshots that its layers were unpacked into. */
import { encode } from "../lib/index.ts";
import { type Digest, digestOf, type ImageConfig } from "../oci/index.ts";

/** One image of the store. */
export interface Image {
  /** Digest of the configuration document. */
  readonly id: Digest;
  readonly config: ImageConfig;
  /** The committed snapshot of each layer, the lowest first. Those of images that were unpacked are named by chain IDs. */
  readonly chain: readonly string[];
  /** Bytes of all layers, unpacked. */
  readonly sizeBytes: number;
}

/** The top snapshot of an image; `undefined` for one without layers. */
export const topSnapshot = (image: Image): string | undefined => image.chain[image.chain.length - 1];

/**
 * Chain IDs of layers with these diff IDs: each names a layer together with all below it.
 *
 * @see OCI image-spec config.md "Layer ChainID"
 */
export function chainIds(diffIds: readonly Digest[]): readonly Digest[] {
  const known = chains.get(diffIds);
  if (known !== undefined) return known;
  const chain = chainOf(diffIds);
  chains.set(diffIds, chain);
  return chain;
}

/** Builds ask again and again for those of the same images. */
const chains = new WeakMap<readonly Digest[], readonly Digest[]>();

function chainOf(diffIds: readonly Digest[]): readonly Digest[] {
  const chain: Digest[] = [];
  for (const diffId of diffIds) {
    const below = chain[chain.length - 1];
    chain.push(below === undefined ? diffId : digestOf(encode(`${below} ${diffId}`)));
  }
  return chain;
}
