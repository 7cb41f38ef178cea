/** Which files a project is made of, what it is called, and which variables there are. Model: compose-go's cli. */
import { basename, dirname, join } from "../lib/index.ts";
import { ComposeError } from "./compose-error.ts";
import { readNamedEnvFile } from "./env-file.ts";
import { type ComposeDisk, type ComposeSource, IS_DIRECTORY, textOf } from "./source.ts";
import type { Warn } from "./substitute.ts";

/** What a user says about a project, besides what is in its files. */
export interface ProjectOptions {
  /** Paths, or contents; without any they are looked for. */
  readonly files?: readonly (string | ComposeSource)[];
  readonly projectName?: string;
  /** For a project in a directory whose name is none. */
  readonly defaultName?: string;
  readonly projectDirectory?: string;
  readonly profiles?: readonly string[];
  readonly envFiles?: readonly string[];
}

/** Where the client runs. */
export interface ComposeClient {
  readonly disk: ComposeDisk;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly warn: Warn;
}

export interface FoundProject {
  readonly sources: readonly ComposeSource[];
  readonly directory: string;
  /** Variables of the client, and of files of variables. */
  readonly environment: Map<string, string>;
  readonly profiles: readonly string[];
}

const FILE_NAMES = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const OVERRIDE_NAMES = [
  "compose.override.yml",
  "compose.override.yaml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml",
];

/** How often compose reads files of variables without keeping anything: each time it tells what is not set. */
const VAIN_READINGS = 2;

/** @throws ComposeError `no configuration file provided: not found` */
export function findProject(options: ProjectOptions, client: ComposeClient): FoundProject {
  const absolute = (path: string): string => (path.startsWith("/") ? path : join(client.cwd, path));
  const given = (options.files ?? []).map((file) => (typeof file === "string" ? { name: absolute(file) } : file));
  const environment = new Map(Object.entries({ PWD: client.cwd, ...client.env }));
  const asked = options.projectDirectory === undefined ? undefined : absolute(options.projectDirectory);
  const before = asked ?? directoryOf(given) ?? client.cwd;
  for (let reading = 0; reading < VAIN_READINGS; reading++) {
    addEnvFiles(new Map(environment), options.envFiles?.map(absolute), before, client);
  }
  addEnvFiles(environment, options.envFiles?.map(absolute), before, client);
  const sources =
    given.length > 0 ? given : (fromVariable(environment, client.cwd) ?? search(asked ?? client.cwd, client));
  if (sources.length === 0) throw new ComposeError("no configuration file provided: not found");
  const directory = asked ?? directoryOf(sources) ?? client.cwd;
  addEnvFiles(environment, options.envFiles?.map(absolute), directory, client);
  const fromEnvironment = (environment.get("COMPOSE_PROFILES") ?? "").split(",").filter((one) => one.trim() !== "");
  const profiles = (options.profiles ?? []).length > 0 ? (options.profiles ?? []) : fromEnvironment;
  return { sources, directory, environment, profiles };
}

function directoryOf(sources: readonly ComposeSource[]): string | undefined {
  const file = sources.find(({ name }) => name.startsWith("/"));
  return file === undefined ? undefined : dirname(file.name);
}

function fromVariable(environment: ReadonlyMap<string, string>, cwd: string): readonly ComposeSource[] | undefined {
  const files = environment.get("COMPOSE_FILE");
  if (files === undefined) return undefined;
  const separator = environment.get("COMPOSE_PATH_SEPARATOR") || ":";
  return files.split(separator).map((file) => ({ name: file.startsWith("/") ? file : join(cwd, file) }));
}

/** The first directory on the way up that has a compose file. */
function search(from: string, { disk, warn }: ComposeClient): readonly ComposeSource[] {
  const there = (names: readonly string[], directory: string): readonly string[] =>
    names.map((name) => join(directory, name)).filter((path) => disk.isFile(path));
  for (let directory = from; ; directory = dirname(directory)) {
    const [file, ...others] = there(FILE_NAMES, directory);
    if (file !== undefined) {
      if (others.length > 0) warn(`Found multiple config files with supported names: ${[file, ...others].join(", ")}`);
      if (others.length > 0) warn(`Using ${file}`);
      const [override, ...more] = there(OVERRIDE_NAMES, directory);
      if (override !== undefined && more.length > 0) {
        warn(`Found multiple override files with supported names: ${[override, ...more].join(", ")}`);
        warn(`Using ${override}`);
      }
      return [file, ...(override === undefined ? [] : [override])].map((name) => ({ name }));
    }
    if (directory === "/") return [];
  }
}

/** What is already known wins. */
function addEnvFiles(
  environment: Map<string, string>,
  given: readonly string[] | undefined,
  directory: string,
  { disk, warn }: ComposeClient,
): void {
  const usual = join(directory, ".env");
  const files = given !== undefined && given.length > 0 ? given : disk.isFile(usual) ? [usual] : [];
  const read = new Map<string, string>();
  for (const file of files) {
    if (disk.isDirectory(file)) throw new ComposeError(`${file} ${IS_DIRECTORY}`);
    if (!disk.isFile(file)) throw new ComposeError(`couldn't find env file: ${file}`);
    readNamedEnvFile({ path: file, text: textOf(file, disk) }, { outside: environment, into: read, warn });
  }
  for (const [name, value] of read) if (!environment.has(name)) environment.set(name, value);
}

/** Letters, digits, hyphens and underscores, in lower case. */
export function normalName(name: string): string {
  return (name.toLowerCase().match(/[a-z0-9_-]/g) ?? []).join("").replace(/^[_-]+/, "");
}

export const nameOfDirectory = (directory: string): string => normalName(basename(directory));
