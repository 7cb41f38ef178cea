/** The archive behind a URL, for `docker import`. @see moby builder/remotecontext/remote.go GetWithStatusError */

import { httpUrlProblem } from "../../lib/go/index.ts";
import { decode, StatusError, type StatusKind } from "../../lib/index.ts";
import { statusLine } from "../../registry/index.ts";
import type { HttpGet } from "../build/download.ts";

const KINDS: Readonly<Record<number, StatusKind>> = {
  400: "invalid-argument",
  401: "permission-denied",
  403: "permission-denied",
  404: "not-found",
};

/**
 * Fetches what is to be imported.
 *
 * @throws StatusError with what the server has answered, if that is an error
 */
export async function importedArchive(get: HttpGet, url: string): Promise<Uint8Array> {
  const refusal = httpUrlProblem(url);
  if (refusal !== undefined)
    throw new StatusError(refusal.startsWith("parse") ? "invalid-argument" : "internal", refusal);
  const response = await get(url).catch((error: unknown) => {
    if (!(error instanceof StatusError)) throw error;
    throw new StatusError("internal", error.message);
  });
  const body = new Uint8Array(await response.arrayBuffer());
  const { status } = response;
  if (status < 400) return body;
  const problem = `failed to GET ${url} with status ${statusLine(response)}: ${decode(body).trim()}`;
  throw new StatusError(KINDS[status] ?? "internal", problem);
}
