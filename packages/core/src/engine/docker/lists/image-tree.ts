/**
 * `docker images --tree`. Of images that are kept as layers, each is for one platform, and has no content beside its files:
 * none has branches.
 *
 * Unlike the real client, a terminal gets no colours but those of the heading.
 *
 * @see docker/cli cli/command/image/tree.go
 */
import { humanSize } from "../values/human.ts";
import { displayWidth, ellipsis } from "../values/width.ts";
import type { ImageSummary } from "./images.ts";
import { shortId } from "./shared.ts";

const WARNING = "WARNING: This is an experimental feature. The output may change and shouldn't be depended on.";

const WIDTH = 80;
const LEGEND = "Info ->  U In Use ";
const UNTAGGED = "<untagged>";
const GAP = "   ";
const TITLES = [
  ["ID", 12],
  ["DISK USAGE", 10],
  ["CONTENT SIZE", 12],
  ["EXTRA", 5],
] as const;

/** The newest first. */
export function imageTree(images: readonly ImageSummary[]): string {
  const sorted = [...images].sort((a, b) => b.Created - a.Created);
  const width = Math.max("IMAGE".length, ...images.flatMap(({ RepoTags }) => (RepoTags ?? []).map(displayWidth)));
  const titles = [["IMAGE", width] as const, ...TITLES].map(([title, size]) => heading(title, size));
  const rows = sorted.map((image) => row(image, width));
  return `${WARNING}\n${LEGEND.padStart(WIDTH)}\n\n${titles.join(GAP)}\n${rows.join("")}`;
}

const heading = (title: string, width: number): string =>
  `\x1b[39m\x1b[1m${title}\x1b[0m${" ".repeat(Math.max(0, width - title.length))}`;

/** The names of an image, a line each; the last one has what is said of it. */
function row({ Id, RepoTags, Size }: ImageSummary, width: number): string {
  const names = RepoTags ?? [];
  const last = names.at(-1) ?? ellipsis(UNTAGGED, width);
  const cells = [
    last.padEnd(width),
    shortId(Id, true),
    humanSize(Size, 3).padStart(10),
    humanSize(0, 3).padStart(12),
    " ".repeat(5),
  ];
  return [...names.slice(0, -1), cells.join(GAP)].map((line) => `${line}\n`).join("");
}
