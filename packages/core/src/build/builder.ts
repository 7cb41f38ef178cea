/**
 * The builder: a Dockerfile and a context in, an image out.
 *
 * @see BuildKit solver/llbsolver/solver.go, frontend/dockerfile/builder/build.go
 */
import type { LayerEntry } from "../content/index.ts";
import type { Image, ImageStore } from "../image/index.ts";
import { bytesText, lowerCase } from "../lib/go/index.ts";
import { byteLength, clean, encode, StatusError } from "../lib/index.ts";
import type { Digest } from "../oci/index.ts";
import type { BuildExport, BuildRequest, BuildResult, CacheTarget, ImageNames } from "./build-request.ts";
import { BuildError } from "./dockerfile/error.ts";
import { KnownTexts } from "./dockerfile/known-texts.ts";
import type { LintWarning } from "./dockerfile/lint.ts";
import { parse } from "./dockerfile/parse.ts";
import { listTargets, type Target } from "./dockerfile/targets.ts";
import { ContextMemory } from "./files/context-memory.ts";
import { type ContextSource, contextEntries } from "./files/context-source.ts";
import type { IgnoreMatcher } from "./files/ignore.ts";
import { bytesToSend } from "./files/transfer.ts";
import { type CheckResult, check, type Prepared, type PrepareOptions, prepare } from "./frontend/check.ts";
import { type BuildOrders, ordersOf } from "./frontend/orders.ts";
import { type Outline, outlineOf } from "./frontend/outline.ts";
import { DEFAULT_PLATFORM, formatPlatform, parsePlatform } from "./frontend/platform.ts";
import type { BuildStage } from "./frontend/stage-graph.ts";
import type { ImageDraft } from "./image/image-draft.ts";
import { offeredLayers } from "./load/cache-images.ts";
import { isRemote, loadDockerfile, loadFrontend, loadIgnoreFile } from "./load/definition.ts";
import { StageSources } from "./load/stage-sources.ts";
import { Progress, type VertexProgress } from "./progress/progress.ts";
import { BuildCache } from "./solve/build-cache.ts";
import type { BuildMachine } from "./solve/build-machine.ts";
import { tellableCache } from "./solve/cache-config.ts";
import type { CacheMiss } from "./solve/cache-miss.ts";
import { type CacheUsage, cacheUsage, type PruneOptions, prunable } from "./solve/cache-usage.ts";
import { checkOps } from "./solve/check-ops.ts";
import { Exporter } from "./solve/exporter.ts";
import { inlineCacheOf } from "./solve/inline-cache.ts";
import type { OfferedLayers } from "./solve/offered-layers.ts";
import { Plan, type PlanOptions, type StageSource } from "./solve/plan.ts";
import { runDefaults } from "./solve/run-defaults.ts";
import { Solver, VertexError } from "./solve/solver.ts";
import type { DoneSteps, TellingCache } from "./solve/step-records.ts";
import { stepWorker } from "./solve/step-worker.ts";

/** What images can be for. */
const OS = "linux";

/** What a build begins with. */
interface Loaded {
  readonly prepared: Prepared;
  readonly sources: ReadonlyMap<BuildStage, StageSource>;
  readonly ignore: IgnoreMatcher | undefined;
  readonly files: readonly LayerEntry[];
}

/** What there is when all steps are done. */
interface Built {
  readonly snapshot: string | undefined;
  readonly draft: ImageDraft;
  readonly inlineCache: boolean;
  readonly epochUs: number | undefined;
  /** Which steps led there, if anybody is to be told. */
  readonly done: DoneSteps | undefined;
}

const NOTHING_DONE: DoneSteps = { steps: [], snapshots: [] };

/** How an export is shown. */
const EXPORTS: Readonly<Record<BuildExport, { readonly name: string; readonly status: string }>> = {
  image: { name: "exporting to image", status: "exporting layers" },
  directory: { name: "exporting to client directory", status: "copying files" },
  tarball: { name: "exporting to client tarball", status: "sending tarball" },
};

export class Builder {
  readonly cache: BuildCache;
  readonly #machine: BuildMachine;
  readonly #images: ImageNames;
  readonly #store: ImageStore;
  readonly #exporter: Exporter;
  readonly #known = new KnownTexts();
  /** What is kept of each context, so that the next time only changes are looked at. */
  readonly #memories = new WeakMap<object, Map<string, ContextMemory>>();

  constructor(machine: BuildMachine, store: ImageStore, images: ImageNames) {
    this.#machine = machine;
    this.#images = images;
    this.#store = store;
    this.cache = new BuildCache(machine.snapshotter, machine.kernel.disk);
    this.#exporter = new Exporter(machine.snapshotter, store);
  }

  /**
   * Builds an image.
   *
   * @throws BuildError for what is wrong with the Dockerfile, and for a step that fails.
   */
  async build(request: BuildRequest): Promise<BuildResult> {
    const { kernel } = this.#machine;
    const orders = ordersOf(request.buildArgs);
    const warnings: LintWarning[] = [];
    const misses: CacheMiss[] = [];
    const progress = new Progress(request.onEvent, () => kernel.nowUs);
    const memory = this.#memory("", request.context);
    const files = contextEntries(request.context, kernel.nowUs, memory.files);
    const source = loadDockerfile(request, files, progress);
    if (typeof source === "string") this.cache.noteLocal("dockerfile", "", byteLength(source), kernel.nowUs);
    await loadFrontend(request, source, this.#images, progress);
    const onWarning = (warning: LintWarning): void => {
      warnings.push(warning);
      progress.warning(warning);
    };
    const prepared = prepare(source, { onWarning, known: this.#known, ...prepareOptions(request) });
    const sources = await this.#stageSources(request, orders, progress).resolve(prepared);
    const ignore = loadIgnoreFile(request, files, progress);
    const plan = new Plan(this.#planOptions(request, orders, { prepared, sources, ignore, files }));
    const failure = prepared.lint.failure();
    if (failure !== undefined) throw failure;
    const { vertex, image: draft } = plan.target;
    const { wanted } = plan;
    const allowsHostNetwork = request.network === "host" || request.allow?.includes("network.host") === true;
    for (const one of wanted) checkOps(one, { allowsHostNetwork, hasInvalidText: plan.hasInvalidText });
    const offers = await offeredLayers(request, this.#images, progress);
    const solver = this.#solver(request, offers, progress, misses);
    const cancel = (): void => solver.cancel();
    if (request.signal?.aborted === true) cancel();
    request.signal?.addEventListener("abort", cancel, { once: true });
    try {
      for (const one of wanted) await solver.build(one);
      const result = vertex && (await solver.solve(vertex));
      if (draft.platform.os !== OS) throw new BuildError("operating system is not supported");
      const { epochUs } = orders;
      const { inlineCache = orders.inlineCache } = request;
      const isTold = inlineCache || (request.cacheTo ?? []).length > 0;
      const done = isTold && vertex !== undefined ? await solver.done(vertex) : undefined;
      const built = { snapshot: result?.snapshot, draft, inlineCache, epochUs, done };
      const image = this.#export(request, built, progress);
      for (const target of request.cacheTo ?? []) await this.#exportCache(target, built, progress);
      return { image, warnings, misses, bases: basesOf(sources), epochUs };
    } catch (error) {
      throw error instanceof VertexError ? error.cause : error;
    } finally {
      request.signal?.removeEventListener("abort", cancel);
      solver.close();
    }
  }

  /** Goes through the Dockerfile as far as that is possible without running anything, as `docker build --check` does. */
  async check(request: BuildRequest): Promise<CheckResult> {
    // Without a target all stages are checked.
    return this.#check(request, { tellsWarnings: false, allStages: request.target === undefined });
  }

  async #check(
    request: BuildRequest,
    { tellsWarnings, allStages }: { readonly tellsWarnings: boolean; readonly allStages: boolean },
  ): Promise<CheckResult> {
    const { nowUs } = this.#machine.kernel;
    const orders = ordersOf(request.buildArgs);
    const progress = new Progress(request.onEvent, () => nowUs);
    const files = contextEntries(request.context, nowUs);
    const source = loadDockerfile(request, files, progress);
    await loadFrontend(request, source, this.#images, progress);
    const options = { ...prepareOptions(request), allStages };
    const images = new Map<string, StageSource>();
    const warnings: LintWarning[] = [];
    let isRead = false;
    try {
      const prepared = prepare(source, { ...options, onWarning: (warning) => warnings.push(warning) });
      isRead = true;
      const sources = await this.#stageSources(request, orders, progress).resolve(prepared, { allStages });
      for (const [stage, found] of sources) images.set(stage.image, found);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      // The check itself finds again what is wrong with the text, after the warnings. Without its images it goes no further.
      if (isRead) {
        if (tellsWarnings) for (const warning of warnings) progress.warning(warning);
        return { warnings, steps: new Map(), error };
      }
    }
    const ignore = isRead ? loadIgnoreFile(request, files, progress) : undefined;
    const image = (name: string) => {
      const found = images.get(name);
      return found?.kind === "image" ? { config: found.image.config.config, platform: found.image.config } : undefined;
    };
    const onWarning = (warning: LintWarning): void => {
      if (tellsWarnings) progress.warning(warning);
    };
    return check(source, { ...options, image, onWarning, ...(ignore === undefined ? {} : { ignore }) });
  }

  /** What can be set in a build. @throws BuildError */
  async outline(request: BuildRequest): Promise<Outline> {
    const { error, steps, warnings } = await this.#check(request, { tellsWarnings: true, allStages: false });
    if (error !== undefined) throw error;
    const files = contextEntries(request.context, this.#machine.kernel.nowUs);
    const source = loadDockerfile(request, files, new Progress(undefined, () => 0));
    const { graph, dockerfile } = prepare(source, prepareOptions(request));
    const done = new Map(
      [...steps].map(([{ index, planned }, all]) => [
        index,
        all.map((step, i) => [planned[i]?.instruction, step] as const),
      ]),
    );
    const buildArgs = new Map(Object.entries(request.buildArgs ?? {}));
    return outlineOf({ dockerfile, graph, buildArgs, done, warnings });
  }

  /** What can be built. Only the text is read: what an instruction means, and lint, do not matter. @throws BuildError */
  async targets(request: BuildRequest): Promise<readonly Target[]> {
    const { nowUs } = this.#machine.kernel;
    ordersOf(request.buildArgs);
    const progress = new Progress(request.onEvent, () => nowUs);
    const source = loadDockerfile(request, contextEntries(request.context, nowUs), progress);
    await loadFrontend(request, source, this.#images, progress);
    return listTargets(typeof source === "string" ? parse(source) : source);
  }

  /** What the build cache holds. */
  cacheUsage(): readonly CacheUsage[] {
    const shared = new Set([...this.#store.list()].flatMap(({ chain }) => chain));
    return cacheUsage(this.cache, this.#machine.snapshotter, (snapshot) => shared.has(snapshot));
  }

  /** Removes records that nothing is built on; tells which. */
  pruneCache(options: PruneOptions = {}): readonly CacheUsage[] {
    const removed = prunable(this.cacheUsage(), options, this.#machine.kernel.nowUs);
    this.cache.remove(new Set(removed.map(({ id }) => id)));
    return removed;
  }

  #stageSources(request: BuildRequest, orders: BuildOrders, progress: Progress): StageSources {
    const shownPlatform = shownPlatformOf(request, orders);
    const memory = (name: string, source: ContextSource): ContextMemory => this.#memory(name, source);
    const { nowUs } = this.#machine.kernel;
    return new StageSources({ request, images: this.#images, progress, nowUs, memory, shownPlatform });
  }

  #planOptions(request: BuildRequest, orders: BuildOrders, { prepared, sources, ignore, files }: Loaded): PlanOptions {
    const { noCache = false, platform } = request;
    const stages = typeof noCache === "boolean" ? undefined : new Set(noCache.map(lowerCase));
    for (const source of sources.values()) {
      if (source.kind === "image") this.#exporter.know(source.image.chain, source.image.config.rootfs.diff_ids);
    }
    const entries = (): readonly LayerEntry[] => files;
    const paths = new Set<string>();
    return {
      prepared,
      sources,
      ignore,
      ownership: request.ownership ?? "buildkit",
      buildArgs: new Map(Object.entries(request.buildArgs ?? {})),
      context: {
        op: {
          kind: "context",
          entries,
          ignore,
          includes: () => [...paths],
          memory: this.#memory("", request.context),
          isBase: false,
        },
        name: loadingOf(request) ?? "[internal] load build context",
        isHidden: isRemote(request.context) && loadingOf(request) === undefined,
        inputs: [],
        ignoresCache: false,
      },
      ignoresCache: (stage) => noCache === true || (stage.name !== undefined && stages?.has(stage.name) === true),
      platform: platform === undefined ? undefined : parsePlatform(platform),
      onContextPath: (path) => paths.add(path),
      shownPlatform: shownPlatformOf(request, orders),
      run: runDefaults(request, orders),
    };
  }

  #solver(request: BuildRequest, offers: OfferedLayers, progress: Progress, misses: CacheMiss[]): Solver {
    const secrets = Object.entries(request.secrets ?? {}).map(
      ([id, value]) => [id, typeof value === "string" ? encode(value) : value] as const,
    );
    return new Solver({
      machine: this.#machine,
      prepare: stepWorker(this.#machine, this.cache, {
        secrets: new Map(secrets),
        agents: new Set(request.ssh),
      }),
      cache: this.cache,
      offers,
      progress,
      onMiss: (miss) => misses.push(miss),
    });
  }

  #export(request: BuildRequest, { snapshot, draft, inlineCache, epochUs, done }: Built, progress: Progress): Image {
    const { exports = ["image"] } = request;
    const known = exports.includes("image") ? undefined : new Set(this.#store.list());
    const shown = exports.map((one) => ({ one, vertex: progress.start(EXPORTS[one].name) }));
    const titleOf = (layer: string): string | undefined => this.cache.titleOf(layer);
    const labelled = draft.withLabels(request.labels ?? {});
    const cacheOf =
      inlineCache && done !== undefined
        ? (chain: readonly string[]): string | undefined => inlineCacheOf(this.#telling, done, chain)
        : undefined;
    const { nowUs } = this.#machine.kernel;
    const image = this.#exporter.export(snapshot, labelled, { nowUs, titleOf, cacheOf, epochUs });
    for (const { one, vertex } of shown) {
      vertex.status(EXPORTS[one].status + (one === "directory" ? this.#sizeOf(image, epochUs) : ""));
      if (inlineCache && one === "image") vertex.status("preparing layers for inline cache");
      if (one === "image") this.#name(image, request.tags ?? [], vertex);
      vertex.complete(false);
    }
    if (known !== undefined && !known.has(image)) this.#store.remove(image);
    return image;
  }

  /** How many bytes it takes to send the files to the client; nothing for none. */
  #sizeOf(image: Image, epochUs: number | undefined): string {
    const bytes = bytesToSend(this.#machine.filesOf(image), epochUs);
    return bytes === 0 ? "" : ` ${bytesText(bytes)}`;
  }

  /** @see BuildKit cache/remotecache/export.go Finalize, solver/llbsolver/solver.go runCacheExporters */
  async #exportCache(
    { name, mode = "min", ignoresErrors = false }: CacheTarget,
    { snapshot, done = NOTHING_DONE }: Built,
    progress: Progress,
  ): Promise<void> {
    const vertex = progress.start("exporting cache to registry");
    const { snapshotter } = this.#machine;
    const chain = snapshot === undefined ? [] : snapshotter.chain(snapshot).toReversed();
    const diffIdOf = (layer: string): Digest => this.#exporter.diffIdOf(layer);
    try {
      vertex.status("preparing build cache for export");
      const cache = tellableCache(this.#telling, done, { mode, chain, diffIdOf });
      await this.#images.pushCache(name, cache, (text) => vertex.status(text));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (!ignoresErrors) {
        vertex.fail(error.message);
        throw new BuildError(error.message);
      }
    }
    vertex.complete(false);
  }

  get #telling(): TellingCache {
    return { cache: this.cache, snapshotter: this.#machine.snapshotter };
  }

  #name(image: Image, tags: readonly string[], shown: VertexProgress): void {
    shown.status(`writing image ${image.id}`);
    for (const tag of tags) shown.status(`naming to ${this.#images.name(image, tag)}`);
  }

  /** What is remembered of a context from the last build. Archives are not remembered: each is its own object. */
  #memory(name: string, context: ContextSource): ContextMemory {
    if ("tar" in context) return new ContextMemory();
    const owner = "disk" in context ? context.disk : context.files;
    const known = this.#memories.get(owner) ?? new Map<string, ContextMemory>();
    this.#memories.set(owner, known);
    const key = "disk" in context ? `${name} ${clean(context.path)}` : name;
    const memory = known.get(key) ?? new ContextMemory();
    known.set(key, memory);
    return memory;
  }
}

/** Names of the images that stages start from. */
function basesOf(sources: ReadonlyMap<BuildStage, StageSource>): readonly string[] {
  const names = [...sources.values()].flatMap((source) => (source.kind === "image" ? [source.image.name] : []));
  return [...new Set(names)];
}

function prepareOptions(request: BuildRequest): PrepareOptions {
  const { buildArgs = {}, target, platform, contexts = {}, ownership } = request;
  return {
    isClassic: ownership === "classic",
    buildArgs: new Map(Object.entries(buildArgs)),
    contexts: new Set(Object.keys(contexts)),
    ...(target === undefined ? {} : { target }),
    ...(platform === undefined ? {} : { platform: parsePlatform(platform) }),
  };
}

/** Steps show their platform if the build may be for several. */
function shownPlatformOf({ platform }: BuildRequest, { isMultiPlatform }: BuildOrders): string | undefined {
  if (!isMultiPlatform) return undefined;
  return formatPlatform(platform === undefined ? DEFAULT_PLATFORM : parsePlatform(platform));
}

/** How a context from somewhere else is told of that the Dockerfile did not come with. */
function loadingOf({ context, dockerfile }: BuildRequest): string | undefined {
  return "tar" in context && dockerfile !== undefined ? context.loading?.name : undefined;
}
