/**
 * What the stages of a build start from: images, and named contexts that stand in for them.
 *
 * @see BuildKit frontend/dockerui/namedcontext.go, dockerfile2llb/convert.go
 */
import { StatusError } from "../../lib/index.ts";
import { familiarText, parseReference, referenceProblem } from "../../oci/index.ts";
import type { BuildRequest, ImageNames, NamedImage } from "../build-request.ts";
import { BuildError } from "../dockerfile/error.ts";
import { withSuggestion } from "../dockerfile/suggest.ts";
import type { ContextMemory } from "../files/context-memory.ts";
import { type ContextSource, contextEntries } from "../files/context-source.ts";
import type { IgnoreMatcher } from "../files/ignore.ts";
import type { Prepared } from "../frontend/check.ts";
import { gitContextSource } from "../frontend/git-ref.ts";
import { type BuildPlatform, formatPlatform, parsePlatform } from "../frontend/platform.ts";
import { sourceKind } from "../frontend/remote.ts";
import { ImageRounds } from "../frontend/resolve.ts";
import { type BuildStage, SCRATCH } from "../frontend/stage-graph.ts";
import type { Progress } from "../progress/progress.ts";
import type { BaseImage, StageSource } from "../solve/plan.ts";
import type { Vertex } from "../solve/vertex.ts";
import { AuthorizationError } from "./authorization-error.ts";
import { loadContextIgnoreFile, withoutPrefix } from "./definition.ts";

const LAYOUT = "oci-layout://";

/** What somebody may have meant who names an image that nobody has. @see dockerfile2llb commonImageNames, slips included */
const COMMON_IMAGES = ["alpine", "busybox", "centos", "debian", "golang", "ubuntu", "fedora"].flatMap((name) => {
  const long = `docker.io/library${name}`;
  return [name, long, `${name}:latest`, `${long}:latest`];
});

export interface StageSourcesOptions {
  readonly request: BuildRequest;
  readonly images: ImageNames;
  readonly progress: Progress;
  readonly nowUs: number;
  /** What is known of a named context from before. */
  readonly memory: (name: string, source: ContextSource) => ContextMemory;
  /** Shown before the loading of images in a build for several platforms. */
  readonly shownPlatform: string | undefined;
}

export class StageSources {
  readonly #options: StageSourcesOptions;
  readonly #images = new Map<string, Promise<BaseImage>>();
  /** Named contexts that stages start from. */
  readonly #contexts = new Map<string, Vertex>();
  /** What stages are called. */
  #stageNames: readonly string[] = [];
  /** What stays behind of each named context, read once. */
  readonly #ignores = new Map<string, IgnoreMatcher | undefined>();

  constructor(options: StageSourcesOptions) {
    this.#options = options;
  }

  /** Finds what every stage that is built (or every stage at all) starts from. @throws BuildError if nobody has an image */
  async resolve(
    { graph, lint }: Prepared,
    { allStages = false }: { readonly allStages?: boolean } = {},
  ): Promise<ReadonlyMap<BuildStage, StageSource>> {
    graph.checkReferences();
    this.#stageNames = [...graph.names];
    const { platform } = this.#options.request;
    const asked = platform === undefined ? {} : { platform: parsePlatform(platform) };
    const rounds = new ImageRounds(graph, lint, { ...asked, allStages });
    const found = new Map<BuildStage, StageSource>();
    do {
      for (const stage of rounds.wanted()) {
        const source = await this.#sourceOf(stage);
        if (source === undefined) continue;
        found.set(stage, source);
        if (source.kind === "context") rounds.found(stage, { config: {}, isStep: false });
        else {
          const { config, chain } = source.image;
          const isStep = chain.length > 0 && source.title === undefined;
          rounds.found(stage, { config: config.config, platform: config, isStep });
        }
      }
    } while (rounds.addTriggers());
    return found;
  }

  async #sourceOf(stage: BuildStage): Promise<StageSource | undefined> {
    const name = this.#contextOf(stage);
    const context = name === undefined ? undefined : this.#options.request.contexts?.[name];
    if (name !== undefined && context !== undefined) {
      if ("url" in context) return { kind: "context", vertex: this.#elsewhere(name, context.url, stage) };
      if ("built" in context) return { kind: "image", image: { ...context.built, name }, title: "" };
      if (!("image" in context)) return this.#context(name, context, !stage.isImplicit);
      const image = await this.#image(context, `[context ${name}] load metadata for ${context.image}`, stage);
      return { kind: "image", image, title: `[context ${name}] ${context.image}` };
    }
    if (stage.image === SCRATCH || stage.base !== undefined) return undefined;
    const { images, shownPlatform } = this.#options;
    const place = shownPlatform === undefined ? "internal" : `${shownPlatform} internal`;
    const title = `[${place}] load metadata for ${images.fullName(stage.image)}`;
    return { kind: "image", image: await this.#image(stage, title, stage) };
  }

  /** The named context that stands in for a stage: one of its own name, else one of its image's. */
  #contextOf({ isReplaced, name, image, base }: BuildStage): string | undefined {
    if (isReplaced) return name;
    const { contexts = {} } = this.#options.request;
    if (base !== undefined || image === SCRATCH) return undefined;
    const familiar = familiarText(parseReference(image)).replace(/:latest$/, "");
    return [image, `${image}:latest`, familiar].find((one) => Object.hasOwn(contexts, one));
  }

  #platformOf({ platform }: BuildStage): BuildPlatform | undefined {
    const asked = this.#options.request.platform;
    return platform ?? (asked === undefined ? undefined : parsePlatform(asked));
  }

  #image(named: NamedImage, title: string, stage: BuildStage): Promise<BaseImage> {
    const platform = this.#platformOf(stage);
    const key = `${platform === undefined ? "" : formatPlatform(platform)} ${title}`;
    const known = this.#images.get(key);
    if (known !== undefined) return known;
    const image = this.#load(named, title, stage);
    this.#images.set(key, image);
    return image;
  }

  async #load({ image: name }: NamedImage, title: string, stage: BuildStage): Promise<BaseImage> {
    const { images, progress } = this.#options;
    // What can be no image's name is not asked for.
    const shown = referenceProblem(name) === undefined ? progress.start(title) : progress.hidden();
    try {
      const platform = this.#platformOf(stage);
      const onStep = (step: string): void => progress.start(step).complete(false);
      const image = await images.resolve(name, { platform, pull: this.#options.request.pull, onStep });
      shown.complete(false);
      return image;
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (error instanceof AuthorizationError) {
        shown.fail(error.shown);
        throw new BuildError(error.message).at(stage.range);
      }
      shown.fail(withoutPrefix(error.message));
      // What a named context asks for is not named again.
      if (title.startsWith("[context ")) throw new BuildError(error.message).at(stage.range);
      const near = [...this.#stageNames, ...COMMON_IMAGES];
      throw new BuildError(withSuggestion(`${name}: ${error.message}`, name, near)).at(stage.range);
    }
  }

  /** @throws BuildError for everything but a git repository */
  #elsewhere(name: string, url: string, { range }: BuildStage): Vertex {
    if (sourceKind(url) === "git") {
      const op = { kind: "git", source: gitContextSource(url) } as const;
      return { op, name: `[internal] load git source ${url}`, inputs: [], ignoresCache: false };
    }
    if (!url.startsWith(LAYOUT)) throw new BuildError("invalid argument").at(range);
    const { images, progress } = this.#options;
    const reference = `${images.fullName(name).replace(/:latest$/, "")}${url.slice(url.indexOf("@"))}`;
    const why = "unknown scheme oci-layout: not found";
    progress.start(`[context ${name}] load metadata for ${reference}`).fail(why);
    throw new BuildError(`failed to resolve source metadata for ${reference}: ${why}`).at(range);
  }

  /** A stage that starts from files needs all of them, as a layer; one that is copied from does not. */
  #context(name: string, source: ContextSource, isBase: boolean): StageSource {
    const known = isBase ? this.#contexts.get(name) : undefined;
    if (known !== undefined) return { kind: "context", vertex: known };
    const { progress, nowUs } = this.#options;
    const memory = this.#options.memory(name, source);
    const files = contextEntries(source, nowUs, memory.files);
    if (!this.#ignores.has(name)) this.#ignores.set(name, loadContextIgnoreFile(name, files, progress));
    const paths = new Set<string>();
    const vertex: Vertex = {
      op: {
        kind: "context",
        entries: () => files,
        ignore: this.#ignores.get(name),
        memory,
        isBase,
        ...(isBase ? {} : { includes: () => [...paths] }),
      },
      name: `[context ${name}] load from client`,
      inputs: [],
      ignoresCache: false,
    };
    if (isBase) this.#contexts.set(name, vertex);
    return { kind: "context", vertex, ...(isBase ? {} : { onPath: (path: string) => paths.add(path) }) };
  }
}
