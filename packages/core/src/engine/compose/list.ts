/** A project's containers as `docker compose ps` lists them. Model: compose's ps.go and formatter/container.go. */
import type { Container } from "../container/container.ts";
import { columns, listFormat, renderList } from "../docker/format.ts";
import { CONTAINER_VALUES, type ContainerSummary } from "../docker/lists/containers.ts";
import { fields, INT, STRING, slice, struct } from "../docker/template/type.ts";
import { containerSummary } from "../documents/container.ts";
import { labelOf, PROJECT, serviceOf } from "./labels.ts";

export interface ComposePublisher {
  readonly URL: string;
  readonly TargetPort: number;
  readonly PublishedPort: number;
  readonly Protocol: string;
}

/** A line of `docker compose ps`, as its JSON has it. */
export interface ComposeContainer {
  readonly ID: string;
  readonly Name: string;
  readonly Project: string;
  readonly Service: string;
  readonly Image: string;
  readonly State: string;
  readonly Status: string;
  /** Empty without checks, or if it does not run. */
  readonly Health: string;
  readonly ExitCode: number;
  readonly Publishers: readonly ComposePublisher[];
}

export interface ListRow extends ComposeContainer {
  readonly container: ContainerSummary;
  readonly truncate: boolean;
  readonly now: number;
}

export function listRow(container: Container, nowUs: number, truncate: boolean): ListRow {
  const summary = containerSummary(container, nowUs);
  const ports = [...summary.Ports].sort((a, b) => a.PrivatePort - b.PrivatePort);
  return {
    container: summary,
    truncate,
    now: Math.floor(nowUs / 1e6),
    ID: container.id,
    Name: container.name,
    Project: labelOf(container, PROJECT) ?? "",
    Service: serviceOf(container),
    Image: container.imageName,
    State: container.state,
    Status: summary.Status,
    Health: container.state === "running" ? (container.health?.status ?? "") : "",
    ExitCode: container.state === "exited" || container.state === "dead" ? container.exitCode : 0,
    Publishers: ports.map(({ IP = "", PrivatePort, PublicPort = 0, Type }) => ({
      URL: IP,
      TargetPort: PrivatePort,
      PublishedPort: PublicPort,
      Protocol: Type,
    })),
  };
}

/** Without what only the table needs. */
export function listed({ container, truncate, now, ...rest }: ListRow): ComposeContainer {
  return rest;
}

const PUBLISHER = struct(
  "api.PortPublisher",
  fields(STRING, "URL"),
  fields(INT, "TargetPort PublishedPort"),
  fields(STRING, "Protocol"),
);

/** Columns without a header of their own have Go's word for nothing. */
const HEADERS = {
  Command: "COMMAND",
  CreatedAt: "CREATED AT",
  ID: "CONTAINER ID",
  Image: "IMAGE",
  Labels: "LABELS",
  Name: "NAME",
  Ports: "PORTS",
  Project: "PROJECT",
  RunningFor: "CREATED",
  Service: "SERVICE",
  Size: "SIZE",
  State: "STATE",
  Status: "STATUS",
};

/** Compose's containers have no platform. */
const { Platform: _, ...VALUES } = CONTAINER_VALUES;

const COLUMNS = columns<ListRow>(
  "formatter.ContainerContext",
  HEADERS,
  {
    ...VALUES,
    ExitCode: ({ ExitCode }) => ExitCode,
    Health: ({ Health }) => Health,
    Image: ({ Image }) => Image,
    Name: ({ Name }) => Name,
    Project: ({ Project }) => Project,
    Publishers: ({ Publishers }) => Publishers,
    Service: ({ Service }) => Service,
  },
  {
    label: ({ container }, name) => container.Labels?.[name] ?? "",
    types: { ExitCode: INT, Publishers: slice(PUBLISHER) },
  },
);

const TABLE = "table {{.Name}}\t{{.Image}}\t{{.Command}}\t{{.Service}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}";

/** @throws ValueError for a wrong template */
export function renderRows(rows: readonly ListRow[], format: string): string {
  return renderList(listFormat(format, TABLE), COLUMNS, rows);
}
