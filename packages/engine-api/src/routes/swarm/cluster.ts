/** Swarm mode: init, join, leave, inspect, update, locks. @see moby api/server/router/swarm/cluster_routes.go */
import { type Engine, swarmDocument } from "@bottleship/core/engine";
import { readSecrets } from "../../http/body.ts";
import { empty, json } from "../../http/exchange.ts";
import { flag } from "../../http/query.ts";
import { type Route, route } from "../../http/router.ts";
import { CLUSTER_SPEC, SWARM_INIT, SWARM_JOIN } from "../../schemas/swarm.ts";
import { checkManager } from "./manager.ts";
import { seenVersion } from "./version.ts";

export function clusterRoutes({ swarm }: Engine): readonly Route[] {
  return [
    route("GET", "/swarm", () => json(swarmDocument(swarm.cluster))),
    route("POST", "/swarm/init", async ({ request }) => json(swarm.init(await readSecrets(request, SWARM_INIT)))),
    route("POST", "/swarm/join", async ({ request }) => {
      await swarm.join(await readSecrets(request, SWARM_JOIN));
      return empty(200);
    }),
    route("POST", "/swarm/leave", async ({ query }) => {
      await swarm.leave({ force: flag(query, "force") });
      return empty(200);
    }),
    route("POST", "/swarm/update", async ({ request, query }) => {
      const spec = await readSecrets(request, CLUSTER_SPEC);
      checkManager(swarm);
      const seen = seenVersion(query, "swarm");
      swarm.update(seen, spec, {
        tokens: [
          ...(flag(query, "rotateWorkerToken") ? (["worker"] as const) : []),
          ...(flag(query, "rotateManagerToken") ? (["manager"] as const) : []),
        ],
        unlockKey: flag(query, "rotateManagerUnlockKey"),
      });
      return empty(200);
    }),
    route("GET", "/swarm/unlockkey", () => json({ UnlockKey: swarm.cluster.keys.unlockKey })),
    route("POST", "/swarm/unlock", () => swarm.unlock()),
  ];
}
