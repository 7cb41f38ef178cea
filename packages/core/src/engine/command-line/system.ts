/** `docker info`, `version`, `system df`. @see docker/cli cli/command/system/info.go, version.go, df.go */
import { StatusError } from "../../lib/index.ts";
import { compileTemplate, GoValue, renderTemplate, TemplateFailure } from "../docker/format.ts";
import { INFO, VERSION } from "../docker/inspected/system.ts";
import { type DiskUsage, renderDiskUsage } from "../docker/lists/disk-usage.ts";
import { orFail } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import { alignColumns } from "../docker/table.ts";
import type { GoType } from "../docker/template/type.ts";
import { infoDocument } from "../documents/info.ts";
import { diskUsage, versionDocument } from "../documents/system.ts";
import { API_VERSION } from "../documents/versions.ts";
import type { Session } from "./session.ts";

/** The client that is played here. */
const CLIENT_VERSION = "28.2.2";

export function showInfo(session: Session, { format }: RequestOf<"info">): number {
  if (format === "") {
    throw new StatusError("not-implemented", "docker info has no text form here: use --format");
  }
  const ClientInfo = { Debug: false, Context: "default", Plugins: [], Warnings: null };
  return printWith(session, format, "", { ...infoDocument(session.engine), ClientInfo }, INFO);
}

export function showVersion(session: Session, { format }: RequestOf<"version">): number {
  const Client = {
    Version: CLIENT_VERSION,
    ApiVersion: session.client.env.get("DOCKER_API_VERSION") ?? API_VERSION,
    DefaultAPIVersion: API_VERSION,
    GitCommit: "bottleship",
    GoVersion: "none",
    Os: "linux",
    Arch: "amd64",
    BuildTime: "",
    Context: "default",
  };
  const data = { Client, Server: versionDocument(session.engine) };
  if (format !== "") return printWith(session, format, "version", data, VERSION);
  session.out(alignColumns(versionText(data), { minimumWidth: 20 }));
  return 0;
}

function versionText({
  Client,
  Server,
}: {
  Client: Record<string, string>;
  Server: ReturnType<typeof versionDocument>;
}) {
  const parts = Server.Components.flatMap(({ Name, Version, Details }) =>
    Name === "Engine" ? [] : [` ${Name}:`, `  Version:\t${Version}`, `  GitCommit:\t${Details.GitCommit}`],
  );
  return [
    "Client:",
    ` Version:\t${Client["Version"]}`,
    ` API version:\t${Client["ApiVersion"]}`,
    ` OS/Arch:\t${Client["Os"]}/${Client["Arch"]}`,
    ` Context:\t${Client["Context"]}`,
    "",
    `Server: ${Server.Platform.Name}`,
    " Engine:",
    `  Version:\t${Server.Version}`,
    `  API version:\t${Server.ApiVersion} (minimum version ${Server.MinAPIVersion})`,
    `  OS/Arch:\t${Server.Os}/${Server.Arch}`,
    "  Experimental:\tfalse",
    ...parts,
    "",
  ].join("\n");
}

/** A template that fails has printed what came before, and a newline. */
function printWith(session: Session, format: string, name: string, data: unknown, type: GoType): number {
  try {
    const template = compileTemplate(format === "json" ? "{{json .}}" : format, name);
    session.out(`${renderTemplate(template, new GoValue(type, data))}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof TemplateFailure)) throw error;
    session.out(`${error.output}\n`);
    session.err(`${error.message}\n`);
    return 1;
  }
}

export function showDiskUsage(session: Session, { format, verbose }: RequestOf<"system df">): number {
  const usage = diskUsage(session.engine, new Set()) as DiskUsage;
  session.out(orFail(() => renderDiskUsage(usage, { format, verbose, now: session.now })));
  return 0;
}
