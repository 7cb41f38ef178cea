/**
 * Uploads of blobs: in one request, in two, or in chunks; and mounting what another repository has.
 *
 * What has arrived of a chunk stays when the connection breaks: the client asks how far it came and goes on.
 *
 * @see distribution-spec end-4 to end-6, end-11, end-13, end-14
 */
import { StatusError } from "../../lib/index.ts";
import { type ContentDigest, digestParts, isContentDigest } from "../../oci/index.ts";
import { chunksOf } from "../body.ts";
import { blobLocation, type Call, digestIn, type Upload } from "./context.ts";
import { RegistryProblem } from "./problem.ts";
import { parseContentRange } from "./range.ts";

/** POST: begins an upload, does all of it, or mounts. */
export async function postUpload(call: Call): Promise<Response> {
  const { url, name, state } = call;
  const mount = url.searchParams.get("mount");
  if (mount !== null && mayMount(call, digestIn(mount))) {
    state.shelf.ensure(name).addBlob(digestIn(mount));
    return created(name, digestIn(mount));
  }
  const digest = url.searchParams.get("digest");
  const algorithm = url.searchParams.get("digest-algorithm") ?? (digest === null ? "sha256" : algorithmOf(digest));
  if (algorithm !== "sha256" && algorithm !== "sha512") {
    throw new RegistryProblem("DIGEST_INVALID", { message: "unsupported digest algorithm" });
  }
  const id = state.newUploadId();
  const upload: Upload = { repository: name, ingest: state.shelf.store.ingest(`upload ${id}`, { algorithm }) };
  state.uploads.set(id, upload);
  if (digest === null) return progress(call, id, upload, 202);
  return finish({ ...call, reference: id }, upload, digestIn(digest));
}

/** PATCH: the next chunk. */
export async function patchUpload(call: Call): Promise<Response> {
  const upload = uploadOf(call);
  await append(call, upload);
  return progress(call, call.reference, upload, 202);
}

/** PUT: the last chunk, if there is one, and the digest of the whole. */
export async function putUpload(call: Call): Promise<Response> {
  const upload = uploadOf(call);
  const digest = call.url.searchParams.get("digest");
  if (digest === null) throw new RegistryProblem("DIGEST_INVALID", { message: "digest missing" });
  return finish(call, upload, digestIn(digest));
}

/** GET: how far it came. */
export async function getUpload(call: Call): Promise<Response> {
  return progress(call, call.reference, uploadOf(call), 204);
}

/** DELETE: forgets it. */
export async function deleteUpload(call: Call): Promise<Response> {
  const upload = uploadOf(call);
  call.state.uploads.delete(call.reference);
  upload.ingest.abort();
  return new Response(null, { status: 204 });
}

async function finish(call: Call, upload: Upload, digest: ContentDigest): Promise<Response> {
  const { name, state } = call;
  await append(call, upload);
  state.uploads.delete(call.reference);
  try {
    commit(call, upload, digest);
  } catch (error) {
    if (!(error instanceof StatusError) || error.kind !== "failed-precondition") throw error;
    throw new RegistryProblem("DIGEST_INVALID", { detail: { digest, reason: error.message } });
  }
  state.shelf.ensure(name).addBlob(digest);
  return created(name, digest);
}

/** A client that has not said the algorithm at the beginning may still use another one in the end. */
function commit({ state: { shelf } }: Call, { ingest }: Upload, digest: ContentDigest): void {
  if (digestParts(digest).algorithm === ingest.algorithm) {
    ingest.commit({ digest });
    return;
  }
  const other = ingest.commit();
  try {
    shelf.store.put(shelf.store.chunks(other), digest);
  } finally {
    shelf.drop(other);
  }
}

async function append(call: Call, { ingest }: Upload): Promise<void> {
  const { request, fault } = call;
  const before = ingest.offset;
  const header = request.headers.get("content-range");
  const range = header === null ? undefined : parseContentRange(header);
  if (header !== null && range?.start !== before) throw outOfOrder(call, before);
  const announced = request.headers.get("content-length");
  const { cutAfterBytes: cut = Number.POSITIVE_INFINITY } = fault;
  for await (const chunk of chunksOf(request)) {
    const room = before + cut - ingest.offset;
    ingest.append(chunk.subarray(0, room));
    if (chunk.length > room) throw new TypeError("terminated");
  }
  const length = ingest.offset - before;
  const isWrong = announced !== null && Number(announced) !== length;
  if (isWrong || (range !== undefined && range.end - range.start !== length)) {
    throw new RegistryProblem("SIZE_INVALID", { detail: { announced, received: length } });
  }
}

function uploadOf({ name, reference, state }: Call): Upload {
  const upload = state.uploads.get(reference);
  if (upload?.repository !== name) throw new RegistryProblem("BLOB_UPLOAD_UNKNOWN");
  return upload;
}

function progress({ name }: Call, id: string, { ingest }: Upload, status: 202 | 204): Response {
  return new Response(null, { status, headers: progressHeaders(name, id, ingest.offset, status) });
}

function progressHeaders(name: string, id: string, offset: number, status = 202): Record<string, string> {
  return {
    location: `/v2/${name}/blobs/uploads/${id}`,
    range: `0-${Math.max(0, offset - 1)}`,
    "docker-upload-uuid": id,
    ...(status === 204 ? {} : { "content-length": "0" }),
  };
}

function outOfOrder({ name, reference }: Call, offset: number): RegistryProblem {
  const { "content-length": _none, ...headers } = progressHeaders(name, reference, offset);
  return new RegistryProblem("RANGE_INVALID", { headers });
}

function mayMount({ url, state }: Call, digest: ContentDigest): boolean {
  const from = url.searchParams.get("from");
  if (from !== null) return state.shelf.get(from)?.blobs.has(digest) === true;
  return state.mountsFromAnywhere && state.shelf.repositories.some(({ blobs }) => blobs.has(digest));
}

const algorithmOf = (digest: string): string => (isContentDigest(digest) ? digestParts(digest).algorithm : "sha256");

function created(name: string, digest: ContentDigest): Response {
  return new Response(null, {
    status: 201,
    headers: { location: blobLocation(name, digest), "docker-content-digest": digest, "content-length": "0" },
  });
}
