/**
 * Another registry as the source of one: what it has not, it fetches, and keeps. So a pull-through cache is made.
 *
 * @see distribution registry/proxy
 */
import { ContentStore, MemoryContentDisk } from "../../content/index.ts";
import { StatusError } from "../../lib/index.ts";
import { type ContentDigest, DEFAULT_DOMAIN, type ImageReference, isContentDigest } from "../../oci/index.ts";
import { readManifest } from "../../oci/schema.ts";
import type { ImageSource } from "../server/shelf.ts";
import type { RegistryClient } from "./client.ts";
import { RegistryError } from "./registry-error.ts";

/** `domain` is whose images these are: "docker.io". */
export function upstream(client: RegistryClient, domain = DEFAULT_DOMAIN): ImageSource {
  /** How large the blobs are that manifests have named. */
  const sizes = new Map<ContentDigest, number>();
  return {
    async manifest(path, text, known) {
      const reference = isContentDigest(text)
        ? { domain, path, tag: undefined, digest: text }
        : { domain, path, tag: text, digest: undefined };
      return unlessMissing(known !== undefined, async () => {
        if (known !== undefined && (await client.resolve(reference)).digest === known) return undefined;
        const { descriptor, bytes } = await client.manifest(reference);
        const document = readManifest(bytes, descriptor.mediaType);
        const parts = document.kind === "index" ? [] : [document.config, ...document.layers];
        for (const { digest, size } of parts) sizes.set(digest, size);
        return { mediaType: descriptor.mediaType, manifest: bytes, blobs: new Map() };
      });
    },
    async blob(path, digest) {
      const size = sizes.get(digest);
      if (size === undefined) return undefined;
      const repository: Pick<ImageReference, "domain" | "path"> = { domain, path };
      return unlessMissing(false, async () => {
        const store = new ContentStore(new MemoryContentDisk());
        await client.blob(repository, { mediaType: "", digest, size }, store);
        return store.chunks(digest);
      });
    },
  };
}

/** What is not there is undefined; what is known already does without a registry that does not answer. */
async function unlessMissing<T>(isKnown: boolean, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const isMissing = error instanceof RegistryError && (error.status === 404 || error.status === 401);
    if (isMissing || (isKnown && error instanceof StatusError)) return undefined;
    throw error;
  }
}
