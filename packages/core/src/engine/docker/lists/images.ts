/** The lists of `docker images` and `docker history`. Model: docker/cli formatter/image.go, image/formatter_history.go. */

import { readOr, rfc3339, timeText } from "../../../lib/go/index.ts";
import { type Columns, columns, listFormat, renderList } from "../format.ts";
import { familiarName, type ImageReference, parseReference } from "../reference.ts";
import { humanDuration, humanSize } from "../values/human.ts";
import { ellipsis } from "../values/width.ts";
import { shortId } from "./shared.ts";

/** An image as `GET /images/json` gives it; sizes are bytes, -1 where they were not computed. */
export interface ImageSummary {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
  /** Seconds since 1970. */
  readonly Created: number;
  readonly Size: number;
  readonly SharedSize: number;
  readonly Containers: number;
}

/** One name of an image. */
export interface ImageRow {
  readonly image: ImageSummary;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly truncate: boolean;
  readonly now: number;
}

const HEADERS = {
  ID: "IMAGE ID",
  Repository: "REPOSITORY",
  Tag: "TAG",
  Digest: "DIGEST",
  CreatedSince: "CREATED",
  CreatedAt: "CREATED AT",
  Size: "SIZE",
  Containers: "CONTAINERS",
  VirtualSize: "SIZE",
  SharedSize: "SHARED SIZE",
  UniqueSize: "UNIQUE SIZE",
};

const orUnknown = (bytes: number, known: boolean): string => (known ? humanSize(bytes) : "N/A");

const VALUES: Readonly<Record<keyof typeof HEADERS, (row: ImageRow) => string>> = {
  ID: ({ image, truncate }) => shortId(image.Id, truncate),
  Repository: ({ repository }) => repository,
  Tag: ({ tag }) => tag,
  Digest: ({ digest }) => digest,
  CreatedSince: ({ image, now }) => `${humanDuration(now - image.Created)} ago`,
  CreatedAt: ({ image }) => timeText(image.Created),
  Size: ({ image }) => humanSize(image.Size, 3),
  Containers: ({ image }) => (image.Containers === -1 ? "N/A" : `${image.Containers}`),
  VirtualSize: ({ image }) => humanSize(image.Size),
  SharedSize: ({ image }) => orUnknown(image.SharedSize, image.SharedSize !== -1),
  UniqueSize: ({ image }) => orUnknown(image.Size - image.SharedSize, image.Size !== -1 && image.SharedSize !== -1),
};

export const IMAGE_COLUMNS: Columns<ImageRow> = columns("formatter.imageContext", HEADERS, VALUES);

export interface ImageListOptions {
  readonly format: string;
  readonly quiet: boolean;
  readonly digests: boolean;
  readonly noTrunc: boolean;
  /** Seconds since 1970. */
  readonly now: number;
}

/** What `docker images` prints: a row a tag. @throws ValueError for a wrong template */
export function renderImages(images: readonly ImageSummary[], options: ImageListOptions): string {
  const format = imageFormat(options);
  const withDigests = options.digests || format.includes("{{.Digest}}");
  const rows = images.flatMap((image) =>
    imageNames(image, withDigests, options.digests).map((name) => ({
      image,
      ...name,
      truncate: !options.noTrunc,
      now: options.now,
    })),
  );
  return renderList(format, IMAGE_COLUMNS, rows);
}

const RAW = (digest: boolean): string => `repository: {{ .Repository }}
tag: {{.Tag}}
${digest ? "digest: {{.Digest}}\n" : ""}image_id: {{.ID}}
created_at: {{.CreatedAt}}
virtual_size: {{.Size}}
`;

function imageFormat({ format, quiet, digests }: ImageListOptions): string {
  if (format === "" || format === "table") {
    if (quiet) return "{{.ID}}";
    const digest = digests ? "{{.Digest}}\t" : "";
    return `table {{.Repository}}\t{{.Tag}}\t${digest}{{.ID}}\t{{if .CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}\t{{.Size}}`;
  }
  if (format === "raw") return quiet ? "image_id: {{.ID}}" : RAW(digests);
  return format.startsWith("table") && digests && !format.includes("{{.Digest}}") ? `${format}\t{{.Digest}}` : format;
}

type ImageName = Pick<ImageRow, "repository" | "tag" | "digest">;
const NONE = "<none>";

/** Names of an image in the order of its tags (Docker's is random by repository); those without a tag come last. */
export function imageNames(image: ImageSummary, withDigests: boolean, digestRows: boolean): ImageName[] {
  if (isDangling(image)) return [{ repository: NONE, tag: NONE, digest: NONE }];
  const tagged = references(image.RepoTags).filter(({ tag }) => tag !== undefined);
  const digested = references(image.RepoDigests).filter(({ digest }) => digest !== undefined);
  const repositories = new Set(tagged.map(familiarName));
  const digestsOf = (repository: string): string[] =>
    digested.flatMap((reference) => (familiarName(reference) === repository ? (reference.digest ?? []) : []));
  const rows = [...repositories].flatMap((repository) =>
    tagged
      .filter((reference) => familiarName(reference) === repository)
      .flatMap(({ tag = "" }) => {
        const digests = withDigests ? digestsOf(repository) : [];
        return (digests.length === 0 ? [NONE] : digests).map((digest) => ({ repository, tag, digest }));
      }),
  );
  const untagged = new Set(digested.map(familiarName).filter((repository) => !repositories.has(repository)));
  return [
    ...rows,
    ...[...untagged].flatMap((repository) =>
      (digestRows ? digestsOf(repository) : [""]).map((digest) => ({ repository, tag: NONE, digest })),
    ),
  ];
}

function isDangling({ RepoTags, RepoDigests }: ImageSummary): boolean {
  const [tags, digests] = [RepoTags ?? [], RepoDigests ?? []];
  if (tags.length === 0 && digests.length === 0) return true;
  return tags.join() === "<none>:<none>" && digests.join() === "<none>@<none>";
}

function references(texts: readonly string[] | null): ImageReference[] {
  return (texts ?? []).flatMap((text) =>
    readOr(
      () => [parseReference(text)],
      () => [],
    ),
  );
}

/** What `docker images NAME` says where NAME looks like a subcommand; undefined where it does not. */
export function ambiguousHint(name: string): string | undefined {
  const commands = "build history import inspect list load ls prune pull push rm save tag".split(" ");
  if (!commands.includes(name)) return undefined;
  return `\nNo images found matching "${name}": did you mean "docker image ${name}"?\n`;
}

/** A layer as `GET /images/NAME/history` gives it. */
export interface HistoryEntry {
  readonly Id: string;
  readonly Created: number;
  readonly CreatedBy: string;
  readonly Size: number;
  readonly Comment: string;
}

interface HistoryRow {
  readonly entry: HistoryEntry;
  readonly human: boolean;
  readonly truncate: boolean;
  readonly now: number;
}

/** Layers from before 2000 have no believable date. */
const EPOCH = 946_684_800;

const HISTORY_COLUMNS: Columns<HistoryRow> = columns(
  "image.historyContext",
  {
    ID: "IMAGE",
    CreatedSince: "CREATED",
    CreatedAt: "CREATED AT",
    CreatedBy: "CREATED BY",
    Size: "SIZE",
    Comment: "COMMENT",
  },
  {
    ID: ({ entry, truncate }) => shortId(entry.Id, truncate),
    CreatedSince: ({ entry, human, now }) => {
      if (!human) return rfc3339(entry.Created);
      return entry.Created <= EPOCH ? "N/A" : `${humanDuration(now - entry.Created)} ago`;
    },
    CreatedAt: ({ entry }) => rfc3339(entry.Created),
    CreatedBy: ({ entry, truncate }) => {
      const text = entry.CreatedBy.replaceAll("\t", " ");
      return truncate ? ellipsis(text, 45) : text;
    },
    Size: ({ entry, human }) => (human ? humanSize(entry.Size, 3) : `${entry.Size}`),
    Comment: ({ entry }) => entry.Comment,
  },
);

/** What `docker history` prints. @throws ValueError for a wrong template */
export function renderHistory(
  entries: readonly HistoryEntry[],
  options: {
    readonly format: string;
    readonly quiet: boolean;
    readonly human: boolean;
    readonly noTrunc: boolean;
    readonly now: number;
  },
): string {
  const created = options.human ? "CreatedSince" : "CreatedAt";
  const table = options.quiet ? "{{.ID}}" : `table {{.ID}}\t{{.${created}}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}`;
  const rows = entries.map((entry) => ({ entry, human: options.human, truncate: !options.noTrunc, now: options.now }));
  return renderList(listFormat(options.format, table), HISTORY_COLUMNS, rows);
}
