/**
 * Uploads: blobs that a registry does not have, and manifests.
 *
 * @see distribution-spec "Push"; moby distribution/push_v2.go
 */
import { type Bytes, StatusError } from "../../lib/index.ts";
import type { ContentDigest, Descriptor, ImageReference } from "../../oci/index.ts";
import type { TransferEvents } from "./client.ts";
import { RegistryError } from "./registry-error.ts";
import { retrying } from "./retry.ts";
import type { Transport } from "./transport.ts";

/** How a blob is uploaded. */
export interface UploadOptions extends TransferEvents {
  /** A repository of the same registry that may have the blob. */
  readonly mountFrom?: string;
  /** In pieces of so many bytes. Default: in one. */
  readonly chunkBytes?: number;
}

/** How a blob came to be there. */
export type Uploaded = "exists" | "mounted" | "pushed";

type Target = Pick<ImageReference, "domain" | "path">;

export class Uploader {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Uploads a blob unless it is there. @throws RegistryError; ConnectionError */
  async blob(target: Target, digest: ContentDigest, bytes: Bytes, options: UploadOptions = {}): Promise<Uploaded> {
    const { retry } = this.#transport;
    const scope = scopeOf(target, options.mountFrom);
    if (await retrying(() => this.#has(target, digest, scope), retry, options.onRetry)) return "exists";
    let session: string | undefined;
    return retrying(
      async () => {
        const offset = session === undefined ? 0 : await this.#offset(session, scope);
        const begun = offset > 0 ? session : await this.#begin(target, digest, scope, options.mountFrom);
        if (begun === undefined) return "mounted";
        session = begun;
        const last = await this.#chunks(begun, bytes, offset, scope, options);
        await this.#transport.send(withDigest(last, digest), { method: "PUT", scope, body: NOTHING }, [201]);
        return "pushed";
      },
      retry,
      options.onRetry,
    );
  }

  /** Takes a blob over from another repository of the same registry; false if it cannot. @throws RegistryError; ConnectionError */
  async mount(target: Target, digest: ContentDigest, from: string): Promise<boolean> {
    const scope = scopeOf(target, from);
    const begun = await retrying(() => this.#begin(target, digest, scope, from), this.#transport.retry);
    if (begun !== undefined) await this.#transport.send(begun, { method: "DELETE", scope }, [204]);
    return begun === undefined;
  }

  /** Uploads a manifest under a tag or its digest. @throws RegistryError; ConnectionError */
  async manifest(target: Target, reference: string, { mediaType }: Pick<Descriptor, "mediaType">, bytes: Uint8Array) {
    const outgoing = { method: "PUT", headers: { "content-type": mediaType }, body: bytes, scope: scopeOf(target) };
    const url = `${this.#base(target)}/manifests/${reference}`;
    await retrying(() => this.#transport.send(url, outgoing, [201]), this.#transport.retry);
  }

  async #has(target: Target, digest: ContentDigest, scope: string): Promise<boolean> {
    try {
      await this.#transport.send(`${this.#base(target)}/blobs/${digest}`, { method: "HEAD", scope });
      return true;
    } catch (error) {
      if (error instanceof RegistryError && error.status === 404) return false;
      throw error;
    }
  }

  /** The place to upload to; undefined if the blob could be mounted. */
  async #begin(target: Target, digest: string, scope: string, from: string | undefined): Promise<string | undefined> {
    const query = from === undefined ? "" : `?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`;
    const url = `${this.#base(target)}/blobs/uploads/${query}`;
    const response = await this.#transport.send(url, { method: "POST", scope, body: NOTHING }, [201, 202]);
    return response.status === 201 ? undefined : locationOf(response, url);
  }

  /** How far an upload has come; 0 if it is better begun anew. */
  async #offset(session: string, scope: string): Promise<number> {
    try {
      const response = await this.#transport.send(session, { scope }, [204]);
      // Nothing and one byte are told alike.
      const last = Number(/^0-(\d+)$/.exec(response.headers.get("range") ?? "")?.[1] ?? 0);
      return last === 0 ? 0 : last + 1;
    } catch (error) {
      if (error instanceof RegistryError && error.status === 404) return 0;
      throw error;
    }
  }

  /** Sends everything from `offset` on; returns where to end it. */
  async #chunks(session: string, bytes: Bytes, offset: number, scope: string, options: UploadOptions) {
    const { chunkBytes = Math.max(1, bytes.length), onProgress } = options;
    let at = session;
    for (let start = offset; start < bytes.length; start += chunkBytes) {
      const chunk = bytes.subarray(start, start + chunkBytes);
      const isWhole = chunk.length === bytes.length;
      const range = { "content-range": `${start}-${start + chunk.length - 1}` };
      const headers = { "content-type": "application/octet-stream", ...(isWhole ? {} : range) };
      const response = await this.#transport.send(at, { method: "PATCH", headers, body: chunk, scope }, [202]);
      at = locationOf(response, at);
      onProgress?.(start + chunk.length);
    }
    return at;
  }

  #base({ domain, path }: Target): string {
    return `${this.#transport.endpoints(domain).at(-1) ?? ""}/v2/${path}`;
  }
}

const NOTHING = new Uint8Array(0);

function locationOf(response: Response, base: string): string {
  const location = response.headers.get("location");
  if (location === null) throw new StatusError("unavailable", "the registry has not said where to upload to");
  return new URL(location, base).href;
}

function withDigest(session: string, digest: string): string {
  const url = new URL(session);
  url.searchParams.set("digest", digest);
  return url.href;
}

function scopeOf({ path }: Pick<ImageReference, "path">, mountFrom?: string): string {
  const own = `repository:${path}:pull,push`;
  return mountFrom === undefined ? own : `${own} repository:${mountFrom}:pull`;
}
