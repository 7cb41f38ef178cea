/** Requests about builders: that of the engine itself, and others that are known by name only. */

interface BuilderListRequest {
  readonly command: "buildx ls";
  readonly format: string;
  readonly noTrunc: boolean;
}

interface BuilderNameRequest {
  readonly command: "buildx inspect" | "buildx use" | "buildx stop";
  /** "" for the one in use. */
  readonly names: readonly string[];
}

interface BuilderRemovalRequest {
  readonly command: "buildx rm";
  readonly names: readonly string[];
  readonly allInactive: boolean;
  /** Asked before all are removed; `undefined` if nobody is asked. */
  readonly confirm: string | undefined;
}

export interface BuilderCreateRequest {
  readonly command: "buildx create";
  /** A context, or an address; "" for where the client would go anyway. */
  readonly endpoint: string;
  readonly append: boolean;
  readonly bootstrap: boolean;
  readonly configFile: string;
  readonly daemonFlags: string;
  readonly driver: string;
  /** "a=b,c=d" each. */
  readonly driverOptions: readonly string[];
  readonly leave: boolean;
  readonly name: string;
  readonly node: string;
  /** "linux/amd64,linux/arm64" each. */
  readonly platforms: readonly string[];
  readonly use: boolean;
}

interface BuildxVersionRequest {
  readonly command: "buildx version";
}

export type BuilderRequest =
  | BuilderListRequest
  | BuilderNameRequest
  | BuilderRemovalRequest
  | BuilderCreateRequest
  | BuildxVersionRequest;
