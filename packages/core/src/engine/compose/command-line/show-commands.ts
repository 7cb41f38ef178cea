/** `docker compose config`, `ps`, `ls`, `logs`, `top`, `port` and `version`: what only shows. */
import {
  ComposeError,
  modelYaml,
  openModel,
  type Project,
  projectJson,
  projectYaml,
  type Service,
  serviceHash,
  type UsedVariable,
  usedVariables,
} from "../../../compose/index.ts";
import { parseUnsigned, problemOf } from "../../../lib/go/index.ts";
import { openProblem } from "../../command-line/client-disk.ts";
import { topTable } from "../../container/top.ts";
import type { FlagValues } from "../../docker/flags/flag.ts";
import { renderVolumes } from "../../docker/lists/networks.ts";
import { alignColumns } from "../../docker/table.ts";
import { volumeDocument } from "../../documents/volume.ts";
import { Filters } from "../../select/filters.ts";
import { imageName } from "../create-body.ts";
import { withDigests } from "../digests.ts";
import { COMPOSE_VERSION, labelOf, NUMBER, PROJECT, serviceOf } from "../labels.ts";
import { publishedPort, runningContainer } from "../lifecycle.ts";
import { listRow, renderRows } from "../list.ts";
import { containersToLog, LogColumn, readLogs } from "../logs.ts";
import { containersOf } from "../operation.ts";
import type { ComposeContext } from "./context.ts";
import type {
  CONFIG_FLAGS,
  LIST_FLAGS,
  LOGS_FLAGS,
  PORT_FLAGS,
  PS_FLAGS,
  VERSION_FLAGS,
  VOLUMES_FLAGS,
} from "./flags.ts";

export async function config(
  context: ComposeContext,
  flags: FlagValues<typeof CONFIG_FLAGS>,
  services: readonly string[],
): Promise<number> {
  const { session } = context;
  if (flags.variables) {
    session.out(variablesText(usedVariables(openModel(context.options(), context.client())), flags.format));
    return 0;
  }
  if (flags["no-interpolate"] && !flags.services) {
    const options = { ...context.options(), isPlain: flags["no-normalize"] };
    const text = modelYaml(openModel(options, context.client()));
    if (!flags.quiet) session.out(text);
    return 0;
  }
  const lines = configLines(context, flags, services);
  if (lines !== undefined) session.lines(lines);
  if (lines !== undefined) return 0;
  const opened = context.open({
    services,
    filesKept: "none",
    isPlain: flags["no-normalize"],
    keepsPaths: flags["no-path-resolution"],
    isUnchecked: flags["no-consistency"],
  });
  if (!["", "yaml", "json"].includes(flags.format)) throw new ComposeError(`unsupported format "${flags.format}"`);
  const isPinned = flags["lock-image-digests"] || flags["resolve-image-digests"];
  const pinned = isPinned ? await withDigests(session, opened) : opened;
  const project = flags["lock-image-digests"] ? imagesOf(pinned) : pinned;
  const text = flags.format === "json" ? projectJson(project) : projectYaml(project);
  if (flags.output !== "") write(context, flags.output, text);
  else if (!flags.quiet) session.out(text);
  return 0;
}

/** A project with the services' images only: an override file that pins them. */
function imagesOf(project: Project): Project {
  const services = [...project.services].map(([name, { image }]): [string, Service] => [
    name,
    image === undefined ? {} : { image },
  ]);
  const none = new Map();
  return {
    ...project,
    name: "",
    services: new Map(services),
    networks: none,
    volumes: none,
    configs: none,
    secrets: none,
  };
}

/** @throws ComposeError for a format that is none */
function variablesText(variables: readonly UsedVariable[], format: string): string {
  if (format === "json") {
    const byName = Object.fromEntries(variables.map((one) => [one.Name, one]));
    return `${JSON.stringify(byName, undefined, 4)}\n\n`;
  }
  if (format !== "yaml") checkPrintFormat(format);
  const rows = variables.map((one) => [one.Name, String(one.Required), one.DefaultValue, one.PresenceValue]);
  const lines = [["NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"], ...rows].map((row) => row.join("\t"));
  return `${alignColumns(lines.join("\n"), { minimumWidth: 20 })}\n`;
}

/** @throws ComposeError for a way to print lists that there is not @see docker/compose cmd/formatter/formatter.go */
function checkPrintFormat(format: string): void {
  if (["", "table", "pretty", "json"].includes(format.toLowerCase())) return;
  throw new ComposeError(`format value ${JSON.stringify(format)} could not be parsed: parsing failed`);
}

function write({ session }: ComposeContext, path: string, text: string): void {
  const problem = session.disk === undefined ? "there is no disk to write to" : openProblem(session, path);
  if (problem !== undefined) throw new ComposeError(`open ${path}: ${problem}`);
  session.write(path, text);
}

/** For the options that ask for one thing only. */
function configLines(
  context: ComposeContext,
  flags: FlagValues<typeof CONFIG_FLAGS>,
  services: readonly string[],
): readonly string[] | undefined {
  const open = (more: readonly string[] = []): Project => context.open({ services: more, filesKept: "env files" });
  if (flags.services) return [...open().services.keys()];
  if (flags.volumes) return [...open().volumes.keys()];
  if (flags.networks) return [...open().networks.keys()];
  if (flags.models) return [...open().models.keys()];
  if (flags.hash !== "") {
    const { services: all } = open();
    const names = flags.hash === "*" ? [...all.keys()] : flags.hash.split(",").sort();
    return names.map((name) => {
      const service = all.get(name);
      if (service === undefined) throw new ComposeError(`no such service: ${name}: not found`);
      return `${name} ${serviceHash(service)}`;
    });
  }
  if (flags.profiles) {
    const { services: active, disabled } = open(services);
    const profiles = [...active.values(), ...disabled.values()].flatMap((service) => service.profiles ?? []);
    return [...new Set(profiles)].sort();
  }
  if (flags.images) {
    const project = open(services);
    return [...project.services].map(([name, service]) => imageName(project.name, name, service));
  }
  if (flags.environment)
    return [...context.open({ services, filesKept: "none" }).environment]
      .map(([name, value]) => `${name}=${value}`)
      .sort();
  return undefined;
}

export function ps(context: ComposeContext, flags: FlagValues<typeof PS_FLAGS>, services: readonly string[]): number {
  const { session } = context;
  const { project, hasFiles } = context.openOrFind(services);
  for (const name of services)
    if (hasFiles && !project.services.has(name)) throw new ComposeError(`no such service: ${name}`);
  const chosen = services.length > 0 || flags.orphans || !hasFiles ? services : [...project.services.keys()];
  const statuses = [...flags.status, ...statusFilter(flags.filter)];
  const all = flags.all || statuses.length > 0;
  const own = containersOf(session, project.name, {
    all,
    services: chosen,
    oneOffs: flags.all ? "include" : "exclude",
  });
  const shown = own.filter(({ state }) => statuses.length === 0 || statuses.includes(state));
  const sorted = [...shown].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (flags.quiet) session.lines(sorted.map(({ id }) => id));
  else if (flags.services) session.lines([[...new Set(sorted.map(serviceOf))].join("\n")]);
  else
    session.out(
      renderRows(
        sorted.map((one) => listRow(one, session.engine.kernel.nowUs, !flags["no-trunc"])),
        flags.format,
      ),
    );
  return 0;
}

function statusFilter(filter: string): readonly string[] {
  if (filter === "") return [];
  const [key = "", value] = filter.split("=");
  if (value === undefined) throw new ComposeError("arguments to --filter should be in form KEY=VAL");
  if (key === "status") return [value];
  throw new ComposeError(key === "source" ? "not implemented" : `unknown filter ${key}`);
}

export function ls(context: ComposeContext, flags: FlagValues<typeof LIST_FLAGS>): number {
  const { session } = context;
  const filters = Filters.of(flags.filter);
  const unknown = filters.names().find((name) => name !== "name");
  if (unknown !== undefined) throw new ComposeError(unknown === "" ? "invalid filter" : `invalid filter '${unknown}'`);
  const projects = new Map<string, Map<string, number>>();
  const files = new Map<string, string>();
  for (const container of session.engine.containers.list({ all: true })) {
    const name = labelOf(container, PROJECT);
    if (name === undefined || (!flags.all && !container.isActive)) continue;
    if (!filters.matches("name", name)) continue;
    const states = projects.get(name) ?? new Map<string, number>();
    projects.set(name, states.set(container.state, (states.get(container.state) ?? 0) + 1));
    files.set(name, labelOf(container, "com.docker.compose.project.config_files") ?? "N/A");
  }
  if (!flags.quiet) checkPrintFormat(flags.format);
  const rows = [...projects]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Name, states]) => ({
      Name,
      Status: [...states]
        .map(([state, count]) => `${state}(${count})`)
        .sort()
        .join(", "),
      ConfigFiles: files.get(Name) ?? "",
    }));
  if (flags.quiet) session.lines(rows.map(({ Name }) => Name));
  else if (flags.format === "json") session.lines([JSON.stringify(rows)]);
  else {
    const table = [
      ["NAME", "STATUS", "CONFIG FILES"],
      ...rows.map(({ Name, Status, ConfigFiles }) => [Name, Status, ConfigFiles]),
    ];
    session.out(alignColumns(`${table.map((cells) => cells.join("\t")).join("\n")}\n`, { minimumWidth: 20 }));
  }
  return 0;
}

export async function logs(
  context: ComposeContext,
  flags: FlagValues<typeof LOGS_FLAGS>,
  services: readonly string[],
): Promise<number> {
  const { session } = context;
  if (flags.index > 0 && services.length !== 1) throw new ComposeError("--index requires one service to be selected");
  const { project, hasFiles } = context.openOrFind(services);
  const chosen = services.length > 0 || !hasFiles ? services : [...project.services.keys()];
  const options = {
    services: chosen,
    index: flags.index,
    follow: flags.follow,
    timestamps: flags.timestamps,
    tail: flags.tail,
    wholeLinesOnly: true,
    ...(flags.since === "" ? {} : { since: flags.since }),
    ...(flags.until === "" ? {} : { until: flags.until }),
  };
  const containers = containersToLog(session, project.name, options);
  const column = new LogColumn();
  // Both streams of a container go to one.
  await readLogs(context.operation, containers, options, ({ source, text }) => {
    session.out(`${flags["no-log-prefix"] ? "" : column.prefix(source)}${text}\n`);
  });
  return 0;
}

export function top(context: ComposeContext, services: readonly string[]): number {
  const { session } = context;
  const name = context.projectName();
  const own = containersOf(session, name, { services, all: false, oneOffs: "include" });
  const tables = [...own]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((container) => ({ container, table: topTable(container, session.engine.kernel.nowUs, "") }));
  const [first] = tables;
  if (first === undefined) return 0;
  const rows = tables.flatMap(({ container, table }) =>
    table.Processes.map((process) => [serviceOf(container), labelOf(container, NUMBER) ?? "", ...process]),
  );
  session.out(padded([["SERVICE", "#", ...first.table.Titles], ...rows]));
  return 0;
}

/** Columns at least four wide, two apart; the last ends where it ends. */
function padded(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(4, ...rows.map((row) => (row[column] ?? "").length + 2)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join("");
  return rows.map((row) => `${line(row)}\n`).join("");
}

/** Those of the project; of services, those that their containers have. */
export function volumes(
  context: ComposeContext,
  flags: FlagValues<typeof VOLUMES_FLAGS>,
  services: readonly string[],
): number {
  const { session } = context;
  const { project, hasFiles } = context.openOrFind();
  for (const name of services)
    if (hasFiles && !project.services.has(name)) throw new ComposeError(`no such service: ${name}`);
  const own = containersOf(session, project.name, { services, all: false, oneOffs: "include" });
  const used = new Set(own.flatMap(({ mountPoints }) => mountPoints.map(({ name }) => name)));
  const rows = session.engine.volumes
    .list()
    .filter(({ labels, name }) => labels[PROJECT] === project.name && (services.length === 0 || used.has(name)))
    .map(volumeDocument);
  session.out(renderVolumes(rows, flags));
  return 0;
}

export function port(
  context: ComposeContext,
  flags: FlagValues<typeof PORT_FLAGS>,
  [service = "", text = ""]: readonly string[],
): number {
  const problem = problemOf(() => parseUnsigned(text, { bits: 16 }));
  if (problem !== undefined) throw new ComposeError(problem);
  const { session } = context;
  const container = runningContainer(session, context.projectName(), service, flags.index);
  const { container: summary } = listRow(container, session.engine.kernel.nowUs, false);
  session.lines([publishedPort(container, summary.Ports, Number(text), flags.protocol.toLowerCase())]);
  return 0;
}

/** As the plugin of the recorded machine says it. */
const PACKAGED_VERSION = `${COMPOSE_VERSION}-3`;

export function version({ session }: ComposeContext, flags: FlagValues<typeof VERSION_FLAGS>): number {
  if (flags.short) session.lines([PACKAGED_VERSION]);
  else if (flags.format === "json") session.lines([JSON.stringify({ version: PACKAGED_VERSION })]);
  else session.lines([`Docker Compose version ${PACKAGED_VERSION}`]);
  return 0;
}
