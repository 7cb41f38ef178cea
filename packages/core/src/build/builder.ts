/**
 * The builder: a Dockerfile and a context in, an image out.
 *
 * @see BuildKit solver/llbsolver/solver.go, frontend/dockerfile/builder/build.go
 */
import type { LayerEntry } from "../content/index.ts";
import type { Image, ImageStore } from "../image/index.ts";
import { bytesText } from "../lib/go/index.ts";
import { clean, decode, encode, NO_BYTES, StatusError } from "../lib/index.ts";
import type { Dockerfile } from "./dockerfile/ast.ts";
import { BuildError } from "./dockerfile/error.ts";
import type { LintWarning } from "./dockerfile/lint.ts";
import { print } from "./dockerfile/print.ts";
import { type ContextSource, contextEntries } from "./files/context-source.ts";
import { IgnoreMatcher, parseIgnoreFile } from "./files/ignore.ts";
import { Transfer } from "./files/transfer.ts";
import { type Prepared, prepare } from "./frontend/check.ts";
import { parsePlatform } from "./frontend/platform.ts";
import { ImageRounds } from "./frontend/resolve.ts";
import { type BuildStage, SCRATCH } from "./frontend/stage-graph.ts";
import type { ImageDraft } from "./image/image-draft.ts";
import type { BuildListener } from "./progress/events.ts";
import { Progress } from "./progress/progress.ts";
import { BuildCache, type CacheMiss } from "./solve/build-cache.ts";
import type { BuildMachine } from "./solve/build-machine.ts";
import { Exporter } from "./solve/exporter.ts";
import { type BaseImage, Plan } from "./solve/plan.ts";
import { Solver, VertexError } from "./solve/solver.ts";
import { stepWorker } from "./solve/step-worker.ts";
import type { Vertex } from "./solve/vertex.ts";

export interface BuildRequest {
  readonly context: ContextSource;
  /** Names of the image: "web", "registry.example/team/web:1.2". */
  readonly tags?: readonly string[];
  /** The text or the AST of the Dockerfile, instead of a file of the context. */
  readonly dockerfile?: string | Dockerfile;
  /** Which file of the context it is. Default "Dockerfile". */
  readonly file?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly target?: string;
  /** "linux/arm64" */
  readonly platform?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Named contexts, which stand in for stages and images of the same name. */
  readonly contexts?: Readonly<Record<string, ContextSource>>;
  readonly secrets?: Readonly<Record<string, string | Uint8Array>>;
  /** All steps anew, or those of the named stages. */
  readonly noCache?: boolean | readonly string[];
  /** Hears what the build does. */
  readonly onEvent?: BuildListener;
}

export interface BuildResult {
  readonly image: Image;
  readonly warnings: readonly LintWarning[];
  /** Why each step that ran was not cached. */
  readonly misses: readonly CacheMiss[];
}

/** Where base images come from, and where finished ones get their names. */
export interface ImageNames {
  /** @throws StatusError if nobody has the image; the message is the registry's. */
  resolve(name: string): BaseImage | Promise<BaseImage>;
  /** A name written out: "docker.io/library/busybox:latest". */
  fullName(name: string): string;
  /** Gives an image a name; returns it written out. @throws StatusError invalid-argument if it can be none */
  name(image: Image, name: string): string;
}

export class Builder {
  readonly cache: BuildCache;
  readonly #machine: BuildMachine;
  readonly #images: ImageNames;
  readonly #exporter: Exporter;
  /** What was sent of each context, so that the next time only changes are. */
  readonly #transfers = new Map<string, Transfer>();

  constructor(machine: BuildMachine, store: ImageStore, images: ImageNames) {
    this.#machine = machine;
    this.#images = images;
    this.cache = new BuildCache(machine.snapshotter);
    this.#exporter = new Exporter(machine.snapshotter, store);
  }

  /**
   * Builds an image.
   *
   * @throws BuildError for what is wrong with the Dockerfile, and for a step that fails.
   */
  async build(request: BuildRequest): Promise<BuildResult> {
    const { kernel } = this.#machine;
    const warnings: LintWarning[] = [];
    const misses: CacheMiss[] = [];
    const progress = new Progress(request.onEvent ?? (() => {}), () => kernel.nowUs);
    const files = [...contextEntries(request.context, kernel.nowUs)];
    const source = this.#loadDockerfile(request, files, progress);
    const prepared = this.#prepare(request, source, warnings, progress);
    const images = await this.#resolveImages(request, prepared, progress);
    const ignore = this.#loadIgnoreFile(request, files, progress);
    const plan = new Plan(this.#planOptions(request, prepared, images, ignore, files));
    const failure = prepared.lint.failure();
    if (failure !== undefined) throw failure;
    const snapshot = await this.#solve(request, plan, progress, misses);
    const image = this.#export(request, snapshot, plan.target.image, progress);
    return { image, warnings, misses };
  }

  #loadDockerfile(request: BuildRequest, files: readonly LayerEntry[], progress: Progress): string | Dockerfile {
    const { file = "Dockerfile", dockerfile } = request;
    const shown = progress.start(`[internal] load build definition from ${file.slice(file.lastIndexOf("/") + 1)}`);
    if (dockerfile !== undefined) {
      const content = encode(typeof dockerfile === "string" ? dockerfile : print(dockerfile));
      shown.status(`transferring dockerfile: ${this.#sent("dockerfile", request, [fileEntry(file, content)])}`);
      shown.complete(false);
      return dockerfile;
    }
    const entry = findFile(files, file);
    shown.status(`transferring dockerfile: ${this.#sent("dockerfile", request, entry === undefined ? [] : [entry])}`);
    if (entry === undefined) {
      const message = `failed to read dockerfile: open ${file}: no such file or directory`;
      shown.fail(`open ${file}: no such file or directory`);
      throw new BuildError(message);
    }
    shown.complete(false);
    return decode(entry.content ?? NO_BYTES);
  }

  #prepare(request: BuildRequest, source: string | Dockerfile, warnings: LintWarning[], progress: Progress): Prepared {
    const { target, platform, contexts = {} } = request;
    return prepare(source, {
      buildArgs: new Map(Object.entries(request.buildArgs ?? {})),
      contexts: new Set(Object.keys(contexts)),
      ...(target === undefined ? {} : { target }),
      ...(platform === undefined ? {} : { platform: parsePlatform(platform) }),
      onWarning: (warning) => {
        warnings.push(warning);
        progress.warning(warning);
      },
    });
  }

  async #resolveImages(
    request: BuildRequest,
    { graph, lint }: Prepared,
    progress: Progress,
  ): Promise<ReadonlyMap<BuildStage, BaseImage>> {
    graph.checkReferences();
    const platform = request.platform === undefined ? {} : { platform: parsePlatform(request.platform) };
    const rounds = new ImageRounds(graph, lint, platform);
    const images = new Map<BuildStage, BaseImage>();
    const byName = new Map<string, BaseImage>();
    do {
      for (const stage of rounds.wanted()) {
        if (stage.image === SCRATCH || stage.isReplaced || stage.base !== undefined) continue;
        const image = byName.get(stage.image) ?? (await this.#resolve(stage, progress));
        byName.set(stage.image, image);
        images.set(stage, image);
        rounds.found(stage, { config: image.config.config, platform: image.config, isStep: image.chain.length > 0 });
      }
    } while (rounds.addTriggers());
    return images;
  }

  async #resolve(stage: BuildStage, progress: Progress): Promise<BaseImage> {
    const shown = progress.start(`[internal] load metadata for ${this.#images.fullName(stage.image)}`);
    try {
      const image = await this.#images.resolve(stage.image);
      shown.complete(false);
      this.#exporter.know(image.chain, image.config.rootfs.diff_ids);
      return image;
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      shown.fail(error.message.replace(/^failed to resolve source metadata for [^ ]+: /, ""));
      throw new BuildError(`${stage.image}: ${error.message}`).at(stage.range);
    }
  }

  /** `NAME.dockerignore` beside the Dockerfile comes before `.dockerignore`; an archive has none. */
  #loadIgnoreFile(request: BuildRequest, files: readonly LayerEntry[], progress: Progress): IgnoreMatcher | undefined {
    const shown = progress.start("[internal] load .dockerignore");
    const isArchive = "tar" in request.context;
    const entry = isArchive
      ? undefined
      : (findFile(files, `${request.file ?? "Dockerfile"}.dockerignore`) ?? findFile(files, ".dockerignore"));
    shown.status(`transferring context: ${this.#sent("ignore", request, entry === undefined ? [] : [entry])}`);
    shown.complete(false);
    return entry === undefined ? undefined : new IgnoreMatcher(parseIgnoreFile(decode(entry.content ?? NO_BYTES)));
  }

  #planOptions(
    request: BuildRequest,
    prepared: Prepared,
    images: ReadonlyMap<BuildStage, BaseImage>,
    ignore: IgnoreMatcher | undefined,
    files: readonly LayerEntry[],
  ) {
    const { noCache = false, contexts = {}, platform } = request;
    const stages = noCache === true || noCache === false ? undefined : new Set(noCache);
    const context = (
      name: string,
      entries: () => Iterable<LayerEntry>,
      matcher: IgnoreMatcher | undefined,
    ): Vertex => ({
      op: { kind: "context", entries, ignore: matcher, transfer: this.#transfer(name, request) },
      name: name === "" ? "[internal] load build context" : `[context ${name}] load from client`,
      inputs: [],
      ignoresCache: false,
    });
    const named = Object.entries(contexts).map(
      ([name, source]) =>
        [name, context(name, () => contextEntries(source, this.#machine.kernel.nowUs), undefined)] as const,
    );
    return {
      prepared,
      images,
      ignore,
      buildArgs: new Map(Object.entries(request.buildArgs ?? {})),
      context: context("", () => files, ignore),
      contexts: new Map(named),
      ignoresCache: (stage: BuildStage): boolean =>
        noCache === true || stages?.has(stage.name ?? String(stage.index)) === true,
      platform: platform === undefined ? undefined : parsePlatform(platform),
    };
  }

  async #solve(
    request: BuildRequest,
    { target }: Plan,
    progress: Progress,
    misses: CacheMiss[],
  ): Promise<string | undefined> {
    if (target.vertex === undefined) return undefined;
    const secrets = Object.entries(request.secrets ?? {}).map(
      ([id, value]) => [id, typeof value === "string" ? encode(value) : value] as const,
    );
    const solver = new Solver({
      machine: this.#machine,
      prepare: stepWorker(this.#machine, new Map(secrets)),
      cache: this.cache,
      progress,
      onMiss: (miss) => misses.push(miss),
    });
    try {
      return (await solver.solve(target.vertex)).snapshot;
    } catch (error) {
      throw error instanceof VertexError ? error.cause : error;
    }
  }

  #export(
    { tags = [], labels = {} }: BuildRequest,
    snapshot: string | undefined,
    draft: ImageDraft,
    progress: Progress,
  ): Image {
    const shown = progress.start("exporting to image");
    const image = this.#exporter.export(snapshot, draft.withLabels(labels), this.#machine.kernel.nowUs);
    shown.status("exporting layers");
    shown.status(`writing image ${image.id}`);
    for (const tag of tags) shown.status(`naming to ${this.#images.name(image, tag)}`);
    shown.complete(false);
    return image;
  }

  #sent(what: string, request: BuildRequest, files: readonly LayerEntry[]): string {
    return bytesText(this.#transfer(what, request).send(files));
  }

  /** Of a directory on a disk the builder remembers what it has; anything else is sent as a whole. */
  #transfer(what: string, { context }: BuildRequest): Transfer {
    if (!("disk" in context) || what !== "") return new Transfer();
    const key = `${what} ${clean(context.path)}`;
    const known = this.#transfers.get(key) ?? new Transfer();
    this.#transfers.set(key, known);
    return known;
  }
}

function fileEntry(path: string, content: Uint8Array): LayerEntry {
  return { path, type: "file", mode: 0o644, uid: 0, gid: 0, mtimeUs: 0, content };
}

function findFile(files: readonly LayerEntry[], path: string): LayerEntry | undefined {
  const wanted = clean(path).replace(/^\//, "");
  return files.find((entry) => entry.type === "file" && entry.path === wanted);
}
