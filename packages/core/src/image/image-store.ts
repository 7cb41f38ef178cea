/**
 * The image store: which images there are, and which names they go by.
 *
 * Names are references written out (`docker.io/library/busybox:latest`). An image without a name is dangling.
 */
import { applyLayer, diffLayer, type LayerEntry, tarToLayer } from "../content/index.ts";
import { StatusError } from "../lib/index.ts";
import { configBytes, type Digest, digestOf, type ImageConfig } from "../oci/index.ts";
import { type Change, changesOf, type Snapshotter } from "../snapshot/index.ts";
import { chainIds, type Image, topSnapshot } from "./image.ts";

/** Where unpacking happens is of no matter: nothing is mounted. */
const NOWHERE = "";

export class ImageStore {
  readonly #snapshotter: Snapshotter;
  readonly #images = new Map<Digest, Image>();
  readonly #names = new Map<string, Digest>();

  constructor(snapshotter: Snapshotter) {
    this.#snapshotter = snapshotter;
  }

  /** Stores an image whose layers are given as archives, the lowest first. */
  unpack(config: ImageConfig, layers: readonly Uint8Array[]): Image {
    return this.add(config, this.unpackLayers(config, layers));
  }

  /** Makes snapshots of an image's layers, and returns their names; those that are unpacked already stay. */
  unpackLayers(config: ImageConfig, layers: readonly Uint8Array[]): readonly string[] {
    const { diff_ids: diffIds } = config.rootfs;
    if (layers.length !== diffIds.length)
      throw new StatusError("invalid-argument", "layers and diff IDs differ in number");
    const chain = chainIds(diffIds);
    for (const [index, name] of chain.entries()) {
      if (this.#snapshotter.has(name)) continue;
      const layer = layers[index] as Uint8Array;
      this.#snapshotter.prepare(`unpack-${name}`, chain[index - 1], NOWHERE);
      applyLayer(this.#snapshotter.directory(`unpack-${name}`), tarToLayer(layer));
      this.#snapshotter.commit(name, `unpack-${name}`);
    }
    return chain;
  }

  /** Stores an image whose layers are committed snapshots already. */
  add(config: ImageConfig, chain: readonly string[]): Image {
    const id = digestOf(configBytes(config));
    const known = this.#images.get(id);
    if (known !== undefined) return known;
    const sizeBytes = chain.reduce((sum, name) => sum + this.#snapshotter.usage(name).bytes, 0);
    const image: Image = { id, config, chain, sizeBytes };
    this.#images.set(id, image);
    const top = topSnapshot(image);
    if (top !== undefined) this.#snapshotter.retain(top);
    return image;
  }

  /** Gives an image a name, taking it from whoever had it. */
  tag(image: Image, name: string): void {
    this.#names.set(name, image.id);
  }

  /** Takes a name away; the image stays. False if there was no such name. */
  untag(name: string): boolean {
    return this.#names.delete(name);
  }

  byName(name: string): Image | undefined {
    const id = this.#names.get(name);
    return id === undefined ? undefined : this.#images.get(id);
  }

  byId(id: Digest): Image | undefined {
    return this.#images.get(id);
  }

  /** The image whose ID starts with `prefix` (hexadecimal digits); `undefined` if none or several do. */
  byPrefix(prefix: string): Image | undefined {
    const found = [...this.#images.values()].filter(({ id }) => id.slice("sha256:".length).startsWith(prefix));
    return found.length === 1 ? found[0] : undefined;
  }

  /** What a layer, by its snapshot, changes of those below it. */
  changes(snapshot: string): Iterable<Change> {
    return changesOf(this.#snapshotter, snapshot);
  }

  /** The entries of a layer, by its snapshot, as its archive has them. */
  layer(snapshot: string): Iterable<LayerEntry> {
    return diffLayer(this.#snapshotter.directory(snapshot));
  }

  /** Bytes of the files in a layer, by its snapshot; a file with several names counts once. */
  layerBytes(snapshot: string): number {
    return this.#snapshotter.usage(snapshot).bytes;
  }

  names(image: Image): readonly string[] {
    return [...this.#names].flatMap(([name, id]) => (id === image.id ? [name] : []));
  }

  list(): readonly Image[] {
    return [...this.#images.values()];
  }

  /** Forgets an image, its names, and every snapshot that nobody else needs. */
  remove(image: Image): void {
    for (const name of this.names(image)) this.#names.delete(name);
    this.#images.delete(image.id);
    const top = topSnapshot(image);
    if (top !== undefined) this.#snapshotter.release(top);
  }
}
