/**
 * Volumes.
 *
 * @see moby api/server/router/volume, volume/service
 */
import {
  type Engine,
  NO_MANAGER,
  pruneVolumes,
  selectVolumes,
  VOLUME_FILTERS,
  type Volume,
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
      const found = selectVolumes(
        engine,
        Filters.parse(query.get("filters"), VOLUME_FILTERS, "error reading volume filters: "),
      );
      return json({ Volumes: found.map(volumeDocument), Warnings: null });
    }),
    route("POST", "/volumes/create", async ({ request }) => {
      const body = await readJson(request, VOLUME_CREATE);
      const { Driver: driver, Labels: labels, DriverOpts: options } = body;
      // Volumes of a cluster need plugins, and the swarm has none.
      if (body.ClusterVolumeSpec !== undefined) throw new HttpProblem(503, NO_MANAGER);
      const volume = volumes.create(body.Name, { driver, labels, options });
      return json(volumeDocument(volume), 201);
    }),
    route("POST", "/volumes/prune", ({ query, version }) => json(prune(engine, query, version))),
    route("GET", "/volumes/{name}", ({ param }) => json(volumeDocument(find(engine, param("name"))))),
    route("PUT", "/volumes/{name}", () => {
      throw new HttpProblem(503, "volume update only valid for cluster volumes, but swarm is unavailable");
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
  const filters = Filters.parse(query.get("filters"));
  const { removed, bytes } = pruneVolumes(engine, filters, { named: version < ANONYMOUS_ONLY });
  return { VolumesDeleted: removed, SpaceReclaimed: bytes };
}
