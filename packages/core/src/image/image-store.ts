/**
 * The image store: which images there are, and which names they go by.
 *
 * Names are references written out (`docker.io/library/busybox:latest`). An image without a name is dangling.
 */
import { applyArchive, diffLayer, type LayerEntry, layerArchive } from "../content/index.ts";
import { assert, type Bytes, Chunks, compareBytes, encode, StatusError } from "../lib/index.ts";
import { type ContentDigest, configBytes, type Digest, digestOf, type ImageConfig } from "../oci/index.ts";
import { type Change, changesOf, type Snapshotter } from "../snapshot/index.ts";
import { chainIds, type Image, topSnapshot } from "./image.ts";

/** The archive of a layer, or how to get it if it is not unpacked yet. */
export type LayerSource = Bytes | (() => Bytes);

/** Is told what becomes of images, so that it can keep them elsewhere. */
export interface ImageKeeper {
  added(image: Image): void;
  /** `name` is written out, and may have a digest. */
  named(image: Image, name: string): void;
  unnamed(name: string): void;
  removed(image: Image, names: readonly string[]): void;
}

/** Images, and pairs of what a name, a digest or an ID stands for. */
export interface ImageRecords {
  readonly images: readonly Image[];
  readonly names: readonly (readonly [name: string, id: Digest])[];
  readonly parents: readonly (readonly [id: Digest, parent: Digest])[];
  readonly digests: readonly (readonly [name: string, id: Digest])[];
  readonly documents: readonly (readonly [id: Digest, bytes: Uint8Array])[];
  readonly archives: readonly (readonly [diffId: Digest, chunks: readonly Uint8Array[]])[];
}

/** The images of one machine, and their names. */
export class ImageStore {
  readonly #snapshotter: Snapshotter;
  #keeper: ImageKeeper | undefined;
  readonly #images = new Map<Digest, Image>();
  readonly #names = new Map<string, Digest>();
  /** What an image was made of on this machine: those that came from elsewhere have no parent. */
  readonly #parents = new Map<Digest, Digest>();
  /** Names with the digest that a registry has them under: "docker.io/library/busybox@sha256:…". */
  readonly #digests = new Map<string, Digest>();
  /** Configurations that came from outside, byte for byte. */
  readonly #documents = new Map<Digest, Uint8Array>();
  /** Archives that came from outside, by diff ID: of others the snapshot is enough. */
  readonly #archives = new Map<Digest, Chunks>();

  constructor(snapshotter: Snapshotter) {
    this.#snapshotter = snapshotter;
  }

  /** What is known of the images; their layers are the snapshotter's. */
  get records(): ImageRecords {
    return {
      images: [...this.#images.values()],
      names: [...this.#names],
      parents: [...this.#parents],
      digests: [...this.#digests],
      documents: [...this.#documents],
      archives: [...this.#archives].map(([diffId, archive]) => [diffId, [...archive]] as const),
    };
  }

  /** Knows what another store knew whose snapshots are here too. */
  restore({ images, names, parents, digests, documents, archives }: ImageRecords): void {
    for (const image of images) this.#images.set(image.id, image);
    for (const [name, id] of names) this.#names.set(name, id);
    for (const [id, parent] of parents) this.#parents.set(id, parent);
    for (const [name, id] of digests) this.#digests.set(name, id);
    for (const [id, bytes] of documents) this.#documents.set(id, bytes);
    for (const [id, chunks] of archives) this.#archives.set(id, Chunks.from(chunks));
  }

  /** Tells `keeper` of every change from now on. */
  keepIn(keeper: ImageKeeper): void {
    this.#keeper = keeper;
  }

  /**
   * Stores an image whose layers are given as archives, the lowest first. `document` are the bytes of its
   * configuration, if they came from outside.
   */
  unpack(config: ImageConfig, layers: readonly LayerSource[], document?: Uint8Array): Image {
    return this.add(config, this.unpackLayers(config, layers), document);
  }

  /**
   * Makes snapshots of an image's layers, and returns their names; those that are unpacked already stay.
   *
   * @throws StatusError for a layer that cannot be unpacked; then nothing is left of any.
   */
  unpackLayers(config: Pick<ImageConfig, "rootfs">, layers: readonly LayerSource[]): readonly string[] {
    const { diff_ids: diffIds } = config.rootfs;
    if (layers.length !== diffIds.length)
      throw new StatusError("invalid-argument", "layers and diff IDs differ in number");
    const chain = chainIds(diffIds);
    const made: string[] = [];
    try {
      for (const [index, name] of chain.entries()) {
        if (this.#snapshotter.has(name)) continue;
        const layer = layers[index] as LayerSource;
        const archive = typeof layer === "function" ? layer() : layer;
        this.#unpackOne(chain[index - 1], name, archive);
        this.#archives.set(diffIds[index] as Digest, Chunks.of(archive));
        made.push(name);
      }
    } catch (error) {
      // The topmost takes those below it along, for nobody else stands on them.
      const top = made.at(-1);
      if (top !== undefined) this.#snapshotter.remove(top);
      throw error;
    }
    return chain;
  }

  /** Makes a snapshot of one layer, or nothing. */
  #unpackOne(below: string | undefined, name: string, layer: Bytes): void {
    const key = `unpack-${name}`;
    this.#snapshotter.prepare(key, below);
    try {
      applyArchive(this.#snapshotter.directory(key), layer);
      this.#snapshotter.commit(name, key);
    } catch (error) {
      this.#snapshotter.remove(key);
      throw error;
    }
  }

  /** Puts one more layer on top of committed snapshots; returns the whole chain. */
  unpackOn(chain: readonly string[], layer: Bytes): readonly string[] {
    const below = chain[chain.length - 1];
    const diffId = digestOf(layer);
    const name = below === undefined ? diffId : digestOf(encode(`${below} ${diffId}`));
    if (!this.#snapshotter.has(name)) this.#unpackOne(below, name, layer);
    this.#archives.set(diffId, Chunks.of(layer));
    return [...chain, name];
  }

  /** Is a layer, by its chain ID, unpacked? */
  hasLayer(chainId: Digest): boolean {
    return this.#snapshotter.has(chainId);
  }

  /** How many layers of an image are unpacked already: so many of the lowest. */
  knownLayers(config: Pick<ImageConfig, "rootfs">): number {
    const chain = chainIds(config.rootfs.diff_ids);
    const first = chain.findIndex((name) => !this.#snapshotter.has(name));
    return first < 0 ? chain.length : first;
  }

  /** Stores an image whose layers are committed snapshots already. */
  add(config: ImageConfig, chain: readonly string[], document?: Uint8Array): Image {
    const id = digestOf(document ?? configBytes(config));
    const known = this.#images.get(id);
    if (known !== undefined) return known;
    if (document !== undefined) this.#documents.set(id, document);
    const sizeBytes = chain.reduce((sum, name) => sum + this.#snapshotter.usage(name).bytes, 0);
    const image: Image = { id, config, chain, sizeBytes };
    this.#images.set(id, image);
    const top = topSnapshot(image);
    if (top !== undefined) this.#snapshotter.retain(top);
    this.#keeper?.added(image);
    return image;
  }

  /** Notes that an image was made by changing another that is here: nobody removes that one before it. */
  setParent(image: Image, parent: Image): void {
    if (image.id !== parent.id) this.#parents.set(image.id, parent.id);
  }

  /** The image that this one was made of, if it is known and still here. */
  parent(image: Image): Image | undefined {
    const id = this.#parents.get(image.id);
    return id === undefined ? undefined : this.#images.get(id);
  }

  /** Whether an image was made of this one. */
  hasChildren(image: Image): boolean {
    for (const parent of this.#parents.values()) if (parent === image.id) return true;
    return false;
  }

  /** Gives an image a name, taking it from whoever had it. */
  tag(image: Image, name: string): void {
    this.#names.set(name, image.id);
    this.#keeper?.named(image, name);
  }

  /** A name that the image had before, also one with a digest. */
  restoreName(image: Image, name: string): void {
    (name.includes("@") ? this.#digests : this.#names).set(name, image.id);
  }

  /** Takes a name away, which may have a digest; the image stays. False if there was no such name. */
  untag(name: string): boolean {
    const isThere = this.#names.delete(name) || this.#digests.delete(name);
    if (isThere) this.#keeper?.unnamed(name);
    return isThere;
  }

  /** Notes under which digest a registry has an image. */
  addDigest(image: Image, repository: string, digest: ContentDigest): void {
    const name = `${repository}@${digest}`;
    this.#digests.set(name, image.id);
    this.#keeper?.named(image, name);
  }

  /** "docker.io/library/busybox@sha256:…" each, in the order of their bytes. */
  digests(image: Image): readonly string[] {
    return namesOf(this.#digests, image);
  }

  /** Names and digests, in the order of their bytes. */
  references(image: Image): readonly string[] {
    return [...this.names(image), ...this.digests(image)].sort(compareBytes);
  }

  /**
   * The archive of a layer of an image: that which came from outside, or one of its snapshot. Whether it is what the diff
   * ID says is left to those who store or send it, for they take its digest.
   */
  archive(image: Image, index: number): Chunks {
    const diffId = image.config.rootfs.diff_ids[index];
    const snapshot = image.chain[index];
    assert(diffId !== undefined && snapshot !== undefined, "the image has such a layer");
    return this.layerArchive({ diffId, snapshot });
  }

  /** The archive of a layer that need not be an image's. */
  layerArchive({ diffId, snapshot }: { readonly diffId: Digest; readonly snapshot: string }): Chunks {
    return this.#archives.get(diffId) ?? layerArchive(this.layer(snapshot));
  }

  /** The configuration document of an image. */
  document(image: Image): Uint8Array {
    return this.#documents.get(image.id) ?? configBytes(image.config);
  }

  byName(name: string): Image | undefined {
    const id = this.#names.get(name) ?? this.#digests.get(name);
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
    return changesOf(this.#snapshotter, snapshot, { countsSame: true });
  }

  /** The entries of a layer, by its snapshot, as its archive has them. */
  layer(snapshot: string): Iterable<LayerEntry<Chunks>> {
    return diffLayer(this.#snapshotter.directory(snapshot));
  }

  /** Bytes of the files in a layer, by its snapshot; a file with several names counts once. */
  layerBytes(snapshot: string): number {
    return this.#snapshotter.usage(snapshot).bytes;
  }

  /** "docker.io/library/busybox:latest" each, in the order of their bytes. */
  names(image: Image): readonly string[] {
    return namesOf(this.#names, image);
  }

  list(): readonly Image[] {
    return [...this.#images.values()];
  }

  /**
   * Forgets an image, its names, and every snapshot that nobody else needs.
   *
   * @returns chain IDs of the layers that went with it, the topmost first
   */
  remove(image: Image): readonly Digest[] {
    const names = this.references(image);
    for (const name of names) if (!this.#names.delete(name)) this.#digests.delete(name);
    this.#images.delete(image.id);
    this.#parents.delete(image.id);
    this.#documents.delete(image.id);
    const top = topSnapshot(image);
    if (top !== undefined) this.#snapshotter.release(top);
    const diffIds = image.config.rootfs.diff_ids;
    this.#keeper?.removed(image, names);
    const isGone = (index: number): boolean => !this.#snapshotter.has(image.chain[index] ?? "");
    for (const [index, diffId] of diffIds.entries()) if (isGone(index)) this.#archives.delete(diffId);
    return chainIds(diffIds)
      .filter((_, index) => isGone(index))
      .reverse();
  }
}

function namesOf(names: ReadonlyMap<string, Digest>, { id }: Image): readonly string[] {
  return [...names].flatMap(([name, owner]) => (owner === id ? [name] : [])).sort(compareBytes);
}
