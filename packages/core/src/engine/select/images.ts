/** Images that filters let through. @see moby daemon/images/images.go */
import type { Image } from "../../image/index.ts";
import { parseTime } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import { parseTimestamp } from "../docker/values/timestamp.ts";
import { secondsOfTime } from "../documents/time.ts";
import type { Engine } from "../engine.ts";
import type { Filters } from "./filters.ts";

/** What lists of images can be filtered by. */
export const IMAGE_FILTERS = ["dangling", "label", "before", "since", "reference", "until"];

/** Newest first. Images that are only steps on the way to others come with `all`. */
export function selectImages(engine: Engine, filters: Filters, { all = false } = {}): readonly Image[] {
  const { images } = engine;
  const dangling = filters.flag("dangling");
  // Of several values all have to hold.
  const before = Math.min(...createdOf(engine, filters, "before"), ...untilOf(engine, filters));
  const since = Math.max(...createdOf(engine, filters, "since"));
  const isBounded = Number.isFinite(before) || Number.isFinite(since);
  return images
    .list()
    .map((image) => ({ image, created: momentOf(image) }))
    .filter(({ image, created }) => {
      if ((!all || dangling === true) && images.isIntermediate(image)) return false;
      if (dangling === true && images.tags(image).length > 0) return false;
      if (dangling === false && images.store.references(image).length === 0) return false;
      if (isBounded && !(created < before && created > since)) return false;
      return filters.allowsLabels(image.config.config.Labels ?? {});
    })
    .sort((a, b) => (b.created || 0) - (a.created || 0))
    .map(({ image }) => image);
}

/** Seconds since 1970, with their fraction; NaN for an image that does not say when it was made. */
function momentOf({ config }: Image): number {
  const { seconds, nanoseconds } = parseTime(config.created ?? "") ?? { seconds: Number.NaN, nanoseconds: 0 };
  return seconds + nanoseconds / 1e9;
}

/** The moments at which images were made that a filter names, all of them. @throws StatusError if one is not there */
function createdOf({ images }: Engine, filters: Filters, name: string): readonly number[] {
  return filters.get(name).map((reference) => momentOf(images.get(reference)));
}

/** @throws StatusError invalid-argument for what is no time */
function untilOf({ kernel }: Engine, filters: Filters): readonly number[] {
  try {
    return filters.get("until").map((text) => {
      const { seconds, nanoseconds } = parseTimestamp(text, kernel.nowUs / 1e6);
      return seconds + nanoseconds / 1e9;
    });
  } catch (error) {
    throw new StatusError("invalid-argument", error instanceof Error ? error.message : String(error));
  }
}

interface Shown {
  /** The names that are shown. */
  readonly patterns: readonly string[];
  /** What an image has in common with others, if that is to be told. */
  readonly sharedSize?: ((image: Image) => number) | undefined;
}

/** An entry of the list; undefined if no name of the image fits. */
export function imageSummary({ images, containers }: Engine, image: Image, { patterns, sharedSize }: Shown) {
  const fit = (name: string): boolean => patterns.length === 0 || patterns.some((one) => matches(name, one));
  const tags = images.tags(image).filter(fit);
  const digests = images.digests(image).filter(fit);
  if (patterns.length > 0 && tags.length + digests.length === 0) return undefined;
  return {
    Containers: containers.list({ all: true }).filter((one) => one.image.id === image.id).length,
    Created: secondsOfTime(image.config.created),
    Id: image.id,
    Labels: image.config.config.Labels ?? null,
    ParentId: images.store.parent(image)?.id ?? "",
    RepoDigests: digests,
    RepoTags: tags,
    SharedSize: sharedSize?.(image) ?? -1,
    Size: image.sizeBytes,
  };
}

/** A pattern of path.Match, on the whole reference or on the name alone. @see distribution/reference FamiliarMatch */
export function matches(tag: string, pattern: string): boolean {
  const expression = patternOf(pattern);
  const name = tag.replace(/@.*$|:[^:/]*$/, "");
  return expression.test(tag) || expression.test(name);
}

/** @throws StatusError internal for a set of characters that does not end */
function patternOf(pattern: string): RegExp {
  try {
    return new RegExp(`^${[...pattern].map(expressionOf).join("")}$`);
  } catch {
    throw new StatusError("internal", "syntax error in pattern");
  }
}

function expressionOf(character: string): string {
  if (character === "*") return "[^/]*";
  if (character === "?") return "[^/]";
  return character.replace(/[.*+^${}()|\\]/g, "\\$&");
}
