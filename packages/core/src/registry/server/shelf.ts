/**
 * What a registry has: its repositories, and the bytes of their blobs, which repositories share.
 *
 * Images may also come from a source, such as a catalogue or another registry, when they are first asked for.
 */
import type { ContentStore } from "../../content/index.ts";
import type { Bytes } from "../../lib/index.ts";
import { type ContentDigest, digestOf, isContentDigest } from "../../oci/index.ts";
import { readManifest } from "../../oci/schema.ts";
import { Repository, type StoredManifest } from "./repository.ts";

/** An image that somebody has: the bytes of its manifest, and its blobs. */
export interface Offer {
  readonly mediaType: string;
  readonly manifest: Uint8Array;
  /** Blobs that are there already; others can be asked for one by one. */
  readonly blobs: ReadonlyMap<ContentDigest, Bytes>;
}

/** Where images come from that nobody has pushed. */
export interface ImageSource {
  /** By tag or digest. `known` is what the registry has under it already. */
  manifest(
    repository: string,
    reference: string,
    known: ContentDigest | undefined,
  ): Offer | undefined | Promise<Offer | undefined>;
  blob?(repository: string, digest: ContentDigest): Promise<Bytes | undefined>;
  tags?(repository: string): readonly string[];
}

export class Shelf {
  readonly store: ContentStore;
  readonly #source: ImageSource | undefined;
  readonly #repositories = new Map<string, Repository>();
  /** Blobs that belong to the source: they are not copied. */
  readonly #offered = new Map<ContentDigest, Bytes>();

  constructor(store: ContentStore, source: ImageSource | undefined) {
    this.store = store;
    this.#source = source;
  }

  /** Has repositories that a former registry had, whose blobs are here too. */
  restore(repositories: readonly Repository[]): void {
    for (const repository of repositories) this.#repositories.set(repository.name, repository);
  }

  get(name: string): Repository | undefined {
    return this.#repositories.get(name);
  }

  ensure(name: string): Repository {
    const known = this.#repositories.get(name);
    if (known !== undefined) return known;
    const made = new Repository(name);
    this.#repositories.set(name, made);
    return made;
  }

  get repositories(): readonly Repository[] {
    return [...this.#repositories.values()];
  }

  /** Tags of a repository, also those of images that nobody has asked for yet. */
  tags(name: string): readonly string[] | undefined {
    const own = this.get(name)?.tags;
    const more = this.#source?.tags?.(name) ?? [];
    return own === undefined && more.length === 0 ? undefined : [...new Set([...(own ?? []), ...more])];
  }

  /** A manifest by tag or digest, asking the source if need be. */
  async manifest(name: string, reference: string): Promise<StoredManifest | undefined> {
    const known = this.#known(name, reference);
    // A digest stands for the same bytes for ever; a tag may have moved at the source.
    if (this.#source === undefined || (known !== undefined && isContentDigest(reference))) return known;
    const offer = await this.#source.manifest(name, reference, known?.digest);
    if (offer === undefined) return known;
    const digest = isContentDigest(reference) ? reference : digestOf(offer.manifest);
    const stored = this.add(this.ensure(name), digest, offer.mediaType, offer.manifest);
    for (const [blob, bytes] of offer.blobs) {
      this.#offered.set(blob, bytes);
      this.ensure(name).addBlob(blob);
    }
    if (!isContentDigest(reference)) this.ensure(name).tag(reference, digest);
    return stored;
  }

  /** A blob of a repository: its bytes, or undefined. */
  async blob(name: string, digest: ContentDigest): Promise<Bytes | undefined> {
    if (this.get(name)?.blobs.has(digest) === true) return this.#offered.get(digest) ?? this.store.chunks(digest);
    const fetched = await this.#source?.blob?.(name, digest);
    if (fetched === undefined) return undefined;
    this.store.put(fetched, digest);
    this.ensure(name).addBlob(digest);
    return fetched;
  }

  blobSize(digest: ContentDigest): number {
    return this.#offered.get(digest)?.length ?? this.store.info(digest)?.size ?? 0;
  }

  /** Stores a manifest. @throws StatusError invalid-argument for what is none */
  add(repository: Repository, digest: ContentDigest, mediaType: string, bytes: Uint8Array): StoredManifest {
    const document = readManifest(bytes, mediaType);
    const ownType = document.artifactType === "" ? undefined : document.artifactType;
    const artifactType = ownType ?? (document.kind === "manifest" ? document.config.mediaType : undefined);
    const stored: StoredManifest = {
      digest,
      mediaType,
      size: bytes.length,
      subject: document.subject?.digest,
      artifactType,
      annotations: document.annotations,
    };
    this.store.put(bytes, digest);
    repository.addManifest(stored);
    return stored;
  }

  /** A blob or manifest that no repository has any more goes. */
  drop(digest: ContentDigest): void {
    const isUsed = this.repositories.some(({ blobs, manifests }) => blobs.has(digest) || manifests.has(digest));
    if (!isUsed && this.store.has(digest)) this.store.delete(digest);
  }

  #known(name: string, reference: string): StoredManifest | undefined {
    const repository = this.get(name);
    return isContentDigest(reference) ? repository?.manifests.get(reference) : repository?.tagged(reference);
  }
}
