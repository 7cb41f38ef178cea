/** Secrets and configs. @see moby api/server/router/swarm/cluster_routes.go */
import { type Engine, PAYLOAD_FILTERS, type PayloadStore, payloadDocument } from "@bottleship/core/engine";
import { base64Bytes } from "@bottleship/core/lib";
import { readSecrets } from "../../http/body.ts";
import { empty, json } from "../../http/exchange.ts";
import { Filters } from "../../http/filters.ts";
import { badRequest } from "../../http/problem.ts";
import { type Route, route } from "../../http/router.ts";
import { CONFIG_SPEC, SECRET_SPEC } from "../../schemas/swarm.ts";
import { checkManager } from "./manager.ts";
import { seenVersion } from "./version.ts";

export function payloadRoutes({ swarm }: Engine): readonly Route[] {
  return [...routesOf("secret", () => swarm.cluster.secrets), ...routesOf("config", () => swarm.cluster.configs)];

  function routesOf(kind: "secret" | "config", store: () => PayloadStore): readonly Route[] {
    const path = `/${kind}s`;
    const schema = kind === "secret" ? SECRET_SPEC : CONFIG_SPEC;
    return [
      route("GET", path, ({ query }) => {
        const filters = Filters.parse(query.get("filters"), PAYLOAD_FILTERS);
        return json(
          store()
            .list(filters)
            .map((payload) => payloadDocument(kind, payload)),
        );
      }),
      route("POST", `${path}/create`, async ({ request }) => {
        const { Data, ...spec } = await readSecrets(request, schema);
        checkManager(swarm);
        return json({ ID: store().create(spec, bytesOf(Data ?? "")).id }, 201);
      }),
      route("GET", `${path}/{id}`, ({ param }) => json(payloadDocument(kind, store().get(param)))),
      route("DELETE", `${path}/{id}`, ({ param }) => {
        store().remove(param);
        return empty(204);
      }),
      route("POST", `${path}/{id}/update`, async ({ request, query, param }) => {
        const { Data, ...spec } = await readSecrets(request, schema);
        checkManager(swarm);
        const seen = seenVersion(query, kind, { tellsWhy: false });
        store().update(param, seen, spec, Data === undefined ? undefined : bytesOf(Data));
        return empty(200);
      }),
    ];
  }
}

/** @throws StatusError invalid-argument in the words of Go's decoder */
function bytesOf(text: string): Uint8Array {
  const bad = /[^A-Za-z0-9+/=]/.exec(text)?.index ?? (text.length % 4 === 0 ? -1 : text.length - (text.length % 4));
  if (bad >= 0) throw badRequest(`invalid JSON: illegal base64 data at input byte ${bad}`);
  return base64Bytes(text);
}
