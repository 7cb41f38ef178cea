/**
 * `--set TARGET.KEY[+]=VALUE`: fields of targets from the command line.
 *
 * @see docker/buildx bake/bake.go newOverrides, AddOverrides
 */
import { parseBool, reworded, ValueError } from "../../../lib/go/index.ts";
import { type Entry, entryOf } from "./entry.ts";
import { globPattern } from "./names.ts";
import { FIELDS, type FieldName, merged, type Target } from "./target.ts";

/** What is said of one field: values in the order in which they were given. */
interface Override {
  readonly key: string;
  readonly values: readonly string[];
  readonly adds: boolean;
}

export type Overrides = ReadonlyMap<string, readonly Override[]>;

/** Fields that are said in another number on the command line. */
const LISTS: Readonly<Record<string, FieldName>> = {
  output: "output",
  "cache-to": "cache-to",
  "cache-from": "cache-from",
  tags: "tags",
  platform: "platforms",
  secrets: "secret",
  ssh: "ssh",
  attest: "attest",
  entitlements: "entitlements",
  annotations: "annotations",
  "no-cache-filter": "no-cache-filter",
  ulimits: "ulimits",
};
const NAMED: ReadonlySet<string> = new Set(["args", "contexts", "labels", "extra-hosts"]);
const TEXTS: ReadonlySet<string> = new Set(["context", "dockerfile", "target", "call", "shm-size", "network"]);

/** @throws ValueError */
export function parseOverrides(
  texts: readonly string[],
  targets: readonly string[],
  env: ReadonlyMap<string, string>,
): Overrides {
  const overrides = new Map<string, Map<string, Override>>();
  for (const text of texts) {
    const [given = "", value] = text.split(/=(.*)/s, 2);
    const adds = given.endsWith("+");
    const written = adds ? given.slice(0, -1) : given;
    const [pattern = "", field, name] = written.split(/\.([^.]*)(?:\.(.*))?/s);
    if (field === undefined) throw new ValueError(`invalid override key ${written}, expected target.name`);
    if (value === undefined && field !== "args") {
      throw new ValueError(`invalid override ${text}, expected target.name=value`);
    }
    const names = matching(pattern, targets);
    if ((field === "args" || field === "contexts") && !name) {
      throw new ValueError(`invalid key ${given}, ${field} requires name`);
    }
    const said = value ?? env.get(name ?? "");
    if (said === undefined) continue;
    const key = name === undefined ? field : `${field}.${name}`;
    for (const target of names) {
      const own = overrides.get(target) ?? new Map<string, Override>();
      const before = Object.hasOwn(LISTS, field) ? (own.get(key)?.values ?? []) : [];
      overrides.set(target, own.set(key, { key, values: [...before, said], adds }));
    }
  }
  return new Map([...overrides].map(([target, own]) => [target, [...own.values()]]));
}

/** @throws ValueError */
function matching(pattern: string, targets: readonly string[]): readonly string[] {
  if (targets.includes(pattern)) return [pattern];
  const names = targets.filter((name) => globPattern(pattern).test(name));
  if (names.length === 0) throw new ValueError(`could not find any target matching '${pattern}'`);
  return names;
}

/** @throws ValueError for what is no field, or no value of one */
export function withOverrides(target: Target, overrides: readonly Override[]): Target {
  return overrides.reduce(withOverride, target);
}

function withOverride(target: Target, { key, values, adds }: Override): Target {
  const [field = "", name = ""] = key.split(/\.(.*)/s, 2);
  const value = values.at(-1) ?? "";
  if (NAMED.has(field)) {
    if (name === "") throw new ValueError(`invalid format for ${field}, expecting ${field}.<name>=<value>`);
    return merged(target, { [field]: new Map([[name, value]]) });
  }
  if (TEXTS.has(field)) return { ...target, [field]: value };
  if (field === "no-cache" || field === "pull") return { ...target, [field]: bool(field, value) };
  if (field === "push") return { ...target, output: pushed(target.output ?? [], bool(field, value)) };
  if (field === "load") return bool(field, value) ? { ...target, output: loaded(target.output ?? []) } : target;
  const list = Object.hasOwn(LISTS, field) ? LISTS[field] : undefined;
  if (list === undefined) throw new ValueError(`unknown key: ${field}`);
  return { ...target, [list]: listed(target, list, values, adds) };
}

function bool(field: string, value: string): boolean {
  return reworded(
    () => parseBool(value),
    () => new ValueError(`invalid value ${value} for boolean key ${field}`),
  );
}

/** Annotations, attestations and entitlements are added to whatever is said. */
const ALWAYS_ADDED: ReadonlySet<FieldName> = new Set(["annotations", "attest", "entitlements"]);

function listed(target: Target, field: FieldName, values: readonly string[], adds: boolean): Target[FieldName] {
  const kind = FIELDS[field];
  const added = kind.kind === "entries" ? values.flatMap((text) => entryOf(kind.of, text) ?? []) : values;
  const before = target[field];
  const keeps = (adds || ALWAYS_ADDED.has(field)) && Array.isArray(before);
  return keeps ? [...before, ...added] : (added as readonly string[]);
}

const entry = (...pairs: readonly (readonly [string, string])[]): Entry => new Map(pairs);

/** Images are pushed; if nothing but Docker's own images comes of it, an image is pushed, too. */
function pushed(outputs: readonly Entry[], push: boolean): readonly Entry[] {
  const isImage = (one: Entry): boolean => one.get("type") === "image";
  const said = outputs.map((one) => (isImage(one) ? new Map([...one, ["push", String(push)]]) : one));
  if (!push) return said.filter((one) => one.get("type") !== "registry");
  const isBare = outputs.every((one) => one.get("type") === "docker");
  return isBare ? [...said, entry(["type", "image"], ["push", "true"])] : said;
}

/** An image comes here unless files are wanted alone. */
function loaded(outputs: readonly Entry[]): readonly Entry[] {
  for (const one of outputs) {
    const type = one.get("type") ?? "";
    const isHere = type === "docker" && !one.has("dest");
    if (isHere || !["docker", "image", "registry", "oci"].includes(type)) return outputs;
  }
  return [...outputs, entry(["type", "docker"])];
}
