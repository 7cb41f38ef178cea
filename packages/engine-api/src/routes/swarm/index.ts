/** Everything that belongs to swarm mode. */
import type { Engine } from "@bottleship/core/engine";
import type { Route } from "../../http/router.ts";
import { clusterRoutes } from "./cluster.ts";
import { logRoutes } from "./logs.ts";
import { nodeRoutes } from "./nodes.ts";
import { payloadRoutes } from "./payloads.ts";
import { serviceRoutes } from "./services.ts";

export function swarmRoutes(engine: Engine): readonly Route[] {
  return [
    ...clusterRoutes(engine),
    ...nodeRoutes(engine),
    ...payloadRoutes(engine),
    ...serviceRoutes(engine),
    ...logRoutes(engine),
  ];
}
