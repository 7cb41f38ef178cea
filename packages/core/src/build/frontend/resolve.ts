/**
 * Which images a build needs, and what their configurations bring: triggers, a platform to warn of.
 *
 * It goes in rounds, because triggers found in one can make more stages necessary. Who asks for images may take its
 * time: `resolveImages` does it in one go, a builder with a slow registry drives the rounds itself.
 * Model: resolveReachableStages in BuildKit's convert.go.
 */
import type { ImageRunConfig } from "../../oci/index.ts";
import type { Linter } from "../dockerfile/lint.ts";
import { lintImagePlatform } from "./lint-from.ts";
import { type BuildPlatform, DEFAULT_PLATFORM } from "./platform.ts";
import type { BuildStage, StageGraph } from "./stage-graph.ts";

/** What the front half wants to know of an image. */
export interface BaseImage {
  readonly config: ImageRunConfig;
  /** What the image is for, where that may not be what was asked for. */
  readonly platform?: BuildPlatform;
  /** False if FROM is no step of its own: a named context, or an image without layers. Default true. */
  readonly isStep?: boolean;
}

export interface ResolveOptions {
  readonly platform?: BuildPlatform;
  readonly buildPlatform?: BuildPlatform;
  /** Also the stages that the target does not need. */
  readonly allStages?: boolean;
}

/** What the building machine runs besides its own: images for it earn no warning if no platform was asked for. */
const ALSO_RUN = new Map([["amd64", "386"]]);

export class ImageRounds {
  readonly #graph: StageGraph;
  readonly #lint: Linter;
  readonly #options: ResolveOptions;
  readonly #configs = new Map<BuildStage, ImageRunConfig>();
  readonly #triggered = new Set<BuildStage>();

  constructor(graph: StageGraph, lint: Linter, options: ResolveOptions = {}) {
    this.#graph = graph;
    this.#lint = lint;
    this.#options = options;
  }

  /** The stages that are built, as far as is known. */
  get stages(): readonly BuildStage[] {
    return this.#options.allStages === true ? [...this.#graph.stages] : this.#graph.reachable();
  }

  /** Empty for a stage without an image. */
  config(stage: BuildStage): ImageRunConfig {
    return this.#configs.get(stage) ?? {};
  }

  /** Begins a round: the stages whose images are wanted now. */
  wanted(): readonly BuildStage[] {
    return this.#graph.startRound(this.stages);
  }

  /** The image that was found for a wanted stage. */
  found(stage: BuildStage, { config, platform, isStep = true }: BaseImage): void {
    this.#configs.set(stage, config);
    if (!isStep) this.#graph.dropFromStep(stage);
    if (platform === undefined) return;
    const expected = this.#expected(stage, platform);
    lintImagePlatform(this.#lint, stage, { expected, actual: platform });
  }

  /**
   * Ends a round: the triggers of images and stages go before the instructions of the stages based on them. What is
   * only copied from runs none.
   *
   * @returns true if more images may be wanted now.
   * @throws BuildError for a bad trigger, at the stage's FROM.
   */
  addTriggers(): boolean {
    let more = false;
    for (const stage of this.stages) {
      if (stage.isImplicit || this.#triggered.has(stage)) continue;
      this.#triggered.add(stage);
      const triggers = [...(this.config(stage).OnBuild ?? []), ...this.#graph.inheritedTriggers(stage)];
      if (triggers.length > 0 && this.#graph.addTriggers(stage, triggers)) more = true;
    }
    return more;
  }

  #expected(stage: BuildStage, actual: BuildPlatform): BuildPlatform {
    const { platform, buildPlatform = DEFAULT_PLATFORM } = this.#options;
    const asked = stage.platform ?? platform;
    if (asked !== undefined) return asked;
    const runs = actual.os === buildPlatform.os && ALSO_RUN.get(buildPlatform.architecture) === actual.architecture;
    return runs ? actual : buildPlatform;
  }
}

/** Goes through all rounds at once; an image that is not known counts as empty. */
export function resolveImages(rounds: ImageRounds, image: (stage: BuildStage) => BaseImage | undefined): void {
  do {
    for (const stage of rounds.wanted()) {
      const found = image(stage);
      if (found !== undefined) rounds.found(stage, found);
    }
  } while (rounds.addTriggers());
}
