/**
 * Images in registries as buildx finds them: by itself, through containerd's client.
 *
 * @see docker/buildx util/imagetools/inspect.go, loader.go
 */
import { ContentStore, MemoryContentDisk } from "../../../content/index.ts";
import { decode, StatusError } from "../../../lib/index.ts";
import {
  type ContentDigest,
  type Descriptor,
  type ImageReference,
  isIndexType,
  isManifestType,
  normalPlatform,
  type Platform,
  platformText,
} from "../../../oci/index.ts";
import { readImageConfig, readIndex, readManifest } from "../../../oci/schema.ts";
import { RegistryClient, Remote, type TransportOptions } from "../../../registry/index.ts";

/** One image of what a reference stands for. */
export interface PlatformImage {
  /** `linux/arm64` */
  readonly platform: string;
  readonly config: unknown;
  /** Predicates of the statements about it, by their types. */
  readonly statements: readonly { readonly type: string; readonly predicate: unknown }[];
}

/** Says of which manifest another one is a statement. @see BuildKit util/attestation/types.go */
const REFERENCE_DIGEST = "vnd.docker.reference.digest";
const PREDICATE_TYPE = "in-toto.io/predicate-type";
const STATEMENT = "application/vnd.in-toto+json";

export class RegistryImages {
  readonly #remote: Remote;
  readonly #client: RegistryClient;
  readonly #content = new ContentStore(new MemoryContentDisk());
  readonly #coming = new Map<ContentDigest, Promise<void>>();

  constructor(transport: TransportOptions) {
    this.#remote = new Remote(transport, { triesTls: false });
    this.#client = new RegistryClient(transport);
  }

  /** What a reference stands for. @throws StatusError */
  resolve(reference: ImageReference): Promise<Descriptor> {
    return this.#remote.resolve(reference);
  }

  /** What a descriptor names. @throws StatusError */
  async read(reference: ImageReference, descriptor: Descriptor): Promise<Uint8Array> {
    const { digest } = descriptor;
    // Images may have parts in common, which come once.
    const coming = this.#coming.get(digest) ?? this.#remote.fetch(reference, descriptor, this.#content);
    this.#coming.set(digest, coming);
    await coming;
    return this.#content.read(digest);
  }

  /** The platform that the configuration of an image says. @throws StatusError */
  async platform(reference: ImageReference, manifest: Uint8Array): Promise<Platform> {
    const { config } = imageManifest(manifest);
    return normalPlatform(readImageConfig(await this.read(reference, config)));
  }

  /** All images that a reference stands for, by platform; a later one of the same platform counts. @throws StatusError */
  async load(reference: ImageReference, target: Descriptor): Promise<readonly PlatformImage[]> {
    const manifests = await this.#manifests(reference, target);
    const subjectOf = ({ annotations = {} }: Descriptor): string | undefined => annotations[REFERENCE_DIGEST];
    const images = new Map<string, PlatformImage>();
    for (const one of manifests.filter((each) => subjectOf(each) === undefined)) {
      const bytes = await this.read(reference, one);
      const { config } = imageManifest(bytes);
      const said = normalPlatform(one.platform ?? (await this.platform(reference, bytes)));
      const about = manifests.filter((each) => subjectOf(each) === one.digest);
      images.set(platformText(said), {
        platform: platformText(said),
        config: JSON.parse(decode(await this.read(reference, config))),
        statements: (await Promise.all(about.map((each) => this.#statements(reference, each)))).flat(),
      });
    }
    return [...images.values()].sort((a, b) => (a.platform < b.platform ? -1 : 1));
  }

  /** Uploads a manifest with what it names to another repository. @throws StatusError */
  async copy(source: ImageReference, descriptor: Descriptor, target: ImageReference): Promise<void> {
    const bytes = await this.read(source, descriptor);
    const document = readManifest(bytes, descriptor.mediaType);
    if (document.kind === "index") {
      for (const one of document.manifests) await this.copy(source, one, target);
    } else {
      for (const one of [...document.layers, document.config]) await this.#copyBlob(source, one, target);
    }
    await this.push({ ...target, tag: undefined, digest: descriptor.digest }, descriptor, bytes);
  }

  /** Uploads a document under a tag, or without one under its digest. @throws StatusError */
  async push(target: ImageReference, descriptor: Descriptor, bytes: Uint8Array): Promise<void> {
    await this.#client.uploads.manifest(target, target.tag ?? descriptor.digest, descriptor, bytes);
  }

  async #copyBlob(source: ImageReference, descriptor: Descriptor, target: ImageReference): Promise<void> {
    const { digest } = descriptor;
    const isSame = source.domain === target.domain;
    if (isSame && source.path === target.path) return;
    if (isSame && (await this.#client.uploads.mount(target, digest, source.path))) return;
    await this.#client.uploads.blob(target, digest, await this.read(source, descriptor));
  }

  async #manifests(reference: ImageReference, target: Descriptor): Promise<readonly Descriptor[]> {
    if (isManifestType(target.mediaType)) return [target];
    if (!isIndexType(target.mediaType)) return [];
    const { manifests } = readIndex(await this.read(reference, target));
    return (await Promise.all(manifests.map((one) => this.#manifests(reference, one)))).flat();
  }

  async #statements(reference: ImageReference, manifest: Descriptor) {
    const { layers } = imageManifest(await this.read(reference, manifest));
    const about = layers.filter(({ mediaType }) => mediaType === STATEMENT);
    return Promise.all(
      about.map(async (layer) => ({
        type: layer.annotations?.[PREDICATE_TYPE] ?? "",
        predicate: JSON.parse(decode(await this.read(reference, layer))).predicate as unknown,
      })),
    );
  }
}

/** @throws StatusError for a list */
function imageManifest(bytes: Uint8Array) {
  const manifest = readManifest(bytes);
  if (manifest.kind === "manifest") return manifest;
  throw new StatusError("invalid-argument", "an index is no manifest of an image");
}
