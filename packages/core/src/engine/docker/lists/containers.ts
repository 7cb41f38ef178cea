/** The list of `docker ps`. Model: docker/cli formatter/container.go. */

import { quote, readOr, timeText } from "../../../lib/go/index.ts";
import { type Columns, columns, renderList } from "../format.ts";
import { joinHostPort } from "../go/address.ts";
import { familiarName, parseReference } from "../reference.ts";
import { named, pointer } from "../template/type.ts";
import { humanDuration, humanSize } from "../values/human.ts";
import { ellipsis } from "../values/width.ts";
import { joinLabels, type Labels, shortId } from "./shared.ts";

/** A port in the API's list of containers. */
export interface PortSummary {
  readonly IP?: string;
  readonly PrivatePort: number;
  readonly PublicPort?: number;
  readonly Type: string;
}

/** A container as `GET /containers/json` gives it. */
export interface ContainerSummary {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Image: string;
  readonly ImageID: string;
  readonly Command: string;
  /** Seconds since 1970. */
  readonly Created: number;
  readonly Ports: readonly PortSummary[];
  readonly SizeRw?: number;
  readonly SizeRootFs?: number;
  readonly Labels: Labels | null;
  readonly State: string;
  readonly Status: string;
  readonly NetworkSettings?: { readonly Networks: Readonly<Record<string, unknown>> };
  readonly Mounts: readonly { readonly Name?: string; readonly Source: string; readonly Driver?: string }[];
}

/** A row: a container and how to show it. */
export interface ContainerRow {
  readonly container: ContainerSummary;
  readonly truncate: boolean;
  /** Seconds since 1970. */
  readonly now: number;
}

const HEADERS = {
  ID: "CONTAINER ID",
  Names: "NAMES",
  Image: "IMAGE",
  Command: "COMMAND",
  CreatedAt: "CREATED AT",
  RunningFor: "CREATED",
  Ports: "PORTS",
  State: "STATE",
  Status: "STATUS",
  Size: "SIZE",
  Labels: "LABELS",
  Mounts: "MOUNTS",
  LocalVolumes: "LOCAL VOLUMES",
  Networks: "NETWORKS",
  Platform: "PLATFORM",
};

export const CONTAINER_VALUES: Readonly<Record<keyof typeof HEADERS, (row: ContainerRow) => unknown>> = {
  ID: ({ container, truncate }) => shortId(container.Id, truncate),
  Names: names,
  Image: image,
  Command: ({ container, truncate }) => quote(truncate ? ellipsis(container.Command, 20) : container.Command),
  CreatedAt: ({ container }) => timeText(container.Created),
  RunningFor: ({ container, now }) => `${humanDuration(now - container.Created)} ago`,
  Ports: ({ container }) => displayPorts(container.Ports),
  State: ({ container }) => container.State,
  Status: ({ container }) => container.Status,
  Size: ({ container }) => displaySize(container),
  Labels: ({ container }) => joinLabels(container.Labels, true),
  Mounts: ({ container, truncate }) =>
    container.Mounts.map(({ Name, Source }) => Name || Source)
      .map((name) => (truncate ? ellipsis(name, 15) : name))
      .join(","),
  LocalVolumes: ({ container }) => `${container.Mounts.filter(({ Driver }) => Driver === "local").length}`,
  Networks: ({ container }) => Object.keys(container.NetworkSettings?.Networks ?? {}).join(","),
  Platform: () => null,
};

const TYPES = { Platform: pointer(named("formatter.Platform")) };

export const CONTAINER_COLUMNS: Columns<ContainerRow> = columns(
  "formatter.ContainerContext",
  HEADERS,
  CONTAINER_VALUES,
  {
    label: ({ container }, name) => container.Labels?.[name] ?? "",
    types: TYPES,
  },
);

const TABLE = "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}";
const RAW = `container_id: {{.ID}}
image: {{.Image}}
command: {{.Command}}
created_at: {{.CreatedAt}}
state: {{- pad .State 1 0}}
status: {{- pad .Status 1 0}}
names: {{.Names}}
labels: {{- pad .Labels 1 0}}
ports: {{- pad .Ports 1 0}}
`;

/** What `docker ps` prints. @throws ValueError for a wrong template */
export function renderContainers(
  containers: readonly ContainerSummary[],
  options: {
    readonly format: string;
    readonly quiet: boolean;
    readonly size: boolean;
    readonly noTrunc: boolean;
    readonly now: number;
  },
): string {
  const rows = containers.map((container) => ({ container, truncate: !options.noTrunc, now: options.now }));
  return renderList(containerFormat(options), CONTAINER_COLUMNS, rows);
}

function containerFormat({ format, quiet, size }: { format: string; quiet: boolean; size: boolean }): string {
  if (format === "raw") return quiet ? "container_id: {{.ID}}" : RAW + (size ? "size: {{.Size}}\\n" : "");
  if (quiet) return "{{.ID}}";
  if (format === "" || format === "table") return TABLE + (size ? "\t{{.Size}}" : "");
  return format;
}

/**
 * Tries a template on a container without properties and tells whether it asks for the size.
 *
 * @throws ValueError `failed to parse template: …`, `failed to execute template: …`
 */
export function usesSize(
  format: string,
  run: (format: string, list: Columns<ContainerRow>, row: ContainerRow) => void,
): boolean {
  let used = false;
  const recorder = columns<ContainerRow>(
    "formatter.ContainerContext",
    HEADERS,
    {
      ...CONTAINER_VALUES,
      Size: () => {
        used = true;
        return "0B";
      },
    },
    { label: () => "", types: TYPES },
  );
  run(format, recorder, { container: NO_CONTAINER, truncate: false, now: 0 });
  return used;
}

const NO_CONTAINER: ContainerSummary = {
  Id: "",
  Names: [],
  Image: "",
  ImageID: "",
  Command: "",
  Created: 0,
  Ports: [],
  Labels: null,
  State: "",
  Status: "",
  Mounts: [],
};

/** Names without their slash; truncated, only the first that is no link. */
function names({ container, truncate }: ContainerRow): string {
  const all = container.Names.map((name) => name.slice(1));
  const own = truncate ? all.find((name) => !name.includes("/")) : undefined;
  return own ?? all.join(",");
}

/** Truncated, an image's digest is left out; an ID stays an ID. */
function image({ container, truncate }: ContainerRow): string {
  if (container.Image === "") return "<no image>";
  if (!truncate) return container.Image;
  const id = shortId(container.ImageID, true);
  if (id === shortId(container.Image, true)) return id;
  const reference = readOr(
    () => parseReference(container.Image),
    () => undefined,
  );
  if (reference === undefined) return container.Image;
  return familiarName(reference) + (reference.tag === undefined ? "" : `:${reference.tag}`);
}

function displaySize({ SizeRw = 0, SizeRootFs = 0 }: ContainerSummary): string {
  const own = humanSize(SizeRw, 3);
  return SizeRootFs > 0 ? `${own} (virtual ${humanSize(SizeRootFs, 3)})` : own;
}

interface PortGroup {
  readonly ip: string;
  readonly type: string;
  readonly first: number;
  last: number;
}

/** Ports in order, neighbours joined to ranges: `0.0.0.0:80-81->80-81/tcp, 90/tcp`; mapped ones last. */
function displayPorts(ports: readonly PortSummary[]): string {
  const groups = new Map<string, PortGroup>();
  const shown: string[] = [];
  const mapped: string[] = [];
  for (const { IP: ip = "", PrivatePort: port, PublicPort: host = 0, Type: type } of [...ports].sort(comparePorts)) {
    if (ip !== "" && host !== port) {
      mapped.push(`${joinHostPort(ip, `${host}`)}->${port}/${type}`);
      continue;
    }
    const key = `${ip}/${type}`;
    const group = groups.get(key);
    if (group !== undefined && group.last + 1 === port) {
      group.last = port;
      continue;
    }
    if (group !== undefined) shown.push(groupText(group));
    groups.set(key, { ip, type, first: port, last: port });
  }
  return [...shown, ...[...groups.values()].map(groupText), ...mapped].join(", ");
}

function groupText({ ip, type, first, last }: PortGroup): string {
  const range = first === last ? `${first}` : `${first}-${last}`;
  return `${ip === "" ? range : `${joinHostPort(ip, range)}->${range}`}/${type}`;
}

function comparePorts(a: PortSummary, b: PortSummary): number {
  const order = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
  return (
    a.PrivatePort - b.PrivatePort ||
    order(a.IP ?? "", b.IP ?? "") ||
    (a.PublicPort ?? 0) - (b.PublicPort ?? 0) ||
    order(a.Type, b.Type)
  );
}
