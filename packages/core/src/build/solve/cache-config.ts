/**
 * A build cache on its own, in a registry: a document with what is known of steps, and the layers that they made, each with
 * the number of the one below it.
 *
 * @see BuildKit cache/remotecache/v1/spec.go, utils.go; cache/remotecache/export.go
 */
import * as z from "zod";
import { decode, StatusError } from "../../lib/index.ts";
import { type ContentDigest, type Digest, documentBytes, isContentDigest } from "../../oci/index.ts";
import { type DoneSteps, readRecords, type StepRecord, stepRecords, type TellingCache } from "./step-records.ts";

/** Which layers come along: those of the result, or those of all steps. */
export type CacheMode = "min" | "max";

export interface CacheLayer {
  readonly snapshot: string;
  readonly diffId: Digest;
  /** The number of the layer below it; -1 for the lowest. */
  readonly parent: number;
  readonly createdUs: number;
}

/** A cache as it is to go to a registry. A layer comes behind those below it. */
export interface TellableCache {
  readonly layers: readonly CacheLayer[];
  readonly records: readonly StepRecord[];
}

export interface TellOptions {
  readonly mode: CacheMode;
  /** The snapshots of the result, the lowest first. */
  readonly chain: readonly string[];
  readonly diffIdOf: (snapshot: string) => Digest;
}

const LOWEST = -1;
/** No image has more layers. @see moby layer/layer_store.go maxLayerDepth */
const DEPTH_LIMIT = 125;

export function tellableCache(
  parts: TellingCache,
  done: DoneSteps,
  { mode, chain, diffIdOf }: TellOptions,
): TellableCache {
  const { snapshotter } = parts;
  const own = new Set(chain);
  const numbers = new Map<string, number>();
  const layers: CacheLayer[] = [];
  for (const made of done.snapshots) {
    if (made === undefined || (mode === "min" && !own.has(made))) continue;
    let parent = LOWEST;
    for (const snapshot of snapshotter.chain(made).toReversed()) {
      const number = numbers.get(snapshot) ?? layers.length;
      if (number === layers.length) {
        const { createdUs } = snapshotter.stat(snapshot);
        layers.push({ snapshot, diffId: diffIdOf(snapshot), parent, createdUs });
        numbers.set(snapshot, number);
      }
      parent = number;
    }
  }
  return { layers, records: stepRecords(parts, done, numbers) };
}

/** The document of a cache whose layers are these blobs. As in Go, a number of 0 is left out. */
export function cacheConfigBytes({ layers, records }: TellableCache, blobs: readonly ContentDigest[]): Uint8Array {
  const told = layers.map(({ parent }, number) => ({ blob: blobs[number], ...(parent !== 0 && { parent }) }));
  return documentBytes({ ...(told.length > 0 && { layers: told }), ...(records.length > 0 && { records }) });
}

const CONFIG = z.object({
  layers: z
    .array(
      z.object({
        blob: z.custom<ContentDigest>((value) => typeof value === "string" && isContentDigest(value)),
        parent: z.int().default(0),
      }),
    )
    .default([]),
  records: z.unknown().optional(),
});

export interface CacheConfig {
  readonly records: readonly StepRecord[];
  /** For each layer the blobs that it is made of, the lowest first; nothing if that cannot be told. */
  readonly layers: readonly (readonly ContentDigest[])[];
}

/** @throws StatusError invalid-argument for what is no such document */
export function readCacheConfig(bytes: Uint8Array): CacheConfig {
  const { data } = CONFIG.safeParse(jsonIn(bytes));
  if (data === undefined) throw new StatusError("invalid-argument", "invalid cache config");
  const { layers, records } = data;
  const lineOf = (number: number): readonly ContentDigest[] => {
    const line: ContentDigest[] = [];
    for (let at = number; at !== LOWEST; ) {
      const layer = layers[at];
      // Of layers that stand on each other in a circle none is the lowest.
      if (layer === undefined || line.length === DEPTH_LIMIT) return [];
      line.push(layer.blob);
      at = layer.parent;
    }
    return line.reverse();
  };
  return { records: readRecords(records), layers: layers.map((_, number) => lineOf(number)) };
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decode(bytes));
  } catch {
    return undefined;
  }
}
