/**
 * Services of compose files as targets.
 *
 * @see docker/buildx bake/compose.go
 */
import {
  type Build,
  type ComposeClient,
  type ComposeSource,
  openProject,
  openTree,
  type Tree,
} from "../../../compose/index.ts";
import { fromJson, type HclValue } from "../../../hcl/index.ts";
import { compareBytes } from "../../../lib/index.ts";
import type { BakeConfig, DefinedTarget } from "./config.ts";
import { fieldOf } from "./decode.ts";
import { type EntryKind, entryOf } from "./entry.ts";
import { targetName } from "./names.ts";
import { FIELDS, type FieldName, merged, type Target } from "./target.ts";

/** What is said of a target under `build.x-bake`. */
const EXTENSIONS: readonly FieldName[] = [
  "tags",
  "cache-from",
  "cache-to",
  "secret",
  "ssh",
  "platforms",
  "output",
  "pull",
  "no-cache",
  "no-cache-filter",
  "contexts",
];

/** @throws ComposeError */
export function composeConfig(files: readonly ComposeSource[], client: ComposeClient): BakeConfig {
  const options = { files, profiles: ["*"], projectName: "bake", keepsPaths: true };
  const project = openProject(options, client);
  const services = fieldsIn(openTree(options, { ...client, warn: () => {} })["services"]);
  const targets = new Map<string, DefinedTarget>();
  for (const [name, { build, image }] of [...project.services].sort(([a], [b]) => compareBytes(a, b))) {
    if (build === undefined) continue;
    const extension = fieldsIn(fieldsIn(fieldsIn(services[name])["build"])["x-bake"]);
    const fields = extended(targetOf(build, project.secrets), extension);
    const tagged = fields.tags === undefined && image !== undefined ? { ...fields, tags: [image] } : fields;
    targets.set(targetName(name), { inherits: [], fields: tagged });
  }
  const groups = new Map([["default", { targets: [...targets.keys()] }]]);
  return { groups, targets, variables: [] };
}

function fieldsIn(tree: Tree | undefined): Readonly<Record<string, Tree>> {
  return typeof tree === "object" && tree !== null && !Array.isArray(tree)
    ? (tree as Readonly<Record<string, Tree>>)
    : {};
}

type Secrets = ReadonlyMap<string, { readonly file?: string; readonly environment?: string }>;

function targetOf(build: Build, secrets: Secrets): Target {
  const entries = (kind: EntryKind, texts: readonly string[] = []) =>
    texts.flatMap((text) => entryOf(kind, text) ?? []);
  const all: Target = {
    ...texted({
      context: build.context,
      dockerfile: build.dockerfile,
      "dockerfile-inline": build.dockerfile_inline,
      target: build.target,
      network: build.network,
      "shm-size": build.shm_size === undefined ? undefined : String(build.shm_size),
    }),
    ...(build.args && { args: given(build.args) }),
    ...(build.labels && { labels: given(build.labels) }),
    ...(build.additional_contexts && { contexts: contextsOf(build.additional_contexts) }),
    ...(build.tags && { tags: build.tags }),
    ...(build.platforms && { platforms: build.platforms }),
    ...(build.cache_from && { "cache-from": entries("cache", build.cache_from) }),
    ...(build.cache_to && { "cache-to": entries("cache", build.cache_to) }),
    ...(build.no_cache === true && { "no-cache": true }),
    ...(build.pull === true && { pull: true }),
    ...(build.secrets && { secret: build.secrets.map(({ source = "" }) => secretOf(source, secrets)) }),
  };
  return all;
}

const texted = (fields: Readonly<Record<string, string | undefined>>): Target =>
  Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== undefined && text !== ""));

const given = (pairs: Readonly<Record<string, string | null>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(pairs).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])));

/** Other services are targets. */
function contextsOf(places: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(places).map(([name, place]) => {
      const [, service] = /^(?:service|target):(.*)$/s.exec(place) ?? [];
      return [name, service === undefined ? place : `target:${targetName(service)}`];
    }),
  );
}

function secretOf(source: string, secrets: Secrets): ReadonlyMap<string, string> {
  const { file, environment } = secrets.get(source) ?? {};
  return new Map([
    ["id", source],
    ...(file === undefined ? [] : [["src", file] as const]),
    ...(environment === undefined ? [] : [["env", environment] as const]),
  ]);
}

/** Lists get longer by what is said there, and everything else is replaced. */
function extended(target: Target, extension: Readonly<Record<string, Tree>>): Target {
  const said = EXTENSIONS.filter((name) => extension[name] !== undefined);
  const fields = said.map((name) => {
    const before = target[name];
    const value = fieldOf(name, extensionValue(name, extension[name] ?? null));
    const isAdded = Array.isArray(before) && Array.isArray(value);
    return [name, isAdded ? [...before, ...value] : value] as const;
  });
  const { contexts, ...others } = Object.fromEntries(fields) as Target;
  return merged({ ...target, ...others }, contexts === undefined ? {} : { contexts });
}

/** A text alone is a list of words. */
function extensionValue(name: FieldName, said: Tree): HclValue {
  const { kind } = FIELDS[name];
  const isList = kind === "texts" || kind === "entries";
  return isList && typeof said === "string" ? said.split(/\s+/).filter(Boolean) : fromJson(said);
}
