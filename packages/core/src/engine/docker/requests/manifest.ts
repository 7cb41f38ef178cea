/** Requests about lists of manifests, which the client keeps until they are pushed. */
import type { ImageReference } from "../reference.ts";

interface ManifestCreateRequest {
  readonly command: "manifest create";
  readonly list: ImageReference;
  /** As given: those before one that is no name are in the list already. */
  readonly manifests: readonly string[];
  readonly amend: boolean;
  readonly insecure: boolean;
}

interface ManifestAnnotateRequest {
  readonly command: "manifest annotate";
  readonly list: ImageReference;
  readonly manifest: ImageReference;
  /** The two as they were given. */
  readonly given: { readonly list: string; readonly manifest: string };
  /** What is said anew; "" is left as it is. */
  readonly os: string;
  readonly architecture: string;
  readonly variant: string;
  readonly osVersion: string;
  readonly osFeatures: readonly string[];
}

interface ManifestInspectRequest {
  readonly command: "manifest inspect";
  readonly manifest: ImageReference;
  /** The list that it is in, if it is in one. */
  readonly list: ImageReference | undefined;
  readonly verbose: boolean;
  readonly insecure: boolean;
}

interface ManifestPushRequest {
  readonly command: "manifest push";
  readonly list: ImageReference;
  readonly purge: boolean;
  readonly insecure: boolean;
}

interface ManifestRmRequest {
  readonly command: "manifest rm";
  /** As given: one that is no name keeps no other from being removed. */
  readonly lists: readonly string[];
}

export type ManifestRequest =
  | ManifestCreateRequest
  | ManifestAnnotateRequest
  | ManifestInspectRequest
  | ManifestPushRequest
  | ManifestRmRequest;
