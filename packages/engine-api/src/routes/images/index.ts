/** Everything below `/images`, and what makes images of other things. */
import {
  committedConfig,
  type Engine,
  familiarText,
  historyDocument,
  imageDocument,
  pruneUnusedImages,
  referenceText,
  removeImage,
} from "@bottleship/core/engine";
import { readJson } from "../../http/body.ts";
import { empty, json } from "../../http/exchange.ts";
import { Filters } from "../../http/filters.ts";
import { jsonPlatform, onlyPlatform } from "../../http/platform.ts";
import { badRequest } from "../../http/problem.ts";
import { flag, text } from "../../http/query.ts";
import { type Call, type Route, route } from "../../http/router.ts";
import { COMMIT_CONFIG } from "../../schemas/create.ts";
import { importImage, load, save } from "./archive.ts";
import { type BuildKitDoors, buildHandler } from "./build.ts";
import { pruneCache } from "./build-prune.ts";
import { listHandler } from "./list.ts";
import { olderImage } from "./older.ts";
import { pull } from "./pull.ts";
import { push } from "./push.ts";
import { repoTag } from "./repo-tag.ts";
import { searchHandler } from "./search.ts";

export function imageRoutes(engine: Engine, buildKit: BuildKitDoors): readonly Route[] {
  const { images } = engine;
  return [
    route("GET", "/images/json", listHandler(engine)),
    route("POST", "/images/create", (call) =>
      text(call.query, "fromImage") === "" ? importImage(engine, call) : pull(engine, call),
    ),
    route("GET", "/images/search", searchHandler(engine)),
    route("GET", "/images/get", ({ query }) => save(engine, query.getAll("names"), onlyPlatform(query))),
    route("POST", "/images/load", (call) => load(engine, call)),
    route("POST", "/images/prune", ({ query }) => json(prune(engine, query))),
    route("GET", "/images/{name...}/get", ({ param, query }) => save(engine, [param], onlyPlatform(query))),
    route("GET", "/images/{name...}/json", ({ param, query, version }) => {
      if (flag(query, "manifests") && text(query, "platform") !== "") {
        throw badRequest("conflicting options: manifests and platform options cannot both be set");
      }
      const image = images.getFor(param, jsonPlatform(query.get("platform")));
      return json(olderImage(imageDocument(image, images.familiarNames(image)), version));
    }),
    route("GET", "/images/{name...}/history", ({ param, query }) => {
      const image = images.getFor(param, jsonPlatform(query.get("platform")));
      return json(historyDocument(image, images));
    }),
    route("POST", "/images/{name...}/push", (call) => push(engine, call)),
    route("POST", "/images/{name...}/tag", ({ param, query }) => {
      const target = repoTag(text(query, "repo"), text(query, "tag"));
      if (target === undefined) return empty(200);
      images.tag(param, referenceText(target));
      return empty(201);
    }),
    route("DELETE", "/images/{name...}", ({ param, query }) => {
      for (const platform of query.getAll("platforms")) images.getFor(param, jsonPlatform(platform));
      return json(removeImage(engine, param, { force: flag(query, "force"), keepParents: flag(query, "noprune") }));
    }),
    route("POST", "/commit", (call) => commit(engine, call)),
    route("POST", "/build", (call) => buildHandler(engine, call, buildKit)),
    route("POST", "/build/prune", ({ query }) => json(pruneCache(engine, query))),
    route("POST", "/build/cancel", ({ query }) => {
      const id = text(query, "id");
      if (id === "") throw badRequest("build ID not provided");
      buildKit.sessions?.cancel(id);
      return empty(200);
    }),
  ];
}

function prune(engine: Engine, query: URLSearchParams) {
  const { removed, bytes } = pruneUnusedImages(engine, Filters.parse(query.get("filters")));
  return { ImagesDeleted: removed.length === 0 ? null : removed, SpaceReclaimed: bytes };
}

async function commit(engine: Engine, { request, query }: Call) {
  const body = await readJson(request, COMMIT_CONFIG);
  const { containers, images } = engine;
  const target = repoTag(text(query, "repo"), text(query, "tag"));
  const container = containers.get(text(query, "container"));
  const said = definedOf(body ?? {});
  const given = Object.keys(said).length === 0 ? undefined : said;
  const config = committedConfig(container, query.getAll("changes"), given);
  const pauses = flag(query, "pause", true) && container.state === "running";
  if (pauses) containers.pause(container);
  try {
    const image = engine.commit(container, { author: text(query, "author"), comment: text(query, "comment"), config });
    if (target !== undefined) images.name(image, referenceText(target));
    containers.note(container, "commit", {
      comment: text(query, "comment"),
      imageID: image.id,
      imageRef: target === undefined ? "" : familiarText(target),
    });
    return json({ Id: image.id }, 201);
  } finally {
    if (pauses) containers.unpause(container);
  }
}

/** What the client's configuration says beyond Go's zero values. */
function definedOf(body: object) {
  return Object.fromEntries(
    Object.entries(body).filter(
      ([name, value]) =>
        name !== "Image" && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
