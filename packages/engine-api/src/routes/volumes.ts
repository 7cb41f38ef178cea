/**
 * Volumes.
 *
 * @see moby api/server/router/volume, volume/service
 */
import { type Engine, type Volume, volumeDocument } from "@bottleship/core/engine";
import { MemoryDirectory } from "@bottleship/core/fs";
import { StatusError } from "@bottleship/core/lib";
import { readJson } from "../http/body.ts";
import { empty, json } from "../http/exchange.ts";
import { Filters } from "../http/filters.ts";
import { flag } from "../http/query.ts";
import { type Route, route } from "../http/router.ts";
import { VOLUME_CREATE } from "../schemas/others.ts";

const KNOWN = ["dangling", "driver", "label", "label!", "name"];

export function volumeRoutes(engine: Engine): readonly Route[] {
  const { volumes } = engine;
  return [
    route("GET", "/volumes", ({ query }) => {
      const found = select(engine, Filters.parse(query.get("filters"), KNOWN));
      return json({ Volumes: found.length === 0 ? null : found.map(volumeDocument), Warnings: null });
    }),
    route("POST", "/volumes/create", async ({ request }) => {
      const body = await readJson(request, VOLUME_CREATE);
      const driver = body?.Driver ?? "";
      if (driver !== "" && driver !== "local" && driver !== "default") {
        const message = `create ${body?.Name ?? ""}: error looking up volume plugin ${driver}: plugin "${driver}" not found`;
        throw new StatusError("not-found", message);
      }
      const volume = volumes.create(body?.Name, { labels: body?.Labels ?? {}, options: body?.DriverOpts ?? {} });
      return json(volumeDocument(volume), 201);
    }),
    route("POST", "/volumes/prune", ({ query, version }) => json(prune(engine, query, version))),
    route("GET", "/volumes/{name}", ({ param }) => json(volumeDocument(find(engine, param("name"))))),
    route("PUT", "/volumes/{name}", () => {
      throw new StatusError(
        "unavailable",
        'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
      );
    }),
    route("DELETE", "/volumes/{name}", ({ param, query }) => {
      volumes.remove(param("name"), { force: flag(query, "force") });
      return empty(204);
    }),
  ];
}

function find({ volumes }: Engine, name: string): Volume {
  const volume = volumes.get(name);
  if (volume === undefined) throw new StatusError("not-found", `get ${name}: no such volume`);
  return volume;
}

function select({ volumes }: Engine, filters: Filters): readonly Volume[] {
  const dangling = filters.flag("dangling");
  return volumes.list().filter(({ name, driver, labels }) => {
    if (dangling !== undefined && dangling !== (volumes.users(name).length === 0)) return false;
    return (
      filters.allows("driver", (value) => value === driver) &&
      filters.allows("name", (value) => name.includes(value)) &&
      filters.allowsLabels(labels)
    );
  });
}

/** Since this version named volumes stay unless `all` is said. */
const ANONYMOUS_ONLY = 142;

function prune(engine: Engine, query: URLSearchParams, version: number) {
  const { volumes, events } = engine;
  const filters = Filters.parse(query.get("filters"), ["label", "label!", "all"]);
  const all = filters.flag("all") === true || version < ANONYMOUS_ONLY;
  const deleted: string[] = [];
  let SpaceReclaimed = 0;
  for (const volume of volumes.list()) {
    if (volumes.users(volume.name).length > 0 || (!all && !volume.isAnonymous)) continue;
    if (!filters.allowsLabels(volume.labels)) continue;
    SpaceReclaimed += bytesOf(engine, volume);
    volumes.remove(volume.name);
    deleted.push(volume.name);
  }
  events.record("volume", "prune", "", { reclaimed: String(SpaceReclaimed) });
  return { VolumesDeleted: deleted.length === 0 ? null : deleted, SpaceReclaimed };
}

/** What is in a volume. */
export function bytesOf({ volumes }: Engine, volume: Volume): number {
  return treeBytes(volumes.directory(volume));
}

function treeBytes(directory: MemoryDirectory): number {
  let total = 0;
  for (const inode of directory.entries.values()) {
    total += inode instanceof MemoryDirectory ? treeBytes(inode) : inode.stat().size;
  }
  return total;
}
