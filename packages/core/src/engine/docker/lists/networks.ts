/** The lists of `docker network ls` and `docker volume ls`. Model: docker/cli network/formatter.go, formatter/volume.go. */

import { parseTime, timeText } from "../../../lib/go/index.ts";
import { type Columns, columns, listFormat, renderList } from "../format.ts";
import { humanSize } from "../values/human.ts";
import { joinLabels, type Labels, naturalCompare, shortId } from "./shared.ts";

/** A network as `GET /networks` gives it. */
export interface NetworkSummary {
  readonly Id: string;
  readonly Name: string;
  /** RFC 3339. */
  readonly Created: string;
  readonly Scope: string;
  readonly Driver: string;
  readonly EnableIPv4: boolean;
  readonly EnableIPv6: boolean;
  readonly Internal: boolean;
  readonly Labels: Labels | null;
}

interface NetworkRow {
  readonly network: NetworkSummary;
  readonly truncate: boolean;
}

const NETWORK_COLUMNS: Columns<NetworkRow> = columns(
  "network.networkContext",
  {
    ID: "NETWORK ID",
    Name: "NAME",
    Driver: "DRIVER",
    Scope: "SCOPE",
    IPv4: "IPV4",
    IPv6: "IPV6",
    Internal: "INTERNAL",
    Labels: "LABELS",
    CreatedAt: "CREATED AT",
  },
  {
    ID: ({ network, truncate }) => shortId(network.Id, truncate),
    Name: ({ network }) => network.Name,
    Driver: ({ network }) => network.Driver,
    Scope: ({ network }) => network.Scope,
    IPv4: ({ network }) => `${network.EnableIPv4}`,
    IPv6: ({ network }) => `${network.EnableIPv6}`,
    Internal: ({ network }) => `${network.Internal}`,
    Labels: ({ network }) => joinLabels(network.Labels, false),
    CreatedAt: ({ network }) => createdAt(network.Created),
  },
  { label: ({ network }, name) => network.Labels?.[name] ?? "" },
);

function createdAt(text: string): string {
  const moment = parseTime(text);
  return moment === undefined ? text : timeText(moment.seconds, moment.nanoseconds);
}

/** What `docker network ls` prints, sorted by name. @throws ValueError for a wrong template */
export function renderNetworks(
  networks: readonly NetworkSummary[],
  { format, quiet, noTrunc }: { readonly format: string; readonly quiet: boolean; readonly noTrunc: boolean },
): string {
  const rows = [...networks]
    .sort((a, b) => naturalCompare(a.Name, b.Name))
    .map((network) => ({ network, truncate: !noTrunc }));
  const table = quiet ? "{{.ID}}" : "table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}";
  const all = "network_id: {{.ID}}\\nname: {{.Name}}\\ndriver: {{.Driver}}\\nscope: {{.Scope}}\\n";
  return renderList(listFormat(format, table, quiet ? "network_id: {{.ID}}" : all), NETWORK_COLUMNS, rows);
}

/** A volume as `GET /volumes` gives it. */
export interface VolumeSummary {
  readonly Name: string;
  readonly Driver: string;
  readonly Mountpoint: string;
  readonly Scope: string;
  readonly Labels: Labels | null;
  readonly UsageData?: { readonly RefCount: number; readonly Size: number } | null;
  /** Only for a cluster volume. */
  readonly ClusterVolume?: { readonly Spec: { readonly Group?: string; readonly Availability?: string } };
}

export const VOLUME_COLUMNS: Columns<VolumeSummary> = columns(
  "formatter.volumeContext",
  {
    ID: "ID",
    Name: "VOLUME NAME",
    Group: "GROUP",
    Driver: "DRIVER",
    Scope: "SCOPE",
    Availability: "AVAILABILITY",
    Mountpoint: "MOUNTPOINT",
    Labels: "LABELS",
    Links: "LINKS",
    Size: "SIZE",
    Status: "STATUS",
  },
  {
    Name: (volume) => volume.Name,
    Driver: (volume) => volume.Driver,
    Scope: (volume) => volume.Scope,
    Mountpoint: (volume) => volume.Mountpoint,
    Labels: (volume) => joinLabels(volume.Labels, false),
    Links: ({ UsageData }) => (UsageData ? `${UsageData.RefCount}` : "N/A"),
    Size: ({ UsageData }) => (UsageData ? humanSize(UsageData.Size) : "N/A"),
    Group: ({ ClusterVolume: own }) => (own === undefined ? "N/A" : (own.Spec.Group ?? "")),
    Availability: ({ ClusterVolume: own }) => own?.Spec.Availability ?? "N/A",
    // No plugin makes any.
    Status: ({ ClusterVolume: own }) => (own === undefined ? "N/A" : "pending creation"),
  },
  { label: (volume, name) => volume.Labels?.[name] ?? "" },
);

const CLUSTER_TABLE = "table {{.Name}}\t{{.Group}}\t{{.Driver}}\t{{.Availability}}\t{{.Status}}";

/** What `docker volume ls` prints, sorted by name. @throws ValueError for a wrong template */
export function renderVolumes(
  volumes: readonly VolumeSummary[],
  { format, quiet, cluster = false }: { readonly format: string; readonly quiet: boolean; readonly cluster?: boolean },
): string {
  const rows = volumes
    .filter(({ ClusterVolume }) => !cluster || ClusterVolume !== undefined)
    .sort((a, b) => naturalCompare(a.Name, b.Name));
  // The list of a swarm's volumes has one form.
  if (cluster) return renderList(listFormat("", quiet ? "{{.Name}}" : CLUSTER_TABLE), VOLUME_COLUMNS, rows);
  const table = quiet ? "{{.Name}}" : "table {{.Driver}}\t{{.Name}}";
  const raw = quiet ? "name: {{.Name}}" : "name: {{.Name}}\\ndriver: {{.Driver}}\\n";
  return renderList(listFormat(format, table, raw), VOLUME_COLUMNS, rows);
}
