/**
 * `docker buildx ls` and its kin: one builder works, which is the engine's own; others are known, and never booted, for
 * they would be containers with BuildKit in them, or machines elsewhere.
 *
 * @see docker/buildx commands/ls.go, inspect.go, rm.go, use.go
 */
import { StatusError } from "../../lib/index.ts";
import { columns, renderList } from "../docker/format.ts";
import { failure, orFail } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import type { BuilderRequest } from "../docker/requests/builder.ts";
import { DAEMON_ID } from "../documents/info.ts";
import { timeOf, ZERO_TIME } from "../documents/time.ts";
import { BUILDKIT_VERSION } from "../documents/versions.ts";
import type { BuilderNode, ClientBuilder } from "./client-builders.ts";
import { createBuilder } from "./create-builder.ts";
import { agrees } from "./prune.ts";
import type { Session } from "./session.ts";

const DEFAULT = "default";
/** As the plugin of the recorded machine says it. */
const VERSION = "github.com/docker/buildx 0.29.1+ds1 0.29.1+ds1-4";
const PLATFORMS = ["linux/amd64", "linux/amd64/v2", "linux/amd64/v3", "linux/amd64/v4", "linux/386"];
const LABELS = { "org.mobyproject.buildkit.worker.moby.host-gateway-ip": "172.17.0.1" };
const SHORT_PLATFORMS = "linux/amd64 (+4), linux/386";
const TABLE = "table {{.Name}}\t{{.DriverEndpoint}}\t{{.Status}}\t{{.Buildkit}}\t{{.Platforms}}";

interface BuilderRow {
  readonly name: string;
  readonly driver: string;
  readonly status: string;
  readonly version: string;
  readonly platforms: string;
  /** "" for what is no builder of the store. */
  readonly lastActivity: string;
}

const COLUMNS = columns<BuilderRow>(
  "commands.lsContext",
  {
    Name: "NAME/NODE",
    DriverEndpoint: "DRIVER/ENDPOINT",
    Status: "STATUS",
    Buildkit: "BUILDKIT",
    Platforms: "PLATFORMS",
    LastActivity: "LAST ACTIVITY",
    Error: "ERROR",
  },
  {
    Name: ({ name }) => name,
    DriverEndpoint: ({ driver }) => driver,
    Status: ({ status }) => status,
    Buildkit: ({ version }) => version,
    Platforms: ({ platforms }) => platforms,
    LastActivity: ({ lastActivity }) => lastActivity,
    Error: () => "",
  },
);

export function runBuilder(session: Session, request: BuilderRequest): number | Promise<number> {
  switch (request.command) {
    case "buildx version":
      session.lines([VERSION]);
      return 0;
    case "buildx create":
      return createBuilder(session, request);
    case "buildx ls":
      return list(session, request);
    case "buildx inspect":
      return inspect(session, request.names);
    case "buildx stop":
      for (const name of request.names) find(session, name);
      return 0;
    case "buildx use":
      return use(session, request.names);
    case "buildx rm":
      return remove(session, request);
  }
}

/** The builder of a name, or the one in use; nothing for the engine's own. @throws CliError for one that there is not */
function find({ engine: { builders } }: Session, name: string): ClientBuilder | undefined {
  const chosen = name === "" ? (builders.current ?? DEFAULT) : name;
  if (chosen === DEFAULT) return undefined;
  const builder = builders.get(chosen);
  if (builder === undefined) throw failure(`ERROR: no builder "${chosen}" found`);
  return builder;
}

/** @throws CliError for a builder that is not the engine's own: none that is known by name can build */
export function checkBuilder(session: Session, name: string): void {
  const builder = find(session, name);
  if (builder === undefined) return;
  throw new StatusError("not-implemented", `a builder with the driver ${builder.driver} is not implemented`);
}

function list(session: Session, { format, noTrunc }: RequestOf<"buildx ls">): number {
  const { engine } = session;
  const current = engine.builders.current ?? DEFAULT;
  const documents = [
    ...engine.builders.list().map((one) => builderDocument(one, one.name.toLowerCase() === current)),
    ownDocument(current === DEFAULT),
  ];
  if (format === "json") return told(session, documents);
  // As a template it is written for the builder and for each of its nodes.
  if (/^\{\{\s*json \.\s*\}\}$/.test(format)) {
    return told(
      session,
      documents.flatMap((one) => [one, ...one.Nodes.map(() => one)]),
    );
  }
  const isTable = format.startsWith("table");
  const platforms = noTrunc || !isTable ? PLATFORMS.join(", ") : SHORT_PLATFORMS;
  const own = { endpoint: DEFAULT, status: "running", version: BUILDKIT_VERSION, platforms };
  const groups: readonly Group[] = [
    ...engine.builders.list().map(
      ({ name, driver, lastActivityUs, nodes }): Group => ({
        ...{ name, driver, lastActivity: secondsText(lastActivityUs) },
        nodes: nodes.map((node) => ({ ...node, ...INACTIVE, platforms: fixedPlatforms(node) })),
      }),
    ),
    { name: DEFAULT, driver: "docker", lastActivity: "", nodes: [{ name: DEFAULT, ...own }] },
  ];
  const nested = (text: string): string => (isTable ? ` \\_ ${text}` : text);
  const rows = groups.flatMap(({ name, driver, lastActivity, nodes }): readonly BuilderRow[] => [
    {
      ...{ name: isTable && name.toLowerCase() === current ? `${name}*` : name, driver, lastActivity },
      ...{ status: "", version: "", platforms: "" },
    },
    ...nodes.map(({ endpoint, ...node }) => ({
      ...{ ...node, name: nested(node.name), driver: nested(endpoint), lastActivity: "" },
    })),
  ]);
  session.out(orFail(() => renderList(format === "table" ? TABLE : format, COLUMNS, rows), "ERROR: "));
  return 0;
}

function told(session: Session, documents: readonly object[]): number {
  session.lines(documents.map((one) => JSON.stringify(one)));
  return 0;
}

const INACTIVE = { status: "inactive", version: "" };

interface Group {
  readonly name: string;
  readonly driver: string;
  readonly lastActivity: string;
  readonly nodes: readonly (Omit<BuilderRow, "driver" | "lastActivity"> & { readonly endpoint: string })[];
}

const fixedPlatforms = ({ platforms }: BuilderNode): string => platforms.map((one) => `${one}*`).join(", ");
const secondsText = (us: number): string => `${timeOf(us).slice(0, "2006-01-02T15:04:05".length)}Z`;

/** As JSON, without what is empty. */
function builderDocument({ name, driver, nodes, lastActivityUs }: ClientBuilder, isCurrent: boolean) {
  return {
    ...{ Current: isCurrent, Driver: driver, Dynamic: false, LastActivity: secondsText(lastActivityUs), Name: name },
    Nodes: nodes.map(({ name: node, endpoint, driverOptions, flags, platforms }) => ({
      ...(driverOptions.length > 0 ? { DriverOpts: Object.fromEntries(driverOptions) } : {}),
      Endpoint: endpoint,
      ...(flags.length > 0 ? { Flags: flags } : {}),
      Name: node,
      ...(platforms.length > 0 ? { Platforms: platforms } : {}),
      Status: "inactive",
    })),
  };
}

function ownDocument(isCurrent: boolean) {
  return {
    ...{ Current: isCurrent, Driver: "docker", Dynamic: false, LastActivity: ZERO_TIME, Name: DEFAULT },
    Nodes: [
      {
        ...{ Endpoint: DEFAULT, IDs: [DAEMON_ID], Labels: LABELS, Name: DEFAULT },
        ...{ Platforms: PLATFORMS, Status: "running", Version: BUILDKIT_VERSION },
      },
    ],
  };
}

function inspect(session: Session, [name = ""]: readonly string[]): number {
  const builder = find(session, name);
  session.lines(builder === undefined ? ownLines() : linesOf(builder));
  return 0;
}

const ownLines = (): readonly string[] => [
  `Name:   ${DEFAULT}`,
  "Driver: docker",
  "",
  "Nodes:",
  `Name:             ${DEFAULT}`,
  `Endpoint:         ${DEFAULT}`,
  "Status:           running",
  `BuildKit version: ${BUILDKIT_VERSION}`,
  `Platforms:        ${PLATFORMS.join(", ")}`,
  "Labels:",
  ...Object.entries(LABELS).map(([label, value]) => ` ${label}: ${value}`),
];

function linesOf({ name, driver, nodes, lastActivityUs }: ClientBuilder): readonly string[] {
  const activity = `${secondsText(lastActivityUs).replace("T", " ").replace("Z", "")} +0000 UTC`;
  const head = aligned([
    ["Name:", name],
    ["Driver:", driver],
    ["Last Activity:", activity],
  ]);
  return [...head, "", "Nodes:", ...nodes.flatMap((node, index) => [...(index > 0 ? [""] : []), ...nodeLines(node)])];
}

function nodeLines(node: BuilderNode): readonly string[] {
  const options = node.driverOptions.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(" ");
  const lines: readonly (readonly [key: string, value: string])[] = [
    ["Name:", node.name],
    ["Endpoint:", node.endpoint],
    ["Driver Options:", options],
    ["Status:", "inactive"],
    ["BuildKit daemon flags:", node.flags.join(" ")],
    ["Platforms:", fixedPlatforms(node)],
  ];
  return aligned(lines.filter(([, value]) => value !== ""));
}

/** The values below each other. */
function aligned(lines: readonly (readonly [key: string, value: string])[]): readonly string[] {
  const width = Math.max(...lines.map(([key]) => key.length)) + 1;
  return lines.map(([key, value]) => key.padEnd(width) + value);
}

function use({ client, engine }: Session, [name = ""]: readonly string[]): number {
  if (name === DEFAULT) {
    engine.builders.current = undefined;
    return 0;
  }
  if (name === "") {
    const rule = "name needs to start with a letter and may not contain symbols, except ._-";
    throw failure(`ERROR: failed to find instance "": invalid name , ${rule}`);
  }
  if (engine.builders.get(name) !== undefined) {
    engine.builders.current = name;
    return 0;
  }
  const place = `${client.env.get("HOME") ?? "/root"}/.docker/buildx/instances/${name}`;
  throw failure(`ERROR: failed to find instance "${name}": open ${place}: no such file or directory`);
}

async function remove(session: Session, { names, allInactive, confirm }: RequestOf<"buildx rm">): Promise<number> {
  const { builders } = session.engine;
  if (allInactive) {
    if (names.length > 0) throw failure("ERROR: cannot specify builder name when --all-inactive is set");
    if (confirm !== undefined && !(await agrees(session, confirm))) return 0;
  }
  let hasFailed = false;
  for (const given of allInactive ? builders.list().map(({ name }) => name) : names) {
    const name = given === "" ? (builders.current ?? "") : given;
    const why = isOwn(name)
      ? `context builder cannot be removed, run \`docker context rm ${DEFAULT}\` to remove this context`
      : builders.get(name) === undefined
        ? `no builder "${name}" found`
        : undefined;
    if (why === undefined) builders.delete(name);
    session.err(why === undefined ? `${name} removed\n` : `failed to remove ${name}: ${why}\n`);
    hasFailed ||= why !== undefined;
  }
  if (hasFailed) throw failure("ERROR: failed to remove one or more builders");
  return 0;
}

const isOwn = (name: string): boolean => name === "" || name === DEFAULT;
