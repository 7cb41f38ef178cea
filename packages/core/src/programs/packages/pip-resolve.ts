/**
 * Which versions to install: the newest that all requirements allow, with a way back where a choice turns out wrong.
 *
 * Packages are looked at in the order in which pip does: pinned ones first, then by how far they are from what the user
 * asked for, then those of which a version is asked for, then by name.
 *
 * @see pip _internal/resolution/resolvelib/provider.py: get_preference
 */
import type { PythonIndex, PythonRelease } from "./python-index.ts";
import { type MarkerEnvironment, markerHolds, parseRequirement, type Requirement } from "./python-requirement.ts";

/** A requirement and who has it. */
export interface Wanted {
  readonly requirement: Requirement;
  /** "flask 2.0.1 depends on"; `undefined` for the user. */
  readonly by: PythonRelease | undefined;
  /** Behind a "Collecting" line: "-r requirements.txt (line 1)", "flask". */
  readonly from: string | undefined;
  readonly depth: number;
  readonly order: number;
}

export interface Choice {
  readonly wanted: Wanted;
  readonly release: PythonRelease;
  /** It is installed already, and stays. */
  readonly isInstalled: boolean;
}

/** Why there is no answer: no version at all, or requirements that exclude each other. */
export type Failure =
  | { readonly kind: "missing"; readonly wanted: Wanted }
  | { readonly kind: "conflict"; readonly wanted: readonly Wanted[] };

export interface ResolveOptions {
  readonly environment: MarkerEnvironment;
  readonly withDependencies: boolean;
  /** What is installed of a package, if it may stay. */
  readonly installed: (key: string) => PythonRelease | undefined;
}

interface State {
  readonly wanted: readonly Wanted[];
  readonly chosen: readonly Choice[];
}

/** How many choices are tried before it is called a conflict. */
const TRIES_MAX = 2_000;

/** Choices in the order in which they were made. */
export function resolveRequirements(
  index: PythonIndex,
  wanted: readonly Wanted[],
  options: ResolveOptions,
): readonly Choice[] | Failure {
  return new Resolver(index, options).solve(wanted);
}

class Resolver {
  readonly #index: PythonIndex;
  readonly #options: ResolveOptions;
  #tries = 0;
  #failure: Failure | undefined;

  constructor(index: PythonIndex, options: ResolveOptions) {
    this.#index = index;
    this.#options = options;
  }

  solve(wanted: readonly Wanted[]): readonly Choice[] | Failure {
    const found = this.#step({ wanted, chosen: [] });
    return found ?? this.#failure ?? { kind: "conflict", wanted };
  }

  #step(state: State): readonly Choice[] | undefined {
    const next = mostWanted(state);
    if (next === undefined) return state.chosen;
    const all = state.wanted.filter(({ requirement }) => requirement.key === next.requirement.key);
    for (const { release, isInstalled } of this.#candidates(all)) {
      if (++this.#tries > TRIES_MAX) return undefined;
      const added = this.#options.withDependencies ? this.#needs(release, next) : [];
      const broken = added.find(({ requirement }) => breaks(requirement, state.chosen));
      if (broken !== undefined) {
        const others = state.wanted.filter(({ requirement }) => requirement.key === broken.requirement.key);
        this.#failure ??= { kind: "conflict", wanted: [...others, broken] };
        continue;
      }
      const chosen = [...state.chosen, { wanted: next, release, isInstalled }];
      const found = this.#step({ wanted: [...state.wanted, ...added], chosen });
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #candidates(all: readonly Wanted[]): readonly Pick<Choice, "release" | "isInstalled">[] {
    const [first] = all;
    if (first === undefined) return [];
    const { key } = first.requirement;
    const allows = (release: PythonRelease): boolean =>
      all.every(({ requirement }) => requirement.specifier.allows(release.version));
    const installed = this.#options.installed(key);
    const { pythonFullVersion } = this.#options.environment;
    const releases = this.#index.usable(key, pythonFullVersion);
    const usable = releases.filter(allows);
    if (usable.length === 0 && !(installed !== undefined && allows(installed))) this.#fail(all, releases);
    const found = usable.map((release) => ({ release, isInstalled: false }));
    return installed !== undefined && allows(installed) ? [{ release: installed, isInstalled: true }, ...found] : found;
  }

  #fail(all: readonly Wanted[], releases: readonly PythonRelease[]): void {
    const alone = all.find(({ requirement }) => !releases.some(({ version }) => requirement.specifier.allows(version)));
    this.#failure ??= alone === undefined ? { kind: "conflict", wanted: all } : { kind: "missing", wanted: alone };
  }

  #needs(release: PythonRelease, parent: Wanted): readonly Wanted[] {
    return release.requires.flatMap((text) => {
      const requirement = parseRequirement(text);
      if (requirement === undefined || !markerHolds(requirement.marker, this.#options.environment)) return [];
      const from = parent.from === undefined ? parent.requirement.name : `${originOf(parent)}->${parent.from}`;
      return [{ requirement, by: release, from, depth: parent.depth + 1, order: Number.MAX_SAFE_INTEGER }];
    });
  }
}

/** "flask==2.0.1" in "(from flask==2.0.1->-r requirements.txt (line 1))" */
const originOf = ({ requirement }: Wanted): string => `${requirement.name}${requirement.specifier.toString()}`;

const breaks = (requirement: Requirement, chosen: readonly Choice[]): boolean =>
  chosen.some(
    ({ wanted, release }) =>
      wanted.requirement.key === requirement.key && !requirement.specifier.allows(release.version),
  );

function mostWanted({ wanted, chosen }: State): Wanted | undefined {
  const done = new Set(chosen.map((choice) => choice.wanted.requirement.key));
  const open = wanted.filter(({ requirement }) => !done.has(requirement.key));
  return open.toSorted((a, b) => {
    const rank = (one: Wanted): readonly number[] => [
      one.requirement.specifier.isPinned ? 0 : 1,
      one.depth,
      one.order,
      one.requirement.specifier.isEmpty ? 1 : 0,
    ];
    const [left, right] = [rank(a), rank(b)];
    const at = left.findIndex((value, index) => value !== right[index]);
    if (at >= 0) return (left[at] ?? 0) - (right[at] ?? 0);
    return a.requirement.key < b.requirement.key ? -1 : a.requirement.key > b.requirement.key ? 1 : 0;
  })[0];
}

/** The order of installation: what needs nothing that is left comes first, within that the last name first. */
export function installOrder(choices: readonly Choice[], environment: MarkerEnvironment): readonly Choice[] {
  const keyOf = ({ wanted }: Choice): string => wanted.requirement.key;
  const needs = (choice: Choice): readonly string[] =>
    choice.release.requires.flatMap((text) => {
      const requirement = parseRequirement(text);
      return requirement === undefined || !markerHolds(requirement.marker, environment) ? [] : [requirement.key];
    });
  let left = [...choices];
  const ordered: Choice[] = [];
  while (left.length > 0) {
    const names = new Set(left.map(keyOf));
    const leaves = left.filter((choice) => !needs(choice).some((key) => names.has(key) && key !== keyOf(choice)));
    const round = leaves.length === 0 ? left : leaves;
    ordered.push(...round.toSorted((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1)));
    left = left.filter((choice) => !round.includes(choice));
  }
  return ordered;
}
