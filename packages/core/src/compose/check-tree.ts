/** What no schema says: attributes that exclude each other. Model: compose-go's validation. */
import { canonicalIp } from "../lib/index.ts";
import { ComposeError } from "./compose-error.ts";
import { isMap, mapOf, type Path, plainText, type Tree, type TreeMap } from "./tree.ts";

/** @throws ComposeError */
export function checkTree(tree: TreeMap): void {
  for (const [name, volume] of entriesOf(tree, "volumes")) checkExternal(volume, ["volumes", name]);
  for (const [name, config] of entriesOf(tree, "configs")) {
    checkSource(config, ["file", "environment", "content"], ["configs", name]);
  }
  for (const [name, secret] of entriesOf(tree, "secrets")) {
    checkSource(secret, ["file", "environment"], ["secrets", name]);
  }
  for (const [name, service] of entriesOf(tree, "services")) checkService(mapOf(service), ["services", name]);
}

const entriesOf = (tree: TreeMap, section: string): readonly (readonly [string, Tree])[] =>
  Object.entries(mapOf(tree[section]));

function checkExternal(tree: Tree, path: Path): void {
  const resource = mapOf(tree);
  if (resource["external"] !== true) return;
  const other = Object.keys(resource).find((key) => key !== "name" && key !== "external" && !key.startsWith("x-"));
  if (other === undefined) return;
  throw new ComposeError(`${path.join(".")}: conflicting parameters "external" and "${other}" specified`, {
    path: [...path, other],
  });
}

function checkSource(tree: Tree, sources: readonly string[], path: Path): void {
  const object = mapOf(tree);
  const given = sources.filter((source) => Object.hasOwn(object, source));
  const choices = sources.join("|");
  if (given.length > 1)
    throw new ComposeError(`${path.join(".")}: ${choices} attributes are mutually exclusive`, { path });
  if (given.length === 1 || Object.hasOwn(object, "driver") || Object.hasOwn(object, "external")) return;
  throw new ComposeError(`${path.join(".")}: one of ${choices} must be set`, { path });
}

function checkService(service: TreeMap, path: Path): void {
  for (const [at, port] of listOf(service["ports"]).entries()) {
    const ip = isMap(port) ? port["host_ip"] : undefined;
    if (ip === undefined || ip === "" || canonicalIp(plainText(ip)) !== undefined) continue;
    const message = `${[...path, "ports", "[]"].join(".")}: invalid ip address: ${plainText(ip)}`;
    throw new ComposeError(message, { path: [...path, "ports", String(at)] });
  }
  const devices = mapOf(mapOf(mapOf(service["deploy"])["resources"])["reservations"])["devices"];
  for (const request of [...listOf(service["gpus"]), ...listOf(devices)]) {
    if (!isMap(request) || request["count"] === undefined || request["device_ids"] === undefined) continue;
    throw new ComposeError(`${path.join(".")}: "count" and "device_ids" attributes are exclusive`, { path });
  }
}

const listOf = (tree: Tree | undefined): readonly Tree[] => (Array.isArray(tree) ? tree : []);
