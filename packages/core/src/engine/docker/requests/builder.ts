/** Requests about builders, of which there is one: the engine itself. */

interface BuilderListRequest {
  readonly command: "buildx ls";
  readonly format: string;
  readonly noTrunc: boolean;
}

interface BuilderNameRequest {
  readonly command: "buildx inspect" | "buildx use" | "buildx rm" | "buildx stop";
  /** "" for the one in use. */
  readonly names: readonly string[];
}

interface BuildxVersionRequest {
  readonly command: "buildx version";
}

export type BuilderRequest = BuilderListRequest | BuilderNameRequest | BuildxVersionRequest;
