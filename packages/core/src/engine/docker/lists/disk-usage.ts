/** `docker system df`. Model: docker/cli formatter/disk_usage.go, formatter/buildcache.go. */

import { parseTime, timeText } from "../../../lib/go/index.ts";
import { type Columns, columns, compileTemplate, GoValue, listFormat, renderList, renderTemplate } from "../format.ts";
import { orFail } from "../problem.ts";
import { type Field, field, pointer, slice } from "../template/type.ts";
import { humanDuration, humanSize } from "../values/human.ts";
import { CONTAINER_COLUMNS, type ContainerRow, type ContainerSummary } from "./containers.ts";
import { IMAGE_COLUMNS, type ImageRow, type ImageSummary, imageNames } from "./images.ts";
import { VOLUME_COLUMNS, type VolumeSummary } from "./networks.ts";
import { shortId } from "./shared.ts";

/** A record of the build cache. */
export interface CacheRecord {
  readonly ID: string;
  readonly Parents?: readonly string[];
  readonly Type: string;
  readonly Description: string;
  readonly InUse: boolean;
  readonly Shared: boolean;
  readonly Size: number;
  /** RFC 3339. */
  readonly CreatedAt: string;
  readonly LastUsedAt: string | null;
  readonly UsageCount: number;
}

/** What `GET /system/df` gives. */
export interface DiskUsage {
  readonly LayersSize: number;
  readonly Images: readonly ImageSummary[];
  readonly Containers: readonly ContainerSummary[];
  readonly Volumes: readonly VolumeSummary[];
  readonly BuildCache: readonly CacheRecord[];
}

interface SummaryRow {
  readonly type: string;
  readonly total: number;
  readonly active: number;
  readonly size: number;
  readonly reclaimable: string;
}

/** Every kind of thing has its own type in Go; errors name that of the first row. */
const SUMMARY_COLUMNS: Columns<SummaryRow> = columns(
  "formatter.diskUsageImagesContext",
  { Type: "TYPE", TotalCount: "TOTAL", Active: "ACTIVE", Size: "SIZE", Reclaimable: "RECLAIMABLE" },
  {
    Type: ({ type }) => type,
    TotalCount: ({ total }) => `${total}`,
    Active: ({ active }) => `${active}`,
    Size: ({ size }) => humanSize(size),
    Reclaimable: ({ reclaimable }) => reclaimable,
  },
);

const share = (part: number, whole: number): string =>
  whole > 0 ? `${humanSize(part)} (${Math.trunc((part * 100) / whole)}%)` : humanSize(part);

const sum = <T>(entries: readonly T[], of: (entry: T) => number): number =>
  entries.reduce((total, entry) => total + of(entry), 0);

const isActive = ({ State }: ContainerSummary): boolean => ["running", "paused", "restarting"].includes(State);

function summaryRows(usage: DiskUsage): SummaryRow[] {
  const { Images, Containers, Volumes, BuildCache, LayersSize } = usage;
  const usedImages = Images.filter((image) => image.Containers !== 0 && image.Size !== -1 && image.SharedSize !== -1);
  const usedBytes = sum(usedImages, ({ Size, SharedSize }) => Size - SharedSize);
  const writable = (containers: readonly ContainerSummary[]): number => sum(containers, ({ SizeRw = 0 }) => SizeRw);
  const stored = (volumes: readonly VolumeSummary[]): number =>
    sum(volumes, ({ UsageData }) => Math.max(0, UsageData?.Size ?? 0));
  const unusedVolumes = Volumes.filter(({ UsageData }) => (UsageData?.RefCount ?? 0) === 0);
  const cache = cacheSize(BuildCache);
  const cacheInUse = sum(BuildCache, ({ InUse, Shared, Size }) => (InUse && !Shared ? Size : 0));
  return [
    {
      type: "Images",
      total: Images.length,
      active: Images.filter((image) => image.Containers > 0).length,
      size: LayersSize,
      reclaimable: share(LayersSize - usedBytes, LayersSize),
    },
    {
      type: "Containers",
      total: Containers.length,
      active: Containers.filter(isActive).length,
      size: writable(Containers),
      reclaimable: share(writable(Containers.filter((container) => !isActive(container))), writable(Containers)),
    },
    {
      type: "Local Volumes",
      total: Volumes.length,
      active: Volumes.filter(({ UsageData }) => (UsageData?.RefCount ?? 0) > 0).length,
      size: stored(Volumes),
      reclaimable: share(stored(unusedVolumes), stored(Volumes)),
    },
    {
      type: "Build Cache",
      total: BuildCache.length,
      active: BuildCache.filter(({ InUse }) => InUse).length,
      size: cache,
      reclaimable: humanSize(cache - cacheInUse),
    },
  ];
}

/** Bytes of records that nothing else holds. */
const cacheSize = (records: readonly CacheRecord[]): number => sum(records, ({ Shared, Size }) => (Shared ? 0 : Size));

interface CacheRow {
  readonly record: CacheRecord;
  readonly truncate: boolean;
  readonly now: number;
}

const seconds = (text: string): number => parseTime(text)?.seconds ?? 0;
const ago = (text: string | null, now: number): string =>
  text === null ? "" : `${humanDuration(now - seconds(text))} ago`;
const stamp = (text: string | null): string => {
  const moment = text === null ? undefined : parseTime(text);
  return moment === undefined ? "" : timeText(moment.seconds, moment.nanoseconds);
};

const CACHE_COLUMNS: Columns<CacheRow> = columns(
  "formatter.buildCacheContext",
  {
    ID: "CACHE ID",
    Parent: "PARENT",
    CacheType: "CACHE TYPE",
    Size: "SIZE",
    CreatedSince: "CREATED",
    LastUsedSince: "LAST USED",
    UsageCount: "USAGE",
    InUse: "IN USE",
    Shared: "SHARED",
    Description: "DESCRIPTION",
  },
  {
    ID: ({ record, truncate }) => `${shortId(record.ID, truncate)}${record.InUse ? "*" : ""}`,
    Parent: ({ record, truncate }) => shortId((record.Parents ?? []).join(", "), truncate),
    CacheType: ({ record }) => record.Type,
    Description: ({ record }) => record.Description,
    Size: ({ record }) => humanSize(record.Size, 3),
    CreatedAt: ({ record }) => stamp(record.CreatedAt),
    CreatedSince: ({ record, now }) => ago(record.CreatedAt, now),
    LastUsedAt: ({ record }) => stamp(record.LastUsedAt),
    LastUsedSince: ({ record, now }) => ago(record.LastUsedAt, now),
    UsageCount: ({ record }) => `${record.UsageCount}`,
    InUse: ({ record }) => `${record.InUse}`,
    Shared: ({ record }) => `${record.Shared}`,
  },
);

const RAW = `type: {{.Type}}
total: {{.TotalCount}}
active: {{.Active}}
size: {{.Size}}
reclaimable: {{.Reclaimable}}
`;

export interface DiskUsageOptions {
  readonly format: string;
  readonly verbose: boolean;
  /** Seconds since 1970. */
  readonly now: number;
}

/** What `docker system df` prints. @throws ValueError for a wrong template */
export function renderDiskUsage(usage: DiskUsage, { format, verbose, now }: DiskUsageOptions): string {
  if (verbose) return renderVerbose(usage, format, now);
  const table = "table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}";
  return renderList(listFormat(format, table, RAW), SUMMARY_COLUMNS, summaryRows(usage));
}

interface VerboseRows {
  readonly Images: readonly ImageRow[];
  readonly Containers: readonly ContainerRow[];
  readonly Volumes: readonly VolumeSummary[];
  readonly BuildCache: readonly CacheRow[];
}

function renderVerbose(usage: DiskUsage, format: string, now: number): string {
  const isTable = format === "" || format.startsWith("table");
  const rows = verboseRows(usage, isTable, now);
  if (format === "" || format === "table") return verboseTables(usage, rows);
  const template = orFail(() => compileTemplate(format === "json" ? "{{json .}}" : format), "template parsing error: ");
  const fields: Field[] = [
    field("Images", slice(IMAGE_COLUMNS.type)),
    field("Containers", slice(CONTAINER_COLUMNS.type)),
    field("Volumes", slice(VOLUME_COLUMNS.type)),
    field("BuildCache", slice(CACHE_COLUMNS.type)),
  ];
  return renderTemplate(
    template,
    new GoValue(pointer({ kind: "struct", name: "formatter.diskUsageContext", fields }), rows),
  );
}

function verboseRows(
  { Images, Containers, Volumes, BuildCache }: DiskUsage,
  truncate: boolean,
  now: number,
): VerboseRows {
  return {
    Images: Images.map((image) => {
      const [name] = imageNames(image, false, false);
      return { image, ...(name ?? { repository: "<none>", tag: "<none>" }), digest: "", truncate, now };
    }),
    Containers: Containers.map((container) => ({ container: { ...container, SizeRootFs: 0 }, truncate, now })),
    Volumes,
    BuildCache: [...BuildCache]
      .sort((a, b) => (`${a.LastUsedAt ?? ""} ${a.ID}` < `${b.LastUsedAt ?? ""} ${b.ID}` ? -1 : 1))
      .map((record) => ({ record, truncate, now })),
  };
}

function verboseTables(usage: DiskUsage, rows: VerboseRows): string {
  const images =
    "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}";
  const containers =
    "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}";
  const cache =
    "table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}";
  return [
    `Images space usage:\n\n${renderList(images, IMAGE_COLUMNS, rows.Images)}`,
    `Containers space usage:\n\n${renderList(containers, CONTAINER_COLUMNS, rows.Containers)}`,
    `Local Volumes space usage:\n\n${renderList("table {{.Name}}\t{{.Links}}\t{{.Size}}", VOLUME_COLUMNS, rows.Volumes)}`,
    `Build cache usage: ${humanSize(cacheSize(usage.BuildCache))}\n\n${renderList(cache, CACHE_COLUMNS, rows.BuildCache)}`,
  ].join("\n");
}
