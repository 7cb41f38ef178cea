/** The prune commands. @see docker/cli cli/command/container/prune.go, network/prune.go, volume/prune.go, image/prune.go */
import type { RequestOf } from "../docker/request.ts";
import { humanSize } from "../docker/values/human.ts";
import type { Removed } from "../image/image-removal.ts";
import { type Pruned, pruneNetworks, pruneStopped, pruneUnusedImages, pruneVolumes } from "../prune.ts";
import { Filters } from "../select/filters.ts";
import type { Session } from "./session.ts";

type PruneRequest = RequestOf<"container prune" | "network prune" | "volume prune" | "image prune">;

/** Without --force a question is asked: whoever answers nothing does not agree. */
export async function prune(session: Session, request: PruneRequest): Promise<number> {
  if (request.confirm !== undefined && !(await agrees(session, request.confirm))) return 0;
  const { removed: lines, bytes } = await session.call(PRUNES[request.command], "", () => work(session, request));
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
  const { engine } = session;
  const parts: (Pruned & { readonly heading: string })[] = [
    await part("container prune", () => pruneStopped(engine, Filters.of(filters))),
    await part("network prune", () => pruneNetworks(engine, Filters.of(filters))),
    ...(request.volumes ? [await part("volume prune", () => pruneVolumes(engine, Filters.of(filters)))] : []),
    await part("image prune", () => told(pruneUnusedImages(engine, Filters.of(filters), { all: request.all }))),
  ];
  const cache = session.engine.builder.pruneCache({ all: request.all });
  parts.push({
    heading: "Deleted build cache objects:",
    removed: cache.map(({ id }) => id),
    bytes: cache.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  });
  for (const { heading, removed: lines } of parts) if (lines.length > 0) session.lines([heading, ...lines, ""]);
  session.lines([`Total reclaimed space: ${humanSize(parts.reduce((sum, { bytes }) => sum + bytes, 0))}`]);
  return 0;
}

/** Nothing is printed when the answer is no: who has typed it has ended the line. */
export async function agrees(session: Session, question: string): Promise<boolean> {
  session.out(`${question} [y/N] `);
  return /^y(es)?$/i.test((await session.answer()).trim());
}

function work({ engine }: Session, request: PruneRequest): Pruned | Promise<Pruned> {
  const filters = Filters.of(request.filters);
  switch (request.command) {
    case "container prune":
      return pruneStopped(engine, filters);
    case "network prune":
      return pruneNetworks(engine, filters);
    case "volume prune":
      return pruneVolumes(engine, filters);
    case "image prune":
      return told(pruneUnusedImages(engine, filters));
  }
}

const told = ({ removed, bytes }: Pruned<Removed>): Pruned => ({
  removed: removed.map((one) => ("Untagged" in one ? `untagged: ${one.Untagged}` : `deleted: ${one.Deleted}`)),
  bytes,
});
