/**
 * The registry client: manifests and blobs by reference, checked before anybody sees them.
 *
 * @see distribution-spec "Pull", "Push"; moby distribution/pull_v2.go, push_v2.go
 */
import type { ContentStore } from "../../content/index.ts";
import { decode, StatusError } from "../../lib/index.ts";
import {
  ACCEPTED_MANIFESTS,
  type ContentDigest,
  type Descriptor,
  digestLike,
  digestOf,
  type ImageReference,
  type Index,
  isContentDigest,
} from "../../oci/index.ts";
import { MANIFEST_LIMIT, readIndex } from "../../oci/schema.ts";
import { bytesOf, chunksOf } from "../body.ts";
import { ConnectionError, RegistryError } from "./registry-error.ts";
import { retrying } from "./retry.ts";
import { Transport, type TransportOptions } from "./transport.ts";
import { Uploader } from "./uploader.ts";

/** A manifest or an index, and what it is known by. */
export interface FetchedManifest {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** What can be heard of a blob on its way. */
export interface TransferEvents {
  /** Bytes that have come or gone so far. */
  readonly onProgress?: (bytes: number) => void;
  /** Called when a request has failed, and is tried again in so many seconds. */
  readonly onRetry?: (seconds: number) => void;
}

/** Where images of one name are: `docker.io` and `library/busybox`. */
export type Repository = Pick<ImageReference, "domain" | "path">;

/** Pages of a list that are followed at most. */
const PAGE_LIMIT = 10_000;

/** Talks to registries as `docker pull` and `docker push` do. */
export class RegistryClient {
  readonly #transport: Transport;
  readonly uploads: Uploader;

  constructor(options: TransportOptions) {
    this.#transport = new Transport(options);
    this.uploads = new Uploader(this.#transport);
  }

  /** Is there a registry at all? What it answers is of no matter. @throws ConnectionError */
  async ping({ domain }: Pick<Repository, "domain">): Promise<void> {
    const base = this.#transport.endpoints(domain).at(-1) ?? "";
    await this.#transport.reach(`${base}/v2/`);
  }

  /** Does the registry do without TLS? */
  isPlain({ domain }: Pick<Repository, "domain">): boolean {
    return this.#transport.endpoints(domain).at(-1)?.startsWith("http:") === true;
  }

  /** Does the registry know who one is? @throws RegistryError; TokenError; ConnectionError */
  async login({ domain }: Pick<Repository, "domain">): Promise<void> {
    const base = this.#transport.endpoints(domain).at(-1) ?? "";
    await this.#transport.send(`${base}/v2/`, { scope: "" });
  }

  /** What a reference stands for. @throws RegistryError */
  resolve(reference: ImageReference): Promise<Descriptor> {
    const name = reference.digest ?? reference.tag ?? "latest";
    // What is no answer to HEAD may be one to GET, whose errors have words.
    const ask = async (base: string): Promise<Descriptor> =>
      (await this.#head(base, reference, name)) ?? (await this.#manifestFrom(base, reference, name)).descriptor;
    return retrying(() => this.#fromEndpoints(reference, ask), this.#transport.retry);
  }

  /** A manifest or an index. @throws RegistryError; StatusError failed-precondition for one of another digest */
  manifest(reference: ImageReference): Promise<FetchedManifest> {
    const name = reference.digest ?? reference.tag ?? "latest";
    const get = () => this.#fromEndpoints(reference, (base) => this.#manifestFrom(base, reference, name));
    return retrying(get, this.#transport.retry);
  }

  /**
   * Gets a blob into a store. What a broken connection has left there is kept, and the next attempt, also of another
   * client of the store, goes on behind it.
   *
   * @throws RegistryError; ConnectionError; StatusError failed-precondition for other bytes than the digest names
   */
  async blob(
    repository: Repository,
    { digest, size }: Descriptor,
    store: ContentStore,
    events: TransferEvents = {},
  ): Promise<void> {
    if (store.has(digest)) return;
    await retrying(
      () =>
        this.#fromEndpoints(repository, (base) => this.#download(base, repository, { digest, size }, store, events)),
      this.#transport.retry,
      events.onRetry,
    );
  }

  /** All tags of a repository. @throws RegistryError */
  async tags(repository: Repository): Promise<readonly string[]> {
    const tags: string[] = [];
    const [base = ""] = this.#transport.endpoints(repository.domain).slice(-1);
    let url = `${base}/v2/${repository.path}/tags/list`;
    for (let page = 0; page < PAGE_LIMIT; page++) {
      const response = await this.#get(url, repository);
      const document: unknown = JSON.parse(decode(await bytesOf(response)));
      const found = typeof document === "object" && document !== null && "tags" in document ? document.tags : [];
      if (Array.isArray(found)) tags.push(...found.filter((one) => typeof one === "string"));
      const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
      if (next === undefined) break;
      url = new URL(next, url).href;
    }
    return tags;
  }

  /** What says something about a manifest. @throws RegistryError */
  async referrers(
    repository: Repository,
    digest: ContentDigest,
    artifactType?: string,
  ): Promise<readonly Descriptor[]> {
    const [base = ""] = this.#transport.endpoints(repository.domain).slice(-1);
    const query = artifactType === undefined ? "" : `?artifactType=${encodeURIComponent(artifactType)}`;
    const found = await this.#referrersIndex(`${base}/v2/${repository.path}`, repository, digest, query);
    return artifactType === undefined
      ? found.manifests
      : found.manifests.filter((one) => one.artifactType === artifactType);
  }

  /**
   * For registries without the referrers API: the index that a tag names. @see distribution-spec "Referrers Tag Schema"
   */
  async #referrersIndex(base: string, repository: Repository, digest: ContentDigest, query: string): Promise<Index> {
    const none: Index = { schemaVersion: 2, manifests: [] };
    for (const path of [`/referrers/${digest}${query}`, `/manifests/${digest.replace(":", "-")}`]) {
      try {
        return readIndex(await bytesOf(await this.#get(`${base}${path}`, repository), MANIFEST_LIMIT));
      } catch (error) {
        if (!(error instanceof RegistryError) || error.status !== 404) throw error;
      }
    }
    return none;
  }

  #get(url: string, repository: Repository): Promise<Response> {
    return retrying(() => this.#transport.send(url, { scope: pullScope(repository) }), this.#transport.retry);
  }

  async #head(base: string, repository: Repository, name: string): Promise<Descriptor | undefined> {
    const headers = { accept: ACCEPTED_MANIFESTS.join(", ") };
    const outgoing = { method: "HEAD", headers, scope: pullScope(repository) };
    try {
      const response = await this.#transport.send(`${base}/manifests/${name}`, outgoing);
      const digest = response.headers.get("docker-content-digest") ?? "";
      const size = Number(response.headers.get("content-length") ?? Number.NaN);
      if (isContentDigest(digest) && Number.isSafeInteger(size)) return { mediaType: typeOf(response), digest, size };
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
    }
    return undefined;
  }

  async #manifestFrom(base: string, repository: Repository, name: string): Promise<FetchedManifest> {
    const response = await this.#transport.send(`${base}/manifests/${name}`, {
      headers: { accept: ACCEPTED_MANIFESTS.join(", ") },
      scope: pullScope(repository),
    });
    const bytes = await this.#read(response, MANIFEST_LIMIT);
    const said = isContentDigest(name) ? name : (response.headers.get("docker-content-digest") ?? "");
    const digest = isContentDigest(said) ? digestLike(said, bytes) : digestOf(bytes);
    if (isContentDigest(said) && digest !== said) {
      throw new StatusError("failed-precondition", `manifest verification failed for digest ${said}`);
    }
    return { descriptor: { mediaType: typeOf(response), digest, size: bytes.length }, bytes };
  }

  async #read(response: Response, limit: number): Promise<Uint8Array> {
    try {
      return await bytesOf(response, limit);
    } catch (error) {
      throw new ConnectionError("unexpected EOF", { cause: error });
    }
  }

  async #download(
    base: string,
    repository: Repository,
    { digest, size }: Pick<Descriptor, "digest" | "size">,
    store: ContentStore,
    { onProgress }: TransferEvents,
  ): Promise<void> {
    const ref = `blob ${digest}`;
    const algorithm = digest.startsWith("sha512:") ? "sha512" : "sha256";
    let ingest = store.ingest(ref, { algorithm });
    try {
      const { offset } = ingest;
      if (offset === 0 || offset < size) {
        const headers: Record<string, string> = offset === 0 ? {} : { range: `bytes=${offset}-` };
        const outgoing = { headers, scope: pullScope(repository) };
        const response = await this.#transport.send(`${base}/blobs/${digest}`, outgoing, [200, 206]);
        if (offset > 0 && !continues(response, offset)) {
          ingest.abort();
          ingest = store.ingest(ref, { algorithm });
        }
        for await (const chunk of chunksOf(response)) {
          ingest.append(chunk);
          onProgress?.(ingest.offset);
          if (ingest.offset > size) break;
        }
      }
      ingest.commit({ digest, size });
    } catch (error) {
      // What has come stays for the next attempt; `commit` has removed what was wrong.
      ingest.close();
      if (!(error instanceof StatusError)) throw new ConnectionError("unexpected EOF", { cause: error });
      if (error.kind !== "failed-precondition") throw error;
      throw new ConnectionError(`filesystem layer verification failed for digest ${digest}`, { cause: error });
    }
  }

  /** Mirrors first; the registry itself has the last word. */
  async #fromEndpoints<T>({ domain, path }: Repository, work: (base: string) => Promise<T>): Promise<T> {
    const endpoints = this.#transport.endpoints(domain);
    const own = endpoints.at(-1) ?? "";
    for (const endpoint of endpoints.slice(0, -1)) {
      try {
        return await work(`${endpoint}/v2/${path}`);
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
      }
    }
    return work(`${own}/v2/${path}`);
  }
}

const typeOf = (response: Response): string => (response.headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";

/** Is it the rest that was asked for? A registry without ranges sends everything again. */
function continues(response: Response, offset: number): boolean {
  return response.status === 206 && (response.headers.get("content-range") ?? "").startsWith(`bytes ${offset}-`);
}

export const pullScope = ({ path }: Pick<ImageReference, "path">): string => `repository:${path}:pull`;
