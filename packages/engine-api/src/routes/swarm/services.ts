/** Services and their tasks. @see moby api/server/router/swarm/cluster_routes.go */
import {
  type Engine,
  SERVICE_FILTERS,
  selectTasks,
  serviceDocument,
  TASK_FILTERS,
  taskDocument,
} from "@bottleship/core/engine";
import { readJson } from "../../http/body.ts";
import { empty, json } from "../../http/exchange.ts";
import { Filters } from "../../http/filters.ts";
import { flag } from "../../http/query.ts";
import { type Route, route } from "../../http/router.ts";
import { SERVICE_SPEC } from "../../schemas/service.ts";
import { checkManager } from "./manager.ts";
import { seenVersion } from "./version.ts";

export function serviceRoutes({ swarm }: Engine): readonly Route[] {
  return [
    route("GET", "/services", ({ query }) => {
      const { cluster } = swarm;
      const filters = Filters.parse(query.get("filters"), SERVICE_FILTERS);
      const options = { status: flag(query, "status") };
      return json(cluster.services.list(filters).map((service) => serviceDocument(cluster, service, options)));
    }),
    route("POST", "/services/create", async ({ request }) => {
      const spec = await readJson(request, SERVICE_SPEC);
      checkManager(swarm);
      const { id } = swarm.cluster.services.create(spec);
      return json({ ID: id, Warnings: null }, 201);
    }),
    route("GET", "/services/{id}", ({ param, query }) => {
      const { cluster } = swarm;
      const options = { insertDefaults: flag(query, "insertDefaults") };
      return json(serviceDocument(cluster, cluster.services.get(param), options));
    }),
    route("DELETE", "/services/{id}", ({ param }) => {
      swarm.cluster.services.remove(param);
      return empty(200);
    }),
    route("POST", "/services/{id}/update", async ({ request, param, query }) => {
      const spec = await readJson(request, SERVICE_SPEC);
      checkManager(swarm);
      const seen = seenVersion(query, "service");
      const { services } = swarm.cluster;
      if (query.get("rollback") === "previous") services.rollBack(param, seen);
      else services.update(param, seen, spec);
      return json({ Warnings: null });
    }),
    route("GET", "/tasks", ({ query }) => {
      const { cluster } = swarm;
      const filters = Filters.parse(query.get("filters"), TASK_FILTERS);
      return json(selectTasks(cluster, filters).map((task) => taskDocument(cluster, task)));
    }),
    route("GET", "/tasks/{id}", ({ param }) => {
      const { cluster } = swarm;
      return json(taskDocument(cluster, cluster.tasks.get(param)));
    }),
  ];
}
