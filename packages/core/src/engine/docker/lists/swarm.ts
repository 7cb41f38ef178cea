/** The lists of swarm mode. Model: docker/cli cli/command/node, service, task, secret, config: formatter.go. */
import { type Columns, columns, listFormat, renderList } from "../format.ts";
import { joinLabels, type Labels } from "./shared.ts";

export interface NodeRow {
  readonly id: string;
  readonly hostname: string;
  readonly isSelf: boolean;
  readonly state: string;
  readonly availability: string;
  /** "Leader", "Reachable", "Unreachable"; "" for a worker. */
  readonly managerStatus: string;
  readonly engineVersion: string;
}

export interface ServiceRow {
  readonly id: string;
  readonly name: string;
  readonly mode: string;
  /** "2/3" */
  readonly replicas: string;
  readonly image: string;
  readonly ports: string;
}

export interface TaskRow {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly node: string;
  readonly desired: string;
  /** "Running 5 seconds ago" */
  readonly current: string;
  readonly error: string;
  readonly ports: string;
}

export interface PayloadRow {
  readonly id: string;
  readonly name: string;
  readonly created: string;
  readonly updated: string;
  readonly labels: Labels;
}

export const NODE_COLUMNS: Columns<NodeRow> = columns(
  "node.nodeContext",
  {
    ID: "ID",
    Self: "",
    Hostname: "HOSTNAME",
    Status: "STATUS",
    Availability: "AVAILABILITY",
    ManagerStatus: "MANAGER STATUS",
    EngineVersion: "ENGINE VERSION",
    TLSStatus: "TLS STATUS",
  },
  {
    ID: ({ id }) => id,
    Hostname: ({ hostname }) => hostname,
    Self: ({ isSelf }) => isSelf,
    Status: ({ state }) => capital(state),
    Availability: ({ availability }) => capital(availability),
    ManagerStatus: ({ managerStatus }) => managerStatus,
    TLSStatus: () => "Ready",
    EngineVersion: ({ engineVersion }) => engineVersion,
  },
);

export const SERVICE_COLUMNS: Columns<ServiceRow> = columns(
  "service.serviceContext",
  { ID: "ID", Name: "NAME", Mode: "MODE", Replicas: "REPLICAS", Image: "IMAGE", Ports: "PORTS" },
  {
    ID: ({ id }) => id,
    Name: ({ name }) => name,
    Mode: ({ mode }) => mode,
    Replicas: ({ replicas }) => replicas,
    Image: ({ image }) => image,
    Ports: ({ ports }) => ports,
  },
);

export const TASK_COLUMNS: Columns<TaskRow> = columns(
  "task.taskContext",
  {
    ID: "ID",
    Name: "NAME",
    Image: "IMAGE",
    Node: "NODE",
    DesiredState: "DESIRED STATE",
    CurrentState: "CURRENT STATE",
    Error: "ERROR",
    Ports: "PORTS",
  },
  {
    ID: ({ id }) => id,
    Name: ({ name }) => name,
    Image: ({ image }) => image,
    Node: ({ node }) => node,
    DesiredState: ({ desired }) => capital(desired),
    CurrentState: ({ current }) => current,
    Error: ({ error }) => error,
    Ports: ({ ports }) => ports,
  },
);

const PAYLOAD_VALUES: Readonly<Record<string, (row: PayloadRow) => unknown>> = {
  ID: ({ id }) => id,
  Name: ({ name }) => name,
  CreatedAt: ({ created }) => created,
  UpdatedAt: ({ updated }) => updated,
  Labels: ({ labels }) => joinLabels(labels, false),
};

export const SECRET_COLUMNS: Columns<PayloadRow> = columns(
  "secret.secretContext",
  { ID: "ID", Name: "NAME", Driver: "DRIVER", CreatedAt: "CREATED", UpdatedAt: "UPDATED", Labels: "LABELS" },
  { ...PAYLOAD_VALUES, Driver: () => "" },
  { label: ({ labels }, name) => labels[name] ?? "" },
);

export const CONFIG_COLUMNS: Columns<PayloadRow> = columns(
  "config.configContext",
  { ID: "ID", Name: "NAME", CreatedAt: "CREATED", UpdatedAt: "UPDATED", Labels: "LABELS" },
  PAYLOAD_VALUES,
  { label: ({ labels }, name) => labels[name] ?? "" },
);

/** A list in the client's format, or in the table that is usual. @throws ValueError for a wrong template */
export function renderSwarmList<Row>(
  list: Columns<Row>,
  rows: readonly Row[],
  { format, quiet, table }: { readonly format: string; readonly quiet: boolean; readonly table: string },
): string {
  return renderList(listFormat(format, quiet ? "{{.ID}}" : `table ${table}`), list, rows);
}

/** "running" as "Running". */
export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
