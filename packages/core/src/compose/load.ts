/**
 * From compose files to one tree: each is read, its variables filled in, its `extends` and `include` followed, and it
 * is laid over those before it.
 *
 * Model: compose-go's loader.
 */
import { canonical, withDefaults } from "./canonical.ts";
import { checkTree } from "./check-tree.ts";
import { ComposeError } from "./compose-error.ts";
import { applyExtends } from "./extends.ts";
import { readInclude } from "./include.ts";
import { interpolate } from "./interpolate.ts";
import { mergeFiles } from "./merge.ts";
import { resolvePaths } from "./paths.ts";
import { COMPOSE_FILE } from "./schema/file.ts";
import { faultText, findFault } from "./schema/schema.ts";
import { type ComposeSource, drop, type LoadContext, type OpenFile, openSource, withPlaces } from "./source.ts";
import { isMap, mapOf, type Path, type TreeMap, without } from "./tree.ts";
import { keepUnique } from "./unique.ts";
import type { YamlDocument } from "./yaml-file.ts";
import { YamlSyntaxError } from "./yaml-syntax-error.ts";

/** @throws ComposeError */
export function loadTree(sources: readonly ComposeSource[], context: LoadContext): TreeMap {
  let tree: TreeMap = {};
  for (const source of sources) tree = loadFile(source, tree, context);
  tree = withDefaults(tree);
  const files = sources.map((source) => openSource(source, context.disk));
  return withPlaces(files, () => {
    checkTree(tree);
    return context.keepsPaths ? tree : resolvePaths(tree, context);
  });
}

function loadFile(source: ComposeSource, base: TreeMap, context: LoadContext): TreeMap {
  const opened = openToLoad(source, context);
  return withPlaces([opened], () => {
    let tree = base;
    for (const document of opened.documents) tree = loadDocument(document, source.name, tree, context);
    return tree;
  });
}

/** Of what stands in an extension nobody asks what it is. */
const isChecked = (path: Path): boolean => !path.some((key) => key.startsWith("x-"));

/** Who has not looked for the project's name in the file before hears its path as well. */
function openToLoad(source: ComposeSource, { disk }: LoadContext): OpenFile {
  try {
    return openSource(source, disk);
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    throw new ComposeError(`failed to parse ${source.name}: ${error.message}`, { place: error.place });
  }
}

function loadDocument(document: YamlDocument, name: string, base: TreeMap, context: LoadContext): TreeMap {
  if (!isMap(document.content)) throw new ComposeError("top-level object must be a mapping", { path: [] });
  const read = context.isRaw ? document.content : interpolate(document.content, context.variables, context.warn);
  const extended = applyExtends(read, { name, resets: document.resets, context });
  const complete = readInclude(extended, name, context, loadTree);
  const merged = mapOf(keepUnique(mergeFiles(drop(base, document.resets), complete)));
  const fault = findFault(COMPOSE_FILE, merged, document.times.filter(isChecked));
  if (fault !== undefined) {
    const path = fault.name === undefined ? fault.path : [...fault.path, fault.name];
    throw new ComposeError(`validating ${name}: ${faultText(fault)}`, { path });
  }
  if (Object.hasOwn(merged, "version") && !context.told.has(name)) {
    context.told.add(name);
    const what =
      "the attribute `version` is obsolete, it will be ignored, please remove it to avoid potential confusion";
    context.warn(`${name}: ${what}`);
  }
  const long = canonical(without(merged, "version"), { isLenient: context.isRaw, warn: context.warn });
  return mapOf(keepUnique(long));
}
