/**
 * Which blobs a set of documents leads to.
 *
 * @see containerd core/images/image.go Children, core/metadata/gc.go
 */
import { StatusError } from "../lib/index.ts";
import { type ContentDigest, type Descriptor, isContentDigest, isIndexType, isManifestType } from "../oci/index.ts";
import { readManifest } from "../oci/schema.ts";

/** What is read of a content store. */
export interface BlobSource {
  info(digest: ContentDigest): { readonly labels: ReadonlyMap<string, string> } | undefined;
  read(digest: ContentDigest): Uint8Array;
}

/** Labels that begin so have the digest of a blob that their own leads to. */
const REFERENCE_LABEL = "containerd.io/gc.ref.content";

/** The documents, what they name, and so on; also what is named and is not there. */
export function reachable(
  store: BlobSource,
  documents: Iterable<Descriptor>,
  blobs: Iterable<ContentDigest> = [],
): ReadonlySet<ContentDigest> {
  const found = new Set<ContentDigest>();
  const read = new Set<ContentDigest>();
  const open: Pick<Descriptor, "digest" | "mediaType">[] = [...documents];
  for (const digest of blobs) open.push({ digest, mediaType: "" });
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { digest, mediaType } = next;
    if (!found.has(digest)) open.push(...labelled(store, digest));
    found.add(digest);
    if (read.has(digest) || !(isIndexType(mediaType) || isManifestType(mediaType))) continue;
    read.add(digest);
    open.push(...childrenOf(store, next));
  }
  return found;
}

/** What a document names; nothing if it is not there or cannot be read. */
export function childrenOf(
  store: BlobSource,
  { digest, mediaType }: Pick<Descriptor, "digest" | "mediaType">,
): readonly Descriptor[] {
  if (store.info(digest) === undefined) return [];
  try {
    const document = readManifest(store.read(digest), mediaType);
    const own = document.kind === "index" ? document.manifests : [document.config, ...document.layers];
    return document.subject === undefined ? own : [...own, document.subject];
  } catch (error) {
    if (error instanceof StatusError) return [];
    throw error;
  }
}

function labelled(store: BlobSource, digest: ContentDigest): readonly Pick<Descriptor, "digest" | "mediaType">[] {
  return [...(store.info(digest)?.labels ?? [])].flatMap(([name, value]) =>
    name.startsWith(REFERENCE_LABEL) && isContentDigest(value) ? [{ digest: value, mediaType: "" }] : [],
  );
}
