/**
 * Removing what is not used: the door and the command line ask for the same.
 *
 * @see moby daemon/prune.go, daemon/containerd/image_prune.go, volume/service/service.go
 */
import { isTrue, parseBool, problemOf, reworded } from "../lib/go/index.ts";
import { StatusError } from "../lib/index.ts";
import { writtenBytes } from "./container/container-size.ts";
import { parseTimestamp } from "./docker/values/timestamp.ts";
import { secondsOfTime } from "./documents/time.ts";
import type { Engine } from "./engine.ts";
import { pruneImages, type Removed } from "./image/image-removal.ts";
import type { Filters } from "./select/filters.ts";
import { isUnused } from "./select/networks.ts";
import { volumeBytes } from "./select/volumes.ts";

/** What was removed, and how many bytes that was. */
export interface Pruned<T = string> {
  readonly removed: readonly T[];
  readonly bytes: number;
}

const COMMON_FILTERS = ["label", "label!", "until"];

/** Containers that do not run, newest first: their ids. @throws StatusError invalid-argument for a filter that is none */
export async function pruneStopped(engine: Engine, filters: Filters): Promise<Pruned> {
  const { containers, events } = engine;
  filters.check(COMMON_FILTERS);
  const isOlder = olderThan(engine, filters);
  const removed: string[] = [];
  let bytes = 0;
  for (const container of containers.list({ all: true })) {
    if (container.isActive || !filters.allowsLabels(container.config.Labels ?? {})) continue;
    if (!isOlder(container.createdUs)) continue;
    bytes += writtenBytes(engine, container);
    removed.push(container.id);
    await containers.remove(container);
  }
  events.record("container", "prune", "", { reclaimed: String(bytes) });
  return { removed, bytes };
}

/** Networks that nobody is on: their names. @throws StatusError invalid-argument for a filter that is none */
export function pruneNetworks(engine: Engine, filters: Filters): Pruned {
  const { networks, events, swarm } = engine;
  filters.check(COMMON_FILTERS);
  const isOlder = olderThan(engine, filters);
  const removed = networks
    .list()
    .filter((network) => isUnused(network) && !network.configOnly && filters.allowsLabels(network.labels))
    .filter(({ createdUs }) => isOlder(createdUs))
    // In a swarm the ways of published ports lead over it.
    .filter(({ name }) => name !== "docker_gwbridge" || swarm.joined === undefined)
    .map(({ name }) => networks.remove(name).name);
  events.record("network", "prune", "", { reclaimed: "0" });
  return { removed, bytes: 0 };
}

/**
 * Volumes that no container refers to: their names.
 *
 * @param named whether those that have a name of their own go too, without a filter saying so
 * @throws StatusError invalid-argument for a filter that is none
 */
export function pruneVolumes(engine: Engine, filters: Filters, { named = false } = {}): Pruned {
  const { volumes, events } = engine;
  filters.check(["label", "label!", "all"]);
  const all = saysAll(filters) || named;
  const removed: string[] = [];
  let bytes = 0;
  for (const volume of volumes.list()) {
    if (volumes.users(volume.name).length > 0 || (!all && !volume.isAnonymous)) continue;
    // What a volume with options shows is not the engine's to throw away.
    if (!filters.allowsLabels(volume.labels) || Object.keys(volume.options).length > 0) continue;
    bytes += volumeBytes(engine, volume);
    removed.push(volume.name);
    volumes.remove(volume.name);
  }
  events.record("volume", "prune", "", { reclaimed: String(bytes) });
  return { removed, bytes };
}

/** Images that nobody uses: those without a name, or all. @throws StatusError invalid-argument for a filter that is none */
export function pruneUnusedImages(engine: Engine, filters: Filters, { all = false } = {}): Pruned<Removed> {
  filters.check(["dangling", ...COMMON_FILTERS]);
  const isOlder = olderThan(engine, filters);
  const { removed, reclaimedBytes: bytes } = pruneImages(engine, {
    all: all || filters.flag("dangling") === false,
    accepts: ({ config }) =>
      filters.allowsLabels(config.config.Labels ?? {}) && isOlder(secondsOfTime(config.created) * 1e6),
  });
  engine.events.record("image", "prune", "", { reclaimed: String(bytes) });
  return { removed, bytes };
}

/** For the filter `all`, errors have the words of Go's parser. */
function saysAll(filters: Filters): boolean {
  const [first = "true", ...more] = filters.get("all");
  const problem = more.length === 0 ? problemOf(() => parseBool(first)) : undefined;
  if (problem !== undefined) throw new StatusError("invalid-argument", `invalid filter 'all': ${problem}`);
  return filters.has("all") && isTrue(first);
}

/** What the filter `until` lets through. @throws StatusError invalid-argument for a time that is none, or several */
function olderThan({ kernel }: Engine, filters: Filters): (createdUs: number) => boolean {
  const [text, ...more] = filters.get("until");
  if (text === undefined) return () => true;
  if (more.length > 0) throw new StatusError("invalid-argument", "more than one until filter specified");
  const { seconds, nanoseconds } = reworded(
    () => parseTimestamp(text, kernel.nowUs / 1e6),
    ({ message }) => new StatusError("invalid-argument", message),
  );
  return (createdUs) => createdUs < seconds * 1e6 + Math.floor(nanoseconds / 1000);
}
