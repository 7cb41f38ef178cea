/**
 * What the build cache takes: a record for each result, each layer of a base image below one, each build context and each
 * cache mount; and which of them a prune removes.
 *
 * @see BuildKit cache/manager.go (DiskUsage, Prune), client/diskusage.go
 */
import { MemoryDirectory, type MemoryFs } from "../../fs/index.ts";
import type { Snapshotter } from "../../snapshot/index.ts";
import type { Inode } from "../../vfs/index.ts";
import type { BuildCache, CacheRecord } from "./build-cache.ts";
import { cacheId, type SideRecord } from "./side-record.ts";

export type CacheType = "regular" | "source.local" | "exec.cachemount";

export interface CacheUsage {
  /** Twenty-five letters and digits. */
  readonly id: string;
  readonly parents: readonly string[];
  readonly type: CacheType;
  readonly description: string;
  /** An image has it, too. */
  readonly shared: boolean;
  /** Whether it could still be changed: nothing was built on it, and no image has it. */
  readonly mutable: boolean;
  readonly sizeBytes: number;
  readonly createdUs: number;
  readonly lastUsedUs: number;
  readonly usageCount: number;
}

/** What may go. Bytes that are 0 say nothing. */
export interface PruneOptions {
  /** Also what images have. */
  readonly all?: boolean;
  /** Only what was not used for so long. */
  readonly unusedForUs?: number;
  /** Of that, as much as is used least, until no more than this is left. */
  readonly maxUsedBytes?: number;
  /** Never below this. */
  readonly reservedBytes?: number;
  readonly accepts?: (usage: CacheUsage) => boolean;
}

/** Every record, in the order in which they were made. */
export function cacheUsage(
  cache: BuildCache,
  snapshotter: Snapshotter,
  isShared: (snapshot: string) => boolean,
): readonly CacheUsage[] {
  const results = new Map([...cache.records()].map((record) => [record.snapshot, record]));
  const below = new Map<string, CacheRecord>();
  for (const record of results.values()) noteBelow(record, results, below, snapshotter);
  const all = [...below, ...results];
  const parents = new Set(all.map(([snapshot]) => snapshotter.stat(snapshot).parent));
  const regular = all.map(([snapshot, record]): CacheUsage => {
    const { parent } = snapshotter.stat(snapshot);
    const shared = isShared(snapshot);
    return {
      id: cacheId(snapshot),
      parents: parent === undefined ? [] : [cacheId(parent)],
      type: "regular",
      description: descriptionOf(record),
      shared,
      mutable: !shared && !parents.has(snapshot),
      sizeBytes: snapshotter.usage(snapshot).bytes,
      createdUs: record.createdUs,
      lastUsedUs: record.usedUs,
      usageCount: record.uses,
    };
  });
  return [...regular, ...[...cache.sideRecords()].map(([key, side]) => sideUsage(key, side, cache.disk))];
}

/** An image that the build has asked a registry for says where it is from. */
function descriptionOf({ title, name, ingredients }: CacheRecord): string {
  if (ingredients.has("the image")) return `pulled from ${name.replace(/^(?:\[[^\]]*\] )?FROM /, "")}`;
  return title ?? name;
}

/** Layers of base images are records, too, as long as a result lies on them. */
function noteBelow(
  record: CacheRecord,
  results: ReadonlyMap<string, CacheRecord>,
  below: Map<string, CacheRecord>,
  snapshotter: Snapshotter,
): void {
  let { parent } = snapshotter.stat(record.snapshot);
  for (; parent !== undefined && !results.has(parent); parent = snapshotter.stat(parent).parent) {
    const known = below.get(parent);
    below.set(parent, {
      ...record,
      snapshot: parent,
      name: "from local ",
      title: undefined,
      createdUs: Math.min(known?.createdUs ?? record.createdUs, record.createdUs),
      usedUs: Math.max(known?.usedUs ?? 0, record.usedUs),
      uses: 1,
    });
  }
}

function sideUsage(key: string, side: SideRecord, disk: MemoryFs): CacheUsage {
  return {
    id: cacheId(key),
    parents: [],
    type: side.type,
    description: side.description,
    shared: false,
    mutable: true,
    sizeBytes: "bytes" in side.kept ? side.kept.bytes : bytesBelow(inodeAt(disk, side.kept.path)),
    createdUs: side.createdUs,
    lastUsedUs: side.usedUs,
    usageCount: side.uses,
  };
}

function inodeAt({ root }: MemoryFs, path: string): Inode | undefined {
  let at: Inode | undefined = root;
  for (const name of path.slice(1).split("/")) at = at instanceof MemoryDirectory ? at.lookup(name) : undefined;
  return at;
}

function bytesBelow(inode: Inode | undefined): number {
  if (!(inode instanceof MemoryDirectory)) return inode?.stat().size ?? 0;
  return [...inode.entries.values()].reduce((sum, entry) => sum + bytesBelow(entry), 0);
}

/** Which records a prune removes, those first that others are built on last. */
export function prunable(records: readonly CacheUsage[], options: PruneOptions, nowUs: number): readonly CacheUsage[] {
  const { all = false, unusedForUs = 0, maxUsedBytes = 0, reservedBytes = 0, accepts = () => true } = options;
  const keepBytes = Math.max(maxUsedBytes, reservedBytes);
  const left = new Map(records.map((one) => [one.id, one]));
  let bytes = records.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const removed: CacheUsage[] = [];
  for (;;) {
    const held = new Set([...left.values()].flatMap(({ parents }) => parents));
    const free = [...left.values()].filter(
      (one) =>
        !held.has(one.id) &&
        (all || !one.shared) &&
        (unusedForUs === 0 || one.lastUsedUs <= nowUs - unusedForUs) &&
        accepts(one),
    );
    const chosen = keepBytes === 0 ? free : bytes <= keepBytes ? [] : leastUsed(free).slice(0, 1);
    if (chosen.length === 0) return removed;
    for (const one of chosen) {
      left.delete(one.id);
      bytes -= one.sizeBytes;
      removed.push(one);
    }
  }
}

/** By how long ago and how seldom they were used, each counted by its rank. */
function leastUsed(records: readonly CacheUsage[]): readonly CacheUsage[] {
  const rank = (of: (one: CacheUsage) => number): ReadonlyMap<number, number> =>
    new Map(
      [...new Set(records.map(of))].sort((a, b) => a - b).map((value, index, every) => [value, index / every.length]),
    );
  const [times, counts] = [rank(({ lastUsedUs }) => lastUsedUs), rank(({ usageCount }) => usageCount)];
  const score = (one: CacheUsage): number => (times.get(one.lastUsedUs) ?? 0) + (counts.get(one.usageCount) ?? 0);
  return records.toSorted((a, b) => score(a) - score(b));
}
