/**
 * Images between the engine and registries: pull and push.
 *
 * @see moby distribution/pull_v2.go, push_v2.go, daemon/images/image_pull.go
 */
import { cacheConfigBytes, type SourceStatus, type TellableCache } from "../../build/index.ts";
import { type Codecs, type ContentStore, compressLayer } from "../../content/index.ts";
import { type Image, type ImageStore, unpackPulled } from "../../image/index.ts";
import { rfc3339Nano } from "../../lib/go/index.ts";
import { assert, type Bytes, type Chunks, StatusError } from "../../lib/index.ts";
import {
  BUILD_CACHE_CONFIG,
  type ContentDigest,
  type Descriptor,
  type Digest,
  DOCKER_CONFIG,
  DOCKER_LAYER,
  DOCKER_LAYER_GZIP,
  DOCKER_MANIFEST,
  digestOf,
  HOST_PLATFORM,
  type HostPlatform,
  type ImageReference,
  manifestBytes,
  OCI_LAYER,
  OCI_LAYER_GZIP,
  OCI_MANIFEST,
  type Platform,
  referenceText,
  repositoryName,
  UNCOMPRESSED,
} from "../../oci/index.ts";
import { readImageConfig, readManifest } from "../../oci/schema.ts";
import {
  type Credentials,
  type Fetch,
  type HttpNetwork,
  pullImage,
  RegistryClient,
  type TransportOptions,
  type Uploaded,
} from "../../registry/index.ts";
import { pullFailure } from "./pull-failure.ts";
import { registryHost } from "./registry-hosts.ts";

/** What happens while an image goes to or comes from a registry. Layers are told by their short digests. */
export type TransferEvent =
  /** The transfer begins: nothing has been told so far. */
  | { readonly kind: "begin" }
  | { readonly kind: "layer"; readonly id: string; readonly state: string }
  | { readonly kind: "retry"; readonly id: string; readonly seconds: number }
  | { readonly kind: "end"; readonly digest: ContentDigest; readonly size: number; readonly isNew: boolean };

/** Options of pulls and pushes. */
export interface TransferOptions {
  /** Default linux/amd64. */
  readonly platform?: HostPlatform;
  readonly onEvent?: (event: TransferEvent) => void;
  /** Aborted when nobody wants the image any more: no further layer is fetched, and no image made. */
  readonly signal?: AbortSignal;
}

export interface RemoteImage {
  /** The descriptor of its manifest, or of the index of its manifests. */
  readonly descriptor: Descriptor;
  readonly platforms: readonly Platform[];
}

/** What the engine's way to registries is made of. */
export interface TransferNetwork {
  readonly registries: HttpNetwork;
  readonly transport: TransportOptions;
  /** How builds reach registries, where that is another way. */
  readonly baseFetch?: Fetch;
  /** Manifests that were seen, and blobs until they are unpacked. */
  readonly content: ContentStore;
  readonly codecs?: Codecs;
}

/** What layers are called, as they are and compressed. */
interface LayerTypes {
  readonly plain: string;
  readonly gzip: string;
}

const DOCKER_LAYERS: LayerTypes = { plain: DOCKER_LAYER, gzip: DOCKER_LAYER_GZIP };
const OCI_LAYERS: LayerTypes = { plain: OCI_LAYER, gzip: OCI_LAYER_GZIP };

interface Pushed {
  readonly descriptor: Descriptor;
  /** Repositories that have it, by name. */
  readonly repositories: Set<string>;
}

export class ImageTransfers {
  readonly #store: ImageStore;
  readonly #network: TransferNetwork;
  readonly #client: RegistryClient;
  readonly #content: ContentStore;
  /** What layers became when they were pushed, by diff ID. */
  readonly #pushed = new Map<string, Pushed>();
  /** Settles when the pull has ended that is on its way. */
  #pulling: Promise<void> | undefined;

  constructor(store: ImageStore, network: TransferNetwork) {
    this.#store = store;
    this.#network = network;
    this.#content = network.content;
    this.#client = new RegistryClient(network.transport);
  }

  /**
   * Gets an image and gives it the reference as its name. Unlike with Docker's, who comes while another pull is on its way
   * waits, and finds there what that one has got.
   *
   * @throws StatusError with Docker's words
   */
  async pull(reference: ImageReference, options: TransferOptions = {}): Promise<Image> {
    while (this.#pulling !== undefined) await this.#pulling;
    const pulled = this.#pull(reference, options);
    const ended = (): void => {
      this.#pulling = undefined;
    };
    this.#pulling = pulled.then(ended, ended);
    return pulled;
  }

  async #pull(reference: ImageReference, options: TransferOptions): Promise<Image> {
    const { onEvent = () => {}, platform = HOST_PLATFORM, signal } = options;
    const goOn = (): void => {
      if (signal?.aborted === true) throw new StatusError("unavailable", "context canceled");
    };
    let isKnown = false;
    let begun = false;
    const begin = (): void => {
      if (!begun) onEvent({ kind: "begin" });
      begun = true;
    };
    const layers: string[] = [];
    try {
      await this.#client.ping(reference);
      const pulled = await pullImage(this.#client, reference, this.#content, {
        platform,
        has: (manifest, config) => {
          goOn();
          begin();
          const known = this.#store.knownLayers(readImageConfig(config));
          isKnown = this.#store.byId(digestOf(config)) !== undefined;
          return new Set(manifest.layers.slice(0, known).map(({ digest }) => digest));
        },
        onEvent: (event) => {
          goOn();
          const id = shortDigest(event.digest);
          if (event.kind === "retry") onEvent({ kind: "retry", id, seconds: event.seconds });
          else if (event.state === "exists" && !isKnown) onEvent({ kind: "layer", id, state: "Already exists" });
          else if (event.state === "waiting") onEvent({ kind: "layer", id, state: "Pulling fs layer" });
          else if (event.state === "downloaded") {
            layers.push(id);
            onEvent({ kind: "layer", id, state: "Verifying Checksum" });
            onEvent({ kind: "layer", id, state: "Download complete" });
          }
        },
      });
      goOn();
      begin();
      const image = unpackPulled(this.#store, this.#content, pulled, this.#network.codecs);
      for (const id of layers) onEvent({ kind: "layer", id, state: "Pull complete" });
      const isNew = this.#name(image, reference, pulled.target.digest);
      onEvent({ kind: "end", digest: pulled.target.digest, size: pulled.target.size, isNew });
      return image;
    } catch (error) {
      throw pullFailure(error, reference);
    } finally {
      this.#forgetBlobs();
    }
  }

  /** Uploads an image under a tag. @throws StatusError with Docker's words */
  async push(
    image: Image,
    reference: ImageReference,
    { onEvent = () => {} }: TransferOptions = {},
  ): Promise<Descriptor> {
    await this.#client.ping(reference);
    const ids = image.config.rootfs.diff_ids;
    for (const diffId of [...ids].reverse()) {
      onEvent({ kind: "layer", id: shortDigest(diffId), state: "Preparing" });
    }
    const layers: Descriptor[] = [];
    for (const index of [...ids.keys()].reverse()) {
      layers.unshift(await this.#pushLayer(image, index, reference, onEvent));
    }
    const document = this.#store.document(image);
    const config = { mediaType: DOCKER_CONFIG, digest: digestOf(document), size: document.length };
    await this.#client.uploads.blob(reference, config.digest, document);
    const manifest = manifestBytes({ schemaVersion: 2, mediaType: DOCKER_MANIFEST, config, layers });
    const descriptor = { mediaType: DOCKER_MANIFEST, digest: digestOf(manifest), size: manifest.length };
    await this.#client.uploads.manifest(reference, reference.tag ?? descriptor.digest, descriptor, manifest);
    this.#store.addDigest(image, repositoryName(reference), descriptor.digest);
    onEvent({ kind: "end", digest: descriptor.digest, size: descriptor.size, isNew: true });
    return descriptor;
  }

  /**
   * Uploads a build cache under a tag, as an image whose configuration it is.
   *
   * @throws StatusError
   * @see BuildKit cache/remotecache/export.go Finalize
   */
  async pushCache(reference: ImageReference, cache: TellableCache, tell: SourceStatus): Promise<void> {
    await this.#client.ping(reference);
    const { uploads } = this.#client;
    const layers: Descriptor[] = [];
    for (const { snapshot, diffId, createdUs } of cache.layers) {
      const archive = this.#store.layerArchive({ diffId, snapshot });
      const [layer, bytes] = this.#sent(diffId, archive, reference, OCI_LAYERS);
      await uploads.blob(reference, layer.digest, bytes);
      tell(`writing layer ${layer.digest}`);
      const annotations = { "buildkit/createdat": rfc3339Nano(createdUs), [UNCOMPRESSED]: diffId };
      layers.push({ ...layer, annotations });
    }
    const document = cacheConfigBytes(
      cache,
      layers.map(({ digest }) => digest),
    );
    const config = { mediaType: BUILD_CACHE_CONFIG, digest: digestOf(document), size: document.length };
    await uploads.blob(reference, config.digest, document);
    tell(`writing config ${config.digest}`);
    const manifest = manifestBytes({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers });
    const digest = digestOf(manifest);
    await uploads.manifest(reference, reference.tag ?? digest, { mediaType: OCI_MANIFEST }, manifest);
    tell(`writing cache image manifest ${digest}`);
  }

  /** What a reference stands for at its registry. @throws StatusError with the registry's words */
  async remote(reference: ImageReference): Promise<RemoteImage> {
    await this.#client.ping(reference);
    const { descriptor, bytes } = await this.#client.manifest(reference);
    const document = readManifest(bytes, descriptor.mediaType);
    if (document.kind === "index") {
      return { descriptor, platforms: document.manifests.flatMap(({ platform }) => platform ?? []) };
    }
    await this.#client.blob(reference, document.config, this.#content);
    const { os, architecture, variant } = readImageConfig(this.#content.read(document.config.digest));
    return { descriptor, platforms: [{ architecture, os, ...(variant === undefined ? {} : { variant }) }] };
  }

  /** Asks a registry whether it knows somebody. @throws StatusError unauthenticated if not */
  async login(domain: string, who: Credentials): Promise<void> {
    const client = new RegistryClient({ ...this.#network.transport, credentials: () => who });
    await client.ping({ domain });
    await client.login({ domain });
  }

  /** All tags of a repository. @throws StatusError with Docker's words */
  async tags(reference: ImageReference): Promise<readonly string[]> {
    try {
      await this.#client.ping(reference);
      return await this.#client.tags(reference);
    } catch (error) {
      throw pullFailure(error, reference);
    }
  }

  async #pushLayer(
    image: Image,
    index: number,
    reference: ImageReference,
    onEvent: (event: TransferEvent) => void,
  ): Promise<Descriptor> {
    const diffId = image.config.rootfs.diff_ids[index] as Digest;
    const id = shortDigest(diffId);
    const [descriptor, bytes] = this.#sent(diffId, this.#store.archive(image, index), reference, DOCKER_LAYERS);
    const key = `${diffId} ${descriptor.digest}`;
    const before = this.#pushed.get(key) ?? { descriptor, repositories: new Set<string>() };
    this.#pushed.set(key, before);
    const { domain, path } = reference;
    const elsewhere = [...before.repositories].find(
      (name) => name.startsWith(`${domain}/`) && name !== `${domain}/${path}`,
    );
    const from = elsewhere?.slice(domain.length + 1);
    const how = await this.#client.uploads.blob(reference, descriptor.digest, bytes, {
      ...(from === undefined ? {} : { mountFrom: from }),
      onRetry: (seconds) => onEvent({ kind: "retry", id, seconds }),
    });
    before.repositories.add(`${domain}/${path}`);
    onEvent({ kind: "layer", id, state: wordFor(how, from ?? "") });
    return descriptor;
  }

  /** A layer as it is sent: as it is to registries of the world, which check it, compressed to others. */
  #sent(diffId: Digest, archive: Chunks, { domain }: ImageReference, types: LayerTypes): readonly [Descriptor, Bytes] {
    if (this.#network.registries.has(registryHost(domain)))
      return [{ mediaType: types.plain, digest: diffId, size: archive.length }, archive];
    assert(digestOf(archive) === diffId, "a layer is what its diff ID says");
    const bytes = compressLayer(archive);
    return [{ mediaType: types.gzip, digest: digestOf(bytes), size: bytes.length }, bytes];
  }

  /** True if the name stood for another image, or for none. */
  #name(image: Image, reference: ImageReference, digest: ContentDigest): boolean {
    const name = referenceText(reference);
    const isNew = this.#store.byName(name) !== image;
    if (reference.digest === undefined) this.#store.tag(image, name);
    this.#store.addDigest(image, repositoryName(reference), digest);
    return isNew;
  }

  /** Manifests stay, so that they need not be asked for again; the rest is unpacked, or begun and kept as such. */
  #forgetBlobs(): void {
    for (const { digest, size } of [...this.#content.walk()]) {
      if (size > MANIFEST_KEPT) this.#content.delete(digest);
    }
  }
}

/** Larger blobs are not kept after a pull. */
const MANIFEST_KEPT = 1 << 16;

function wordFor(how: Uploaded, from: string): string {
  if (how === "mounted") return `Mounted from ${from}`;
  return how === "exists" ? "Layer already exists" : "Pushed";
}

const shortDigest = (digest: string): string => digest.slice(digest.indexOf(":") + 1).slice(0, 12);
