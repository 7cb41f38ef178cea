/** The images and caches that a build was told to take layers from. @see BuildKit cache/remotecache/registry, solver/llbsolver/bridge.go */
import { structureHash } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { BuildRequest, ImageNames } from "../build-request.ts";
import { parsePlatform } from "../frontend/platform.ts";
import type { Progress } from "../progress/progress.ts";
import { OfferedLayers } from "../solve/offered-layers.ts";
import { withoutPrefix } from "./definition.ts";

/** What cannot be had is told of, and offers nothing. */
export async function offeredLayers(
  { cacheFrom = [], platform }: BuildRequest,
  images: ImageNames,
  progress: Progress,
): Promise<OfferedLayers> {
  const offers = new OfferedLayers();
  for (const name of cacheFrom) {
    if (typeof name !== "string") {
      const number = structureHash("CacheOptionsEntry", { Type: name.type, Attrs: name.attributes });
      const shown = progress.start(`importing cache manifest from ${name.type}:${number}`);
      shown.fail(`unknown cache importer: ${name.type}`);
      continue;
    }
    const shown = progress.start(`importing cache manifest from ${name}`);
    try {
      offers.add(await images.resolveCache(name, platform === undefined ? {} : { platform: parsePlatform(platform) }));
      shown.complete(false);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      shown.fail(`failed to configure registry cache importer: ${withoutPrefix(error.message)}`);
    }
  }
  return offers;
}
