/**
 * The exporter: from the snapshots of a build to layers and an image.
 *
 * @see BuildKit exporter/containerimage/writer.go, moby builder/builder-next/exporter
 */
import { diffLayer, layerDigest } from "../../content/index.ts";
import type { Image, ImageStore } from "../../image/index.ts";
import { rfc3339Nano } from "../../lib/go/index.ts";
import type { Digest } from "../../oci/index.ts";
import type { Snapshotter } from "../../snapshot/index.ts";
import type { ImageDraft } from "../image/image-draft.ts";

export interface ExportOptions {
  readonly nowUs: number;
  /** What made a layer. */
  readonly titleOf: (snapshot: string) => string | undefined;
  /** When everything that this build has made counts as made. */
  readonly epochUs: number | undefined;
  /** What the image says of its layers to other builders. */
  readonly cacheOf?: ((chain: readonly string[]) => string | undefined) | undefined;
}

/** What was made of a snapshot, and what it was asked with. */
interface Exported {
  readonly draft: ImageDraft;
  readonly cache: string | undefined;
  readonly epochUs: number | undefined;
  readonly image: Image;
}

export class Exporter {
  readonly #snapshotter: Snapshotter;
  readonly #images: ImageStore;
  /** Diff IDs of snapshots that were exported before. */
  readonly #diffIds = new Map<string, Digest>();
  /** What was last made of a snapshot. */
  readonly #exported = new Map<string, Exported>();

  constructor(snapshotter: Snapshotter, images: ImageStore) {
    this.#snapshotter = snapshotter;
    this.#images = images;
  }

  /** Snapshots of an image that was unpacked: their layers are known. */
  know(chain: readonly string[], diffIds: readonly Digest[]): void {
    for (const [index, snapshot] of chain.entries()) {
      const diffId = diffIds[index];
      if (diffId !== undefined) this.#diffIds.set(snapshot, diffId);
    }
  }

  /** Stores the image of a snapshot; `undefined` is an image without layers. */
  export(snapshot: string | undefined, draft: ImageDraft, options: ExportOptions): Image {
    // An image without layers says when it was made, all others when their layers were.
    if (snapshot === undefined) return this.#build([], draft, options);
    const chain = this.#snapshotter.chain(snapshot).toReversed();
    const cache = options.cacheOf?.(chain);
    const known = this.#exported.get(snapshot);
    const { epochUs } = options;
    const isSame = known?.draft.isSameAs(draft) === true && known.cache === cache && known.epochUs === epochUs;
    if (isSame && this.#images.byId(known.image.id) === known.image) return known.image;
    const image = this.#build(chain, draft, options, cache);
    this.#exported.set(snapshot, { draft, cache, epochUs, image });
    return image;
  }

  #build(
    chain: readonly string[],
    draft: ImageDraft,
    { nowUs, epochUs, titleOf }: ExportOptions,
    cache?: string,
  ): Image {
    const diffIds = chain.map((name) => this.diffIdOf(name));
    const layers = chain.map((name) => ({
      created: rfc3339Nano(this.#snapshotter.stat(name).createdUs),
      title: titleOf(name) ?? "",
    }));
    const epoch = epochUs === undefined ? {} : { epochText: rfc3339Nano(epochUs) };
    return this.#images.add(draft.document(diffIds, layers, { nowText: rfc3339Nano(nowUs), cache, ...epoch }), chain);
  }

  /** The digest of a snapshot's layer. */
  diffIdOf(snapshot: string): Digest {
    const known = this.#diffIds.get(snapshot);
    if (known !== undefined) return known;
    const diffId = layerDigest(diffLayer(this.#snapshotter.directory(snapshot)));
    this.#diffIds.set(snapshot, diffId);
    return diffId;
  }
}
