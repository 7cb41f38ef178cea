/** The nodes of a swarm. @see moby api/server/router/swarm/cluster_routes.go */
import { type Engine, NODE_FILTERS, nodeDocument } from "@bottleship/core/engine";
import { readJson } from "../../http/body.ts";
import { empty, json } from "../../http/exchange.ts";
import { Filters } from "../../http/filters.ts";
import { flag } from "../../http/query.ts";
import { type Route, route } from "../../http/router.ts";
import { NODE_SPEC } from "../../schemas/swarm.ts";
import { checkManager } from "./manager.ts";
import { seenVersion } from "./version.ts";

export function nodeRoutes({ swarm }: Engine): readonly Route[] {
  return [
    route("GET", "/nodes", ({ query }) => {
      const { cluster } = swarm;
      const filters = Filters.parse(query.get("filters"), NODE_FILTERS);
      return json(cluster.nodes.list(filters).map((node) => nodeDocument(cluster, node)));
    }),
    route("GET", "/nodes/{id}", ({ param }) => json(nodeDocument(swarm.cluster, swarm.cluster.nodes.get(param)))),
    route("DELETE", "/nodes/{id}", ({ param, query }) => {
      swarm.cluster.nodes.remove(param, { force: flag(query, "force") });
      return empty(200);
    }),
    route("POST", "/nodes/{id}/update", async ({ request, query, param }) => {
      const spec = await readJson(request, NODE_SPEC);
      checkManager(swarm);
      const seen = seenVersion(query, "node");
      swarm.cluster.nodes.update(param, seen, spec);
      return empty(200);
    }),
  ];
}
