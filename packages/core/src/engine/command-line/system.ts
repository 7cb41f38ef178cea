/** `docker info`, `version`, `system df`. @see docker/cli cli/command/system/info.go, version.go, df.go */
import { civilOf, strftime } from "../../userland/index.ts";
import { compileTemplate, GoValue, renderTemplate, TemplateFailure } from "../docker/format.ts";
import { prettyClientInfo, prettyServerInfo } from "../docker/inspected/pretty/info.ts";
import { INFO, VERSION } from "../docker/inspected/system.ts";
import { type DiskUsage, renderDiskUsage } from "../docker/lists/disk-usage.ts";
import { orFail } from "../docker/problem.ts";
import type { DockerRequest, RequestOf } from "../docker/request.ts";
import { alignColumns } from "../docker/table.ts";
import type { GoType } from "../docker/template/type.ts";
import { infoDocument } from "../documents/info.ts";
import { diskUsage, versionDocument } from "../documents/system.ts";
import { secondsOfTime } from "../documents/time.ts";
import { CLIENT_API_VERSION } from "../documents/versions.ts";
import type { Session } from "./session.ts";

/** The client that is played here. */
const CLIENT_VERSION = "28.2.2";
const CONTEXT = "default";

/** What `docker info` and `docker version` tell before they ask the daemon. */
export function showClient(session: Session, request: DockerRequest): void {
  if ((request.command !== "info" && request.command !== "version") || request.format !== "") return;
  if (request.command === "version") session.out(aligned(clientLines(clientDocument(session))));
  else session.out(prettyClientInfo({ version: CLIENT_VERSION, context: CONTEXT }));
}

export function showInfo(session: Session, { format }: RequestOf<"info">): number {
  const info = infoDocument(session.engine);
  if (format === "") {
    session.out(prettyServerInfo(info));
    return 0;
  }
  const ClientInfo = { Debug: false, Context: CONTEXT, Plugins: [], Warnings: null };
  return printWith(session, format, "", { ...info, ClientInfo }, INFO);
}

export function showVersion(session: Session, { format }: RequestOf<"version">): number {
  const Server = versionDocument(session.engine);
  if (format !== "") return printWith(session, format, "version", { Client: clientDocument(session), Server }, VERSION);
  session.out(aligned(serverLines(Server)));
  return 0;
}

function clientDocument(session: Session) {
  return {
    Version: CLIENT_VERSION,
    ApiVersion: session.client.env.get("DOCKER_API_VERSION") ?? CLIENT_API_VERSION,
    DefaultAPIVersion: CLIENT_API_VERSION,
    GitCommit: "bottleship",
    GoVersion: "none",
    Os: "linux",
    Arch: "amd64",
    BuildTime: versionDocument(session.engine).BuildTime,
    Context: CONTEXT,
  };
}

const aligned = (lines: readonly string[]): string => alignColumns(`${lines.join("\n")}\n`, { minimumWidth: 20 });

function clientLines(client: ReturnType<typeof clientDocument>): readonly string[] {
  return [
    "Client:",
    ` Version:\t${client.Version}`,
    ` API version:\t${client.ApiVersion}`,
    ` Go version:\t${client.GoVersion}`,
    ` Git commit:\t${client.GitCommit}`,
    ` Built:\t${dateText(client.BuildTime)}`,
    ` OS/Arch:\t${client.Os}/${client.Arch}`,
    ` Context:\t${client.Context}`,
  ];
}

function serverLines(server: ReturnType<typeof versionDocument>): readonly string[] {
  const parts = server.Components.flatMap(({ Name, Version, Details }) =>
    Name === "Engine" ? [] : [` ${Name}:`, `  Version:\t${Version}`, `  GitCommit:\t${Details.GitCommit}`],
  );
  return [
    "",
    `Server: ${server.Platform.Name}`,
    " Engine:",
    `  Version:\t${server.Version}`,
    `  API version:\t${server.ApiVersion} (minimum version ${server.MinAPIVersion})`,
    `  Go version:\t${server.GoVersion}`,
    `  Git commit:\t${server.GitCommit}`,
    `  Built:\t${dateText(server.BuildTime)}`,
    `  OS/Arch:\t${server.Os}/${server.Arch}`,
    "  Experimental:\tfalse",
    ...parts,
  ];
}

/** `Fri May 30 12:07:14 2025`. @see Go time.ANSIC */
const dateText = (time: string): string => strftime("%a %b %e %H:%M:%S %Y", civilOf(secondsOfTime(time) * 1e6));

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
