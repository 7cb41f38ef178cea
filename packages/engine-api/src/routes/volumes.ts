/**
 * Volumes.
 *
 * @see moby api/server/router/volume, volume/service
 */
import {
  type Engine,
  NO_MANAGER,
  selectVolumes,
  VOLUME_FILTERS,
  type Volume,
  volumeBytes,
  volumeDocument,
} from "@bottleship/core/engine";
import { StatusError } from "@bottleship/core/lib";
import { readJson } from "../http/body.ts";
import { empty, json } from "../http/exchange.ts";
import { Filters } from "../http/filters.ts";
import { HttpProblem } from "../http/problem.ts";
import { flag } from "../http/query.ts";

import { type Route, route } from "../http/router.ts";
import { VOLUME_CREATE } from "../schemas/others.ts";

export function volumeRoutes(engine: Engine): readonly Route[] {
  const { volumes } = engine;
  return [
    route("GET", "/volumes", ({ query }) => {
      const found = selectVolumes(engine, Filters.parse(query.get("filters"), VOLUME_FILTERS));
      return json({ Volumes: found.map(volumeDocument), Warnings: null });
    }),
    route("POST", "/volumes/create", async ({ request }) => {
      const body = await readJson(request, VOLUME_CREATE);
      const { Driver: driver = "", Labels: labels, DriverOpts: options } = body ?? {};
      const volume = volumes.create(body?.Name, { driver, labels: labels ?? {}, options: options ?? {} });
      return json(volumeDocument(volume), 201);
    }),
    route("POST", "/volumes/prune", ({ query, version }) => json(prune(engine, query, version))),
    route("GET", "/volumes/{name}", ({ param }) => json(volumeDocument(find(engine, param("name"))))),
    route("PUT", "/volumes/{name}", () => {
      throw new HttpProblem(503, NO_MANAGER);
    }),
    route("DELETE", "/volumes/{name}", ({ param, query }) => {
      volumes.remove(param("name"), { force: flag(query, "force") });
      return empty(204);
    }),
  ];
}

function find({ volumes }: Engine, name: string): Volume {
  const volume = volumes.get(name);
  if (volume === undefined) throw new StatusError("not-found", `get ${name}: no such volume`);
  return volume;
}

/** Since this version named volumes stay unless `all` is said. */
const ANONYMOUS_ONLY = 142;

function prune(engine: Engine, query: URLSearchParams, version: number) {
  const { volumes, events } = engine;
  const filters = Filters.parse(query.get("filters"), ["label", "label!", "all"]);
  const all = filters.flag("all") === true || version < ANONYMOUS_ONLY;
  const deleted: string[] = [];
  let SpaceReclaimed = 0;
  for (const volume of volumes.list()) {
    if (volumes.users(volume.name).length > 0 || (!all && !volume.isAnonymous)) continue;
    if (!filters.allowsLabels(volume.labels)) continue;
    SpaceReclaimed += volumeBytes(engine, volume);
    volumes.remove(volume.name);
    deleted.push(volume.name);
  }
  events.record("volume", "prune", "", { reclaimed: String(SpaceReclaimed) });
  return { VolumesDeleted: deleted.length === 0 ? null : deleted, SpaceReclaimed };
}
