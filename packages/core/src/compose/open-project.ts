/** From files, options and variables to a project. Model: compose's ProjectOptions.ToProject. */
import { checkProject } from "./check-project.ts";
import { ComposeError } from "./compose-error.ts";
import { type FilesKept, withFilesRead } from "./environment.ts";
import {
  type ComposeClient,
  type FoundProject,
  findProject,
  nameOfDirectory,
  normalName,
  type ProjectOptions,
} from "./find-files.ts";
import { interpolate } from "./interpolate.ts";
import { loadTree } from "./load.ts";
import { normalize } from "./normalize.ts";
import { decodeProject, type Project, select, withEnabled, withoutUnused, withProfiles } from "./project.ts";
import { type ComposeSource, type LoadContext, openSource, withPlaces } from "./source.ts";
import type { Variables } from "./substitute.ts";
import { isMap, mapOf, type Tree, type TreeMap } from "./tree.ts";

export interface OpenOptions extends ProjectOptions {
  /** Only these and what they depend on; without any, all whose profiles are active. */
  readonly services?: readonly string[];
  /** Networks, volumes, configs and secrets are kept even if no service uses them. */
  readonly allResources?: boolean;
  /** Which files of variables and labels stay in the project besides being read. */
  readonly filesKept?: FilesKept;
  /** The project stays without what it says without saying it. */
  readonly isPlain?: boolean;
  /** Relative paths stay as they are. */
  readonly keepsPaths?: boolean;
  /** Whether its parts fit together is not looked at. */
  readonly isUnchecked?: boolean;
}

/** @throws ComposeError */
export function openProject(options: OpenOptions, client: ComposeClient): Project {
  const { tree, frame, found } = loadModel(options, client, false);
  const project = withPlaces(filesOf(found, client), () => {
    const decoded = withProfiles(decodeProject(tree, frame), found.profiles);
    if (options.isUnchecked !== true) checkProject(decoded);
    return decoded;
  });
  const services = options.services ?? [];
  const chosen = select(withEnabled(project, services), services);
  const used = options.allResources === true ? chosen : withoutUnused(chosen);
  return withFilesRead(used, client, options.filesKept);
}

/** The tree before it becomes a project, with the values of variables. */
export function openTree(options: OpenOptions, client: ComposeClient): TreeMap {
  return loadModel(options, client, false).tree;
}

/** The tree before it becomes a project, with variables as they are written. */
export function openModel(options: OpenOptions, client: ComposeClient): TreeMap {
  return loadModel(options, client, true).tree;
}

function filesOf(found: FoundProject, client: ComposeClient) {
  return found.sources.map((source) => openSource(source, client.disk));
}

function loadModel(options: OpenOptions, client: ComposeClient, isRaw: boolean) {
  const found = findProject(options, client);
  const variables: Variables = { get: (name) => found.environment.get(name) };
  const name = projectName(options, found, client, variables);
  found.environment.set("COMPOSE_PROJECT_NAME", name);
  const context: LoadContext = {
    disk: client.disk,
    directory: found.directory,
    home: found.environment.get("HOME") ?? "/root",
    variables,
    warn: client.warn,
    isRaw,
    keepsPaths: options.keepsPaths ?? false,
    including: [],
    told: new Set(),
  };
  const loaded = loadTree(found.sources, context);
  if (Object.keys(loaded).length === 0) throw new ComposeError("empty compose file");
  if (name === "") throw new ComposeError("project name must not be empty");
  const normal = options.isPlain === true ? loaded : normalize(loaded, name, variables);
  const tree = isRaw ? normal : withFileContents(normal, variables);
  const frame = {
    name,
    directory: found.directory,
    files: found.sources.map((source) => source.name),
    environment: found.environment,
  };
  return { tree, frame, found };
}

/** The option, the variable, the files, the directory: the first that says one. */
function projectName(
  options: ProjectOptions,
  found: FoundProject,
  client: ComposeClient,
  variables: Variables,
): string {
  const said = options.projectName || found.environment.get("COMPOSE_PROJECT_NAME");
  const inFiles = options.projectName ? "" : nameInFiles(found.sources, client);
  if (said !== undefined && said !== "") {
    if (normalName(said) === said) return said;
    const rule = "must consist only of lowercase alphanumeric characters, hyphens, and underscores";
    throw new ComposeError(
      `invalid project name ${JSON.stringify(said)}: ${rule} as well as start with a letter or number`,
    );
  }
  const name = interpolate({ name: inFiles }, variables, client.warn)["name"];
  if (typeof name === "string" && normalName(name) !== "") return normalName(name);
  return nameOfDirectory(found.directory) || (options.defaultName ?? "");
}

function nameInFiles(sources: readonly ComposeSource[], { disk }: ComposeClient): string {
  let name = "";
  for (const source of sources) {
    for (const { content } of openSource(source, disk).documents) {
      if (!isMap(content)) refuseContent(content);
      const found = mapOf(content)["name"];
      if (typeof found === "string" && found !== "") name = found;
    }
  }
  return name;
}

function refuseContent(content: Tree): never {
  const [tag, shown] = Array.isArray(content) ? ["!!seq", ""] : ["!!str", ` \`${String(content).slice(0, 10)}\``];
  throw new ComposeError(`yaml: unmarshal errors:\n  line 1: cannot unmarshal ${tag}${shown} into cli.named`);
}

/** Configs whose content is in a variable. */
function withFileContents(tree: TreeMap, variables: Variables): TreeMap {
  const fill = (section: Tree | undefined): TreeMap =>
    Object.fromEntries(
      Object.entries(mapOf(section)).map(([name, one]) => {
        const { environment } = mapOf(one);
        const content = typeof environment === "string" ? variables.get(environment) : undefined;
        return [name, content === undefined ? one : { ...mapOf(one), content }];
      }),
    );
  return {
    ...tree,
    ...(tree["configs"] === undefined ? {} : { configs: fill(tree["configs"]) }),
    ...(tree["secrets"] === undefined ? {} : { secrets: fill(tree["secrets"]) }),
  };
}
