/** The table of `docker stats`. Model: docker/cli container/formatter_stats.go. */

import { fixedText } from "../../../lib/go/index.ts";
import { type Columns, columns, listFormat, renderList } from "../format.ts";
import { binarySize, humanSize } from "../values/human.ts";
import { shortId } from "./shared.ts";

/** What is measured of a container; sizes are bytes, percentages 0 to 100 and more. */
export interface StatsEntry {
  /** As the user named it. */
  readonly container: string;
  /** With its slash. */
  readonly name: string;
  readonly id: string;
  readonly cpuPercent: number;
  readonly memory: number;
  readonly memoryLimit: number;
  readonly memoryPercent: number;
  readonly networkReceived: number;
  readonly networkSent: number;
  readonly blockRead: number;
  readonly blockWritten: number;
  readonly pids: number;
  /** Nothing could be measured: dashes are shown. */
  readonly invalid: boolean;
}

interface StatsRow {
  readonly entry: StatsEntry;
  readonly truncate: boolean;
}

const percentage = (value: number): string => `${value < 0 ? "-" : ""}${fixedText(Math.abs(value), 2)}%`;

/** A column that shows dashes where nothing was measured. */
function measured(show: (entry: StatsEntry) => string, dashes = "--"): (row: StatsRow) => string {
  return ({ entry }) => (entry.invalid ? dashes : show(entry));
}

const STATS_COLUMNS: Columns<StatsRow> = columns(
  "container.statsContext",
  {
    Container: "CONTAINER",
    Name: "NAME",
    ID: "CONTAINER ID",
    CPUPerc: "CPU %",
    MemUsage: "MEM USAGE / LIMIT",
    MemPerc: "MEM %",
    NetIO: "NET I/O",
    BlockIO: "BLOCK I/O",
    PIDs: "PIDS",
  },
  {
    Container: ({ entry }) => entry.container,
    Name: ({ entry }) => (entry.name.length > 1 ? entry.name.slice(1) : "--"),
    ID: ({ entry, truncate }) => shortId(entry.id, truncate),
    CPUPerc: measured(({ cpuPercent }) => percentage(cpuPercent)),
    MemUsage: measured(({ memory, memoryLimit }) => `${binarySize(memory)} / ${binarySize(memoryLimit)}`, "-- / --"),
    MemPerc: measured(({ memoryPercent }) => percentage(memoryPercent)),
    NetIO: measured(
      ({ networkReceived, networkSent }) => `${humanSize(networkReceived, 3)} / ${humanSize(networkSent, 3)}`,
    ),
    BlockIO: measured(({ blockRead, blockWritten }) => `${humanSize(blockRead, 3)} / ${humanSize(blockWritten, 3)}`),
    PIDs: measured(({ pids }) => `${pids}`),
  },
);

const TABLE =
  "table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}";

/** One round of `docker stats`. @throws ValueError for a wrong template */
export function renderStats(
  entries: readonly StatsEntry[],
  { format, noTrunc }: { readonly format: string; readonly noTrunc: boolean },
): string {
  const rows = entries.map((entry) => ({ entry, truncate: !noTrunc }));
  return renderList(listFormat(format, TABLE), STATS_COLUMNS, rows);
}
