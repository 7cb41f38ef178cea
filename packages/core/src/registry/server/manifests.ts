/** Manifests and indexes: GET and HEAD by tag or digest, PUT, DELETE. @see distribution-spec end-3, end-7, end-9 */
import { StatusError } from "../../lib/index.ts";
import { type ContentDigest, digestLike, digestOf, isContentDigest, isForeignLayer, isTag } from "../../oci/index.ts";
import { MANIFEST_LIMIT, type ManifestDocument, readManifest } from "../../oci/schema.ts";
import { BodyTooLong, bodyOf, bytesOf } from "../body.ts";
import { headersOf } from "./blobs.ts";
import { type Call, digestIn, faulty } from "./context.ts";
import { RegistryProblem } from "./problem.ts";
import type { Repository, StoredManifest } from "./repository.ts";

export async function getManifest(call: Call): Promise<Response> {
  const { request, state, fault } = call;
  const stored = await find(call);
  const headers = {
    ...headersOf(stored.digest),
    "content-type": stored.mediaType,
    "content-length": String(stored.size),
  };
  if (request.headers.get("if-none-match") === `"${stored.digest}"`) {
    return new Response(null, { status: 304, headers: headersOf(stored.digest) });
  }
  if (request.method === "HEAD") return new Response(null, { headers });
  const bytes = state.shelf.store.read(stored.digest);
  return new Response(bodyOf(faulty(bytes, fault), fault), { headers });
}

export async function putManifest(call: Call): Promise<Response> {
  const { url, name, reference, state } = call;
  const bytes = await readBody(call.request);
  const mediaType = call.request.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
  const document = parse(bytes, mediaType);
  const digest = checkedDigest(reference, bytes);
  const repository = state.shelf.ensure(name);
  if (!state.takesSparse) checkParts(document, repository);
  state.shelf.add(repository, digest, mediaType === "" ? (document.mediaType ?? "") : mediaType, bytes);
  const tags = isContentDigest(reference) ? url.searchParams.getAll("tag") : [reference];
  for (const tag of tags) {
    if (!isTag(tag)) throw new RegistryProblem("MANIFEST_INVALID", { message: `invalid tag: ${tag}` });
    repository.tag(tag, digest);
  }
  const headers = new Headers({
    location: `/v2/${name}/manifests/${digest}`,
    "docker-content-digest": digest,
    "content-length": "0",
  });
  if (document.subject !== undefined) headers.set("oci-subject", document.subject.digest);
  if (isContentDigest(reference)) for (const tag of tags) headers.append("oci-tag", tag);
  return new Response(null, { status: 201, headers });
}

export async function deleteManifest(call: Call): Promise<Response> {
  const { name, reference, state } = call;
  if (!state.deletes) throw new RegistryProblem("UNSUPPORTED");
  const repository = state.shelf.get(name);
  if (repository === undefined) throw new RegistryProblem("NAME_UNKNOWN", { detail: { name } });
  if (isTag(reference)) {
    if (!repository.untag(reference)) throw unknownManifest(reference);
  } else {
    const digest = digestIn(reference);
    if (!repository.remove(digest)) throw unknownManifest(reference);
    state.shelf.drop(digest);
  }
  return new Response(null, { status: 202, headers: { "content-length": "0" } });
}

async function find({ name, reference, state }: Call): Promise<StoredManifest> {
  // What is neither tag nor digest names nothing; a digest that is none is refused.
  if (reference.includes(":")) digestIn(reference);
  const stored = await state.shelf.manifest(name, reference);
  if (stored !== undefined) return stored;
  if (state.shelf.tags(name) === undefined) throw new RegistryProblem("NAME_UNKNOWN", { detail: { name } });
  throw unknownManifest(reference);
}

function unknownManifest(reference: string): RegistryProblem {
  const detail = isContentDigest(reference) ? { digest: reference } : { tag: reference };
  return new RegistryProblem("MANIFEST_UNKNOWN", { detail });
}

async function readBody(request: Request): Promise<Uint8Array> {
  try {
    return await bytesOf(request, MANIFEST_LIMIT);
  } catch (error) {
    if (!(error instanceof BodyTooLong)) throw error;
    throw new RegistryProblem("SIZE_INVALID", { status: 413, message: "manifest is larger than 4 MiB" });
  }
}

function parse(bytes: Uint8Array, mediaType: string): ManifestDocument {
  try {
    return readManifest(bytes, mediaType === "" ? undefined : mediaType);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new RegistryProblem("MANIFEST_INVALID", { detail: error.message });
  }
}

function checkedDigest(reference: string, bytes: Uint8Array): ContentDigest {
  if (isTag(reference)) return digestOf(bytes);
  const digest = digestIn(reference);
  if (digestLike(digest, bytes) !== digest) throw new RegistryProblem("DIGEST_INVALID", { detail: { digest } });
  return digest;
}

/** What a manifest is made of has to be there; its subject need not. @throws RegistryProblem MANIFEST_BLOB_UNKNOWN */
function checkParts(document: ManifestDocument, { blobs, manifests }: Repository): void {
  const missing =
    document.kind === "index"
      ? document.manifests.filter(({ digest }) => !manifests.has(digest) && !blobs.has(digest))
      : [document.config, ...document.layers].filter(
          ({ digest, mediaType }) => !blobs.has(digest) && !manifests.has(digest) && !isForeignLayer(mediaType),
        );
  const [first] = missing;
  if (first !== undefined) throw new RegistryProblem("MANIFEST_BLOB_UNKNOWN", { detail: { digest: first.digest } });
}
