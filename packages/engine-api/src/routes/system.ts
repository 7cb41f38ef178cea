/**
 * The engine itself: ping, version, info, disk usage, logging in.
 *
 * @see moby api/server/router/system, daemon/info.go, daemon/disk_usage.go
 */
import {
  containerSummary,
  type Engine,
  secondsOfTime,
  timeOf,
  volumeBytes,
  volumeDocument,
} from "@bottleship/core/engine";
import { encode, StatusError } from "@bottleship/core/lib";
import { readJson } from "../http/body.ts";
import { bytes, json } from "../http/exchange.ts";
import { Filters } from "../http/filters.ts";
import { type Route, route } from "../http/router.ts";
import { API_VERSION, ENGINE_VERSION, MIN_API_VERSION } from "../http/version.ts";
import { AUTH } from "../schemas/others.ts";
import { rootBytes, writtenBytes } from "./containers/size.ts";
import { eventsHandler } from "./events.ts";
import { infoDocument } from "./info.ts";

const NOT_CACHED = { "Cache-Control": "no-cache, no-store, must-revalidate", Pragma: "no-cache" };
const PING = { ...NOT_CACHED, "Builder-Version": "1", Swarm: "inactive" };

export function systemRoutes(engine: Engine): readonly Route[] {
  return [
    route("GET", "/_ping", () => bytes(encode("OK"), "text/plain; charset=utf-8", PING)),
    route("GET", "/version", () => json(versionDocument(engine))),
    route("GET", "/info", () => json(infoDocument(engine))),
    route("GET", "/events", eventsHandler(engine)),
    route("GET", "/system/df", ({ query }) => json(diskUsage(engine, new Set(query.getAll("type"))))),
    route("POST", "/auth", async ({ request }) => {
      const body = await readJson(request, AUTH);
      const registry = body?.serveraddress || "https://index.docker.io/v1/";
      throw new StatusError(
        "not-implemented",
        `who one is at ${registry} cannot be checked yet: credentials that come with a pull or a push are used`,
      );
    }),
    route("GET", "/distribution/{name...}/json", ({ param }) => {
      throw new StatusError(
        "not-implemented",
        `manifests of ${param("name")} cannot be read: the registry of the simulated world has no API yet`,
      );
    }),
    route("GET", "/plugins", ({ query }) => {
      Filters.parse(query.get("filters"), ["capability", "enabled"]);
      return json([]);
    }),
    route("GET", "/plugins/{name...}/json", ({ param }) => {
      throw new StatusError("not-found", `plugin "${param("name")}" not found`);
    }),
  ];
}

function versionDocument({ kernel, world }: Engine) {
  const details = {
    ApiVersion: API_VERSION,
    Arch: "amd64",
    BuildTime: timeOf(world.clock.startUs).replace(/Z$/, "+00:00"),
    Experimental: "false",
    GitCommit: "bottleship",
    GoVersion: "none",
    KernelVersion: kernel.machine.kernelRelease,
    MinAPIVersion: MIN_API_VERSION,
    Os: "linux",
  };
  const component = (Name: string, Version: string) => ({ Name, Version, Details: { GitCommit: "bottleship" } });
  return {
    Platform: { Name: "Bottleship" },
    Components: [
      { Name: "Engine", Version: ENGINE_VERSION, Details: details },
      component("containerd", "1.7.27"),
      component("runc", "1.3.6"),
      component("docker-init", "0.19.0"),
    ],
    Version: ENGINE_VERSION,
    ApiVersion: API_VERSION,
    MinAPIVersion: MIN_API_VERSION,
    GitCommit: details.GitCommit,
    GoVersion: details.GoVersion,
    Os: details.Os,
    Arch: details.Arch,
    KernelVersion: details.KernelVersion,
    BuildTime: details.BuildTime,
  };
}

function diskUsage(engine: Engine, types: ReadonlySet<string>) {
  const { containers, images, kernel, volumes } = engine;
  const wants = (type: string): boolean => types.size === 0 || types.has(type);
  const all = containers.list({ all: true });
  const layers = new Map(images.list().flatMap(({ chain }) => chain.map((one) => [one, images.layerBytes(one)])));
  return {
    LayersSize: wants("image") ? [...layers.values()].reduce((sum, size) => sum + size, 0) : 0,
    Images: wants("image")
      ? images.list().map((image) => ({
          Containers: all.filter((one) => one.image.id === image.id).length,
          Created: secondsOfTime(image.config.created),
          Id: image.id,
          Labels: image.config.config.Labels ?? null,
          ParentId: "",
          RepoDigests: [],
          RepoTags: images.tags(image),
          SharedSize: 0,
          Size: image.sizeBytes,
        }))
      : null,
    Containers: wants("container")
      ? all.map((one) => ({
          ...containerSummary(one, kernel.nowUs),
          SizeRw: writtenBytes(engine, one),
          SizeRootFs: rootBytes(engine, one),
          HostConfig: { NetworkMode: one.hostConfig.NetworkMode ?? "bridge" },
        }))
      : null,
    Volumes: wants("volume")
      ? volumes.list().map((one) => ({
          ...volumeDocument(one),
          UsageData: { RefCount: volumes.users(one.name).length, Size: volumeBytes(engine, one) },
        }))
      : null,
    BuildCache: wants("build-cache") ? [] : null,
  };
}
