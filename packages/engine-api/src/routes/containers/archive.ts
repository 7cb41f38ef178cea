/**
 * Files in and out: `/containers/{id...}/archive`, `/export`, `/changes`.
 *
 * @see moby api/server/router/container/copy.go
 */
import { layerArchive, tarToLayer } from "@bottleship/core/content";
import type { Engine, PathStat } from "@bottleship/core/engine";
import { base64, encode, gunzip, isGzip } from "@bottleship/core/lib";
import { readAll } from "../../http/body.ts";
import { chunked, empty, json } from "../../http/exchange.ts";
import { badRequest } from "../../http/problem.ts";
import { flag, text } from "../../http/query.ts";
import { type Route, route } from "../../http/router.ts";

const TAR = "application/x-tar";
const KINDS = { changed: 0, added: 1, deleted: 2 } as const;

export function archiveRoutes(engine: Engine): readonly Route[] {
  const { archives, containers } = engine;
  return [
    route("HEAD", "/containers/{id...}/archive", ({ param, query }) => {
      const stat = archives.stat(containers.get(param), pathOf(query), param);
      return { kind: "whole", status: 200, headers: statHeader(stat), body: new Uint8Array() };
    }),
    route("GET", "/containers/{id...}/archive", ({ param, query }) => {
      const container = containers.get(param);
      const { stat, entries } = archives.read(container, pathOf(query), param);
      containers.note(container, "archive-path");
      return chunked(layerArchive(entries), TAR, statHeader(stat));
    }),
    route("PUT", "/containers/{id...}/archive", async ({ request, param, query }) => {
      const container = containers.get(param);
      const path = pathOf(query);
      const sent = await readAll(request.body);
      const tar = isGzip(sent) ? gunzip(sent) : sent;
      const options = {
        keepsKinds: flag(query, "noOverwriteDirNonDir"),
        takesOwner: flag(query, "copyUIDGID"),
        reference: param,
      };
      archives.write(container, path, tarToLayer(tar), options);
      containers.note(container, "extract-to-dir");
      return empty(200);
    }),
    route("GET", "/containers/{id...}/export", ({ param }) => {
      const container = containers.get(param);
      containers.note(container, "export");
      return chunked(layerArchive(archives.export(container)), "application/octet-stream");
    }),
    route("GET", "/containers/{id...}/changes", ({ param }) => {
      const changes = [...containers.changes(containers.get(param))];
      return json(changes.length === 0 ? null : changes.map(({ kind, path }) => ({ Path: path, Kind: KINDS[kind] })));
    }),
  ];
}

function pathOf(query: URLSearchParams): string {
  const path = text(query, "path");
  if (path === "") throw badRequest("bad parameter: pathcannot be empty");
  return path;
}

function statHeader(stat: PathStat): Readonly<Record<string, string>> {
  return { "X-Docker-Container-Path-Stat": base64(encode(JSON.stringify(stat))) };
}
