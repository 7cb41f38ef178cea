/**
 * A build cache inside of an image: its configuration says which step has made which of its layers, so that a builder that
 * has never seen these steps can take the layers instead.
 *
 * The keys are this builder's own: BuildKit finds nothing in them, nor does this builder in those of BuildKit.
 *
 * @see BuildKit cache/remotecache/inline/inline.go, cache/remotecache/v1/spec.go
 */
import * as z from "zod";
import { rfc3339Nano } from "../../lib/go/index.ts";
import { base64, base64Bytes, decode, encode } from "../../lib/index.ts";
import type { BuildCache } from "./build-cache.ts";
import type { BaseImage } from "./plan.ts";

/** A step, and where its result lies. */
const RECORD = z.object({
  digest: z.string(),
  /** Numbers of layers of the image, the lowest being 0. */
  layers: z.exactOptional(z.array(z.object({ layer: z.number(), createdAt: z.string() }))),
  /** For each input the records that it may be. */
  inputs: z.exactOptional(z.array(z.array(z.object({ link: z.number() })))),
});

type InlineRecord = z.infer<typeof RECORD>;

/** A layer that an image offers for a step. */
export interface OfferedLayer {
  readonly image: BaseImage;
  /** Its committed snapshot, once the image is fetched. */
  readonly snapshot: string;
}

/** What a cache knows of the layers of an image, for its configuration; `undefined` for nothing. */
export function inlineCacheOf(cache: BuildCache, chain: readonly string[]): string | undefined {
  const records: InlineRecord[] = [];
  for (const [layer, snapshot] of chain.entries()) {
    const record = cache.recordOf(snapshot);
    if (record === undefined) continue;
    const below = records.length - 1;
    const createdAt = rfc3339Nano(Math.floor(record.createdUs / 1e6), (record.createdUs % 1e6) * 1000);
    const inputs = below < 0 ? {} : { inputs: [[{ link: below }]] };
    records.push({ layers: [{ layer, createdAt }], digest: record.key, ...inputs });
  }
  return records.length === 0 ? undefined : base64(encode(JSON.stringify(records)));
}

/** The layers that images offer, by the keys of steps. */
export class OfferedLayers {
  readonly #offers = new Map<string, OfferedLayer>();

  /** What an image offers; one without a cache, or with one that nobody understands, offers nothing. */
  add(image: BaseImage): void {
    const cache = image.config["moby.buildkit.cache.v0"];
    for (const { digest, layers } of cache === undefined ? [] : recordsOf(cache)) {
      const snapshot = image.chain[layers?.[0]?.layer ?? -1];
      if (snapshot !== undefined && !this.#offers.has(digest)) this.#offers.set(digest, { image, snapshot });
    }
  }

  find(key: string): OfferedLayer | undefined {
    return this.#offers.get(key);
  }
}

function recordsOf(cache: string): readonly InlineRecord[] {
  let json: unknown;
  try {
    json = JSON.parse(decode(base64Bytes(cache)));
  } catch {
    return [];
  }
  const records: readonly unknown[] = Array.isArray(json) ? json : [];
  return records.flatMap((one) => RECORD.safeParse(one).data ?? []);
}
