/** ADD of a git repository, and contexts that are one. @see BuildKit source/git/source.go CacheKey, Snapshot */
import { applyLayer } from "../../content/index.ts";
import { encode } from "../../lib/index.ts";
import type { GitSource } from "../frontend/git-ref.ts";
import type { VertexProgress } from "../progress/progress.ts";
import type { BuildCache } from "./build-cache.ts";
import type { BuildMachine } from "./build-machine.ts";
import { checkOut, type WantedCommit, wantedCommit } from "./git-checkout.ts";
import type { GitPlace, GitTell } from "./git-place.ts";
import type { Result } from "./result.ts";
import { snapshotResult } from "./source-work.ts";
import type { SourceWork } from "./work.ts";

export interface GitTools {
  readonly machine: BuildMachine;
  readonly cache: BuildCache;
  readonly place: GitPlace;
}

/** Unlike BuildKit, it lays the files out even if nobody turns out to need them. */
export class GitWork implements SourceWork {
  readonly #tools: GitTools;
  readonly #source: GitSource;
  #failsWith: string | undefined;
  #isCached = false;

  constructor(tools: GitTools, source: GitSource) {
    this.#tools = tools;
    this.#source = source;
    this.#failsWith = source.usesSsh ? undefined : "failed to load cache key";
  }

  /** Before the commit is known, and not afterwards. */
  get failsWith(): string | undefined {
    return this.#failsWith;
  }

  get isCached(): boolean {
    return this.#isCached;
  }

  /** @throws BuildError */
  produce(progress: VertexProgress): Result {
    const { machine, cache, place } = this.#tools;
    const tell: GitTell = (stream, text) => progress.log(stream, encode(text));
    const wanted = wantedCommit(place, this.#source, tell);
    this.#failsWith = undefined;
    const key = `git ${wanted.key}`;
    const known = cache.use(key, machine.kernel.nowUs);
    this.#isCached = known !== undefined;
    return snapshotResult(machine, key, known?.snapshot ?? this.#lay(key, wanted, tell));
  }

  #lay(key: string, { id }: WantedCommit, tell: GitTell): string {
    const { machine, cache, place } = this.#tools;
    const { snapshotter, kernel } = machine;
    const entries = checkOut(place, this.#source, tell, kernel.nowUs);
    const snapshot = snapshotter.newKey("git");
    const active = `${snapshot}-active`;
    snapshotter.prepare(active, undefined);
    applyLayer(snapshotter.directory(active), entries, { arePlain: true });
    snapshotter.commit(snapshot, active);
    const name = `git snapshot for ${this.#source.remote}#${this.#source.ref || id}`;
    const ingredients = new Map([["the commit", id]]);
    cache.store({ key, result: key, name, snapshot, ingredients, createdUs: kernel.nowUs });
    return snapshot;
  }
}
