/** Lists whose entries have a key: of two with the same key the later one stays, in the place of the first. */
import { ComposeError } from "./compose-error.ts";
import { isList, isMap, mapEntries, type Path, PathTable, plainText, type Tree } from "./tree.ts";
import { parseVolumeSpec } from "./volume-spec.ts";

type KeyOf = (entry: Tree, path: Path) => string;

export function keepUnique(tree: Tree, path: Path = []): Tree {
  if (isMap(tree)) return mapEntries(tree, (value, key) => keepUnique(value, [...path, key]));
  const keyOf = isList(tree) ? KEYS.get(path) : undefined;
  if (!isList(tree) || keyOf === undefined) return tree;
  const kept = new Map<string, Tree>();
  for (const [at, entry] of tree.entries()) kept.set(keyOf(entry, [...path, `[${at}]`]), entry);
  return [...kept.values()];
}

const name: KeyOf = (entry, path) => {
  if (typeof entry === "string") return entry.split("=")[0] ?? "";
  throw new ComposeError(`${path.join(".")}: unexpected type ${goType(entry)}`, { path });
};

function goType(tree: Tree): string {
  if (tree === null) return "<nil>";
  if (isMap(tree)) return "map[string]interface {}";
  if (isList(tree)) return "[]interface {}";
  return typeof tree === "boolean" ? "bool" : Number.isInteger(tree) ? "int" : "float64";
}

const text: KeyOf = (entry) => plainText(entry);

const mountTarget: KeyOf = (entry, path) => {
  if (typeof entry === "string") return parseVolumeSpec(entry).target;
  const target = isMap(entry) ? entry["target"] : undefined;
  if (typeof target === "string") return target;
  throw new ComposeError(`service volume ${path.join(".")} is missing a mount target`, { path });
};

const deviceTarget: KeyOf = (entry, path) => {
  if (typeof entry === "string") return entry.split(":")[1] ?? entry;
  const target = isMap(entry) ? entry["target"] : undefined;
  if (typeof target === "string") return target;
  throw new ComposeError(`service device ${path.join(".")} is missing a mount target`, { path });
};

const fileTarget =
  (directory: string): KeyOf =>
  (entry) => {
    if (!isMap(entry)) return `${directory}/${plainText(entry)}`;
    const target = entry["target"];
    return target === undefined ? `${directory}/${plainText(entry["source"] ?? null)}` : plainText(target);
  };

const port: KeyOf = (entry, path) => {
  if (!isMap(entry)) return plainText(entry);
  const { host_ip: ip = "0.0.0.0", published = null, target, protocol = "tcp" } = entry;
  if (target === undefined)
    throw new ComposeError(`service ports ${path.join(".")} is missing a target port`, { path });
  return `${plainText(ip)}:${plainText(published)}:${plainText(target)}/${plainText(protocol)}`;
};

const envFile: KeyOf = (entry) => plainText(isMap(entry) ? (entry["path"] ?? null) : entry);

const KEYS = new PathTable<KeyOf>({
  "networks.*.labels": name,
  "networks.*.ipam.options": name,
  "services.*.annotations": name,
  "services.*.build.args": name,
  "services.*.build.additional_contexts": name,
  "services.*.build.platform": name,
  "services.*.build.tags": name,
  "services.*.build.labels": name,
  "services.*.cap_add": name,
  "services.*.cap_drop": name,
  "services.*.configs": fileTarget(""),
  "services.*.deploy.labels": name,
  "services.*.dns": name,
  "services.*.dns_opt": name,
  "services.*.dns_search": name,
  "services.*.environment": name,
  "services.*.env_file": envFile,
  "services.*.expose": text,
  "services.*.labels": name,
  "services.*.links": name,
  "services.*.networks.*.aliases": name,
  "services.*.networks.*.link_local_ips": name,
  "services.*.ports": port,
  "services.*.profiles": name,
  "services.*.secrets": fileTarget("/run/secrets"),
  "services.*.sysctls": name,
  "services.*.tmpfs": name,
  "services.*.volumes": mountTarget,
  "services.*.devices": deviceTarget,
});
