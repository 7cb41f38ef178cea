/**
 * The solver: brings about what a vertex describes, each vertex once, its inputs first and side by side.
 *
 * @see BuildKit solver/scheduler.go
 */
import { StatusError } from "../../lib/index.ts";
import { BuildError } from "../dockerfile/error.ts";
import type { Progress, VertexProgress } from "../progress/progress.ts";
import { BuildCache, type CacheMiss } from "./build-cache.ts";
import type { BuildMachine } from "./build-machine.ts";
import type { Result } from "./result.ts";
import { snapshotResult } from "./source-work.ts";
import type { Vertex } from "./vertex.ts";
import type { ChangeWork, Prepared } from "./work.ts";

/** Knows how each kind of vertex is done. `sources` are its inputs after the first. @throws BuildError */
export type Prepare = (vertex: Vertex, sources: readonly (Result | undefined)[]) => Prepared;

export interface SolverOptions {
  readonly machine: BuildMachine;
  readonly prepare: Prepare;
  readonly cache: BuildCache;
  readonly progress: Progress;
  readonly onMiss: (miss: CacheMiss) => void;
}

/** A vertex that failed, for what is shown below the error. */
export class VertexError extends Error {
  override readonly name = "VertexError";
  readonly vertex: Vertex;
  override readonly cause: BuildError;

  constructor(vertex: Vertex, cause: BuildError) {
    super(cause.message);
    this.vertex = vertex;
    this.cause = cause;
  }
}

export class Solver {
  readonly #options: SolverOptions;
  readonly #results = new Map<Vertex, Promise<Result>>();
  /** Vertices that turned out to be the same work share it. */
  readonly #byKey = new Map<string, Promise<Result>>();
  readonly #abort = new AbortController();

  constructor(options: SolverOptions) {
    this.#options = options;
  }

  /** Aborted as soon as a vertex has failed. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** @throws VertexError */
  solve(vertex: Vertex): Promise<Result> {
    const known = this.#results.get(vertex);
    if (known !== undefined) return known;
    const result = this.#solve(vertex);
    // Who waits for it hears of a failure; nobody may be waiting any more.
    result.catch(() => {});
    this.#results.set(vertex, result);
    return result;
  }

  async #solve(vertex: Vertex): Promise<Result> {
    const [base, ...sources] = vertex.inputs.map((input) => (input === undefined ? undefined : this.solve(input)));
    const prepared = this.#prepare(vertex, await Promise.all(sources));
    if (typeof prepared !== "function") {
      const shown = this.#options.progress.start(vertex.name);
      return this.#guard(vertex, shown, async () => prepared.produce(shown));
    }
    const work = prepared(await base);
    this.#abort.signal.throwIfAborted();
    const key = BuildCache.key(work.ingredients);
    const same = this.#byKey.get(key);
    if (same !== undefined) return same;
    const result = this.#change(vertex, work, key);
    this.#byKey.set(key, result);
    return result;
  }

  #prepare(vertex: Vertex, sources: readonly (Result | undefined)[]): Prepared {
    this.#abort.signal.throwIfAborted();
    try {
      return this.#options.prepare(vertex, sources);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      this.#options.progress.start(vertex.name).fail(error.message);
      throw this.#give(vertex, error.prefixed("failed to compute cache key"));
    }
  }

  async #change(vertex: Vertex, work: ChangeWork, key: string): Promise<Result> {
    const { machine, cache, progress, onMiss } = this.#options;
    const { snapshotter, kernel } = machine;
    const known = vertex.ignoresCache ? undefined : cache.use(key, kernel.nowUs);
    const shown = progress.start(vertex.name);
    if (known !== undefined) {
      shown.complete(true);
      return snapshotResult(machine, key, known.snapshot);
    }
    onMiss(cache.explain(vertex.name, work.ingredients));
    return this.#guard(vertex, shown, async () => {
      const snapshot = snapshotter.newKey("build");
      const active = `${snapshot}-active`;
      snapshotter.prepare(active, work.base, "");
      try {
        await work.change(active, shown, this.#abort.signal);
      } catch (error) {
        snapshotter.remove(active);
        throw error;
      }
      snapshotter.commit(snapshot, active);
      const { ingredients } = work;
      cache.store({ key, name: vertex.name, snapshot, ingredients, createdUs: kernel.nowUs });
      return snapshotResult(machine, key, snapshot);
    });
  }

  /** Does it and tells how it ended. The first failure is the build's; whatever else goes on is given up. */
  async #guard<T>(vertex: Vertex, shown: VertexProgress, body: () => Promise<T>): Promise<T> {
    try {
      const result = await body();
      shown.complete(false);
      return result;
    } catch (error) {
      if (this.#abort.signal.aborted) {
        shown.cancel();
        throw error;
      }
      if (!(error instanceof StatusError)) throw error;
      shown.fail(error.message);
      throw this.#give(vertex, error instanceof BuildError ? error : new BuildError(error.message));
    }
  }

  #give(vertex: Vertex, cause: BuildError): VertexError {
    const failed = new VertexError(vertex, cause.at(vertex.range));
    this.#abort.abort(failed);
    return failed;
  }
}
