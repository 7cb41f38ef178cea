/**
 * Lays one compose file over another: maps are merged, lists are added, the rest is replaced; with the exceptions that
 * the specification makes.
 *
 * @see compose-spec 13-merge.md
 */
import { ComposeError } from "./compose-error.ts";
import { isList, isMap, mapOf, type Path, PathTable, plainText, type Tree, type TreeMap } from "./tree.ts";

type Merger = (base: Tree, over: Tree, path: Path) => Tree;

/** @throws ComposeError `cannot override services.web.healthcheck` */
export function mergeFiles(base: TreeMap, over: TreeMap): TreeMap {
  return mergeMaps(base, over, []);
}

/** A service that extends another. */
export function extendService(base: TreeMap, over: TreeMap): TreeMap {
  return mergeMaps(base, over, ["services", "x"]);
}

function merge(base: Tree, over: Tree, path: Path): Tree {
  const special = SPECIAL.get(path);
  if (special !== undefined) return special(base, over, path);
  if (over === null) return base;
  if (isMap(base)) return mergeMaps(base, isMap(over) ? over : refuse(path), path);
  if (isList(base)) return [...base, ...(isList(over) ? over : refuse(path))];
  return over;
}

function refuse(path: Path): never {
  throw new ComposeError(`cannot override ${path.join(".")}`, { path });
}

function mergeMaps(base: TreeMap, over: TreeMap, path: Path): TreeMap {
  const merged: Record<string, Tree> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = Object.hasOwn(base, key) ? base[key] : undefined;
    merged[key] = before === undefined ? value : merge(before, value, [...path, key]);
  }
  return merged;
}

const replace: Merger = (_, over) => over;

/** `A: b` and `A=b` alike: a list, in which later entries of the same name will win. */
const asList: Merger = (base, over) => [...toList(base), ...toList(over)];

function toList(tree: Tree): readonly Tree[] {
  if (isList(tree)) return tree;
  if (typeof tree === "string") return [tree];
  const entries = Object.entries(mapOf(tree)).flatMap(([key, value]) => {
    if (value === null) return [key];
    return isList(value) ? value.map((one) => `${key}=${plainText(one)}`) : [`${key}=${plainText(value)}`];
  });
  return entries.sort();
}

const hosts: Merger = (base, over) => {
  const before = toList(base);
  return [...before, ...toList(over).filter((one) => !before.includes(one))];
};

/** Names in a list stand for entries of a map. */
const asMap =
  (value: Tree): Merger =>
  (base, over, path) =>
    mergeMaps(toMap(base, value), toMap(over, value), path);

function toMap(tree: Tree, value: Tree): TreeMap {
  return isList(tree) ? Object.fromEntries(tree.map((name) => [plainText(name), value])) : mapOf(tree);
}

const build: Merger = (base, over, path) => {
  const long = (tree: Tree): TreeMap => (typeof tree === "string" ? { context: tree } : mapOf(tree));
  return mergeMaps(long(base), long(over), path);
};

/** Options of another driver are not mixed in. */
const logging: Merger = (base, over, path) => {
  const [before, after] = [mapOf(base), mapOf(over)];
  const isSame =
    before["driver"] === after["driver"] || before["driver"] === undefined || after["driver"] === undefined;
  return isSame ? mergeMaps(before, after, path) : after;
};

/** Pools are the same if their subnets are. */
const pools: Merger = (base, over, path) => {
  if (!isList(base) || !isList(over)) return over;
  const merged = new Map<Tree | undefined, TreeMap>();
  for (const pool of [...base, ...over]) {
    if (!isMap(pool)) continue;
    const before = merged.get(pool["subnet"]);
    merged.set(pool["subnet"], before === undefined ? pool : mergeMaps(before, pool, path));
  }
  return [...merged.values()];
};

const SPECIAL = new PathTable<Merger>({
  "networks.*.ipam.config": pools,
  "networks.*.labels": asList,
  "volumes.*.labels": asList,
  "services.*.annotations": asList,
  "services.*.build": build,
  "services.*.build.args": asList,
  "services.*.build.additional_contexts": asList,
  "services.*.build.extra_hosts": hosts,
  "services.*.build.labels": asList,
  "services.*.command": replace,
  "services.*.depends_on": asMap({ condition: "service_started", required: true }),
  "services.*.deploy.labels": asList,
  "services.*.dns": asList,
  "services.*.dns_opt": asList,
  "services.*.dns_search": asList,
  "services.*.entrypoint": replace,
  "services.*.env_file": asList,
  "services.*.label_file": asList,
  "services.*.environment": asList,
  "services.*.extra_hosts": hosts,
  "services.*.healthcheck.test": replace,
  "services.*.labels": asList,
  "services.*.volumes.*.volume.labels": asList,
  "services.*.logging": logging,
  "services.*.models": asMap(null),
  "services.*.networks": asMap(null),
  "services.*.sysctls": asList,
  "services.*.tmpfs": asList,
  "services.*.ulimits.*": replace,
});
