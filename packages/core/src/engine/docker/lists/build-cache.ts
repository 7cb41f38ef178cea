/** `docker buildx du` and what `docker buildx prune` has removed. Model: docker/buildx commands/diskusage.go, prune.go. */
import type { CacheUsage } from "../../../build/index.ts";
import { timeText } from "../../../lib/go/index.ts";
import { type Columns, columns, renderList } from "../format.ts";
import { BOOL, INT, STRINGS } from "../template/type.ts";
import { humanDuration, humanSize } from "../values/human.ts";

interface Row {
  readonly usage: CacheUsage;
  readonly nowUs: number;
}

const COLUMNS: Columns<Row> = columns(
  "commands.diskusageContext",
  { ID: "ID", Reclaimable: "RECLAIMABLE", Size: "SIZE", LastUsedAt: "LAST ACCESSED" },
  {
    ID: ({ usage }) => usage.id,
    Parents: ({ usage }) => usage.parents,
    CreatedAt: ({ usage }) => goTime(usage.createdUs),
    Mutable: ({ usage }) => usage.mutable,
    Reclaimable: () => true,
    Shared: ({ usage }) => usage.shared,
    Size: ({ usage }) => humanSize(usage.sizeBytes),
    Description: ({ usage }) => usage.description,
    UsageCount: ({ usage }) => usage.usageCount,
    LastUsedAt: ago,
    Type: ({ usage }) => usage.type,
  },
  { types: { Parents: STRINGS, Mutable: BOOL, Reclaimable: BOOL, Shared: BOOL, UsageCount: INT } },
);

/** `format` is "" for a table. */
export function renderCacheUsage(usages: readonly CacheUsage[], format: string, nowUs: number): string {
  const rows = usages.map((usage) => ({ usage, nowUs }));
  if (format === "pretty") return rows.map((row) => `${verbose(row)}\n`).join("");
  if (format !== "" && format !== "table") return renderList(format, COLUMNS, rows);
  const marked = rows.map(({ usage }) => ({ usage: { ...usage, id: marks(usage).id }, nowUs }));
  return renderList("table {{.ID}}\t{{.Reclaimable}}\t{{.Size}}\t{{.LastUsedAt}}", MARKED, marked);
}

/** In tables, a size that images share has a star. */
const MARKED: Columns<Row> = columns(
  "commands.diskusageContext",
  { ID: "ID", Reclaimable: "RECLAIMABLE", Size: "SIZE", LastUsedAt: "LAST ACCESSED" },
  {
    ID: ({ usage }) => usage.id,
    Reclaimable: () => "true",
    Size: ({ usage }) => marks(usage).size,
    LastUsedAt: ago,
  },
);

function marks({ id, mutable, shared, sizeBytes }: CacheUsage): { readonly id: string; readonly size: string } {
  return { id: mutable ? `${id}*` : id, size: humanSize(sizeBytes) + (shared ? "*" : "") };
}

/** What was pruned, in columns that tabs keep apart. */
export function renderPruned(usages: readonly CacheUsage[], isVerbose: boolean, nowUs: number): string {
  const total = `Total:\t${humanSize(usages.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))}\n`;
  const rows = usages.map((usage) => ({ usage, nowUs }));
  if (isVerbose) return rows.map((row) => `${verbose(row)}\n`).join("") + total;
  if (usages.length === 0) return total;
  const lines = rows.map((row, index) => {
    const { id, size } = marks(row.usage);
    // Only the first row is laid out together with the heading.
    return `${id.padEnd(40)}\ttrue ${index === 0 ? "\t\t" : "\t"}${size.padEnd(10)}\t${ago(row)}\n`;
  });
  return `ID\t\t\t\t\t\tRECLAIMABLE\tSIZE\t\tLAST ACCESSED\n${lines.join("")}${total}`;
}

function verbose(row: Row): string {
  const { usage } = row;
  const line = (name: string, value: string): string => `${`${name}:`.padEnd(14)}${value}\n`;
  return [
    line("ID", usage.id),
    usage.parents.length === 0 ? "" : `Parents:\n${usage.parents.map((one) => ` - ${one}\n`).join("")}`,
    line("Created at", goTime(usage.createdUs)),
    line("Mutable", String(usage.mutable)),
    line("Reclaimable", "true"),
    line("Shared", String(usage.shared)),
    line("Size", humanSize(usage.sizeBytes)),
    line("Description", usage.description),
    line("Usage count", String(usage.usageCount)),
    line("Last used", ago(row)),
    line("Type", usage.type),
  ].join("");
}

function ago({ usage, nowUs }: Row): string {
  return `${humanDuration((nowUs - usage.lastUsedUs) / 1e6)} ago`;
}

function goTime(us: number): string {
  return timeText(Math.floor(us / 1e6), (us % 1e6) * 1000);
}
