/**
 * `docker buildx ls` and its kin: there is one builder, which is the engine's own; others would be containers with
 * BuildKit in them, or machines elsewhere.
 *
 * @see docker/buildx commands/ls.go, inspect.go, rm.go, use.go
 */
import { columns, renderList } from "../docker/format.ts";
import { failure, orFail } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import type { BuilderRequest } from "../docker/requests/builder.ts";
import { BUILDKIT_VERSION } from "../documents/versions.ts";
import type { Session } from "./session.ts";

const DEFAULT = "default";
/** As the plugin of the recorded machine says it. */
const VERSION = "github.com/docker/buildx 0.29.1+ds1 0.29.1+ds1-4";
const PLATFORMS = ["linux/amd64", "linux/amd64/v2", "linux/amd64/v3", "linux/amd64/v4", "linux/386"];
const SHORT_PLATFORMS = "linux/amd64 (+4), linux/386";
const TABLE = "table {{.Name}}\t{{.DriverEndpoint}}\t{{.Status}}\t{{.Buildkit}}\t{{.Platforms}}";

interface BuilderRow {
  readonly name: string;
  readonly driver: string;
  readonly status: string;
  readonly version: string;
  readonly platforms: string;
}

const COLUMNS = columns<BuilderRow>(
  "commands.lsContext",
  {
    Name: "NAME/NODE",
    DriverEndpoint: "DRIVER/ENDPOINT",
    Status: "STATUS",
    Buildkit: "BUILDKIT",
    Platforms: "PLATFORMS",
  },
  {
    Name: ({ name }) => name,
    DriverEndpoint: ({ driver }) => driver,
    Status: ({ status }) => status,
    Buildkit: ({ version }) => version,
    Platforms: ({ platforms }) => platforms,
  },
);

export function runBuilder(session: Session, request: BuilderRequest): number {
  switch (request.command) {
    case "buildx version":
      session.lines([VERSION]);
      return 0;
    case "buildx ls":
      return list(session, request);
    case "buildx inspect":
      return inspect(session, request.names);
    case "buildx stop":
      for (const name of request.names) checkBuilder(name);
      return 0;
    case "buildx use":
      return use(session, request.names);
    case "buildx rm":
      return remove(session, request.names);
  }
}

/** @throws CliError for a builder that is not the engine's own */
export function checkBuilder(name: string): void {
  if (!isOwn(name)) throw failure(`ERROR: no builder "${name}" found`);
}

const isOwn = (name: string): boolean => name === "" || name === DEFAULT;

function list(session: Session, { format, noTrunc }: RequestOf<"buildx ls">): number {
  const isTable = format.startsWith("table");
  const whole = noTrunc || !isTable ? PLATFORMS.join(", ") : SHORT_PLATFORMS;
  const rows: readonly BuilderRow[] = [
    { name: isTable ? `${DEFAULT}*` : DEFAULT, driver: "docker", status: "", version: "", platforms: "" },
    {
      name: isTable ? ` \\_ ${DEFAULT}` : DEFAULT,
      driver: isTable ? ` \\_ ${DEFAULT}` : DEFAULT,
      status: "running",
      version: BUILDKIT_VERSION,
      platforms: whole,
    },
  ];
  session.out(orFail(() => renderList(format === "table" ? TABLE : format, COLUMNS, rows), "ERROR: "));
  return 0;
}

function inspect(session: Session, [name = ""]: readonly string[]): number {
  checkBuilder(name);
  session.lines([
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
    " org.mobyproject.buildkit.worker.moby.host-gateway-ip: 172.17.0.1",
  ]);
  return 0;
}

function use({ client }: Session, [name = ""]: readonly string[]): number {
  if (name === DEFAULT) return 0;
  if (name === "") {
    const rule = "name needs to start with a letter and may not contain symbols, except ._-";
    throw failure(`ERROR: failed to find instance "": invalid name , ${rule}`);
  }
  const place = `${client.env.get("HOME") ?? "/root"}/.docker/buildx/instances/${name}`;
  throw failure(`ERROR: failed to find instance "${name}": open ${place}: no such file or directory`);
}

function remove(session: Session, names: readonly string[]): number {
  for (const name of names) {
    const why = isOwn(name)
      ? `context builder cannot be removed, run \`docker context rm ${DEFAULT}\` to remove this context`
      : `no builder "${name}" found`;
    session.err(`failed to remove ${name}: ${why}\n`);
  }
  if (names.length > 0) throw failure("ERROR: failed to remove one or more builders");
  return 0;
}
