/** Floor 1, beside abi: OCI documents. */
export {
  configBytes,
  documentBytes,
  goJson,
  goJsonLines,
  indexBytes,
  manifestBytes,
  RUN_CONFIG_FIELDS,
} from "./canonical.ts";
export {
  type ContentDigest,
  type Digest,
  type DigestAlgorithm,
  digestLike,
  digestOf,
  digestParts,
  digestProblem,
  isContentDigest,
  isDigest,
  parseDigest,
} from "./digest.ts";
export type { Healthcheck, History, ImageConfig, ImageRunConfig, Platform } from "./image.ts";
export {
  type Annotations,
  CONTAINERD_NAME,
  type Descriptor,
  IMAGE_LAYOUT_VERSION,
  type ImageLayout,
  type Index,
  type Manifest,
  REF_NAME,
  UNCOMPRESSED,
} from "./manifest.ts";
export * from "./media-types.ts";
export {
  choosePlatform,
  HOST_PLATFORM,
  type HostPlatform,
  normalPlatform,
  platformMatches,
  platformText,
} from "./platform.ts";
export { ARCHITECTURES, normalProcessor, SYSTEMS } from "./processor.ts";
export {
  DEFAULT_DOMAIN,
  familiarName,
  familiarText,
  type ImageReference,
  isNameOnly,
  isRepositoryPath,
  isTag,
  parseReference,
  parseReferenceOrId,
  referenceProblem,
  referenceText,
  repositoryName,
  withDefaultTag,
} from "./reference.ts";
export type {
  DeviceRule,
  DeviceSpec,
  IdMapping,
  LinuxSeccomp,
  LinuxSpec,
  LinuxSyscall,
  MountSpec,
  NamespaceType,
  ProcessSpec,
  RuntimeSpec,
} from "./runtime-spec.ts";
