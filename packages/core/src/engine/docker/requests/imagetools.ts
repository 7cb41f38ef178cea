/** Requests about images in registries, which buildx asks by itself. */
import type { ImageReference } from "../reference.ts";

interface ImagetoolsInspectRequest {
  readonly command: "imagetools inspect";
  readonly builder: string;
  /** As given: so templates see it. */
  readonly name: string;
  readonly format: string;
  readonly raw: boolean;
}

interface ImagetoolsCreateRequest {
  readonly command: "imagetools create";
  readonly builder: string;
  /** References, digests and descriptors, as given. */
  readonly sources: readonly string[];
  readonly files: readonly string[];
  readonly tags: readonly ImageReference[];
  readonly annotations: readonly string[];
  readonly platforms: readonly string[];
  readonly append: boolean;
  readonly dryRun: boolean;
  readonly preferIndex: boolean;
  readonly progress: string;
}

export type ImagetoolsRequest = ImagetoolsInspectRequest | ImagetoolsCreateRequest;
