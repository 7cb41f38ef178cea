/**
 * The engine itself: ping, version, info, disk usage, logging in.
 *
 * @see moby api/server/router/system, daemon/info.go, daemon/disk_usage.go
 */
import { diskUsage, domainOf, type Engine, infoDocument, versionDocument } from "@bottleship/core/engine";
import { encode, NO_BYTES } from "@bottleship/core/lib";
import { decodeJson } from "../http/body.ts";
import { type ApiReply, bytes, json } from "../http/exchange.ts";
import { badRequest } from "../http/problem.ts";
import { type Route, route } from "../http/router.ts";
import { AUTH } from "../schemas/auth.ts";
import { eventsHandler } from "./events.ts";
import { parse } from "./images/pull.ts";
import { useLogin } from "./images/transfer.ts";
import { olderInfo } from "./older-info.ts";

const NOT_CACHED = { "Cache-Control": "no-cache, no-store, must-revalidate", Pragma: "no-cache" };

/** Answers HEAD, too: there is no body then. */
function ping(engine: Engine, body: Uint8Array): ApiReply {
  const { LocalNodeState, ControlAvailable } = infoDocument(engine).Swarm;
  const role = LocalNodeState === "active" ? `active/${ControlAvailable ? "manager" : "worker"}` : LocalNodeState;
  return bytes(body, "text/plain; charset=utf-8", { ...NOT_CACHED, "Builder-Version": "2", Swarm: role });
}

export function systemRoutes(engine: Engine): readonly Route[] {
  return [
    route("GET", "/_ping", () => ping(engine, encode("OK"))),
    route("HEAD", "/_ping", () => ping(engine, NO_BYTES)),
    route("GET", "/version", () => json(versionDocument(engine))),
    route("GET", "/info", ({ version }) => json(olderInfo(infoDocument(engine), version))),
    route("GET", "/events", eventsHandler(engine)),
    route("GET", "/system/df", ({ query, version }) => json(usage(engine, query, version))),
    route("POST", "/auth", async ({ request }) => {
      const body = await decodeJson(request, AUTH);
      const { username, password, serveraddress } = body;
      await engine.images.login(domainOf(serveraddress), { username, password });
      return json({ IdentityToken: "", Status: "Login Succeeded" });
    }),
    route("GET", "/distribution/{name...}/json", async ({ param, request }) => {
      const name = param;
      useLogin(engine, request, parse(name));
      const { descriptor, platforms } = await engine.images.remote(name);
      const { mediaType, digest, size } = descriptor;
      return json({ Descriptor: { mediaType, digest, size }, Platforms: platforms });
    }),
  ];
}

const USAGE_TYPES: readonly string[] = ["container", "image", "volume", "build-cache"];

/** From this version on one may ask for a part. */
const TYPED_USAGE = 142;

function usage(engine: Engine, query: URLSearchParams, version: number) {
  if (version >= TYPED_USAGE) return diskUsage(engine, usageTypes(query));
  const whole = diskUsage(engine, new Set());
  const built = whole.BuildCache?.filter(({ Shared }) => !Shared) ?? [];
  return { ...whole, BuilderSize: built.reduce((sum, { Size }) => sum + Size, 0) };
}

function usageTypes(query: URLSearchParams): ReadonlySet<string> {
  const types = query.getAll("type");
  const unknown = types.find((type) => !USAGE_TYPES.includes(type));
  if (unknown !== undefined) throw badRequest(`unknown object type: ${unknown}`);
  return new Set(types);
}
