/** Images as the Engine API shows them. @see moby daemon/images/image_inspect.go */
import type { Image } from "../../image/index.ts";
import { imageData } from "./overlay-data.ts";
import { timeOf } from "./time.ts";

/** The names that an image is known by. */
export interface ImageNames {
  /** "busybox:latest" */
  readonly tags: readonly string[];
  /** "busybox@sha256:…" */
  readonly digests: readonly string[];
  /** ID of the image that it was made of; "" without one. */
  readonly parent: string;
  /** When somebody tagged it; 0 if nobody did: names of pulled and loaded images do not count. */
  readonly taggedUs: number;
}

/** `GET /images/{name}/json`. */
export function imageDocument(image: Image, { tags, digests, parent, taggedUs }: ImageNames) {
  const { config } = image;
  const { config: run } = config;
  return {
    Id: image.id,
    RepoTags: tags,
    RepoDigests: digests,
    Parent: parent,
    Comment: config.history.at(-1)?.comment ?? "",
    Created: config.created ?? "",
    DockerVersion: config.docker_version ?? "",
    Author: config.author ?? "",
    Architecture: config.architecture,
    Os: config.os,
    Size: image.sizeBytes,
    GraphDriver: { Data: imageData(image), Name: "overlay2" },
    RootFS: { Type: config.rootfs.type, Layers: config.rootfs.diff_ids },
    Metadata: { LastTagTime: timeOf(taggedUs) },
    Config: {
      ...(run.ArgsEscaped === undefined ? {} : { ArgsEscaped: run.ArgsEscaped }),
      Cmd: run.Cmd ?? null,
      Entrypoint: run.Entrypoint ?? null,
      Env: run.Env ?? null,
      ...(isEmpty(run.ExposedPorts) ? {} : { ExposedPorts: run.ExposedPorts }),
      ...(run.Healthcheck === undefined ? {} : { Healthcheck: run.Healthcheck }),
      Labels: isEmpty(run.Labels) ? null : (run.Labels ?? null),
      OnBuild: run.OnBuild ?? null,
      ...(run.Shell === undefined ? {} : { Shell: run.Shell }),
      ...(run.StopSignal === undefined ? {} : { StopSignal: run.StopSignal }),
      User: run.User ?? "",
      Volumes: isEmpty(run.Volumes) ? null : (run.Volumes ?? null),
      WorkingDir: run.WorkingDir ?? "",
    },
  };
}

export const isEmpty = (map: object | null | undefined): boolean => map == null || Object.keys(map).length === 0;
