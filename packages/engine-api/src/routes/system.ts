/**
 * The engine itself: ping, version, info, disk usage, logging in.
 *
 * @see moby api/server/router/system, daemon/info.go, daemon/disk_usage.go
 */
import { diskUsage, domainOf, type Engine, infoDocument, versionDocument } from "@bottleship/core/engine";
import { encode } from "@bottleship/core/lib";
import { readJson } from "../http/body.ts";
import { bytes, json } from "../http/exchange.ts";
import { badRequest } from "../http/problem.ts";
import { type Route, route } from "../http/router.ts";
import { AUTH } from "../schemas/others.ts";
import { eventsHandler } from "./events.ts";
import { parse } from "./images/pull.ts";
import { useLogin } from "./images/transfer.ts";

const NOT_CACHED = { "Cache-Control": "no-cache, no-store, must-revalidate", Pragma: "no-cache" };
const PING = { ...NOT_CACHED, "Builder-Version": "1", Swarm: "inactive" };

export function systemRoutes(engine: Engine): readonly Route[] {
  return [
    route("GET", "/_ping", () => bytes(encode("OK"), "text/plain; charset=utf-8", PING)),
    route("GET", "/version", () => json(versionDocument(engine))),
    route("GET", "/info", () => json(infoDocument(engine))),
    route("GET", "/events", eventsHandler(engine)),
    route("GET", "/system/df", ({ query }) => json(diskUsage(engine, usageTypes(query)))),
    route("POST", "/auth", async ({ request }) => {
      const body = await readJson(request, AUTH);
      const { username, password, serveraddress } = body;
      await engine.images.login(domainOf(serveraddress), { username, password });
      return json({ IdentityToken: "", Status: "Login Succeeded" });
    }),
    route("GET", "/distribution/{name...}/json", async ({ param, request }) => {
      const name = param("name");
      useLogin(engine, request, parse(name));
      const { descriptor, platforms } = await engine.images.remote(name);
      const { mediaType, digest, size } = descriptor;
      return json({ Descriptor: { mediaType, digest, size }, Platforms: platforms });
    }),
  ];
}

const USAGE_TYPES: readonly string[] = ["container", "image", "volume", "build-cache"];

function usageTypes(query: URLSearchParams): ReadonlySet<string> {
  const types = query.getAll("type");
  const unknown = types.find((type) => !USAGE_TYPES.includes(type));
  if (unknown !== undefined) throw badRequest(`unknown object type: ${unknown}`);
  return new Set(types);
}
