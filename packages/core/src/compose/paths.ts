/** Relative paths of a compose file, as seen from the project's directory. Model: compose-go's paths. */
import { join } from "../lib/index.ts";
import { ComposeError } from "./compose-error.ts";
import { isList, mapOf, type Path, PathTable, rewriteInside, type Tree, type TreeMap } from "./tree.ts";

export interface Directories {
  /** Where relative paths start. */
  readonly directory: string;
  /** What `~` stands for. */
  readonly home: string;
}

/** @throws ComposeError for a bind mount without a source */
export function resolvePaths(tree: TreeMap, directories: Directories): TreeMap {
  const path = (one: Tree): Tree => resolved(one, directories);
  const table = new PathTable<(tree: Tree, path: Path) => Tree>({
    "services.*.build": (build) => {
      const map = mapOf(build);
      const contexts = mapOf(map["additional_contexts"]);
      return {
        ...map,
        ...(map["context"] === undefined ? {} : { context: contextPath(map["context"], directories) }),
        ...(map["additional_contexts"] === undefined
          ? {}
          : {
              additional_contexts: Object.fromEntries(
                Object.entries(contexts).map(([name, value]) => [name, contextPath(value, directories)]),
              ),
            }),
      };
    },
    "services.*.env_file.*.path": path,
    "services.*.label_file.*": path,
    "services.*.extends.file": path,
    "services.*.develop.watch.*.path": path,
    "services.*.volumes.*": (volume, at) => mountPath(volume, at, directories),
    "configs.*.file": path,
    "secrets.*.file": path,
    "volumes.*": (volume) => bindVolume(volume, directories),
  });
  return mapOf(rewriteInside(tree, table, []));
}

function resolved(tree: Tree, { directory, home }: Directories): Tree {
  if (typeof tree !== "string" || tree === "") return tree;
  const expanded = tree === "~" || tree.startsWith("~/") ? home + tree.slice(1) : tree;
  return expanded.startsWith("/") || /^[a-zA-Z]:[\\/]/.test(expanded) ? expanded : join(directory, expanded);
}

const REMOTE = /:\/\/|^service:|^github\.com\/|^git@/;

function contextPath(tree: Tree, directories: Directories): Tree {
  return typeof tree === "string" && REMOTE.test(tree) ? tree : resolved(tree, directories);
}

function mountPath(tree: Tree, path: Path, directories: Directories): Tree {
  const mount = mapOf(tree);
  if (isList(tree) || mount["type"] !== "bind") return tree;
  const { source } = mount;
  if (source === undefined) {
    throw new ComposeError('invalid mount config for type "bind": field Source must not be empty', { path });
  }
  return { ...mount, source: resolved(source, directories) };
}

/** A volume that is a directory of the machine: `driver_opts: {o: bind, device: ./x}`. */
function bindVolume(tree: Tree, directories: Directories): Tree {
  const volume = mapOf(tree);
  const options = mapOf(volume["driver_opts"]);
  if (volume["driver"] !== "local" || options["o"] !== "bind" || options["device"] === undefined) return tree;
  return { ...volume, driver_opts: { ...options, device: resolved(options["device"], directories) } };
}
