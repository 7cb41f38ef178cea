/**
 * What FROM starts from: images that are here, and those of registries.
 *
 * Of a registry's image the documents come first; its layers come when the build needs its files. It gets no name here.
 *
 * @see moby builder/builder-next/adapters/containerimage/pull.go
 */
import { AuthorizationError, type BaseImage, type ResolveImageOptions, type SourceStatus } from "../../build/index.ts";
import type { Codecs, ContentStore } from "../../content/index.ts";
import { chainIds, type Image, type ImageStore, layerArchives } from "../../image/index.ts";
import { bytesText } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import {
  type Descriptor,
  HOST_PLATFORM,
  type ImageConfig,
  type ImageReference,
  type Platform,
  parseReference as parse,
  referenceText,
  withDefaultTag,
} from "../../oci/index.ts";
import { readImageConfig } from "../../oci/schema.ts";
import {
  ConnectionError,
  fetchLayers,
  Remote,
  type RemoteImage,
  resolveRemoteImage,
  TokenError,
  type TransportOptions,
} from "../../registry/index.ts";

export interface BaseImageParts {
  readonly store: ImageStore;
  /** Manifests and configurations that were seen, and layers until they are unpacked. */
  readonly content: ContentStore;
  readonly codecs: Codecs;
  readonly find: (text: string) => Image | undefined;
  readonly transport: TransportOptions;
}

export class BaseImages {
  readonly #parts: BaseImageParts;
  readonly #remote: Remote;

  constructor(parts: BaseImageParts) {
    this.#parts = parts;
    this.#remote = new Remote(parts.transport);
  }

  /** @throws StatusError `failed to resolve source metadata for …`; AuthorizationError */
  async resolve(text: string, { platform, pull = false, onStep }: ResolveImageOptions = {}): Promise<BaseImage> {
    const reference = withDefaultTag(parse(text));
    const name = referenceText(reference);
    const known = pull ? undefined : this.#parts.find(text);
    if (known !== undefined && (platform === undefined || isFor(known.config, platform)))
      return { config: known.config, chain: known.chain, name };
    return telling(name, () => this.#resolveRemote(reference, platform ?? HOST_PLATFORM, onStep));
  }

  /**
   * Asks for the frontend that `# syntax=` names. The usual ones are built in. An image that is here and does not say what
   * to run has `/run` run, which it has not: it ends with 1.
   *
   * @throws StatusError if nobody has it, and not-implemented for one that somebody has
   */
  async resolveFrontend(text: string): Promise<{ readonly exitCode: number } | undefined> {
    const reference = withDefaultTag(parse(text));
    const isUsual = reference.domain === "docker.io" && /^docker\/dockerfile(-upstream)?$/.test(reference.path);
    const name = referenceText(reference);
    const known = isUsual ? undefined : this.#parts.find(text);
    if (known !== undefined && (known.config.config?.Entrypoint ?? []).length === 0) return { exitCode: 1 };
    try {
      await telling(name, () => this.#remote.resolve(reference));
    } catch (error) {
      if (isUsual && !isUnreached(error)) return undefined;
      throw error;
    }
    if (isUsual) return undefined;
    throw new StatusError("not-implemented", `the frontend ${name} cannot be run: its program is not simulated`);
  }

  async #resolveRemote(
    reference: ImageReference,
    platform: Platform,
    onStep: ResolveImageOptions["onStep"],
  ): Promise<BaseImage> {
    const { content, store } = this.#parts;
    const options = { platform, ...(onStep && { onLogin: onStep }) };
    const found = await resolveRemoteImage(this.#remote, reference, content, options);
    const config = readImageConfig(found.config);
    const chain = chainIds(config.rootfs.diff_ids);
    const digested = `${referenceText({ ...reference, digest: undefined })}@${found.target.digest}`;
    const name = reference.digest === undefined ? digested : referenceText(reference);
    if (chain.every((layer) => store.hasLayer(layer))) return { config, chain, name };
    return { config, chain, name, fetch: (tell) => this.#fetch(reference, name, found, config, tell) };
  }

  /** Brings the layers that are missing, and unpacks them. */
  async #fetch(
    reference: ImageReference,
    name: string,
    { target, manifest }: RemoteImage,
    config: ImageConfig,
    tell: SourceStatus,
  ): Promise<void> {
    const { store, content, codecs, transport } = this.#parts;
    const known = store.knownLayers(config);
    const missing = manifest.layers.slice(known);
    tell(`resolve ${name}`);
    for (const one of [target, manifest.config]) tell(transferred(one));
    await fetchLayers(this.#remote, reference, missing, content, transport);
    for (const layer of missing) tell(transferred(layer));
    store.unpackLayers(config, layerArchives(content, manifest, config, codecs));
    for (const { digest } of missing) tell(`extracting ${digest}`);
    for (const { digest } of missing) if (content.has(digest)) content.delete(digest);
  }
}

/** `sha256:… 3.18kB / 3.18kB` */
function transferred({ digest, size }: Descriptor): string {
  const bytes = bytesText(size);
  return `${digest} ${bytes} / ${bytes}`;
}

async function telling<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TokenError) throw new AuthorizationError(error.kind, error.message, { cause: error });
    if (!(error instanceof StatusError)) throw error;
    throw new StatusError(error.kind, `failed to resolve source metadata for ${name}: ${error.message}`, {
      cause: error,
    });
  }
}

/** Has no registry answered at all? */
function isUnreached(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof ConnectionError) return true;
  return false;
}

function isFor(config: ImageConfig, { os, architecture, variant }: Platform): boolean {
  return config.os === os && config.architecture === architecture && (config.variant ?? variant) === variant;
}
