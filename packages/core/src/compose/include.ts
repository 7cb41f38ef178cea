/** Other projects as parts of this one, each with its own directory and variables. @see compose-spec 14-include.md */
import { dirname, join } from "../lib/index.ts";
import { ComposeError } from "./compose-error.ts";
import { readNamedEnvFile } from "./env-file.ts";
import { asList, type ComposeSource, type LoadContext, textOf } from "./source.ts";
import type { Variables } from "./substitute.ts";
import { isMap, mapOf, type Path, plainText, type Tree, type TreeMap, without } from "./tree.ts";

type Load = (sources: readonly ComposeSource[], context: LoadContext) => TreeMap;

/** @throws ComposeError */
export function readInclude(tree: TreeMap, name: string, context: LoadContext, load: Load): TreeMap {
  let result = tree;
  for (const [at, entry] of asList(tree["include"]).entries()) {
    const path = ["include", String(at)];
    const included = includedTree(
      mapOf(isMap(entry) ? entry : { path: entry }),
      [...context.including, name],
      context,
      load,
      path,
    );
    result = addResources(result, included, path);
  }
  return without(result, "include");
}

function includedTree(
  entry: TreeMap,
  including: readonly string[],
  context: LoadContext,
  load: Load,
  path: Path,
): TreeMap {
  const files = asList(entry["path"]).map((file) => absolute(plainText(file), context.directory));
  const [first = ""] = files;
  const directory =
    entry["project_directory"] === undefined
      ? dirname(first)
      : directoryOf(plainText(entry["project_directory"]), context);
  if (including.includes(first)) {
    const [start = "", ...more] = [...including, first];
    throw new ComposeError(`include cycle detected:\n${start}\n include ${more.join("\n include ")}`, { path });
  }
  for (const file of files) if (!context.disk.isFile(file)) textOf(file, context.disk);
  const variables = variablesOf(entry, directory, context);
  return load(
    files.map((file) => ({ name: file })),
    { ...context, directory, variables, including },
  );
}

/** Of what is no directory, compose takes the one that it is in. */
function directoryOf(text: string, { directory, disk }: LoadContext): string {
  const path = absolute(text, directory);
  return disk.isDirectory(path) ? path : dirname(path);
}

const absolute = (path: string, directory: string): string => (path.startsWith("/") ? path : join(directory, path));

/** Those of the including project win over the files of the included one. */
function variablesOf(entry: TreeMap, directory: string, context: LoadContext): Variables {
  const listed = asList(entry["env_file"]).map((file) => absolute(plainText(file), context.directory));
  const usual = join(directory, ".env");
  const files = listed.length > 0 ? listed : context.disk.isFile(usual) ? [usual] : [];
  const own = new Map<string, string>();
  for (const path of files) {
    const reading = { outside: context.variables, into: own, warn: context.warn };
    readNamedEnvFile({ path, text: textOf(path, context.disk) }, reading);
  }
  return { get: (name) => context.variables.get(name) ?? own.get(name) };
}

const SECTIONS = ["services", "volumes", "networks", "secrets", "configs", "models"] as const;

function addResources(tree: TreeMap, included: TreeMap, path: Path): TreeMap {
  const result: Record<string, Tree> = { ...tree };
  for (const section of SECTIONS) {
    if (included[section] === undefined) continue;
    const there: Record<string, Tree> = { ...mapOf(result[section]) };
    for (const [name, value] of Object.entries(mapOf(included[section]))) {
      if (Object.hasOwn(there, name) && JSON.stringify(there[name]) !== JSON.stringify(value)) {
        throw new ComposeError(`${section}.${name} conflicts with imported resource`, { path });
      }
      there[name] = value;
    }
    result[section] = there;
  }
  return result;
}
