/** Everything below `/containers`. */
import { type Container, containerDocument, type Engine, pruneStopped } from "@bottleship/core/engine";
import { json, ownJson } from "../../http/exchange.ts";
import { Filters } from "../../http/filters.ts";
import { flag } from "../../http/query.ts";
import { type Route, route } from "../../http/router.ts";
import { archiveRoutes } from "./archive.ts";
import { attachHandler, webSocketHandler } from "./attach.ts";
import { createHandler } from "./create.ts";
import { lifecycleRoutes } from "./lifecycle.ts";
import { listHandler } from "./list.ts";
import { logsHandler } from "./logs.ts";
import { olderContainer } from "./older.ts";
import { rootBytes, writtenBytes } from "./size.ts";
import { statsHandler } from "./stats.ts";
import { topHandler } from "./top.ts";
import { waitHandler } from "./wait.ts";

export function containerRoutes(engine: Engine): readonly Route[] {
  const { containers } = engine;
  return [
    route("GET", "/containers/json", listHandler(engine)),
    route("POST", "/containers/create", createHandler(engine)),
    route("POST", "/containers/prune", async ({ query }) => json(await prune(engine, query))),
    route("GET", "/containers/{id...}/json", ({ param, query, version }) => {
      const container = containers.get(param);
      return ownJson(olderContainer(inspect(engine, container, flag(query, "size")), version));
    }),
    route("GET", "/containers/{id...}/top", topHandler(engine)),
    route("GET", "/containers/{id...}/logs", logsHandler(engine)),
    route("GET", "/containers/{id...}/stats", statsHandler(engine)),
    route("POST", "/containers/{id...}/attach", attachHandler(engine)),
    route("GET", "/containers/{id...}/attach/ws", webSocketHandler(engine)),
    route("POST", "/containers/{id...}/wait", waitHandler(engine)),
    ...archiveRoutes(engine),
    ...lifecycleRoutes(engine),
  ];
}

function inspect(engine: Engine, container: Container, withSize: boolean) {
  const document = containerDocument(container);
  const running = engine.exec.of(container).map(({ id }) => id);
  if (running.length > 0) document.ExecIDs = running;
  if (!withSize) return document;
  return Object.assign(document, {
    SizeRw: writtenBytes(engine, container),
    SizeRootFs: rootBytes(engine, container),
  });
}

async function prune(engine: Engine, query: URLSearchParams) {
  const { removed, bytes } = await pruneStopped(engine, Filters.parse(query.get("filters")));
  return { ContainersDeleted: removed.length === 0 ? null : removed, SpaceReclaimed: bytes };
}
