/**
 * The cache of the classic builder: the images that are here. A step finds one that was made of the same image by the same
 * command; where images are named to take steps from, only these and what they were made of count, and what their
 * histories tell.
 *
 * @see moby daemon/internal/image/cache/cache.go, daemon/builder/dockerfile/imageprobe.go
 */
import { parsePlatform } from "../../build/index.ts";
import type { Image } from "../../image/index.ts";
import { HOST_PLATFORM, type ImageConfig, type ImageRunConfig } from "../../oci/index.ts";
import type { Engine } from "../engine.ts";

/** A step to be: what its image tells of it. */
export interface WantedStep {
  readonly parent: Image | undefined;
  /** What its history is going to say. */
  readonly command: string;
  readonly config: ImageRunConfig;
}

export interface CacheScope {
  readonly noCache: boolean;
  /** Images whose steps may be used; where there are any, nothing else is. */
  readonly cacheFrom: readonly string[];
  /** What the build is for, whatever it stands on; by default the machine's own. */
  readonly platform: string;
}

export class StepCache {
  readonly #store: Engine["images"]["store"];
  readonly #noCache: boolean;
  readonly #isLimited: boolean;
  readonly #platform: Pick<ImageConfig, "os" | "architecture">;
  #sources: readonly Image[];
  /** A step of this stage had to be done: those behind it have to be as well. */
  #isBusted = false;

  constructor({ images }: Engine, { noCache, cacheFrom, platform }: CacheScope) {
    this.#store = images.store;
    this.#noCache = noCache;
    this.#platform = platform === "" ? HOST_PLATFORM : parsePlatform(platform);
    this.#isLimited = cacheFrom.length > 0;
    this.#sources = cacheFrom.flatMap((name) => images.find(name) ?? []);
  }

  /** Another stage begins. */
  reset(): void {
    this.#isBusted = false;
  }

  /** A step has to be done, whatever there is. */
  bust(): void {
    this.#isBusted = true;
  }

  /** The image of a step that has been done before. */
  find(step: WantedStep): Image | undefined {
    if (this.#noCache || this.#isBusted) return undefined;
    const found = this.#isLimited ? this.#amongSources(step) : this.#local(step);
    this.#isBusted = found === undefined;
    return found;
  }

  /** What came of the step here; the last of several. */
  #local({ parent, command, config }: WantedStep): Image | undefined {
    const wanted = textOf(config);
    const length = historyOf(parent).length + 1;
    return this.#store.list().findLast((image) => {
      const { history, config: own, os, architecture } = image.config;
      if (os !== this.#platform.os || architecture !== this.#platform.architecture) return false;
      if (history.length !== length || history.at(-1)?.created_by !== command) return false;
      return this.#store.parent(image) === parent && textOf(own) === wanted;
    });
  }

  #amongSources(step: WantedStep): Image | undefined {
    const local = this.#local(step);
    if (local !== undefined && this.#sources.some((source) => this.#isMadeOf(source, local))) return local;
    const source = this.#sources.find((one) => continues(one, step));
    if (source === undefined) return undefined;
    const length = historyOf(step.parent).length + 1;
    if (source.config.history.length > length) this.#sources = [source];
    const image = source.config.history.length === length ? source : this.#restore(source, step);
    if (step.parent !== undefined) this.#store.setParent(image, step.parent);
    return image;
  }

  #isMadeOf(image: Image, earlier: Image): boolean {
    const parent = this.#store.parent(image);
    return parent !== undefined && (parent === earlier || this.#isMadeOf(parent, earlier));
  }

  /** The image of a step of which there is only the history of a later one. */
  #restore(source: Image, { parent, config }: WantedStep): Image {
    const history = source.config.history.slice(0, historyOf(parent).length + 1);
    const layers = history.filter((step) => step.empty_layer !== true).length;
    const diffIds = source.config.rootfs.diff_ids.slice(0, layers);
    const { created = "" } = history.at(-1) ?? {};
    const whole = {
      ...source.config,
      config,
      created,
      history,
      rootfs: { type: "layers" as const, diff_ids: diffIds },
    };
    return this.#store.add(whole, source.chain.slice(0, layers));
  }
}

/** The same for the same values, in whichever order they were written. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    part === null || typeof part !== "object" || Array.isArray(part)
      ? part
      : Object.fromEntries(Object.entries(part).sort()),
  );

const historyOf = (image: Image | undefined) => image?.config.history ?? [];

/** Whether an image's history is that of the step's parent, with the step next. */
function continues({ config: { history } }: Image, { parent, command }: WantedStep): boolean {
  const before = historyOf(parent);
  if (history[before.length]?.created_by !== command) return false;
  return before.every((step, i) => textOf(step) === textOf(history[i]));
}
