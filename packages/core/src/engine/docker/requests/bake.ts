/** `docker buildx bake`: builds of what files define. */
export interface BakeRequest {
  readonly command: "buildx bake";
  readonly builder: string;
  readonly targets: readonly string[];
  readonly files: readonly string[];
  /** `--set`, and the options that are short for it. */
  readonly overrides: readonly string[];
  readonly call: string;
  /** Targets are shown, and nothing is built. */
  readonly print: boolean;
  /** `targets`, `variables`, `type=targets,format=json`; "" lists nothing. */
  readonly list: string;
  readonly allow: readonly string[];
  readonly metadataFile: string;
  readonly progress: string;
}
