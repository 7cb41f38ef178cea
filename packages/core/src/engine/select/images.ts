/** Images that filters let through. @see moby daemon/images/images.go */
import type { Image } from "../../image/index.ts";
import { parseTime } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import { parseTimestamp } from "../docker/values/timestamp.ts";
import { secondsOfTime } from "../documents/time.ts";
import type { Engine } from "../engine.ts";
import type { Filters } from "./filters.ts";

export const IMAGE_FILTERS = ["dangling", "label", "before", "since", "reference", "until"];

/** Newest first. Images that are only steps on the way to others come with `all`. */
export function selectImages(engine: Engine, filters: Filters, { all = false } = {}): readonly Image[] {
  const { images } = engine;
  const dangling = filters.flag("dangling");
  const before = createdOf(engine, filters, "before");
  const since = createdOf(engine, filters, "since");
  const until = untilOf(engine, filters);
  return images
    .list()
    .filter((image) => {
      const created = momentOf(image);
      if ((!all || dangling === true) && images.isIntermediate(image)) return false;
      if (dangling === true && images.tags(image).length > 0) return false;
      if (dangling === false && images.store.references(image).length === 0) return false;
      if (before !== undefined && created >= before) return false;
      if (since !== undefined && created <= since) return false;
      if (until !== undefined && created >= until) return false;
      return filters.allowsLabels(image.config.config.Labels ?? {});
    })
    .sort((a, b) => momentOf(b) - momentOf(a));
}

/** Seconds since 1970, with their fraction. */
function momentOf({ config }: Image): number {
  const { seconds, nanoseconds } = parseTime(config.created ?? "") ?? { seconds: 0, nanoseconds: 0 };
  return seconds + nanoseconds / 1e9;
}

function createdOf({ images }: Engine, filters: Filters, name: string): number | undefined {
  const [reference] = filters.get(name);
  return reference === undefined ? undefined : momentOf(images.get(reference));
}

function untilOf({ kernel }: Engine, filters: Filters): number | undefined {
  const [text] = filters.get("until");
  if (text === undefined) return undefined;
  try {
    return parseTimestamp(text, kernel.nowUs / 1e6).seconds;
  } catch (error) {
    throw new StatusError("invalid-argument", error instanceof Error ? error.message : String(error));
  }
}

/** An entry of the list; undefined if no name of the image fits. */
export function imageSummary({ images, containers }: Engine, image: Image, patterns: readonly string[]) {
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
    SharedSize: -1,
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
