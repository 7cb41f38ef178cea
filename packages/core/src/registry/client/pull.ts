/**
 * Pulling an image: its manifest for a platform, its configuration and its layers, all of it into a content store.
 *
 * @see moby distribution/pull_v2.go
 */
import type { ContentStore } from "../../content/index.ts";
import { StatusError } from "../../lib/index.ts";
import {
  type ContentDigest,
  choosePlatform,
  type Descriptor,
  type HostPlatform,
  type ImageReference,
  isForeignLayer,
  isImageConfigType,
  type Manifest,
  platformText,
} from "../../oci/index.ts";
import { type ManifestDocument, readManifest } from "../../oci/schema.ts";
import type { FetchedManifest, RegistryClient } from "./client.ts";

/** What happens to a layer while it is pulled. */
export type PullEvent =
  | { readonly kind: "layer"; readonly digest: ContentDigest; readonly state: "waiting" | "exists" | "downloaded" }
  | { readonly kind: "retry"; readonly digest: ContentDigest; readonly seconds: number };

/** What is wanted of an image, and who hears of it. */
export interface PullOptions {
  readonly platform: HostPlatform;
  /** Layers that are not wanted, because what they unpack to is there. */
  readonly has?: (manifest: Manifest, config: Uint8Array) => ReadonlySet<ContentDigest>;
  readonly onEvent?: (event: PullEvent) => void;
}

/** An image whose content has come. */
export interface PulledImage {
  /** The descriptor of what the reference stands for, which may be an index. */
  readonly target: Descriptor;
  /** The descriptor of the image's own manifest. */
  readonly descriptor: Descriptor;
  readonly manifest: Manifest;
  readonly config: Uint8Array;
}

/** Indexes within indexes are followed so far. */
const DEPTH_LIMIT = 4;

/**
 * Pulls one image into a store. @throws RegistryError, StatusError in the words of `docker pull`
 *
 * @throws RegistryError; StatusError not-found if there is nothing for the platform
 */
export async function pullImage(
  client: RegistryClient,
  reference: ImageReference,
  store: ContentStore,
  { platform, has, onEvent = () => {} }: PullOptions,
): Promise<PulledImage> {
  const target = await fetchManifest(client, reference, store);
  const image = await descend(client, reference, store, target, platform);
  const { manifest } = image;
  await client.blob(reference, manifest.config, store);
  const config = store.read(manifest.config.digest);
  const known = has?.(manifest, config) ?? new Set<ContentDigest>();
  const layers = manifest.layers.filter((layer) => !isForeignLayer(layer.mediaType));
  if (layers.length < manifest.layers.length) {
    throw new StatusError("not-implemented", "layers that only other places have cannot be pulled");
  }
  for (const { digest } of layers) {
    const isHere = known.has(digest) || store.has(digest);
    onEvent({ kind: "layer", digest, state: isHere ? "exists" : "waiting" });
  }
  for (const layer of layers) {
    const { digest } = layer;
    if (known.has(digest) || store.has(digest)) continue;
    await client.blob(reference, layer, store, { onRetry: (seconds) => onEvent({ kind: "retry", digest, seconds }) });
    onEvent({ kind: "layer", digest, state: "downloaded" });
  }
  return { target: target.descriptor, ...image, config };
}

async function descend(
  client: RegistryClient,
  reference: ImageReference,
  store: ContentStore,
  from: FetchedManifest,
  platform: HostPlatform,
): Promise<{ readonly descriptor: Descriptor; readonly manifest: Manifest }> {
  let at = from;
  for (let depth = 0; depth <= DEPTH_LIMIT; depth++) {
    const { mediaType } = at.descriptor;
    const document: ManifestDocument = readManifest(at.bytes, mediaType === "" ? undefined : mediaType);
    if (document.kind === "manifest") {
      if (!isImageConfigType(document.config.mediaType)) throw noImage(document.config.mediaType);
      return { descriptor: at.descriptor, manifest: document };
    }
    const chosen = choosePlatform(document.manifests, platform);
    if (chosen === undefined) {
      throw new StatusError(
        "not-found",
        `no matching manifest for ${platformText(platform)} in the manifest list entries`,
      );
    }
    at = await fetchManifest(client, { ...reference, tag: undefined, digest: chosen.digest }, store);
  }
  throw new StatusError("invalid-argument", "indexes within indexes are too deep");
}

/** A manifest that is here already, as its digest tells, is not asked for again. */
async function fetchManifest(
  client: RegistryClient,
  reference: ImageReference,
  store: ContentStore,
): Promise<FetchedManifest> {
  const descriptor = await client.resolve(reference);
  if (store.has(descriptor.digest)) return { descriptor, bytes: store.read(descriptor.digest) };
  const fetched = await client.manifest({ ...reference, tag: undefined, digest: descriptor.digest });
  store.put(fetched.bytes, fetched.descriptor.digest);
  return fetched;
}

/** @see moby distribution/pull_v2.go, "Encountered remote %q(unknown) when fetching" */
function noImage(mediaType: string): StatusError {
  return new StatusError("invalid-argument", `Encountered remote ${JSON.stringify(mediaType)}(unknown) when fetching`);
}
