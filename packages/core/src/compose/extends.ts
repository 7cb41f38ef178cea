/** Services that begin as another one, of the same file or a different one. @see compose-spec 05-services.md, extends */
import { dirname, join } from "../lib/index.ts";
import { canonical } from "./canonical.ts";
import { ComposeError } from "./compose-error.ts";
import { interpolate } from "./interpolate.ts";
import { extendService, mergeFiles } from "./merge.ts";
import { resolvePaths } from "./paths.ts";
import { drop, type LoadContext, openSource } from "./source.ts";
import { isMap, mapOf, type Path, plainText, type Tree, type TreeMap, without } from "./tree.ts";
import { keepUnique } from "./unique.ts";

interface Extending {
  /** The file that the services are of. */
  readonly name: string;
  /** What its services take back of those that they extend. */
  readonly resets: readonly Path[];
  readonly context: LoadContext;
}

/** @throws ComposeError */
export function applyExtends(tree: TreeMap, extending: Extending): TreeMap {
  const all = tree["services"];
  if (all === undefined) return tree;
  if (!isMap(all)) throw new ComposeError("services must be a mapping", { path: ["services"] });
  const done: Record<string, Tree> = {};
  for (const name of Object.keys(all)) done[name] = extended(name, { ...all, ...done }, extending, []);
  return { ...tree, services: done };
}

interface Link {
  readonly file: string;
  readonly service: string;
}

function extended(name: string, services: TreeMap, extending: Extending, chain: readonly Link[]): Tree {
  const service = services[name] ?? null;
  const path = ["services", name];
  if (service === null) return null;
  if (!isMap(service)) throw new ComposeError(`services.${name} must be a mapping`, { path });
  const { extends: reference } = service;
  if (reference === undefined) return service;
  const { file, service: target } = targetOf(reference, name, [...path, "extends"]);
  const source = file === undefined ? { services, extending } : otherFile(name, target, file, extending);
  if (!Object.hasOwn(source.services, target)) {
    const where = file === undefined ? "" : ` in ${file}`;
    const message = `cannot extend service "${name}" in ${extending.name}: service "${target}" not found${where}`;
    throw new ComposeError(message, { path: [...path, "extends"] });
  }
  const links = track(chain, { file: source.extending.name, service: name }, path);
  const base = extended(target, source.services, source.extending, links);
  if (!isMap(base)) return service;
  const kept = mapOf(mapOf(drop({ services: { [name]: base } }, extending.resets)["services"])[name]);
  return without(extendService(kept, service), "extends");
}

function targetOf(
  reference: Tree,
  name: string,
  path: Path,
): { readonly file: string | undefined; readonly service: string } {
  if (!isMap(reference)) return { file: undefined, service: plainText(reference) };
  const { file, service } = reference;
  if (typeof service !== "string") throw new ComposeError(`extends.${name}.service is required`, { path });
  return { file: typeof file === "string" ? file : undefined, service };
}

function track(chain: readonly Link[], link: Link, path: Path): readonly Link[] {
  const links = [...chain, link];
  if (!chain.some(({ file, service }) => file === link.file && service === link.service)) return links;
  const [first, ...more] = links.map(({ file, service }) => `${service} in ${file}`);
  throw new ComposeError(`Circular reference:\n  ${first ?? ""}${more.map((one) => `\n  extends ${one}`).join("")}`, {
    path,
  });
}

/** The services of another file, whose relative paths are those of that file's directory. */
function otherFile(
  name: string,
  target: string,
  file: string,
  { name: from, context }: Extending,
): { readonly services: TreeMap; readonly extending: Extending } {
  const path = file.startsWith("/") ? file : join(context.directory, file);
  const directory = dirname(path);
  const opened = openSource({ name: path }, context.disk);
  const resets = opened.documents.flatMap((document) => document.resets);
  let tree: TreeMap = {};
  for (const { content } of opened.documents) {
    if (!isMap(content)) throw new ComposeError("top-level object must be a mapping");
    const read = context.isRaw ? content : interpolate(content, context.variables, context.warn);
    tree = mapOf(keepUnique(mergeFiles(tree, read)));
    tree = mapOf(keepUnique(canonical(tree, { isLenient: context.isRaw, warn: context.warn })));
  }
  const section = tree["services"];
  if (!isMap(section)) {
    const why = section === undefined ? "no services section" : "services must be a mapping";
    throw new ComposeError(`cannot extend service "${name}" in ${path}: ${why}`);
  }
  if (!Object.hasOwn(section, target)) {
    throw new ComposeError(`cannot extend service "${name}" in ${from}: service "${target}" not found in ${file}`, {
      path: ["services", name, "extends"],
    });
  }
  const services = mapOf(resolvePaths(tree, { directory, home: context.home })["services"]);
  return { services, extending: { name: path, resets, context: { ...context, directory } } };
}
