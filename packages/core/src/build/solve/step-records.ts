/**
 * What a build cache tells to other builders: which step has made which layer, so that one that has never seen these steps
 * can take the layers instead.
 *
 * The keys are this builder's own: BuildKit finds nothing in them, nor does this builder in those of BuildKit.
 *
 * @see BuildKit cache/remotecache/v1/spec.go
 */
import * as z from "zod";
import { rfc3339Nano } from "../../lib/go/index.ts";
import type { Snapshotter } from "../../snapshot/index.ts";
import type { BuildCache } from "./build-cache.ts";
import type { ChainRecord } from "./chain-keys.ts";

/** A step, and where its result lies. */
const RECORD = z.object({
  digest: z.string(),
  /** Numbers of layers. */
  layers: z.exactOptional(z.array(z.object({ layer: z.number(), createdAt: z.string() }))),
  /** For each input the records that it may be. */
  inputs: z.exactOptional(z.array(z.array(z.object({ link: z.number() })))),
});

export type StepRecord = z.infer<typeof RECORD>;

/** The steps that lead to a result. */
export interface DoneSteps {
  /** Each behind those that it needs. */
  readonly steps: readonly Omit<ChainRecord, "vertex">[];
  /** What they came to, by their numbers. */
  readonly snapshots: readonly (string | undefined)[];
}

/** What records are made of. */
export interface TellingCache {
  readonly cache: BuildCache;
  readonly snapshotter: Snapshotter;
}

/** Records of steps. `layers` has the numbers of those layers that come along, by their snapshots, the lowest first. */
export function stepRecords(
  { cache, snapshotter }: TellingCache,
  { steps, snapshots }: DoneSteps,
  layers: ReadonlyMap<string, number>,
): readonly StepRecord[] {
  const layersOf = (snapshot: string | undefined): Pick<StepRecord, "layers"> => {
    const layer = snapshot === undefined ? undefined : layers.get(snapshot);
    if (snapshot === undefined || layer === undefined) return {};
    return { layers: [{ layer, createdAt: rfc3339Nano(snapshotter.stat(snapshot).createdUs) }] };
  };
  const records: StepRecord[] = steps.map(({ key, inputs }, number) => ({
    ...layersOf(snapshots[number]),
    digest: key,
    ...(inputs.length > 0 && { inputs: inputs.map((link) => [{ link }]) }),
  }));
  const told = new Set(steps.map(({ key }) => key));
  // By what its files hold, a step may have a key of its own.
  for (const snapshot of layers.keys()) {
    const key = cache.recordOf(snapshot)?.key;
    if (key !== undefined && !told.has(key)) records.push({ ...layersOf(snapshot), digest: key });
  }
  return records;
}

/** The records that can be understood. */
export function readRecords(json: unknown): readonly StepRecord[] {
  const records: readonly unknown[] = Array.isArray(json) ? json : [];
  return records.flatMap((one) => RECORD.safeParse(one).data ?? []);
}
