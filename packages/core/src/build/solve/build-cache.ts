/**
 * The build cache: what steps have made, by what they were made from.
 *
 * A key is a digest over named ingredients - the step itself, the tree below, the files it takes - and a record keeps
 * the ingredients, so that a miss can be explained by the first one that differs.
 *
 * @see BuildKit solver/cachemanager.go, cache/manager.go
 */
import { type MemoryFs, removeTree } from "../../fs/index.ts";
import { encode, sha256 } from "../../lib/index.ts";
import type { Snapshotter } from "../../snapshot/index.ts";
import { combined } from "../files/checksum.ts";
import { type CacheMiss, firstDifference, type Ingredients } from "./cache-miss.ts";
import { cacheId, type SideRecord } from "./side-record.ts";

export interface CacheRecord {
  readonly key: string;
  /** What stands for the result in the keys of those who build on it. */
  readonly result: string;
  /** What stood for the results that this one has replaced, newest first: what was built on those is still known. */
  readonly earlier?: readonly string[];
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

export interface BuildCacheState {
  readonly records: readonly CacheRecord[];
  readonly titles: readonly (readonly [snapshot: string, title: string])[];
  /** Keys. */
  readonly pruned: readonly string[];
  /** Keys of what was taken from elsewhere. */
  readonly chains?: readonly string[];
  readonly sides: readonly (readonly [key: string, side: SideRecord])[];
}

/** How many replaced results of a step are remembered. */
const EARLIER_LIMIT = 16;

/** How many keys are remembered. */
const KEYS_LIMIT = 1024;

export class BuildCache {
  /** What cache mounts lie on. */
  readonly disk: MemoryFs;
  readonly #snapshotter: Snapshotter;
  readonly #records = new Map<string, CacheRecord>();
  readonly #titles = new Map<string, string>();
  /** The newest record for each way of being alike: what a miss is compared with. */
  readonly #alike = new Map<string, CacheRecord>();
  /** Contexts and cache mounts, by what they are. */
  readonly #sides = new Map<string, SideRecord>();
  /** Keys of what was there once. */
  readonly #pruned = new Set<string>();
  /** Keys of what was taken from elsewhere. */
  readonly #chains = new Set<string>();
  /** Keys by the ingredients that were asked for last: a build that is cached asks for the same ones each time. */
  readonly #keys = new Map<string, string>();

  constructor(snapshotter: Snapshotter, disk: MemoryFs) {
    this.#snapshotter = snapshotter;
    this.disk = disk;
  }

  /** Some steps are known by what leads to them only: they were taken from elsewhere. */
  get knowsChains(): boolean {
    return this.#chains.size > 0;
  }

  /** What is stored under a key is known by what leads to it. */
  noteChain(key: string): void {
    this.#chains.add(key);
  }

  /** Everything that is known, oldest first. */
  get state(): BuildCacheState {
    return {
      records: [...this.#records.values()].map((record) => ({ ...record })),
      titles: [...this.#titles],
      pruned: [...this.#pruned],
      chains: [...this.#chains],
      sides: [...this.#sides].map(([key, side]) => [key, { ...side }]),
    };
  }

  /** Knows what another cache knew whose snapshots and files are here too. */
  restore({ records, titles, pruned, chains = [], sides }: BuildCacheState): void {
    for (const [key, side] of sides) this.#sides.set(key, { ...side });
    for (const [snapshot, title] of titles) this.#titles.set(snapshot, title);
    for (const key of pruned) this.#pruned.add(key);
    for (const key of chains) this.#chains.add(key);
    for (const record of records) {
      const own = { ...record };
      this.#records.set(own.key, own);
      for (const likeness of likenesses(own.name, own.ingredients)) this.#alike.set(likeness, own);
    }
  }

  /** The digest of a step's ingredients. */
  key(ingredients: Ingredients): string {
    let text = "";
    for (const [name, value] of ingredients) {
      // Files count by what they are, not by where they lie.
      const [counted, one] = typeof value === "string" ? [name, value] : ["", combined(value)];
      text += `${counted.length}:${counted}${one.length}:${one}`;
    }
    const known = this.#keys.get(text);
    if (known !== undefined) return known;
    const key = sha256(encode(text));
    if (this.#keys.size >= KEYS_LIMIT) this.#keys.clear();
    this.#keys.set(text, key);
    return key;
  }

  has(key: string): boolean {
    return this.#records.has(key);
  }

  /** What stands for the result of a key, and for those that it has replaced; nothing if it is not known. */
  resultsOf(key: string): readonly string[] {
    const record = this.#records.get(key);
    return record === undefined ? [] : [record.result, ...(record.earlier ?? [])];
  }

  /** What a key stands for, without that counting as use. */
  snapshotOf(key: string): string | undefined {
    return this.#records.get(key)?.snapshot;
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
    const stored = { usedUs: record.createdUs, uses: 1, ...earlierThan(record.result, known), ...record };
    this.#records.set(record.key, stored);
    this.#titles.set(record.snapshot, record.title ?? record.name);
    for (const likeness of likenesses(record.name, record.ingredients)) this.#alike.set(likeness, stored);
    return stored;
  }

  /** Why there is no record for a step made from these: compared with the one that comes closest. */
  explain(name: string, ingredients: Ingredients): CacheMiss {
    const miss = { step: name, changed: undefined, before: undefined, now: undefined };
    if (this.#pruned.has(this.key(ingredients))) return { reason: "pruned", ...miss };
    const closest = likenesses(name, ingredients)
      .map((likeness) => this.#alike.get(likeness))
      .find((record) => record !== undefined);
    if (closest === undefined) return { reason: "new", ...miss };
    // A step of another kind has nothing but the tree below in common.
    if (kindOf(closest.ingredients) !== kindOf(ingredients))
      return {
        step: name,
        reason: "changed",
        changed: "the instruction",
        before: stepOf(closest.name),
        now: stepOf(name),
      };
    return { reason: "changed", ...miss, ...firstDifference(closest.ingredients, ingredients) };
  }

  /** The record that a snapshot is the result of. */
  recordOf(snapshot: string): CacheRecord | undefined {
    for (const record of this.#records.values()) if (record.snapshot === snapshot) return record;
    return undefined;
  }

  /** What made a snapshot, if a build did. */
  titleOf(snapshot: string): string | undefined {
    return this.#titles.get(snapshot);
  }

  records(): Iterable<CacheRecord> {
    return this.#records.values();
  }

  sideRecords(): Iterable<[key: string, record: SideRecord]> {
    return this.#sides;
  }

  /** Notes that a context or a cache mount was used. */
  noteSide(key: string, side: Omit<SideRecord, "createdUs" | "usedUs" | "uses">, nowUs: number): void {
    const known = this.#sides.get(key);
    if (known === undefined) {
      this.#sides.set(key, { createdUs: nowUs, usedUs: nowUs, uses: 1, ...side });
      return;
    }
    known.kept = side.kept;
    known.usedUs = nowUs;
    known.uses++;
  }

  /** What is sent from outside is kept, so that the next time only changes need to be sent. */
  noteLocal(what: "context" | "dockerfile", name: string, bytes: number, nowUs: number): void {
    const description = `local source for ${what}`;
    this.noteSide(`${what} ${name}`, { type: "source.local", description, kept: { bytes } }, nowUs);
  }

  /** Forgets records, by their ids in `cacheUsage`. */
  remove(ids: ReadonlySet<string>): void {
    for (const record of [...this.#records.values()]) if (ids.has(cacheId(record.snapshot))) this.#forget(record);
    for (const [key, side] of [...this.#sides]) {
      if (!ids.has(cacheId(key))) continue;
      this.#sides.delete(key);
      if ("path" in side.kept) removeTree(this.disk, side.kept.path);
    }
    for (const [likeness, { key }] of [...this.#alike]) if (!this.#records.has(key)) this.#alike.delete(likeness);
  }

  /** Forgets what snapshots are the results of. */
  forgetSnapshots(snapshots: ReadonlySet<string>): void {
    this.remove(new Set([...snapshots].map(cacheId)));
  }

  #forget({ key, snapshot }: CacheRecord): void {
    this.#pruned.add(key);
    this.#records.delete(key);
    this.#chains.delete(key);
    this.#titles.delete(snapshot);
    this.#snapshotter.release(snapshot);
  }

  /** Forgets everything. Returns how many bytes that freed. */
  prune(): number {
    let bytes = 0;
    for (const { snapshot } of this.#records.values()) bytes += this.#snapshotter.usage(snapshot).bytes;
    const snapshots = [...this.#records.values()].map(({ snapshot }) => snapshot);
    this.remove(new Set([...snapshots, ...this.#sides.keys()].map(cacheId)));
    return bytes;
  }
}

/** `[build 2/4] RUN make` is the same step as `[2/5] RUN make`. */
function stepOf(name: string): string {
  return name.replace(/^\[[^\]]*\] /, "");
}

/** The place of `[build 2/4] RUN make` in its Dockerfile: "build 2". */
function placeOf(name: string): string {
  return /^\[([^\]]*)\/\d+\] /.exec(name)?.[1] ?? name;
}

/** What a step is like, the closest first: the same text or place on the same tree, then on any. */
function likenesses(name: string, ingredients: Ingredients): readonly string[] {
  const base = BASES.map((one) => ingredients.get(one)).find((one) => one !== undefined) ?? "";
  const step = `step ${stepOf(name)}`;
  const place = `place ${placeOf(name)}`;
  return [`${step}\0${base}`, `${place}\0${base}`, step, place];
}

/** What steps of a kind have in common. */
function kindOf(ingredients: Ingredients): string {
  return KINDS.find((name) => ingredients.has(name)) ?? "files";
}

const BASES = ["the base image", "the tree below"];
const KINDS = ["the command", "the directory"];

/** The results that one replaces. */
function earlierThan(result: string, known: CacheRecord | undefined): Pick<CacheRecord, "earlier"> {
  if (known === undefined) return {};
  const before = [known.result, ...(known.earlier ?? [])].filter((one) => one !== result);
  return before.length === 0 ? {} : { earlier: before.slice(0, EARLIER_LIMIT) };
}
