/**
 * The build cache: what steps have made, by what they were made from.
 *
 * A key is a digest over named ingredients - the step itself, the tree below, the files it takes - and a record keeps
 * the ingredients, so that a miss can be explained by the first one that differs.
 *
 * @see BuildKit solver/cachemanager.go, cache/manager.go
 */
import { encode, sha256 } from "../../lib/index.ts";
import type { Snapshotter } from "../../snapshot/index.ts";
import { type Checksums, combined } from "../files/checksum.ts";

/**
 * What a step was made from: names and values, in an order that is the same for every step of a kind. Files are one
 * ingredient with a digest each.
 */
export type Ingredients = ReadonlyMap<string, string | Checksums>;

export interface CacheRecord {
  readonly key: string;
  /** What stands for the result in the keys of those who build on it. */
  readonly result: string;
  /** The vertex's name, when it was made. */
  readonly name: string;
  readonly snapshot: string;
  /** What history calls the layer if no instruction tells; by default the name. */
  readonly title?: string | undefined;
  readonly ingredients: Ingredients;
  readonly createdUs: number;
  /** When it was last of use. */
  usedUs: number;
  uses: number;
}

/** Why a step was not cached. */
export interface CacheMiss {
  /** The vertex's name. */
  readonly step: string;
  /** The first ingredient that differs from the last time; `undefined` if there was no last time. */
  readonly changed: string | undefined;
  readonly before: string | undefined;
  readonly now: string | undefined;
}

export class BuildCache {
  readonly #snapshotter: Snapshotter;
  readonly #records = new Map<string, CacheRecord>();
  readonly #titles = new Map<string, string>();
  /** The newest record of each step, by the step alone: what a miss is compared with. */
  readonly #newest = new Map<string, CacheRecord>();

  constructor(snapshotter: Snapshotter) {
    this.#snapshotter = snapshotter;
  }

  /** The digest of a step's ingredients. */
  static key(ingredients: Ingredients): string {
    const values = [...ingredients].map(([name, value]) => [name, typeof value === "string" ? value : combined(value)]);
    return sha256(encode(JSON.stringify(values)));
  }

  /** The record of a key; it counts as used. */
  use(key: string, nowUs: number): CacheRecord | undefined {
    const record = this.#records.get(key);
    if (record === undefined) return undefined;
    record.usedUs = nowUs;
    record.uses++;
    return record;
  }

  /** Keeps a result and its snapshot until it is pruned. A result that is known already is replaced. */
  store(record: Omit<CacheRecord, "usedUs" | "uses">): CacheRecord {
    const known = this.#records.get(record.key);
    this.#snapshotter.retain(record.snapshot);
    if (known !== undefined) this.#snapshotter.release(known.snapshot);
    const stored = { ...record, usedUs: record.createdUs, uses: 1 };
    this.#records.set(record.key, stored);
    this.#titles.set(record.snapshot, record.title ?? record.name);
    this.#newest.set(stepOf(record.name), stored);
    return stored;
  }

  /** Why there is no record for a step made from these: compared with the last one of the same step. */
  explain(name: string, ingredients: Ingredients): CacheMiss {
    const last = this.#newest.get(stepOf(name));
    const miss = { step: name, changed: undefined, before: undefined, now: undefined };
    if (last === undefined) return miss;
    return { ...miss, ...firstDifference(last.ingredients, ingredients) };
  }

  /** What made a snapshot, if a build did. */
  titleOf(snapshot: string): string | undefined {
    return this.#titles.get(snapshot);
  }

  records(): Iterable<CacheRecord> {
    return this.#records.values();
  }

  /** Forgets everything. Returns how many bytes that freed. */
  prune(): number {
    let bytes = 0;
    for (const { snapshot } of this.#records.values()) {
      bytes += this.#snapshotter.usage(snapshot).bytes;
      this.#snapshotter.release(snapshot);
    }
    this.#records.clear();
    this.#newest.clear();
    this.#titles.clear();
    return bytes;
  }
}

type Difference = Pick<CacheMiss, "changed" | "before" | "now">;

function firstDifference(before: Ingredients, now: Ingredients): Difference | undefined {
  for (const name of new Set([...now.keys(), ...before.keys()])) {
    const [old, own] = [before.get(name), now.get(name)];
    if (old === own) continue;
    if (typeof old === "object" && typeof own === "object") {
      const found = firstDifference(old, own);
      if (found !== undefined) return { ...found, changed: `${name}/${found.changed}`.replace(/\/+$/, "") };
    } else return { changed: name, before: shown(old), now: shown(own) };
  }
  return undefined;
}

function shown(value: string | Checksums | undefined): string | undefined {
  return typeof value === "object" ? combined(value) : value;
}

/** `[build 2/4] RUN make` is the same step as `[2/5] RUN make`. */
function stepOf(name: string): string {
  return name.replace(/^\[[^\]]*\] /, "");
}
