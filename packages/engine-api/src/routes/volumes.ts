/**
 * Volumes.
 *
 * @see moby api/server/router/volume, volume/service
 */
import {
  clusterVolumeDocument,
  type Engine,
  findVolume,
  pruneVolumes,
  removeVolume,
  selectVolumes,
  VOLUME_FILTERS,
  volumeDocument,
} from "@bottleship/core/engine";
import { readJson } from "../http/body.ts";
import { empty, json } from "../http/exchange.ts";
import { Filters } from "../http/filters.ts";
import { HttpProblem } from "../http/problem.ts";
import { flag } from "../http/query.ts";
import { type Route, route } from "../http/router.ts";
import { VOLUME_CREATE, VOLUME_UPDATE } from "../schemas/volume.ts";
import { seenVersion } from "./swarm/version.ts";

export function volumeRoutes(engine: Engine): readonly Route[] {
  const { volumes, swarm } = engine;
  return [
    route("GET", "/volumes", ({ query, version }) => {
      const found = selectVolumes(
        engine,
        Filters.parse(query.get("filters"), VOLUME_FILTERS, "error reading volume filters: "),
      );
      const { volumes: ofSwarm } = (version < CLUSTER_VOLUMES ? undefined : swarm.current) ?? {};
      const others = (ofSwarm?.list() ?? []).map(clusterVolumeDocument);
      return json({ Volumes: [...found.map(volumeDocument), ...others], Warnings: null });
    }),
    route("POST", "/volumes/create", async ({ request }) => {
      const body = await readJson(request, VOLUME_CREATE);
      const { Driver: driver, Labels: labels, DriverOpts: options, ClusterVolumeSpec } = body;
      if (ClusterVolumeSpec !== undefined) {
        return json(clusterVolumeDocument(swarm.cluster.volumes.create({ ...body, ClusterVolumeSpec })), 201);
      }
      const volume = volumes.create(body.Name, { driver, labels, options });
      return json(volumeDocument(volume), 201);
    }),
    route("POST", "/volumes/prune", ({ query, version }) => json(prune(engine, query, version))),
    route("GET", "/volumes/{name...}", ({ param }) => json(findVolume(engine, param))),
    route("PUT", "/volumes/{name...}", async ({ param, query, request }) => {
      if (swarm.current === undefined) {
        throw new HttpProblem(503, "volume update only valid for cluster volumes, but swarm is unavailable");
      }
      const version = seenVersion(query, "swarm object");
      const { Spec = {} } = await readJson(request, VOLUME_UPDATE);
      swarm.cluster.volumes.update(param, version, Spec);
      return empty(200);
    }),
    route("DELETE", "/volumes/{name...}", ({ param, query }) => {
      removeVolume(engine, param, { force: flag(query, "force") });
      return empty(204);
    }),
  ];
}

/** Since this version volumes of swarms are known. */
const CLUSTER_VOLUMES = 142;

/** Since this version named volumes stay unless `all` is said. */
const ANONYMOUS_ONLY = 142;

function prune(engine: Engine, query: URLSearchParams, version: number) {
  const filters = Filters.parse(query.get("filters"));
  const { removed, bytes } = pruneVolumes(engine, filters, { named: version < ANONYMOUS_ONLY });
  return { VolumesDeleted: removed, SpaceReclaimed: bytes };
}
