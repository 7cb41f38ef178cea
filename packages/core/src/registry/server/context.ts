/** What the handlers of requests share. */

import type { Ingest } from "../../content/index.ts";
import { type Bytes, Chunks, wholeOf } from "../../lib/index.ts";
import type { ContentDigest } from "../../oci/index.ts";
import { digestProblem, isContentDigest } from "../../oci/index.ts";
import type { BodyFault } from "../body.ts";
import { RegistryProblem } from "./problem.ts";
import type { Shelf } from "./shelf.ts";

/** An upload that was begun. */
export interface Upload {
  readonly repository: string;
  readonly ingest: Ingest;
}

/** What a rule does to the response of one request. */
export interface ResponseFault extends BodyFault {
  /** The bytes are others than their digest says. */
  readonly corrupt?: boolean;
}

export interface RegistryState {
  readonly shelf: Shelf;
  readonly uploads: Map<string, Upload>;
  newUploadId(): string;
  readonly deletes: boolean;
  /** Manifests are taken though not everything that they name is there. */
  readonly takesSparse: boolean;
  /** Blobs may be mounted from wherever they are, without the name of a repository. */
  readonly mountsFromAnywhere: boolean;
}

/** One request, taken apart. */
export interface Call {
  readonly request: Request;
  readonly url: URL;
  /** "library/busybox" */
  readonly name: string;
  /** What follows the kind of resource in the path: a tag, a digest, the ID of an upload. */
  readonly reference: string;
  readonly state: RegistryState;
  readonly fault: ResponseFault;
}

/** @throws RegistryProblem DIGEST_INVALID */
export function digestIn(text: string): ContentDigest {
  if (isContentDigest(text)) return text;
  throw new RegistryProblem("DIGEST_INVALID", {
    message: digestProblem(text) ?? "unsupported digest algorithm",
    detail: { digest: text },
  });
}

/** Bytes as the fault wants them to arrive. */
export function faulty(bytes: Bytes, fault: ResponseFault): Bytes {
  if (fault.corrupt !== true || bytes.length === 0) return bytes;
  const [last = 0] = wholeOf(bytes.subarray(bytes.length - 1));
  return Chunks.from([...Chunks.of(bytes.subarray(0, bytes.length - 1)), Uint8Array.of(last ^ 1)]);
}

export const blobLocation = (name: string, digest: ContentDigest): string => `/v2/${name}/blobs/${digest}`;
