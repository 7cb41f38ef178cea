/** Variables and labels of services that are in files. Model: compose-go's WithServicesEnvironmentResolved. */
import { ComposeError } from "./compose-error.ts";
import { readNamedEnvFile } from "./env-file.ts";
import type { Service } from "./model/service.ts";
import type { Project } from "./project.ts";
import { type ComposeDisk, IS_DIRECTORY } from "./source.ts";
import type { Variables, Warn } from "./substitute.ts";

/** Which files stay in the project: with `env files` they are not read. Labels always are. */
export type FilesKept = "none" | "label files" | "env files";

/** Whose files they are, and who hears of variables that nobody has set. */
export interface FilesClient {
  readonly disk: ComposeDisk;
  readonly warn: Warn;
}

/** @throws ComposeError `env file /x/y.env not found: stat /x/y.env: no such file or directory` */
export function withFilesRead(project: Project, client: FilesClient, keeps: FilesKept = "label files"): Project {
  const services = [...project.services].map(([name, service]): [string, Service] => {
    const read = keeps === "env files" ? service : withEnvironment(service, project.environment, client);
    const { label_file, ...rest } = withLabels(read, client);
    return [name, keeps !== "label files" || label_file === undefined ? rest : { ...rest, label_file }];
  });
  return { ...project, services: new Map(services) };
}

function withEnvironment(service: Service, outside: ReadonlyMap<string, string>, { disk, warn }: FilesClient): Service {
  const { env_file, environment, ...rest } = service;
  const own = Object.entries(environment ?? {}).map(([name, value]): [string, string | null] => [
    name,
    value ?? outside.get(name) ?? null,
  ]);
  const ownValues = new Map(own);
  const read = new Map(own.flatMap(([name, value]): [string, string][] => (value === null ? [] : [[name, value]])));
  const lookup: Variables = { get: (name) => outside.get(name) ?? ownValues.get(name) ?? undefined };
  for (const { path = "", required, format } of env_file ?? []) {
    if (!disk.isFile(path) && required === false) continue;
    readInto(path, "env", { disk, warn, lookup, read, isRaw: format === "raw" });
  }
  const all = { ...Object.fromEntries(read), ...Object.fromEntries(own) };
  return Object.keys(all).length === 0 ? rest : { ...rest, environment: all };
}

function withLabels(service: Service, client: FilesClient): Service {
  const { label_file } = service;
  if (label_file === undefined) return service;
  const read = new Map<string, string>();
  const lookup: Variables = { get: (name) => read.get(name) };
  for (const path of label_file) readInto(path, "label", { ...client, lookup, read, isRaw: false });
  return { ...service, labels: { ...Object.fromEntries(read), ...service.labels } };
}

interface Reading extends FilesClient {
  readonly lookup: Variables;
  readonly read: Map<string, string>;
  /** Values are taken as they stand. */
  readonly isRaw: boolean;
}

function readInto(path: string, what: "env" | "label", { disk, warn, lookup, read, isRaw }: Reading): void {
  const found = disk.read(path);
  if ("problem" in found && found.problem === IS_DIRECTORY)
    throw new ComposeError(`failed to read ${path}: read ${path}: ${IS_DIRECTORY}`);
  if ("problem" in found) throw new ComposeError(`${what} file ${path} not found: stat ${path}: ${found.problem}`);
  if (isRaw) readRaw(found.text, read);
  else readNamedEnvFile({ path, text: found.text }, { outside: lookup, into: read, warn });
}

function readRaw(text: string, read: Map<string, string>): void {
  for (const line of text.split("\n")) {
    const at = line.indexOf("=");
    if (at > 0 && !line.startsWith("#")) read.set(line.slice(0, at), line.slice(at + 1));
  }
}
