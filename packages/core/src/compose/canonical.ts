/** From every short form to the long one: one way to say a thing, for what follows. Model: compose-go's transform. */
import { ComposeError } from "./compose-error.ts";
import { longPorts } from "./ports.ts";
import type { Warn } from "./substitute.ts";
import {
  isList,
  isMap,
  mapEntries,
  mapOf,
  type Path,
  PathTable,
  plainText,
  rewriteInside,
  type Tree,
  type TreeMap,
} from "./tree.ts";
import { longVolume } from "./volume-spec.ts";

type Change = (tree: Tree, path: Path) => Tree;

/**
 * @param isLenient short forms that cannot be read stay as they are: they have variables in them
 * @throws ComposeError
 */
export function canonical(tree: TreeMap, options: { readonly isLenient: boolean; readonly warn: Warn }): TreeMap {
  const table = new PathTable(changes(options));
  const go = (one: Tree, path: Path): Tree => {
    const change = table.get(path);
    const changed = change === undefined ? one : change(one, path);
    return inside(changed, path);
  };
  const inside = (one: Tree, path: Path): Tree => {
    if (isMap(one)) return mapEntries(one, (value, key) => go(value, [...path, key]));
    if (isList(one)) return one.map((value, at) => go(value, [...path, String(at)]));
    return one;
  };
  return mapOf(inside(tree, []));
}

const stringToList: Change = (tree) => (typeof tree === "string" ? [tree] : tree);
const listToMap: Change = (tree) =>
  isList(tree) ? Object.fromEntries(tree.map((name) => [plainText(name), null])) : tree;
const toText: Change = (tree) => (typeof tree === "string" ? tree : plainText(tree));
const fileReference: Change = (tree) => (typeof tree === "string" ? { source: tree } : tree);
const build: Change = (tree) => (typeof tree === "string" ? { context: tree } : tree);
const extending: Change = (tree) => (typeof tree === "string" ? { service: tree } : tree);
const gpus: Change = (tree) => (typeof tree === "string" ? [{ count: "all" }] : tree);

const STARTED = { condition: "service_started", required: true };

const dependsOn: Change = (tree) => {
  if (isList(tree)) return Object.fromEntries(tree.map((name) => [plainText(name), STARTED]));
  return mapEntries(mapOf(tree), (value) => ({ ...STARTED, ...mapOf(value) }));
};

const envFile: Change = (tree) => {
  const files = isList(tree) ? tree : [tree];
  return files.map((file) => (isMap(file) ? { required: true, ...file } : { path: file, required: true }));
};

const sshKeys: Change = (tree, path) => {
  if (!isList(tree)) return tree;
  const entries = tree.map((key): readonly [string, Tree] => {
    const [id = "", ...rest] = plainText(key).split("=");
    if (rest.length === 0 && id !== "default")
      throw new ComposeError(`invalid ssh key ${JSON.stringify(id)}`, { path });
    return [id, rest.length === 0 ? null : rest.join("=")];
  });
  return Object.fromEntries(entries);
};

const keyValues =
  (isLenient: boolean): Change =>
  (tree, path) => {
    if (!isList(tree)) return tree;
    const entries: [string, Tree][] = [];
    for (const entry of tree) {
      const [key = "", ...rest] = plainText(entry).split("=");
      if (rest.length === 0 && isLenient) return tree;
      if (rest.length === 0) {
        throw new ComposeError(`${path.join(".")}: invalid value ${key}, expected key=value`, { path });
      }
      entries.push([key, rest.join("=")]);
    }
    return Object.fromEntries(entries);
  };

const device =
  (isLenient: boolean): Change =>
  (tree, path) => {
    if (typeof tree !== "string") return tree;
    const [source = "", target = "", permissions = "rwm", more] = tree.split(":");
    if (more !== undefined && !isLenient) {
      throw new ComposeError(`confusing device mapping, please use long syntax: ${tree}`, { path });
    }
    return { source, target: target === "" ? source : target, permissions };
  };

/** What a short form is read with; one that cannot be read is left, if that is allowed. */
function short(read: (text: string) => Tree, isLenient: boolean): Change {
  return (tree, path) => {
    if (typeof tree !== "string" && typeof tree !== "number") return tree;
    try {
      return read(String(tree));
    } catch (error) {
      if (!(error instanceof ComposeError)) throw error;
      if (isLenient) return tree;
      throw new ComposeError(error.message, { path });
    }
  };
}

function ports(isLenient: boolean): Change {
  const one = short((text) => [...longPorts(text)], isLenient);
  return (tree, path) => {
    if (!isList(tree)) return tree;
    return tree.flatMap((entry, at): readonly Tree[] => {
      const long = one(entry, [...path, String(at)]);
      return isList(long) ? long : [long];
    });
  };
}

/** `external: {name: x}` is the older way to say `external: true` and `name: x`. */
function external(warn: Warn): Change {
  return (tree, path) => {
    const resource = mapOf(tree);
    const old = resource["external"];
    if (!isMap(old)) return tree;
    const rest = { ...resource, external: true };
    const oldName = old["name"];
    if (oldName === undefined) return rest;
    warn(`${path.join(".")}: external.name is deprecated. Please set name and external: true`);
    if (resource["name"] !== undefined && resource["name"] !== oldName) {
      throw new ComposeError(`${path.join(".")}: name and external.name conflict; only use name`, { path });
    }
    return { ...rest, name: oldName };
  };
}

function changes({
  isLenient,
  warn,
}: {
  readonly isLenient: boolean;
  readonly warn: Warn;
}): Readonly<Record<string, Change>> {
  return {
    "services.*.build": build,
    "services.*.build.secrets.*": fileReference,
    "services.*.build.provenance": toText,
    "services.*.build.sbom": toText,
    "services.*.build.additional_contexts": keyValues(isLenient),
    "services.*.build.ssh": sshKeys,
    "services.*.depends_on": dependsOn,
    "services.*.env_file": envFile,
    "services.*.label_file": stringToList,
    "services.*.extends": extending,
    "services.*.gpus": gpus,
    "services.*.networks": listToMap,
    "services.*.models": listToMap,
    "services.*.volumes.*": short(longVolume, isLenient),
    "services.*.dns": stringToList,
    "services.*.devices.*": device(isLenient),
    "services.*.secrets.*": fileReference,
    "services.*.configs.*": fileReference,
    "services.*.ports": ports(isLenient),
    "services.*.develop.watch.*.ignore": stringToList,
    "services.*.develop.watch.*.include": stringToList,
    "volumes.*": external(warn),
    "networks.*": external(warn),
    "secrets.*": external(warn),
    "configs.*": external(warn),
  };
}

const deviceRequest: Change = (tree) => {
  const request = mapOf(tree);
  return request["count"] === undefined && request["device_ids"] === undefined ? { ...request, count: "all" } : request;
};

const DEFAULTS = new PathTable<Change>({
  "services.*.build": (tree) => ({ context: ".", ...mapOf(tree) }),
  "services.*.secrets.*": (tree) => {
    const secret = mapOf(tree);
    return { ...secret, target: secret["target"] ?? `/run/secrets/${plainText(secret["source"] ?? null)}` };
  },
  "services.*.ports.*": (tree) => (isMap(tree) ? { protocol: "tcp", mode: "ingress", ...tree } : tree),
  "services.*.deploy.resources.reservations.devices.*": deviceRequest,
  "services.*.gpus.*": deviceRequest,
});

/** What is not said and yet meant. */
export function withDefaults(tree: TreeMap): TreeMap {
  return mapOf(rewriteInside(tree, DEFAULTS, []));
}
