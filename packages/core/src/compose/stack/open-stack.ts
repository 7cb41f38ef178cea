/**
 * From files to what a stack is to be. Unlike compose, `docker stack` reads the older format 3: it has a version, knows
 * neither `include` nor `extends`, and says what is wrong in words of its own.
 *
 * @see docker/cli cli/compose/loader/loader.go
 */
import { canonical } from "../canonical.ts";
import { ComposeError } from "../compose-error.ts";
import { withFilesRead } from "../environment.ts";
import { mergeFiles } from "../merge.ts";
import { resolvePaths } from "../paths.ts";
import { decodeProject, type Project } from "../project.ts";
import { findFault } from "../schema/schema.ts";
import type { ComposeDisk } from "../source.ts";
import type { Variables, Warn } from "../substitute.ts";
import { isMap, mapOf, matches, type Path, plainText, type Tree, type TreeMap, without } from "../tree.ts";
import { readYaml } from "../yaml-file.ts";
import { interpolateStack } from "./interpolate.ts";
import { checkForbidden, type IgnoredProperties, ignoredProperties } from "./properties.ts";
import { STACK_FILE } from "./schema.ts";

export interface StackClient {
  readonly disk: ComposeDisk;
  readonly environment: ReadonlyMap<string, string>;
  /** Where relative paths start. */
  readonly directory: string;
  /** Variables stay as they are written. */
  readonly isRaw: boolean;
  readonly warn: Warn;
}

export interface StackFile {
  readonly version: string;
  readonly project: Project;
  /** Files of variables of services, as they are written. */
  readonly envFiles: ReadonlyMap<string, readonly string[]>;
  readonly ignored: IgnoredProperties;
}

const LATEST = "3.13";
const VERSION = /^3(?:\.(?:[0-9]|1[0-3]))?$/;

/** @throws ComposeError in the client's words */
export function openStack(texts: readonly string[], client: StackClient): StackFile {
  const trees = texts.map(readTree);
  const version = versionOf(trees[0] ?? {});
  checkForbidden(trees);
  const variables: Variables = { get: (name) => client.environment.get(name) };
  const whole = trees
    .map((tree) => longTree(client.isRaw ? tree : interpolateStack(tree, variables), client))
    .reduce((base, over) => mergeFiles(base, over));
  const { directory } = client;
  const resolved = resolvePaths(whole, { directory, home: client.environment.get("HOME") ?? "/root" });
  const frame = { name: "", directory, files: [], environment: client.environment };
  const project = told(() => withFilesRead(decodeProject(resolved, frame), { disk: client.disk, warn: () => {} }));
  return { version, project, envFiles: envFilesOf(whole), ignored: ignoredProperties(trees) };
}

const NODE_MISSING = /^yaml: (?:line (\d+): )?(did not find expected node content)$/;

function readTree(text: string): TreeMap {
  try {
    const [first] = readYaml(text, "").documents;
    if (isMap(first?.content)) return first.content;
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    const message = error.message.replace(/^failed to parse : /, "");
    if (message.startsWith("line ")) throw new ComposeError(`yaml: unmarshal errors:\n  ${message}`);
    // The client's reader of YAML is a newer one, which counts these lines from one.
    throw new ComposeError(
      message.replace(NODE_MISSING, (_, line = "0", what) => `yaml: line ${Number(line) + 1}: ${what}`),
    );
  }
  throw new ComposeError("top-level object must be a mapping");
}

function versionOf(tree: TreeMap): string {
  const { version = LATEST } = tree;
  if (typeof version !== "string") throw new ComposeError("version must be a string");
  if (!VERSION.test(version)) throw new ComposeError(`unsupported Compose file version: ${version}`);
  return version === "3" ? "3.0" : version;
}

/** One file in its long form. */
function longTree(tree: TreeMap, { warn }: StackClient): TreeMap {
  const fault = findFault(STACK_FILE, tree);
  if (fault !== undefined) {
    const where = fault.path.length === 0 ? "(root)" : fault.path.map(plainText).join(".");
    throw new ComposeError(
      `${where} ${fault.name === undefined ? fault.text : `Additional property ${fault.name} is not allowed`}`,
    );
  }
  for (const [section, entries] of Object.entries(tree))
    for (const [name, entry] of Object.entries(mapOf(entries))) {
      const { external } = mapOf(entry);
      if (!isMap(external) || external["name"] === undefined || section === "services") continue;
      const kind = section.slice(0, -1);
      warn(`${kind} ${name}: ${kind}.external.name is deprecated in favor of ${kind}.name`);
    }
  return told(() => canonical(without(tree, "version"), { isLenient: false, warn: () => {} }));
}

/** Texts with a format of their own, and what the format is called. */
const FORMATS: readonly (readonly [path: Path, format: string])[] = [
  [["services", "*", "ports", "*"], "ports"],
  ...["interval", "timeout", "start_period"].map(
    (name) => [["services", "*", "healthcheck", name], "duration"] as const,
  ),
  [["services", "*", "stop_grace_period"], "duration"],
];

/** What cannot be read, in the words of a schema that knows formats. */
function told<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    const { path = [] } = error;
    const format = FORMATS.find(([pattern]) => matches(path, pattern))?.[1];
    if (format !== undefined) throw new ComposeError(`${path.join(".")} Does not match format '${format}'`);
    const [, file, why] = /^env file (.*) not found: stat .*: (.*)$/s.exec(error.message) ?? [];
    throw file === undefined ? error : new ComposeError(`open ${file}: ${why}`);
  }
}

function envFilesOf(tree: TreeMap): ReadonlyMap<string, readonly string[]> {
  const services = Object.entries(mapOf(tree["services"]));
  const paths = (files: Tree | undefined): readonly string[] =>
    Array.isArray(files) ? files.map((file: Tree) => plainText(mapOf(file)["path"] ?? "")) : [];
  return new Map(services.map(([name, service]) => [name, paths(mapOf(service)["env_file"])]));
}
