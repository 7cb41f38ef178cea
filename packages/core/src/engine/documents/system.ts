/** `GET /version` and `GET /system/df`. @see moby daemon/info.go, daemon/disk_usage.go */
import { cacheDocument } from "../build/build-cache.ts";
import { sizesOf } from "../container/container-size.ts";
import type { Engine } from "../engine.ts";
import type { EngineBuild } from "../machine/profiles.ts";
import { volumeBytes } from "../select/volumes.ts";
import { containerSummary } from "./container.ts";
import { sharedSizes } from "./shared-sizes.ts";
import { secondsOfTime, timeOf } from "./time.ts";
import { API_VERSION, MIN_API_VERSION } from "./versions.ts";
import { volumeDocument } from "./volume.ts";

/** `GET /version`. */
export function versionDocument({ kernel, profile, world }: Engine) {
  const { engine: build } = profile;
  const details = {
    ApiVersion: API_VERSION,
    Arch: "amd64",
    BuildTime: timeOf(world.clock.startUs).replace(/Z$/, "+00:00"),
    Experimental: "false",
    GitCommit: build.gitCommit,
    GoVersion: build.goVersion,
    KernelVersion: kernel.machine.kernelRelease,
    MinAPIVersion: MIN_API_VERSION,
    Os: "linux",
  };
  const component = (Name: string, { version, gitCommit }: EngineBuild["runc"]) => ({
    Name,
    Version: version,
    Details: { GitCommit: gitCommit },
  });
  return {
    Platform: { Name: build.platform },
    Components: [
      { Name: "Engine", Version: build.version, Details: details },
      component("containerd", build.containerd),
      component("runc", build.runc),
      component("docker-init", build.init),
    ],
    Version: build.version,
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

/** `GET /system/df`. */
export function diskUsage(engine: Engine, types: ReadonlySet<string>) {
  const { containers, images, kernel, volumes } = engine;
  const wants = (type: string): boolean => types.size === 0 || types.has(type);
  const all = containers.list({ all: true });
  const shown = images.list().filter((image) => !images.isIntermediate(image));
  const sharedSize = sharedSizes(engine);
  const layers = new Map(images.list().flatMap(({ chain }) => chain.map((one) => [one, images.layerBytes(one)])));
  return {
    LayersSize: wants("image") ? [...layers.values()].reduce((sum, size) => sum + size, 0) : 0,
    Images: wants("image")
      ? shown.map((image) => ({
          Containers: all.filter((one) => one.image.id === image.id).length,
          Created: secondsOfTime(image.config.created),
          Id: image.id,
          Labels: image.config.config.Labels ?? null,
          ParentId: images.store.parent(image)?.id ?? "",
          RepoDigests: images.digests(image),
          RepoTags: images.tags(image),
          SharedSize: sharedSize(image),
          Size: image.sizeBytes,
        }))
      : null,
    Containers: wants("container")
      ? all.map((one) => ({
          ...containerSummary(one, kernel.nowUs),
          ...sizesOf(engine, one),
          HostConfig: { NetworkMode: one.hostConfig.NetworkMode ?? "bridge" },
        }))
      : null,
    Volumes: wants("volume")
      ? volumes.list().map((one) => ({
          ...volumeDocument(one),
          UsageData: { RefCount: volumes.users(one.name).length, Size: volumeBytes(engine, one) },
        }))
      : null,
    BuildCache: wants("build-cache") ? engine.builder.cacheUsage().map(cacheDocument) : null,
  };
}
