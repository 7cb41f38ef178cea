/** Blobs: GET and HEAD, parts of them, DELETE. @see distribution-spec end-2, end-10 */
import type { ContentDigest } from "../../oci/index.ts";
import { bodyOf } from "../body.ts";
import { type Call, digestIn, faulty } from "./context.ts";
import { RegistryProblem } from "./problem.ts";
import { parseRange } from "./range.ts";

const OCTETS = "application/octet-stream";

export async function getBlob(call: Call): Promise<Response> {
  const { request, name, reference, state, fault } = call;
  const digest = digestIn(reference);
  const bytes = await state.shelf.blob(name, digest);
  if (bytes === undefined) throw unknownBlob(digest);
  const headers = { ...headersOf(digest), "accept-ranges": "bytes", "cache-control": "max-age=31536000" };
  if (request.headers.get("if-none-match") === `"${digest}"`) return new Response(null, { status: 304, headers });
  const range = parseRange(request.headers.get("range"), bytes.length);
  if (range === "unsatisfiable") {
    throw new RegistryProblem("RANGE_INVALID", { headers: { "content-range": `bytes */${bytes.length}` } });
  }
  const part = range === undefined ? bytes : bytes.subarray(range.start, range.end);
  const all = {
    ...headers,
    "content-type": OCTETS,
    "content-length": String(part.length),
    ...(range && { "content-range": `bytes ${range.start}-${range.end - 1}/${bytes.length}` }),
  };
  const status = range === undefined ? 200 : 206;
  if (request.method === "HEAD") return new Response(null, { status, headers: all });
  return new Response(bodyOf(faulty(part, fault), fault), { status, headers: all });
}

export async function deleteBlob({ name, reference, state }: Call): Promise<Response> {
  const digest = digestIn(reference);
  if (!state.deletes) throw new RegistryProblem("UNSUPPORTED");
  if (state.shelf.get(name)?.removeBlob(digest) !== true) throw unknownBlob(digest);
  state.shelf.drop(digest);
  return new Response(null, { status: 202, headers: { "content-length": "0" } });
}

export const headersOf = (digest: ContentDigest): Readonly<Record<string, string>> => ({
  "docker-content-digest": digest,
  etag: `"${digest}"`,
});

const unknownBlob = (digest: string): RegistryProblem => new RegistryProblem("BLOB_UNKNOWN", { detail: { digest } });
