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
import type { ChainRecord } from "./chain-keys.ts";
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

/** What was done for an image. */
export interface InlineSteps {
  readonly cache: BuildCache;
  /** The snapshots of its layers, the lowest first. */
  readonly chain: readonly string[];
  /** Those that lead to it, each behind those that it needs. */
  readonly steps: readonly Omit<ChainRecord, "vertex">[];
  /** By the numbers of the steps. */
  readonly snapshots: readonly (string | undefined)[];
}

/**
 * What is known of the layers of an image, for its configuration; `undefined` for nothing. Steps of other stages have
 * no layers in it, and are told of for those that have.
 */
export function inlineCacheOf({ cache, chain, steps, snapshots }: InlineSteps): string | undefined {
  const records: InlineRecord[] = steps.map(({ key, inputs }, number) => ({
    ...layersOf(cache, chain, snapshots[number]),
    digest: key,
    ...(inputs.length > 0 && { inputs: inputs.map((link) => [{ link }]) }),
  }));
  const told = new Set(steps.map(({ key }) => key));
  // By what its files hold, a step may have a key of its own.
  for (const snapshot of chain) {
    const key = cache.recordOf(snapshot)?.key;
    if (key !== undefined && !told.has(key)) records.push({ ...layersOf(cache, chain, snapshot), digest: key });
  }
  return records.some(({ layers }) => layers !== undefined) ? base64(encode(JSON.stringify(records))) : undefined;
}

function layersOf(
  cache: BuildCache,
  chain: readonly string[],
  snapshot: string | undefined,
): Pick<InlineRecord, "layers"> {
  const layer = snapshot === undefined ? -1 : chain.indexOf(snapshot);
  const record = snapshot === undefined ? undefined : cache.recordOf(snapshot);
  if (layer < 0 || record === undefined) return {};
  const createdAt = rfc3339Nano(Math.floor(record.createdUs / 1e6), (record.createdUs % 1e6) * 1000);
  return { layers: [{ layer, createdAt }] };
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

  get isEmpty(): boolean {
    return this.#offers.size === 0;
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
