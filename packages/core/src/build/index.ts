/** Floor 9: the builder. */
export type {
  BuildExport,
  BuildRequest,
  BuildResult,
  CacheTarget,
  FrontendEnd,
  ImageNames,
  NamedContext,
  OtherCache,
  ResolveImageOptions,
  Secret,
} from "./build-request.ts";
export { Builder } from "./builder.ts";
export { rethrow } from "./dockerfile/error.ts";
export * from "./dockerfile/index.ts";
export {
  type ContextDisk,
  type ContextFile,
  type ContextLoading,
  type ContextSource,
  contextEntries,
  type DiskStat,
} from "./files/context-source.ts";
export { hasWildcards, matchGlob } from "./files/glob.ts";
export { IgnoreMatcher, parseIgnoreFile } from "./files/ignore.ts";
export { openArchive } from "./files/unpack.ts";
export { type CheckOptions, type CheckResult, check } from "./frontend/check.ts";
export { healthcheckStep } from "./frontend/dispatch.ts";
export { gitContextSource } from "./frontend/git-ref.ts";
export { ordersOf, SOURCE_DATE_EPOCH } from "./frontend/orders.ts";
export { type Outline, type OutlineArg, type OutlineMount, outlineOf, printOutline } from "./frontend/outline.ts";
export { parsePlatform } from "./frontend/platform.ts";
export { parsePorts } from "./frontend/ports.ts";
export { sourceKind, usesSsh } from "./frontend/remote.ts";
export type { LoadedFrom } from "./frontend/source-definition.ts";
export {
  checkDocument,
  outlineDocument,
  printRequests,
  REQUEST_VERSION,
  requestsDocument,
  targetsDocument,
} from "./frontend/subrequests.ts";
export { healthcheckOf } from "./image/image-draft.ts";
export { AuthorizationError } from "./load/authorization-error.ts";
export type { BuildEvent, BuildListener } from "./progress/events.ts";
export { PlainProgress } from "./progress/plain.ts";
export { RawJsonProgress } from "./progress/raw-json.ts";
export type { BuildCache, BuildCacheState, CacheRecord } from "./solve/build-cache.ts";
export type { Download } from "./solve/build-machine.ts";
export { type CacheMode, cacheConfigBytes, readCacheConfig, type TellableCache } from "./solve/cache-config.ts";
export type { CacheMiss } from "./solve/cache-miss.ts";
export type { CacheType, CacheUsage, PruneOptions } from "./solve/cache-usage.ts";
export { checkOut, wantedCommit } from "./solve/git-checkout.ts";
export type { GitPlace } from "./solve/git-place.ts";
export { inlineCache } from "./solve/inline-cache.ts";
export type { OfferedCache, OfferedLayer } from "./solve/offered-layers.ts";
export type { BaseImage, SourceStatus } from "./solve/plan.ts";
export { VertexError } from "./solve/solver.ts";
export type { RunNetwork } from "./solve/vertex.ts";
