/**
 * From names on the command line to the targets that are built, whole.
 *
 * @see docker/buildx bake/bake.go ReadTargets, ResolveTarget, loadLinks
 */
import { ValueError } from "../../../lib/go/index.ts";
import { compareBytes } from "../../../lib/index.ts";
import type { BakeConfig, Group } from "./config.ts";
import { globPattern, targetName } from "./names.ts";
import { type Overrides, withOverrides } from "./overrides.ts";
import { merged, normal, type Target } from "./target.ts";

/** What is to be built. */
export interface Bake {
  /** In the order of their names. */
  readonly groups: ReadonlyMap<string, Group>;
  readonly targets: ReadonlyMap<string, Target>;
}

export const TARGET_CONTEXT = "target:";
const DEFAULT = "default";

/** @throws ValueError for a target that nobody has defined, and for those that need each other */
export function resolveBake(config: BakeConfig, names: readonly string[], overrides: Overrides): Bake {
  const asked = [...new Set(names.flatMap((name) => matching(config, targetName(name))))];
  const targets = new Map<string, Target>();
  const groups = new Map<string, Group>();
  for (const name of asked) {
    const found = members(config, name, new Set());
    for (const target of found.targets) targets.set(target, resolveTarget(config, target, overrides));
    for (const group of found.groups) {
      const known = config.groups.get(group);
      if (known !== undefined) groups.set(group, known);
    }
  }
  for (const name of [...targets.keys()]) link(config, name, { targets, overrides, visited: [] });
  const hasDefault = groups.has(DEFAULT) && asked.includes(DEFAULT);
  const own = hasDefault ? asked.filter((name) => name !== DEFAULT) : asked;
  const whole = new Set([...(groups.get(DEFAULT)?.targets ?? []), ...own]);
  groups.set(DEFAULT, { ...groups.get(DEFAULT), targets: [...whole].sort(compareBytes) });
  return { groups: sorted(groups), targets: sorted(targets) };
}

const sorted = <T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
  new Map([...map].sort(([a], [b]) => compareBytes(a, b)));

function matching({ groups, targets }: BakeConfig, pattern: string): readonly string[] {
  if (!/[*?[\]]/.test(pattern)) return [pattern];
  const names = [...groups.keys(), ...targets.keys()].filter((name) => globPattern(pattern).test(name));
  if (names.length === 0) throw new ValueError(`could not find any target matching ${JSON.stringify(pattern)}`);
  return names;
}

/** The targets of a group, and the groups in it; a target is its own. */
function members(
  config: BakeConfig,
  name: string,
  visited: Set<string>,
): { readonly targets: readonly string[]; readonly groups: readonly string[] } {
  const group = config.groups.get(name);
  if (group === undefined) return { targets: [name], groups: [] };
  if (visited.has(name)) return { targets: [], groups: [] };
  visited.add(name);
  const found = group.targets.map((one) => members(config, one, visited));
  return {
    targets: [...new Set(found.flatMap(({ targets }) => targets))],
    groups: [name, ...found.flatMap(({ groups }) => groups)],
  };
}

function resolveTarget(config: BakeConfig, name: string, overrides: Overrides): Target {
  const { context = ".", dockerfile = "", ...others } = inherited(config, name, overrides, new Map()) ?? {};
  return { ...others, context, dockerfile: dockerfile === "" ? "Dockerfile" : dockerfile };
}

/** A target over those that it takes over from; one that leads back to itself has nothing to give. */
function inherited(
  config: BakeConfig,
  name: string,
  overrides: Overrides,
  visited: Map<string, Target | undefined>,
): Target | undefined {
  if (visited.has(name)) return visited.get(name);
  visited.set(name, undefined);
  const defined = config.targets.get(name);
  if (defined === undefined) throw new ValueError(`failed to find target ${name}`);
  const bases = defined.inherits.map((base) => inherited(config, base, overrides, visited) ?? {});
  const whole = [...bases, defined.fields].reduce<Target>(merged, {});
  const target = normal(withOverrides(whole, overrides.get(name) ?? []));
  visited.set(name, target);
  return target;
}

interface Linking {
  readonly targets: Map<string, Target>;
  readonly overrides: Overrides;
  readonly visited: readonly string[];
}

/** Targets that others take for contexts are built, too, though nothing comes of them alone. */
function link(config: BakeConfig, name: string, { targets, overrides, visited }: Linking): void {
  const path = [...visited, name];
  for (const place of targets.get(name)?.contexts?.values() ?? []) {
    if (!place.startsWith(TARGET_CONTEXT)) continue;
    const other = place.slice(TARGET_CONTEXT.length);
    if (other === name) throw new ValueError(`target ${other} cannot link to itself`);
    if (path.includes(other)) throw new ValueError(`infinite loop from ${name} to ${other}`);
    if (!targets.has(other)) {
      const linked = resolveTarget(config, other, overrides);
      targets.set(other, { ...linked, output: [new Map([["type", "cacheonly"]])] });
    }
    link(config, other, { targets, overrides, visited: path });
    const granted = targets.get(other)?.entitlements ?? [];
    const own = targets.get(name);
    if (granted.length > 0 && own !== undefined) targets.set(name, normal(merged(own, { entitlements: granted })));
  }
}
