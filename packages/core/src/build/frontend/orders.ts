/**
 * Build arguments that are orders to the builder besides being variables: `BUILDKIT_MULTI_PLATFORM`, `SOURCE_DATE_EPOCH`…
 *
 * @see BuildKit frontend/dockerui/config.go init, exporter/util/epoch
 */
import { parseInteger, readBool, reworded } from "../../lib/go/index.ts";
import { BuildError } from "../dockerfile/error.ts";

const MULTI_PLATFORM = "BUILDKIT_MULTI_PLATFORM";
const INLINE_CACHE = "BUILDKIT_INLINE_CACHE";
const HOST_NAME = "BUILDKIT_SANDBOX_HOSTNAME";
const CACHE_NAMESPACE = "BUILDKIT_CACHE_MOUNT_NS";
export const SOURCE_DATE_EPOCH = "SOURCE_DATE_EPOCH";

export interface BuildOrders {
  /** The build may be for several platforms: steps show theirs. */
  readonly isMultiPlatform: boolean;
  readonly inlineCache: boolean;
  /** The host name of every RUN. */
  readonly hostname: string | undefined;
  /** What ids of cache mounts begin with: caches of other names are other caches. */
  readonly cacheNamespace: string;
  /** When everything that is made counts as made. */
  readonly epochUs: number | undefined;
}

/** What is empty orders nothing. @throws BuildError for what cannot be read */
export function ordersOf(buildArgs: Readonly<Record<string, string>> = {}): BuildOrders {
  const platforms = buildArgs[MULTI_PLATFORM] || "false";
  const isMultiPlatform = readBool(platforms);
  if (isMultiPlatform === undefined) throw new BuildError(`invalid boolean value for multi-platform: ${platforms}`);
  const epoch = buildArgs[SOURCE_DATE_EPOCH] || undefined;
  return {
    isMultiPlatform,
    inlineCache: readBool(buildArgs[INLINE_CACHE] ?? "") === true,
    hostname: buildArgs[HOST_NAME] || undefined,
    cacheNamespace: buildArgs[CACHE_NAMESPACE] ?? "",
    epochUs: epoch === undefined ? undefined : seconds(epoch) * 1e6,
  };
}

function seconds(text: string): number {
  return reworded(
    () => parseInteger(text),
    ({ message }) => new BuildError(`invalid SOURCE_DATE_EPOCH: ${text}: ${message}`),
  );
}
