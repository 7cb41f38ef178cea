/**
 * Registries as `docker manifest` asks them: by the client itself, which knows nothing of the daemon's mirrors and insecure
 * registries.
 *
 * @see docker/cli internal/registryclient/client.go, fetcher.go, endpoint.go
 */
import { ContentStore, MemoryContentDisk } from "../../../content/index.ts";
import { StatusError } from "../../../lib/index.ts";
import { type Descriptor, type ImageReference, isIndexType, referenceText } from "../../../oci/index.ts";
import { readImageConfig, readIndex, readManifest } from "../../../oci/schema.ts";
import {
  ConnectionError,
  type FetchedManifest,
  isLoopback,
  RegistryClient,
  RegistryError,
  type TransportOptions,
} from "../../../registry/index.ts";
import { NO_PLATFORM, platformFields } from "./documents.ts";
import type { ListedManifest } from "./manifest-lists.ts";

/** What a registry says of what it does not have or does not show; "" is said by what is no registry. */
const ABSENT: ReadonlySet<string> = new Set(["UNAUTHORIZED", "MANIFEST_UNKNOWN", "NAME_UNKNOWN", ""]);
const NO_TLS = "http: server gave HTTP response to HTTPS client";

export class ManifestRegistry {
  readonly #client: RegistryClient;
  /** Registries that do without TLS are asked, too. */
  readonly #isInsecure: boolean;

  constructor(transport: TransportOptions, isInsecure: boolean) {
    this.#client = new RegistryClient({ ...transport, mirrors: [] });
    this.#isInsecure = isInsecure;
  }

  /** The manifest of an image. @throws StatusError, also for a list of manifests */
  async manifest(reference: ImageReference): Promise<ListedManifest> {
    const fetched = await this.#fetch(reference);
    if (!isIndexType(fetched.descriptor.mediaType)) return this.#described(reference, fetched);
    throw new StatusError("invalid-argument", `${referenceText(reference)} is a manifest list`);
  }

  /** The manifest of an image, or those of a list with the platforms that it says. @throws StatusError */
  async manifests(reference: ImageReference): Promise<ListedManifest | readonly ListedManifest[]> {
    const fetched = await this.#fetch(reference);
    if (!isIndexType(fetched.descriptor.mediaType)) return this.#described(reference, fetched);
    const found: ListedManifest[] = [];
    for (const { digest, platform = NO_PLATFORM } of readIndex(fetched.bytes).manifests) {
      const one = { ...reference, digest };
      const manifest = await this.#described(one, await this.#fetch(one));
      found.push({ ...manifest, descriptor: { ...manifest.descriptor, platform } });
    }
    return found;
  }

  /** Has a repository take over what an image of another one is made of. @throws StatusError if it does not */
  async mount({ reference, bytes }: ListedManifest, target: ImageReference): Promise<void> {
    await this.#reachToPush(target);
    for (const digest of blobsOf(bytes)) {
      if (await this.#client.uploads.mount(target, digest, reference.path)) continue;
      throw new StatusError("internal", `error mounting ${reference.path}@${digest} to ${referenceText(target)}`);
    }
  }

  /** Uploads a manifest under its tag, or without one under its digest. @throws StatusError */
  async put(target: ImageReference, descriptor: Descriptor, bytes: Uint8Array): Promise<void> {
    await this.#reachToPush(target);
    try {
      await this.#client.uploads.manifest(target, target.tag ?? descriptor.digest, descriptor, bytes);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw new StatusError(error.kind, `failed to put manifest ${referenceText(target)}: ${error.message}`);
    }
  }

  async #fetch(reference: ImageReference): Promise<FetchedManifest> {
    await this.#reach(reference);
    if (this.#client.isPlain(reference) && !this.#isInsecure) throw absent(reference);
    try {
      return await this.#client.manifest(reference);
    } catch (error) {
      throw error instanceof RegistryError && ABSENT.has(error.code) ? absent(reference) : error;
    }
  }

  /** An image's manifest with the platform that its configuration says. */
  async #described(reference: ImageReference, { descriptor, bytes }: FetchedManifest): Promise<ListedManifest> {
    const { config } = imageManifest(bytes);
    const content = new ContentStore(new MemoryContentDisk());
    await this.#client.blob(reference, config, content);
    const said = readImageConfig(content.read(config.digest));
    return { reference, descriptor: { ...descriptor, platform: platformFields(said) }, bytes };
  }

  /** Every registry is tried with TLS first, and that is what is told of one that does not answer. */
  async #reach({ domain }: ImageReference): Promise<void> {
    try {
      await this.#client.ping({ domain });
    } catch (error) {
      throw error instanceof ConnectionError ? unreached(error.message.replace('"http://', '"https://')) : error;
    }
  }

  /** To a registry on the machine itself one may push without TLS. */
  async #reachToPush(target: ImageReference): Promise<void> {
    const { domain } = target;
    const isLocal = isLoopback(domain);
    if (isLocal || this.#isInsecure || !this.#client.isPlain(target)) {
      await this.#client.ping({ domain }).catch((error) => {
        throw error instanceof ConnectionError ? unreached(error.message) : error;
      });
      return;
    }
    await this.#reach(target);
    throw unreached(`Get "https://${domain}/v2/": ${NO_TLS}`);
  }
}

/** What an image is made of, besides the manifest itself. */
function blobsOf(bytes: Uint8Array) {
  const { config, layers } = imageManifest(bytes);
  return [config, ...layers].map(({ digest }) => digest);
}

function imageManifest(bytes: Uint8Array) {
  const manifest = readManifest(bytes);
  if (manifest.kind === "manifest") return manifest;
  throw new StatusError("invalid-argument", "unsupported manifest type: *manifestlist.DeserializedManifestList");
}

const absent = (reference: ImageReference): StatusError =>
  new StatusError("not-found", `no such manifest: ${referenceText(reference)}`);

const unreached = (why: string): StatusError =>
  new StatusError("unavailable", `failed to configure transport: error pinging v2 registry: ${why}`);
