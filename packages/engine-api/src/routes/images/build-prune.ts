/** `POST /build/prune`. @see moby api/server/backend/build, api/server/router/build/build_routes.go:postPrune */
import { cachePruneFilters, type Engine } from "@bottleship/core/engine";
import { Filters } from "../../http/filters.ts";
import { flag, whole } from "../../http/query.ts";

/** Removes build cache. @throws StatusError invalid-argument for a filter or a size that is none */
export function pruneCache({ builder, events }: Engine, query: URLSearchParams) {
  const filters = Filters.parse(query.get("filters"));
  const reservedBytes = Math.max(size(query, "keep-storage"), size(query, "reserved-space"));
  const maxUsedBytes = size(query, "max-used-space");
  size(query, "min-free-space");
  const removed = builder.pruneCache({
    all: flag(query, "all"),
    reservedBytes,
    maxUsedBytes,
    ...cachePruneFilters(filters),
  });
  const SpaceReclaimed = removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  events.record("builder", "prune", "", { reclaimed: String(SpaceReclaimed) });
  return { CachesDeleted: removed.length === 0 ? null : removed.map(({ id }) => id), SpaceReclaimed };
}

function size(query: URLSearchParams, name: string): number {
  const given = query.get(name) ?? "";
  return given === "" ? 0 : whole(given, `${name} is in bytes and expects an integer, got ${given}: `);
}
