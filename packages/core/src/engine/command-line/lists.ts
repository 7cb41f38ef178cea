/** The lists: `docker ps`, `images`, `network ls`, `volume ls`. */

import { sizesOf } from "../container/container-size.ts";
import { renderContainers } from "../docker/lists/containers.ts";
import { imageTree } from "../docker/lists/image-tree.ts";
import { ambiguousHint, renderImages } from "../docker/lists/images.ts";
import { renderNetworks, renderVolumes } from "../docker/lists/networks.ts";
import { orFail } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import { containerSummary } from "../documents/container.ts";
import { networkDocument } from "../documents/network.ts";
import { volumeDocument } from "../documents/volume.ts";
import { CONTAINER_FILTERS, imageNames, selectContainers } from "../select/containers.ts";
import { Filters } from "../select/filters.ts";
import { IMAGE_FILTERS, imageSummary, selectImages } from "../select/images.ts";
import { NETWORK_FILTERS, selectNetworks } from "../select/networks.ts";
import { selectVolumes, VOLUME_FILTERS } from "../select/volumes.ts";
import { clusterVolumeDocument } from "../swarm/volume-documents.ts";
import type { Session } from "./session.ts";

export function listContainers(session: Session, request: RequestOf<"ps">): number {
  const { engine } = session;
  const filters = Filters.of(request.filters, CONTAINER_FILTERS);
  const all = request.all || request.limit > 0;
  const found = selectContainers(engine, filters, all).slice(0, request.limit > 0 ? request.limit : undefined);
  const imageOf = imageNames(engine);
  const rows = found.map((container) => ({
    ...containerSummary(container, engine.kernel.nowUs, imageOf(container)),
    ...(request.size ? sizesOf(engine, container) : {}),
  }));
  return show(session, () => renderContainers(rows, { ...request, now: session.now }));
}

export function listImages(session: Session, request: RequestOf<"images">): number {
  const { engine } = session;
  const filters = Filters.of(request.filters, IMAGE_FILTERS);
  const rows = selectImages(engine, filters, { all: request.all })
    .map((image) => imageSummary(engine, image, { patterns: filters.get("reference") }))
    .filter((row) => row !== undefined)
    // Versions of the API before 1.51 do not count them.
    .map((row) => ({ ...row, Containers: -1 }));
  if (request.tree) {
    session.out(imageTree(rows));
    return 0;
  }
  return show(session, () => {
    const text = renderImages(rows, { ...request, now: session.now });
    if (rows.length === 0 && request.ambiguous !== undefined) session.err(ambiguousHint(request.ambiguous) ?? "");
    return text;
  });
}

export function listNetworks(session: Session, request: RequestOf<"network ls">): number {
  const rows = selectNetworks(session.engine, Filters.of(request.filters, NETWORK_FILTERS)).map((network) =>
    networkDocument(network),
  );
  return show(session, () => renderNetworks(rows as Parameters<typeof renderNetworks>[0], request));
}

export function listVolumes(session: Session, request: RequestOf<"volume ls">): number {
  const own = selectVolumes(session.engine, Filters.of(request.filters, VOLUME_FILTERS)).map(volumeDocument);
  const others = (session.engine.swarm.current?.volumes.list() ?? []).map(clusterVolumeDocument);
  return show(session, () => renderVolumes([...own, ...others], request));
}

function show(session: Session, render: () => string): number {
  session.out(orFail(render));
  return 0;
}
