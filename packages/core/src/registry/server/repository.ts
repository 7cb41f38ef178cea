/** One repository of a registry: which blobs and manifests it has, and which tags name them. */
import { compareBytes } from "../../lib/index.ts";
import type { Annotations, ContentDigest, Descriptor } from "../../oci/index.ts";

/** A manifest or an index, as it was pushed. */
export interface StoredManifest {
  readonly digest: ContentDigest;
  readonly mediaType: string;
  readonly size: number;
  /** The manifest that this one says something about. */
  readonly subject: ContentDigest | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Annotations | undefined;
}

/** A repository as data. */
export interface RepositoryRecord {
  readonly name: string;
  readonly blobs: readonly ContentDigest[];
  readonly manifests: readonly StoredManifest[];
  readonly tags: readonly (readonly [name: string, digest: ContentDigest])[];
}

export class Repository {
  readonly name: string;
  readonly #blobs = new Set<ContentDigest>();
  readonly #manifests = new Map<ContentDigest, StoredManifest>();
  readonly #tags = new Map<string, ContentDigest>();
  /** The record of what there is now, kept until something changes. */
  #record: RepositoryRecord | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get blobs(): ReadonlySet<ContentDigest> {
    return this.#blobs;
  }

  get manifests(): ReadonlyMap<ContentDigest, StoredManifest> {
    return this.#manifests;
  }

  /** The same object as before if nothing has changed since. */
  get record(): RepositoryRecord {
    const { name, blobs, manifests } = this;
    this.#record ??= { name, blobs: [...blobs], manifests: [...manifests.values()], tags: [...this.#tags] };
    return this.#record;
  }

  /** Adds a blob. That of a source may be uploaded again and become its own, which is a change, too. */
  addBlob(digest: ContentDigest): void {
    this.#record = undefined;
    this.#blobs.add(digest);
  }

  /** False if there was no such blob. */
  removeBlob(digest: ContentDigest): boolean {
    this.#record = undefined;
    return this.#blobs.delete(digest);
  }

  addManifest(manifest: StoredManifest): void {
    this.#record = undefined;
    this.#manifests.set(manifest.digest, manifest);
  }

  static restored({ name, blobs, manifests, tags }: RepositoryRecord): Repository {
    const repository = new Repository(name);
    for (const digest of blobs) repository.addBlob(digest);
    for (const manifest of manifests) repository.addManifest(manifest);
    for (const [tag, digest] of tags) repository.tag(tag, digest);
    return repository;
  }

  tag(name: string, digest: ContentDigest): void {
    this.#record = undefined;
    this.#tags.set(name, digest);
  }

  /** False if there was no such tag. */
  untag(name: string): boolean {
    this.#record = undefined;
    return this.#tags.delete(name);
  }

  tagged(name: string): StoredManifest | undefined {
    const digest = this.#tags.get(name);
    return digest === undefined ? undefined : this.manifests.get(digest);
  }

  /** In the order of their bytes. */
  get tags(): readonly string[] {
    return [...this.#tags.keys()].sort(compareBytes);
  }

  /** Removes a manifest with all its tags. */
  remove(digest: ContentDigest): boolean {
    this.#record = undefined;
    for (const [name, target] of this.#tags) if (target === digest) this.#tags.delete(name);
    return this.#manifests.delete(digest);
  }

  /** What has this manifest as its subject, in the order of pushing. */
  referrers(digest: ContentDigest): readonly Descriptor[] {
    return [...this.manifests.values()].flatMap(({ subject, mediaType, size, digest: own, ...more }) =>
      subject !== digest
        ? []
        : {
            mediaType,
            size,
            digest: own,
            ...(more.artifactType === undefined ? {} : { artifactType: more.artifactType }),
            ...(more.annotations === undefined ? {} : { annotations: more.annotations }),
          },
    );
  }
}
