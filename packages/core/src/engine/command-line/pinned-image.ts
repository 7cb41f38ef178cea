/**
 * What the client asks a registry before a service is made or changed: which image its name means now, and for which
 * machines there is one.
 *
 * @see moby client/service_create.go: resolveContainerSpecImage
 */
import { StatusError } from "../../lib/index.ts";
import { familiarText, parseReference, withDefaultTag } from "../docker/reference.ts";
import type { ServiceSpec } from "../swarm/service-spec.ts";
import type { Session } from "./session.ts";

/** A service with its image's digest, or a warning that nobody knows it. */
export interface PinnedService {
  readonly spec: ServiceSpec;
  readonly warning: string;
}

export async function pinnedService(session: Session, spec: ServiceSpec): Promise<PinnedService> {
  const { ContainerSpec: container, ...task } = spec.TaskTemplate;
  if (container === undefined) return { spec, warning: "" };
  const { Image: image } = container;
  try {
    const { descriptor, platforms } = await session.call("DistributionInspect", image, () =>
      session.engine.images.remote(image),
    );
    const Image = withDigest(image, descriptor.digest);
    // Variants of arm are not told apart.
    const Platforms = platforms.map(({ architecture, os }) => ({
      ...(architecture.toLowerCase() !== "arm" && { Architecture: architecture }),
      OS: os,
    }));
    const Placement = Platforms.length === 0 ? task.Placement : { ...task.Placement, Platforms };
    const pinned = { ...task, ContainerSpec: { ...container, Image }, ...(Placement && { Placement }) };
    return { spec: { ...spec, TaskTemplate: pinned }, warning: "" };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { spec, warning: warningOf(image) };
  }
}

/** "busybox:latest@sha256:…"; who names a digest means it. */
function withDigest(image: string, digest: string): string {
  return image.includes("@") ? image : `${familiarText(withDefaultTag(parseReference(image)))}@${digest}`;
}

const warningOf = (image: string): string =>
  `image ${image} could not be accessed on a registry to record\nits digest. Each node will access ${image} independently,\npossibly leading to different nodes running different\nversions of the image.\n\n`;
