/**
 * What builds start from and take layers of: images that are here, images and build caches of registries.
 *
 * Of a registry's image the documents come first; its layers come when the build needs its files. It gets no name here.
 *
 * @see moby builder/builder-next/adapters/containerimage/pull.go
 */
import {
  AuthorizationError,
  type BaseImage,
  inlineCache,
  type OfferedCache,
  type OfferedLayer,
  type ResolveImageOptions,
  readCacheConfig,
  type SourceStatus,
} from "../../build/index.ts";
import type { Codecs, ContentStore } from "../../content/index.ts";
import { chainIds, type Image, type ImageStore, layerArchives } from "../../image/index.ts";
import { bytesText } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import {
  type Descriptor,
  HOST_PLATFORM,
  type ImageConfig,
  type ImageReference,
  isDigest,
  type Platform,
  parseReference as parse,
  referenceText,
  UNCOMPRESSED,
  withDefaultTag,
} from "../../oci/index.ts";
import { readImageConfig } from "../../oci/schema.ts";
import {
  ConnectionError,
  fetchLayers,
  findRemoteCache,
  Remote,
  type RemoteCache,
  type RemoteImage,
  resolveRemoteImage,
  resolveTarget,
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
  async resolve(text: string, options: ResolveImageOptions = {}): Promise<BaseImage> {
    const { platform, pull = false, onStep } = options;
    const reference = withDefaultTag(parse(text));
    const name = referenceText(reference);
    const known = pull ? undefined : this.#known(text, name, platform);
    return known ?? telling(name, () => this.#resolveRemote(reference, { platform, onStep }));
  }

  /** @throws as `resolve` */
  async resolveCache(text: string, { platform, onStep }: ResolveImageOptions = {}): Promise<OfferedCache> {
    const reference = withDefaultTag(parse(text));
    const name = referenceText(reference);
    const known = this.#known(text, name, platform);
    if (known !== undefined) return inlineCache(known);
    const { content } = this.#parts;
    return telling(name, async () => {
      const target = await resolveTarget(this.#remote, reference, content, onStep);
      const cache = await findRemoteCache(this.#remote, reference, content, target);
      if (cache !== undefined) return this.#offered(reference, cache);
      return inlineCache(await this.#resolveRemote(reference, { platform, onStep, target }));
    });
  }

  #known(text: string, name: string, platform: Platform | undefined): BaseImage | undefined {
    const found = this.#parts.find(text);
    if (found === undefined || (platform !== undefined && !isFor(found.config, platform))) return undefined;
    return { config: found.config, chain: found.chain, name };
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
    { platform = HOST_PLATFORM, onStep, target }: ResolveImageOptions & { readonly target?: Descriptor },
  ): Promise<BaseImage> {
    const { content, store } = this.#parts;
    const options = { platform, ...(onStep && { onLogin: onStep }), ...(target && { target }) };
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
    tell(`resolve ${name}`);
    for (const one of [target, manifest.config]) tell(transferred(one));
    await this.#bring(reference, manifest.layers, config.rootfs, tell);
  }

  /** Layers of a cache come one after the other, for they may have layers below in common. */
  #offered(reference: ImageReference, { config, layers }: RemoteCache): OfferedCache {
    const known = new Map(layers.map((layer) => [layer.digest, layer]));
    let before: Promise<void> = Promise.resolve();
    const offer = (line: readonly (Descriptor | undefined)[]): OfferedLayer | undefined => {
      const descriptors = line.filter((one) => one !== undefined);
      const diffIds = descriptors.map(({ annotations }) => annotations?.[UNCOMPRESSED] ?? "").filter(isDigest);
      const snapshot = chainIds(diffIds).at(-1);
      if (snapshot === undefined || diffIds.length < line.length) return undefined;
      const fetch = (tell: SourceStatus): Promise<void> => {
        const rootfs = { type: "layers", diff_ids: diffIds } as const;
        before = before.catch(() => {}).then(() => this.#bring(reference, descriptors, rootfs, tell));
        return before;
      };
      return { snapshot, fetch };
    };
    const cache = readCacheConfig(config);
    return {
      records: cache.records,
      layers: cache.layers.map((line) => offer(line.map((digest) => known.get(digest)))),
    };
  }

  async #bring(
    reference: ImageReference,
    layers: readonly Descriptor[],
    rootfs: ImageConfig["rootfs"],
    tell: SourceStatus,
  ): Promise<void> {
    const { store, content, codecs, transport } = this.#parts;
    const missing = layers.slice(store.knownLayers({ rootfs }));
    await fetchLayers(this.#remote, reference, missing, content, transport);
    for (const layer of missing) tell(transferred(layer));
    store.unpackLayers({ rootfs }, layerArchives(content, { layers }, { rootfs }, codecs));
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
