/**
 * A build cache inside of an image: its configuration says which step has made which of its layers.
 *
 * @see BuildKit cache/remotecache/inline/inline.go
 */
import { base64, base64Bytes, decode, encode } from "../../lib/index.ts";
import type { OfferedCache } from "./offered-layers.ts";
import type { BaseImage } from "./plan.ts";
import { type DoneSteps, readRecords, stepRecords, type TellingCache } from "./step-records.ts";

/**
 * What is known of the layers of an image (its snapshots, the lowest first), for its configuration; `undefined` for nothing.
 * Steps of other stages have no layers in it, and are told of for those that have.
 */
export function inlineCacheOf(cache: TellingCache, done: DoneSteps, chain: readonly string[]): string | undefined {
  const records = stepRecords(cache, done, new Map(chain.map((snapshot, layer) => [snapshot, layer])));
  return records.some(({ layers }) => layers !== undefined) ? base64(encode(JSON.stringify(records))) : undefined;
}

/** What an image offers; one without a cache, or with one that nobody understands, offers nothing. */
export function inlineCache({ config, chain, fetch }: BaseImage): OfferedCache {
  const cache = config["moby.buildkit.cache.v0"];
  return {
    records: cache === undefined ? [] : recordsIn(cache),
    layers: chain.map((snapshot) => ({ snapshot, ...(fetch && { fetch }) })),
  };
}

function recordsIn(cache: string): OfferedCache["records"] {
  try {
    return readRecords(JSON.parse(decode(base64Bytes(cache))));
  } catch {
    return [];
  }
}
