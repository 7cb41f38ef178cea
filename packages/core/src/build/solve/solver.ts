/**
 * The solver: brings about what a vertex describes, each vertex once, its inputs first and side by side.
 *
 * @see BuildKit solver/scheduler.go
 */
import { StatusError } from "../../lib/index.ts";
import { BuildError } from "../dockerfile/error.ts";
import type { Progress, VertexProgress } from "../progress/progress.ts";
import { Abort } from "./abort.ts";
import type { BuildCache } from "./build-cache.ts";
import type { BuildMachine } from "./build-machine.ts";
import { type CacheMiss, withBelow } from "./cache-miss.ts";
import { ChainKeys, isChange } from "./chain-keys.ts";
import type { OfferedLayer, OfferedLayers } from "./offered-layers.ts";
import type { SourceStatus } from "./plan.ts";
import type { Result } from "./result.ts";
import { imageKey, snapshotResult } from "./source-work.ts";
import type { DoneSteps } from "./step-records.ts";
import type { ImageOp, Vertex } from "./vertex.ts";
import type { ChangeWork, Prepared } from "./work.ts";

/** Why a step is not done any more when another one has failed. */
const GIVEN_UP = "context canceled";
const NO_RESULTS: readonly Result[] = [];

/** Knows how each kind of vertex is done. `sources` are its inputs after the first. @throws BuildError */
export type Prepare = (vertex: Vertex, sources: readonly (Result | undefined)[]) => Prepared;

export interface SolverOptions {
  readonly machine: BuildMachine;
  readonly prepare: Prepare;
  readonly cache: BuildCache;
  readonly progress: Progress;
  /** Layers of the caches that were named. */
  readonly offers: OfferedLayers;
  readonly onMiss: (miss: CacheMiss) => void;
}

/** The work on a tree, its key, and what stood for other results of the same. */
interface Likeliest {
  readonly work: ChangeWork;
  readonly key: string;
  readonly earlier: readonly string[] | undefined;
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
  /** Keys that the cache knew: whoever shares the work of another was cached if that was. */
  readonly #cached = new Set<string>();
  readonly #shown = new Map<Vertex, VertexProgress>();
  /** Images whose files were needed. */
  readonly #used = new Map<Vertex, Promise<void> | undefined>();
  /** Steps that were known by what leads to them. */
  readonly #passedBy = new Set<Vertex>();
  readonly #chains: ChainKeys;
  /** How many steps are being done. */
  #running = 0;
  /** When a step cannot be done: those that lead to it, which are looked up and no more. */
  #lookedUp: ReadonlySet<Vertex> | undefined;
  /** Steps that cannot be done for something that they take is missing, and why, from the first to the last. */
  readonly #lacking = new Map<Vertex, BuildError>();
  /** What has been told of. */
  readonly #started = new Set<Vertex>();
  readonly #abort = new Abort();
  /** Snapshots that nobody may remove while the build goes on. */
  readonly #held: string[] = [];

  constructor(options: SolverOptions) {
    this.#options = options;
    const { prepare, cache } = options;
    const bring = (vertex: Vertex): Promise<Result> => this.solve(vertex);
    this.#chains = new ChainKeys({ prepare, bring, key: (ingredients) => cache.key(ingredients) });
  }

  /** Aborted as soon as a vertex has failed. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Gives up all that goes on. */
  cancel(): void {
    this.#abort.abort(new BuildError("context canceled"));
  }

  /**
   * Brings about a build's last vertex.
   *
   * @throws VertexError
   */
  async build(target: Vertex): Promise<Result> {
    if (this.#options.progress.isHeard) this.#announce(target);
    try {
      const result = await this.solve(target);
      await this.#use([target]);
      this.#abort.throwIfAborted();
      this.#tellPassedBy();
      return result;
    } catch (error) {
      // What was given up is still told of.
      await Promise.allSettled(this.#results.values());
      this.#tellGivenUp();
      // What came first is the build's, whoever noticed it first: that somebody gave up, or that a step failed.
      const { aborted, reason } = this.#abort;
      throw this.#toldOf(aborted ? reason : error);
    }
  }

  /** Files are looked for from the end: of several steps that lack some the last one is told of. */
  #toldOf(reason: unknown): unknown {
    const [last] = [...this.#lacking].slice(-1);
    if (last === undefined || !(reason instanceof VertexError) || !this.#lacking.has(reason.vertex)) return reason;
    return lackError(...last);
  }

  /** The build is over: what is in no image may go. */
  close(): void {
    for (const snapshot of this.#held.splice(0)) this.#options.machine.snapshotter.release(snapshot);
  }

  #hold(snapshot: string): void {
    this.#options.machine.snapshotter.retain(snapshot);
    this.#held.push(snapshot);
  }

  /** @throws VertexError */
  solve(vertex: Vertex): Promise<Result> {
    const known = this.#results.get(vertex);
    if (known !== undefined) return known;
    const result = this.#solve(vertex);
    // A failure is told to those who wait; there may be nobody any more.
    result.catch(() => {});
    this.#results.set(vertex, result);
    return result;
  }

  async #solve(vertex: Vertex): Promise<Result> {
    const { offers, cache } = this.#options;
    if (isChange(vertex) && (!offers.isEmpty || cache.knowsChains)) {
      const taken = await this.#takeByChain(vertex);
      if (taken !== undefined) return taken;
    }
    const [base, ...sources] = vertex.inputs.map((input) => input && this.solve(input));
    const results = sources.length === 0 ? NO_RESULTS : await Promise.all(sources);
    // What is looked into has to be there; a tree that is changed may turn out not to be needed.
    const unread = vertex.inputs.filter((input, i) => i > 0 && input?.op.kind === "image" && input.op.fetch);
    if (unread.length > 0) await this.#use(unread);
    const prepared = this.#prepare(vertex, results);
    if (prepared instanceof BuildError) throw await this.#lacks(vertex, prepared);
    if (typeof prepared !== "function") {
      const shown = this.#start(vertex);
      return this.#guard(vertex, shown, async () => prepared.produce(shown), prepared);
    }
    const likeliest = this.#likeliest(prepared, await base);
    this.#abort.throwIfAborted();
    if (this.#lookedUp?.has(vertex) === false) throw new BuildError(GIVEN_UP);
    const { key } = likeliest;
    const same = this.#byKey.get(key);
    if (same !== undefined && !vertex.ignoresCache) {
      this.#start(vertex).complete(this.#cached.has(key));
      return same;
    }
    const result = this.#change(vertex, likeliest);
    this.#byKey.set(key, result);
    return result;
  }

  /** The work on a tree as it is known now or, if that finds nothing, as it was known before it was made anew. */
  #likeliest(prepared: (base: Result | undefined) => ChangeWork, base: Result | undefined): Likeliest {
    const { cache } = this.#options;
    const keyed = (work: ChangeWork): Likeliest => ({ work, key: cache.key(work.ingredients), earlier: undefined });
    const now = keyed(prepared(base));
    if (base?.earlier === undefined) return now;
    const all = [now, ...base.earlier.map((key) => keyed(prepared({ ...base, key })))];
    const known = all.filter(({ key }) => cache.has(key));
    const [found = now] = known;
    return { ...found, earlier: known.flatMap(({ key }) => cache.resultsOf(key)).slice(1) };
  }

  #prepare(vertex: Vertex, sources: readonly (Result | undefined)[]): Prepared | BuildError {
    try {
      const prepared = this.#options.prepare(vertex, sources);
      this.#abort.throwIfAborted();
      return prepared;
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      // All files are looked for at once: of several steps that lack some each says so.
      if (this.#abort.aborted && isChange(vertex)) {
        this.#lacking.set(vertex, error);
        this.#start(vertex).fail(error.message);
      }
      this.#abort.throwIfAborted();
      return error;
    }
  }

  /**
   * Something that a step takes is not there. Of what leads to it all that is known is still told of, unless work has
   * begun already.
   */
  async #lacks(vertex: Vertex, why: BuildError): Promise<VertexError> {
    this.#lacking.set(vertex, why);
    const shown = this.#start(vertex);
    const failed = lackError(vertex, why);
    if (this.#lookedUp !== undefined) {
      shown.fail(why.message);
      return failed;
    }
    const [base] = vertex.inputs;
    if (base !== undefined && !vertex.ignoresCache && this.#running === 0) {
      this.#lookedUp = allBelow(vertex);
      await this.solve(base).catch(() => {});
    }
    shown.fail(why.message);
    this.#abort.abort(failed);
    return failed;
  }

  async #change(vertex: Vertex, { work, key, earlier }: Likeliest): Promise<Result> {
    const { machine, cache, offers, onMiss } = this.#options;
    const { snapshotter, kernel } = machine;
    const known = vertex.ignoresCache ? undefined : cache.use(key, kernel.nowUs);
    if (known !== undefined) {
      this.#cached.add(key);
      this.#hold(known.snapshot);
      this.#start(vertex).complete(true);
      return snapshotResult(machine, known.result, known.snapshot, earlier ?? known.earlier);
    }
    const offered = vertex.ignoresCache ? undefined : offers.find(key);
    if (offered !== undefined) {
      this.#cached.add(key);
      return this.#take(vertex, work, key, offered);
    }
    if (this.#lookedUp !== undefined) throw new BuildError(GIVEN_UP);
    await this.#use(vertex.inputs);
    const shown = this.#start(vertex);
    const miss = vertex.ignoresCache ? notLookedUp(vertex.name) : cache.explain(vertex.name, work.ingredients);
    onMiss(withBelow(miss, vertex.inputs[0]?.name));
    return this.#guard(vertex, shown, async () => {
      const snapshot = snapshotter.newKey("build");
      const active = `${snapshot}-active`;
      snapshotter.prepare(active, work.base);
      this.#running++;
      try {
        await work.change(active, shown, this.#abort.signal);
      } catch (error) {
        snapshotter.remove(active);
        throw error;
      } finally {
        this.#running--;
      }
      snapshotter.commit(snapshot, active);
      this.#hold(snapshot);
      const { ingredients, title } = work;
      // What was made although something may have been known is another thing for those who build on it.
      const result = vertex.ignoresCache ? `${key} ${snapshot}` : key;
      cache.store({ key, result, name: vertex.name, title, snapshot, ingredients, createdUs: kernel.nowUs });
      return snapshotResult(machine, result, snapshot);
    });
  }

  /** A step that is known by all that leads to it: of that, nothing is done. */
  async #takeByChain(vertex: Vertex): Promise<Result | undefined> {
    const { machine, cache, offers } = this.#options;
    const step = this.#chains.isAnew(vertex) ? undefined : await this.#chains.of(vertex);
    if (step === undefined) return undefined;
    const { key, work } = step;
    const isKnown = (one: string): boolean => cache.has(one) || offers.find(one) !== undefined;
    if (!isKnown(key)) return undefined;
    const [base] = vertex.inputs;
    // What it stands on came along, and is told of.
    const below = base && isChange(base) ? await this.#chains.of(base) : undefined;
    if (base !== undefined && below !== undefined && isKnown(below.key)) await this.solve(base);
    this.#abort.throwIfAborted();
    this.#passedBy.add(vertex);
    const known = cache.use(key, machine.kernel.nowUs);
    if (known !== undefined) {
      this.#hold(known.snapshot);
      this.#start(vertex).complete(true);
      return snapshotResult(machine, known.result, known.snapshot, known.earlier);
    }
    const offered = offers.find(key);
    if (offered === undefined) return undefined;
    cache.noteChain(key);
    return this.#take(vertex, work, key, offered);
  }

  /** What led to steps that were known counts as known, too. */
  #tellPassedBy(): void {
    const visit = (vertex: Vertex): void => {
      for (const input of vertex.inputs) {
        if (input === undefined || this.#results.has(input) || this.#passedBy.has(input)) continue;
        this.#passedBy.add(input);
        if (isChange(input)) this.#start(input).complete(true);
        visit(input);
      }
    };
    for (const vertex of [...this.#passedBy]) visit(vertex);
  }

  /** What would have led to a step that cannot be done shows as known, whether it is or not, if it was not begun. */
  #tellGivenUp(): void {
    for (const lacking of this.#lacking.keys())
      for (const vertex of allBelow(lacking))
        if (isChange(vertex) && !this.#started.has(vertex)) this.#start(vertex).complete(true);
  }

  /**
   * All steps that lead to one, with the snapshots that they came to here. Of those that were passed by there is none, but
   * what is known of them is looked for, too.
   *
   * @throws StatusError if a layer that was offered cannot be had
   */
  async done(target: Vertex): Promise<DoneSteps> {
    const steps = await this.#chains.records(target);
    const snapshots: (string | undefined)[] = [];
    for (const { vertex, key } of steps) {
      const result = await this.#results.get(vertex);
      snapshots.push(result?.snapshot ?? (await this.#snapshotOf(key)));
    }
    return { steps, snapshots };
  }

  async #snapshotOf(key: string): Promise<string | undefined> {
    const { cache, offers } = this.#options;
    const known = cache.snapshotOf(key);
    const offered = known === undefined ? offers.find(key) : undefined;
    if (offered !== undefined) await this.#bring(offered, () => {});
    const snapshot = known ?? offered?.snapshot;
    if (snapshot !== undefined) this.#hold(snapshot);
    return snapshot;
  }

  async #bring({ snapshot, fetch }: OfferedLayer, tell: SourceStatus): Promise<void> {
    if (!this.#options.machine.snapshotter.has(snapshot)) await fetch?.(tell);
  }

  /** Takes the layer that is offered for a step. */
  async #take(vertex: Vertex, { ingredients, title }: ChangeWork, key: string, offered: OfferedLayer): Promise<Result> {
    const { machine, cache } = this.#options;
    const { snapshot } = offered;
    const shown = this.#start(vertex);
    return this.#guard(
      vertex,
      shown,
      async () => {
        await this.#bring(offered, (text) => shown.status(text));
        this.#hold(snapshot);
        const { nowUs } = machine.kernel;
        cache.store({ key, result: key, name: vertex.name, title, snapshot, ingredients, createdUs: nowUs });
        return snapshotResult(machine, key, snapshot);
      },
      { isCached: true },
    );
  }

  /** Tells of every vertex before any of them starts, from the last one on. */
  #announce(target: Vertex): void {
    this.#plan(target);
    for (const [vertex, shown] of this.#shown) {
      const inputs: VertexProgress[] = [];
      for (const input of vertex.inputs)
        if (input !== undefined && input.isHidden !== true) inputs.push(this.#plan(input));
      shown.announce(inputs);
    }
  }

  #plan(vertex: Vertex): VertexProgress {
    const known = this.#shown.get(vertex);
    if (known !== undefined) return known;
    const { progress } = this.#options;
    const shown = vertex.isHidden === true ? progress.hidden() : progress.plan(vertex.name);
    this.#shown.set(vertex, shown);
    for (const input of vertex.inputs) if (input !== undefined) this.#plan(input);
    return shown;
  }

  #start(vertex: Vertex): VertexProgress {
    const shown = this.#plan(vertex);
    this.#started.add(vertex);
    shown.start();
    return shown;
  }

  /** An image is unpacked when somebody needs its files; those that are unpacked already show as cached. */
  async #use(inputs: readonly (Vertex | undefined)[]): Promise<void> {
    for (const input of inputs) {
      if (input?.op.kind !== "image") continue;
      const unpacked = this.#used.has(input) ? this.#used.get(input) : this.#unpack(input, input.op.fetch);
      this.#used.set(input, unpacked);
      // Only waits if it is not there yet.
      if (unpacked !== undefined) await unpacked;
    }
  }

  #unpack(vertex: Vertex, fetch: ImageOp["fetch"]): Promise<void> | undefined {
    const shown = this.#start(vertex);
    if (fetch !== undefined) return this.#guard(vertex, shown, () => this.#fetch(vertex, shown, fetch));
    shown.complete(true);
    return undefined;
  }

  /** Fetches an image's layers. Without a name only the cache keeps them. */
  async #fetch({ op, name }: Vertex, shown: VertexProgress, fetch: NonNullable<ImageOp["fetch"]>): Promise<void> {
    const { cache, machine } = this.#options;
    await fetch((text) => shown.status(text));
    const snapshot = op.kind === "image" ? op.chain.at(-1) : undefined;
    if (op.kind !== "image" || snapshot === undefined) return;
    const key = imageKey(op);
    const ingredients = new Map([["the image", snapshot]]);
    cache.store({ key, result: key, name, snapshot, ingredients, createdUs: machine.kernel.nowUs });
  }

  /** Does it and tells how it ended. The first failure is the build's; whatever else goes on is given up. */
  async #guard<T>(
    vertex: Vertex,
    shown: VertexProgress,
    body: () => Promise<T>,
    about: { readonly failsWith?: string | undefined; readonly isCached?: boolean } = {},
  ): Promise<T> {
    try {
      const result = await body();
      shown.complete(about.isCached === true);
      return result;
    } catch (error) {
      if (this.#abort.aborted) {
        shown.cancel(error instanceof BuildError ? error.message : "context canceled");
        throw error;
      }
      if (!(error instanceof StatusError)) throw error;
      shown.fail(error.message);
      const cause = error instanceof BuildError ? error : new BuildError(error.message);
      // What stands before it may depend on how far it has come.
      const { failsWith } = about;
      throw this.#give(vertex, failsWith === undefined ? cause : cause.prefixed(failsWith));
    }
  }

  #give(vertex: Vertex, cause: BuildError): VertexError {
    const failed = new VertexError(vertex, cause.at(vertex.range));
    this.#abort.abort(failed);
    return failed;
  }
}

function lackError(vertex: Vertex, why: BuildError): VertexError {
  return new VertexError(vertex, why.prefixed("failed to compute cache key").at(vertex.range));
}

function notLookedUp(step: string): CacheMiss {
  return { step, reason: "no-cache", changed: undefined, before: undefined, now: undefined };
}

function allBelow(vertex: Vertex, found = new Set<Vertex>()): ReadonlySet<Vertex> {
  for (const input of vertex.inputs) {
    if (input === undefined || found.has(input)) continue;
    found.add(input);
    allBelow(input, found);
  }
  return found;
}
