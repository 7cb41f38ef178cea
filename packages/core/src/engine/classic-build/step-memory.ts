/** The cache of the classic builder: which images came of which steps on this engine. */
import { parsePlatform } from "../../build/index.ts";
import { type Digest, HOST_PLATFORM, type ImageConfig } from "../../oci/index.ts";
import type { Engine } from "../engine.ts";
import type { ClassicStep } from "./steps.ts";

/** Images that steps have made, by the steps' keys: steps that only note something have no vertex that could know. */
export type StepMemory = Map<string, Set<Digest>>;

const memories = new WeakMap<Engine, StepMemory>();

/** What is remembered of images that are still here. */
export function memoryOf(engine: Engine): StepMemory {
  const memory = memories.get(engine) ?? new Map();
  memories.set(engine, memory);
  for (const [key, ids] of memory) {
    for (const id of ids) if (engine.images.store.byId(id) === undefined) ids.delete(id);
    if (ids.size === 0) memory.delete(key);
  }
  return memory;
}

interface CacheScope {
  /** Images whose steps may be used; where there are any, nothing else is. */
  readonly cacheFrom: readonly string[];
  readonly platform?: string | undefined;
}

/**
 * The steps whose images fit the platform and, where images are named to take steps from, are among theirs.
 *
 * @see moby image/cache/cache.go
 */
export function knownSteps({ images }: Engine, memory: StepMemory, { cacheFrom, platform }: CacheScope): Set<string> {
  const wanted = platform === undefined ? HOST_PLATFORM : parsePlatform(platform);
  const sources = cacheFrom.flatMap((name) => images.find(name) ?? []);
  const isUsable = (id: Digest): boolean => {
    const config = images.store.byId(id)?.config;
    return (
      config?.os === wanted.os &&
      config.architecture === wanted.architecture &&
      (cacheFrom.length === 0 || sources.some((source) => beginsWith(source.config, config)))
    );
  };
  return new Set([...memory].flatMap(([key, ids]) => ([...ids].some(isUsable) ? [key] : [])));
}

export function remember(memory: StepMemory, key: string, id: Digest): void {
  const ids = memory.get(key);
  if (ids === undefined) memory.set(key, new Set([id]));
  else ids.add(id);
}

/** Whether an image's history begins with all of another's. */
function beginsWith({ history }: ImageConfig, { history: earlier }: ImageConfig): boolean {
  return earlier.every((step, i) => JSON.stringify(step) === JSON.stringify(history[i]));
}

/** Whether the image of the first step that changes something is still here: who removes it removes the cache. */
export function isRemembered(
  steps: readonly ClassicStep[],
  keys: readonly string[],
  known: ReadonlySet<string>,
): boolean {
  const first = steps.findIndex(({ kind }) => kind !== "FROM" && kind !== "ARG");
  return first < 0 || known.has(keys[first] ?? "");
}
