/**
 * An image of a registry as FROM finds it: first what is said of it, and its layers when somebody needs its files.
 *
 * @see BuildKit util/imageutil/config.go; moby builder/builder-next/adapters/containerimage/pull.go
 */
import type { ContentStore } from "../../content/index.ts";
import {
  BUILD_CACHE_CONFIG,
  choosePlatform,
  type Descriptor,
  type HostPlatform,
  type ImageReference,
  isContentDigest,
  type Manifest,
} from "../../oci/index.ts";
import { type ManifestDocument, readManifest } from "../../oci/schema.ts";
import type { LoginListener, Remote } from "./remote.ts";
import { RemoteError } from "./remote-error.ts";
import { type RetryOptions, retrying } from "./retry.ts";

/** An image that has not been pulled, and what is known of it already. */
export interface RemoteImage {
  /** What the reference stands for, which may be an index. */
  readonly target: Descriptor;
  readonly descriptor: Descriptor;
  readonly manifest: Manifest;
  readonly config: Uint8Array;
}

export interface ResolveRemoteOptions {
  readonly platform: HostPlatform;
  readonly onLogin?: LoginListener;
  /** What the reference stands for, if that is known. */
  readonly target?: Descriptor;
}

/** A build cache of its own. */
export interface RemoteCache {
  readonly config: Uint8Array;
  readonly layers: readonly Descriptor[];
}

/** Bytes of a cache's document. @see BuildKit cache/remotecache/import.go readBlob */
const CACHE_LIMIT = 1 << 20;
/** Indexes within indexes are followed so far. */
const DEPTH_LIMIT = 4;

/**
 * Finds an image, and brings its documents into the store.
 *
 * An image alone is taken for whatever platform; of an index the one for the platform.
 *
 * @throws RemoteError; TokenError
 */
export async function resolveRemoteImage(
  remote: Remote,
  reference: ImageReference,
  store: ContentStore,
  { platform, onLogin, target: given }: ResolveRemoteOptions,
): Promise<RemoteImage> {
  const target = given ?? (await resolveTarget(remote, reference, store, onLogin));
  let descriptor = target;
  for (let depth = 0; depth <= DEPTH_LIMIT; depth++) {
    await remote.fetchPatiently(reference, descriptor, store);
    const document = documentOf(store, descriptor);
    if (document.kind === "manifest") {
      await remote.fetchPatiently(reference, document.config, store);
      return { target, descriptor, manifest: document, config: store.read(document.config.digest) };
    }
    const chosen = choosePlatform(document.manifests, platform);
    if (chosen === undefined) throw new RemoteError("no match for platform in manifest: not found", { rank: 2 });
    descriptor = chosen;
  }
  throw new RemoteError("indexes within indexes are too deep", { rank: 3 });
}

/** What a reference stands for; a document that is here already needs no registry. @throws RemoteError; TokenError */
export async function resolveTarget(
  remote: Remote,
  reference: ImageReference,
  store: ContentStore,
  onLogin?: LoginListener,
): Promise<Descriptor> {
  return known(store, reference) ?? (await remote.resolve(reference, onLogin));
}

/**
 * Brings the document of a build cache into the store, which has a manifest or, from older builders, an index.
 *
 * @returns nothing if it is something else
 * @throws RemoteError; TokenError
 */
export async function findRemoteCache(
  remote: Remote,
  reference: ImageReference,
  store: ContentStore,
  target: Descriptor,
): Promise<RemoteCache | undefined> {
  await remote.fetchPatiently(reference, target, store);
  const document = documentOf(store, target);
  const parts = document.kind === "manifest" ? [document.config, ...document.layers] : document.manifests;
  const config = parts.find(({ mediaType }) => mediaType === BUILD_CACHE_CONFIG);
  if (config === undefined) return undefined;
  const { digest, size } = config;
  if (size > CACHE_LIMIT) throw new RemoteError(`blob ${digest} is too large (${size} > ${CACHE_LIMIT})`, { rank: 3 });
  await remote.fetchPatiently(reference, config, store);
  return { config: store.read(config.digest), layers: parts.filter((one) => one !== config) };
}

/** Brings the layers that are not in the store. @throws what the last attempt has thrown */
export async function fetchLayers(
  remote: Remote,
  reference: ImageReference,
  layers: readonly Descriptor[],
  store: ContentStore,
  retry: RetryOptions,
): Promise<void> {
  // Whatever fails is tried again: so Docker downloads layers.
  for (const layer of layers) {
    await retrying(() => remote.fetch(reference, layer, store), { ...retry, isStubborn: true });
  }
}

function known(store: ContentStore, { digest = "" }: ImageReference): Descriptor | undefined {
  if (!isContentDigest(digest) || !store.has(digest)) return undefined;
  const bytes = store.read(digest);
  return { mediaType: readManifest(bytes).mediaType ?? "", digest, size: bytes.length };
}

const documentOf = (store: ContentStore, { digest, mediaType }: Descriptor): ManifestDocument =>
  readManifest(store.read(digest), mediaType === "" ? undefined : mediaType);
