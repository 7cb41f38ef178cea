/** The prune commands. @see docker/cli cli/command/container/prune.go, network/prune.go, volume/prune.go, image/prune.go */
import { StatusError } from "../../lib/index.ts";
import { writtenBytes } from "../container-size.ts";
import { ValueError } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import { humanSize } from "../docker/values/human.ts";
import { parseTimestamp } from "../docker/values/timestamp.ts";
import { secondsOfTime } from "../documents/time.ts";
import { pruneImages } from "../image-removal.ts";
import { Filters } from "../select/filters.ts";
import { isUnused } from "../select/networks.ts";
import { volumeBytes } from "../select/volumes.ts";
import type { Session } from "./session.ts";

type PruneRequest = RequestOf<"container prune" | "network prune" | "volume prune" | "image prune">;

/** What was removed, as it is told, and how many bytes that was. */
interface Pruned {
  readonly lines: readonly string[];
  readonly bytes: number;
}

/** Without --force a question is asked: whoever answers nothing does not agree. */
export async function prune(session: Session, request: PruneRequest): Promise<number> {
  if (request.confirm !== undefined && !(await agrees(session, request.confirm))) return 0;
  const { lines, bytes } = await session.call(PRUNES[request.command], "", () => work(session, request));
  const heading = HEADINGS[request.command];
  if (lines.length > 0) session.lines([heading, ...lines, ""]);
  if (request.command !== "network prune") session.lines([`Total reclaimed space: ${humanSize(bytes)}`]);
  return 0;
}

const PRUNES = {
  "container prune": "ContainerPrune",
  "network prune": "NetworkPrune",
  "volume prune": "VolumePrune",
  "image prune": "ImagePrune",
} as const;

const HEADINGS = {
  "container prune": "Deleted Containers:",
  "network prune": "Deleted Networks:",
  "volume prune": "Deleted Volumes:",
  "image prune": "Deleted Images:",
} as const;

/** Everything that is not used: containers, networks, then images. */
export async function pruneSystem(session: Session, request: RequestOf<"system prune">): Promise<number> {
  if (request.confirm !== undefined && !(await agrees(session, request.confirm))) return 0;
  const { filters } = request;
  const part = async (command: PruneRequest["command"], work: () => Pruned | Promise<Pruned>) => ({
    heading: HEADINGS[command],
    ...(await session.call(PRUNES[command], "", work)),
  });
  const parts: (Pruned & { readonly heading: string })[] = [
    await part("container prune", () => pruneContainers(session, Filters.of(filters))),
    await part("network prune", () => pruneNetworks(session, Filters.of(filters))),
    ...(request.volumes ? [await part("volume prune", () => pruneVolumes(session, Filters.of(filters)))] : []),
    await part("image prune", () => pruneUnusedImages(session, Filters.of(filters), request.all)),
  ];
  const cache = session.engine.builder.pruneCache({ all: request.all });
  parts.push({
    heading: "Deleted build cache objects:",
    lines: cache.map(({ id }) => id),
    bytes: cache.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  });
  for (const { heading, lines } of parts) if (lines.length > 0) session.lines([heading, ...lines, ""]);
  session.lines([`Total reclaimed space: ${humanSize(parts.reduce((sum, { bytes }) => sum + bytes, 0))}`]);
  return 0;
}

/** `onNo` is printed when the answer is no. */
export async function agrees(session: Session, question: string, onNo = "\n"): Promise<boolean> {
  session.out(`${question} [y/N] `);
  if (/^y(es)?$/i.test((await session.answer()).trim())) return true;
  session.out(onNo);
  return false;
}

function work(session: Session, request: PruneRequest): Pruned | Promise<Pruned> {
  const { filters } = request;
  switch (request.command) {
    case "container prune":
      return pruneContainers(session, Filters.of(filters, ["label", "label!", "until"]));
    case "network prune":
      return pruneNetworks(session, Filters.of(filters, ["label", "label!", "until"]));
    case "volume prune":
      return pruneVolumes(session, Filters.of(filters, ["label", "label!", "all"]));
    case "image prune": {
      const known = Filters.of(filters, ["dangling", "label", "label!", "until"]);
      return pruneUnusedImages(session, known, known.flag("dangling") === false);
    }
  }
}

async function pruneContainers(session: Session, filters: Filters): Promise<Pruned> {
  const { containers, events } = session.engine;
  const lines: string[] = [];
  let bytes = 0;
  for (const container of [...containers.list({ all: true })].reverse()) {
    if (container.isActive || !filters.allowsLabels(container.config.Labels ?? {})) continue;
    if (!isOlder(session, filters, container.createdUs)) continue;
    bytes += writtenBytes(session.engine, container);
    lines.push(container.id);
    await containers.remove(container);
  }
  events.record("container", "prune", "", { reclaimed: String(bytes) });
  return { lines, bytes };
}

function pruneNetworks(session: Session, filters: Filters): Pruned {
  const { networks, events } = session.engine;
  const lines = networks
    .list()
    .filter((network) => isUnused(network) && !network.configOnly && filters.allowsLabels(network.labels))
    .filter((network) => isOlder(session, filters, network.createdUs))
    .map(({ name }) => networks.remove(name).name);
  events.record("network", "prune", "", { reclaimed: "0" });
  return { lines, bytes: 0 };
}

function pruneVolumes(session: Session, filters: Filters): Pruned {
  const { volumes, events } = session.engine;
  const all = filters.flag("all") === true;
  const lines: string[] = [];
  let bytes = 0;
  for (const volume of volumes.list()) {
    if (volumes.users(volume.name).length > 0 || (!all && !volume.isAnonymous)) continue;
    if (!filters.allowsLabels(volume.labels)) continue;
    bytes += volumeBytes(session.engine, volume);
    lines.push(volume.name);
    volumes.remove(volume.name);
  }
  events.record("volume", "prune", "", { reclaimed: String(bytes) });
  return { lines, bytes };
}

function pruneUnusedImages(session: Session, filters: Filters, all: boolean): Pruned {
  const { removed, reclaimedBytes } = pruneImages(session.engine, {
    all,
    accepts: (image) =>
      filters.allowsLabels(image.config.config.Labels ?? {}) &&
      isOlder(session, filters, secondsOfTime(image.config.created) * 1e6),
  });
  session.engine.events.record("image", "prune", "", { reclaimed: String(reclaimedBytes) });
  const lines = removed.map((one) => ("Untagged" in one ? `untagged: ${one.Untagged}` : `deleted: ${one.Deleted}`));
  return { lines, bytes: reclaimedBytes };
}

function isOlder(session: Session, filters: Filters, createdUs: number): boolean {
  const [text] = filters.get("until");
  if (text === undefined) return true;
  try {
    const { seconds, nanoseconds } = parseTimestamp(text, session.engine.kernel.nowUs / 1e6);
    return createdUs < seconds * 1e6 + Math.floor(nanoseconds / 1000);
  } catch (error) {
    throw error instanceof ValueError ? new StatusError("invalid-argument", error.message) : error;
  }
}
