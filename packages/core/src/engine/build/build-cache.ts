/**
 * The build cache as the engine's API and BuildKit's tell of it: `docker system df`, `docker buildx du`, and pruning.
 *
 * @see moby builder/builder-next/builder.go (DiskUsage, Prune); containerd filters/parser.go for filters
 */
import type { CacheUsage, PruneOptions } from "../../build/index.ts";
import { parseDuration, reworded } from "../../lib/go/index.ts";
import { ownValue, StatusError } from "../../lib/index.ts";
import { timeOf } from "../documents/time.ts";
import type { Filters } from "../select/filters.ts";

/** What a filter can ask about: a text, or whether it is so. */
const FIELDS: Readonly<Record<string, (usage: CacheUsage) => string | boolean>> = {
  id: ({ id }) => id,
  parents: ({ parents }) => parents.join(";"),
  description: ({ description }) => description,
  inuse: () => false,
  mutable: ({ mutable }) => mutable,
  immutable: ({ mutable }) => !mutable,
  type: ({ type }) => type,
  shared: ({ shared }) => shared,
  private: ({ shared }) => !shared,
};

/** `type==regular,description~=make`: all of them; of several texts, one. No text accepts everything. */
export function cacheFilter(texts: readonly string[]): (usage: CacheUsage) => boolean {
  const alternatives = texts.filter((text) => text !== "").map((text) => text.split(",").map(condition));
  return (usage) => alternatives.length === 0 || alternatives.some((all) => all.every((one) => one(usage)));
}

function condition(text: string): (usage: CacheUsage) => boolean {
  const [, name = "", operator = "", quoted = ""] = /^(\w+)(?:(==|!=|~=)(.*))?$/s.exec(text) ?? [];
  const field = ownValue(FIELDS, name);
  const value = quoted.replace(/^"(.*)"$/s, "$1");
  if (field === undefined) return () => false;
  const pattern = operator === "~=" ? patternOf(value) : undefined;
  return (usage) => {
    const found = field(usage);
    if (operator === "") return found !== false && found !== "";
    // What is only so or not has no text.
    const shown = typeof found === "boolean" ? "" : found;
    if (operator === "~=") return found !== false && pattern?.test(shown) === true;
    return (found !== false && shown === value) === (operator === "==");
  };
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new StatusError("invalid-argument", `error parsing regexp: ${text}`);
  }
}

const CONDITIONS = ["id", "parent", "type", "description", "inuse", "shared", "private"];
const KNOWN: ReadonlySet<string> = new Set([...CONDITIONS, "unused-for", "until", "label", "label!"]);

/** What the engine's own API takes for filters. @throws StatusError invalid-argument */
export function cachePruneFilters(filters: Filters): PruneOptions {
  const refuse = (why: string): StatusError =>
    new StatusError("invalid-argument", `failed to prune build cache: ${why}`);
  for (const name of filters.names()) if (!KNOWN.has(name)) throw refuse(`invalid filter '${name}'`);
  const times = [...filters.get("until"), ...filters.get("unused-for")];
  if (times.length > 1) throw refuse("filters expect only one value");
  const conditions = CONDITIONS.flatMap((name) => {
    const values = filters.get(name);
    if (values.length > 1) throw refuse("filters expect only one value");
    return values.length === 0 ? [] : [`${name}${name === "id" ? "~=" : "=="}${values[0]}`];
  });
  const [time] = times;
  const name = filters.has("until") ? "until" : "unused-for";
  return {
    accepts: cacheFilter([conditions.join(",")]),
    ...(time === undefined ? {} : { unusedForUs: durationUs(time, () => refuse(`"${name}" ${NO_TIME} "${time}"`)) }),
  };
}

const NO_TIME = "filter expects a duration (e.g., '24h') or a timestamp: failed to parse value as time or duration:";

function durationUs(text: string, refuse: () => StatusError): number {
  return reworded(() => Math.trunc(parseDuration(text) / 1000), refuse);
}

/** A record in the answer to `GET /system/df`. */
export function cacheDocument(one: CacheUsage) {
  return {
    ID: one.id,
    // The blank is the engine's own.
    ...(one.parents.length === 0 ? {} : { " Parents": one.parents }),
    Type: one.type,
    Description: one.description,
    InUse: false,
    Shared: one.shared,
    Size: one.sizeBytes,
    CreatedAt: timeOf(one.createdUs),
    LastUsedAt: timeOf(one.lastUsedUs),
    UsageCount: one.usageCount,
  };
}
