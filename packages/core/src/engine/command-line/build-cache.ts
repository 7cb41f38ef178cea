/** `docker buildx du`, `docker buildx prune` and `docker builder prune`. */
import type { CacheUsage } from "../../build/index.ts";
import { parseDuration, problemOf, reworded } from "../../lib/go/index.ts";
import { cacheFilter, cachePruneFilters } from "../build/build-cache.ts";
import { renderCacheUsage, renderPruned } from "../docker/lists/build-cache.ts";
import { ValueError } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import { humanSize } from "../docker/values/human.ts";
import { Filters } from "../select/filters.ts";
import { checkBuilder } from "./builders.ts";
import { agrees } from "./prune.ts";
import type { Session } from "./session.ts";

export function showCacheUsage(session: Session, { builder, filters, format }: RequestOf<"buildx du">): number {
  return orComplain(session, () => {
    const { accepts } = selection(filters);
    checkBuilder(session, builder);
    const records = session.engine.builder.cacheUsage().filter(accepts);
    session.out(renderCacheUsage(records, format, session.engine.kernel.nowUs));
  });
}

export async function pruneCache(session: Session, request: RequestOf<"buildx prune">): Promise<number> {
  if (request.confirm !== undefined && !(await agrees(session, request.confirm))) return 0;
  return orComplain(session, () => {
    const { engine } = session;
    const { all, reservedBytes, maxUsedBytes } = request;
    const selected = selection(request.filters);
    checkBuilder(session, request.builder);
    const removed = engine.builder.pruneCache({ all, reservedBytes, maxUsedBytes, ...selected });
    session.out(renderPruned(removed, request.verbose, engine.kernel.nowUs));
  });
}

/** The client without buildx asks the engine itself. */
export async function pruneBuilder(session: Session, request: RequestOf<"builder prune">): Promise<number> {
  if (request.confirm !== undefined && !(await agrees(session, request.confirm))) return 0;
  const { builder, events } = session.engine;
  const { all, keepStorage } = request;
  const removed = builder.pruneCache({
    all,
    reservedBytes: keepStorage,
    ...cachePruneFilters(Filters.of(request.filters)),
  });
  const bytes = removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  events.record("builder", "prune", "", { reclaimed: String(bytes) });
  if (removed.length > 0) session.lines(["Deleted build cache objects:", ...removed.map(({ id }) => id), ""]);
  session.lines([`Total reclaimed space: ${humanSize(bytes)}`]);
  return 0;
}

interface Selection {
  readonly accepts: (usage: CacheUsage) => boolean;
  readonly unusedForUs: number;
}

/** The client makes one filter of all. @throws ValueError */
function selection(filters: Readonly<Record<string, readonly string[]>>): Selection {
  const { until = [], "unused-for": unusedFor = [], ...others } = filters;
  if (until.length > 0 && unusedFor.length > 0) throw new ValueError('conflicting filters "until" and "unused-for"');
  const name = unusedFor.length > 0 ? "unused-for" : "until";
  const times = [...until, ...unusedFor];
  if (times.length > 1) throw new ValueError(`"${name}" filter expects only one value`);
  const conditions = Object.entries(others).map(([key, values]) => {
    if (values.length > 1) throw new ValueError("filters expect only one value");
    const operator = key === "id" ? "~=" : /[!~]$/.test(key) ? "=" : "==";
    return values.length === 0 ? key : `${key}${operator}${values[0]}`;
  });
  return {
    accepts: cacheFilter([conditions.join(",")]),
    unusedForUs: times.length === 0 ? 0 : timeUs(name, times[0] ?? ""),
  };
}

function timeUs(name: string, text: string): number {
  return reworded(
    () => Math.trunc(parseDuration(text) / 1000),
    ({ message }) => new ValueError(`"${name}" filter expects a duration (e.g., '24h'): ${message}`),
  );
}

/** What is wrong with a filter buildx says itself. */
function orComplain(session: Session, body: () => void): number {
  const problem = problemOf(body);
  if (problem !== undefined) session.err(`ERROR: ${problem}\n`);
  return problem === undefined ? 0 : 1;
}
