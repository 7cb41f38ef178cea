/** Everything that belongs to swarm mode. */
import { type Engine, managersCall } from "@bottleship/core/engine";
import type { Route } from "../../http/router.ts";
import { clusterRoutes } from "./cluster.ts";
import { logRoutes } from "./logs.ts";
import { nodeRoutes } from "./nodes.ts";
import { payloadRoutes } from "./payloads.ts";
import { serviceRoutes } from "./services.ts";

export function swarmRoutes(engine: Engine): readonly Route[] {
  const routes = [
    ...clusterRoutes(engine),
    ...nodeRoutes(engine),
    ...payloadRoutes(engine),
    ...serviceRoutes(engine),
    ...logRoutes(engine),
  ];
  return routes.map((one) => led(engine, one));
}

/** A manager that does not know who leads may wait for that. */
function led({ swarm }: Engine, route: Route): Route {
  const { method, pattern, handler } = route;
  const managed = managersCall({ method, path: pattern });
  if (managed === undefined) return route;
  return {
    ...route,
    handler: (call) => {
      const leader = swarm.leader(managed);
      return leader === undefined ? handler(call) : leader.then(() => handler(call));
    },
  };
}
