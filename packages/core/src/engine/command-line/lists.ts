/** The lists: `docker ps`, `images`, `network ls`, `volume ls`. */
import { renderContainers } from "../docker/lists/containers.ts";
import { renderImages } from "../docker/lists/images.ts";
import { renderNetworks, renderVolumes } from "../docker/lists/networks.ts";
import { ValueError } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import { containerSummary } from "../documents/container.ts";
import { networkDocument, volumeDocument } from "../documents/others.ts";
import type { Session } from "./session.ts";

export function listContainers(session: Session, request: RequestOf<"ps">): number {
  const { containers, kernel } = session.engine;
  const all = request.all || request.limit > 0;
  const found = containers.list({ all }).slice(0, request.limit > 0 ? request.limit : undefined);
  const rows = found.map((container) => containerSummary(container, kernel.nowUs));
  return show(session, () => renderContainers(rows, { ...request, now: session.now }));
}

export function listImages(session: Session, request: RequestOf<"images">): number {
  const { images } = session.engine;
  const rows = images.list().map((image) => ({
    Id: image.id,
    RepoTags: images.tags(image),
    RepoDigests: [],
    Created: 0,
    Size: image.sizeBytes,
    SharedSize: -1,
    Containers: -1,
  }));
  return show(session, () => renderImages(rows, { ...request, now: session.now }));
}

export function listNetworks(session: Session, request: RequestOf<"network ls">): number {
  const rows = session.engine.networks.list().map(networkDocument);
  return show(session, () => renderNetworks(rows as Parameters<typeof renderNetworks>[0], request));
}

export function listVolumes(session: Session, request: RequestOf<"volume ls">): number {
  return show(session, () => renderVolumes(session.engine.volumes.list().map(volumeDocument), request));
}

function show(session: Session, render: () => string): number {
  try {
    session.out(render());
    return 0;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    session.err(`${error.message}\n`);
    return 64;
  }
}
