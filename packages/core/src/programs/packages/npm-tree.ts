/**
 * Where packages go in node_modules: as high as they can, below those that need another version.
 *
 * @see npm's arborist: build-ideal-tree
 */
import type { NodeIndex, NodeRelease } from "./node-index.ts";
import { inRange } from "./semver.ts";

/** What a package.json asks for that nobody has. */
export class NoSuchPackage {
  readonly name: string;
  readonly range: string;
  readonly kind: "name" | "version";

  constructor(name: string, range: string, kind: "name" | "version") {
    this.name = name;
    this.range = range;
    this.kind = kind;
  }
}

/** Releases by their directory: "node_modules/debug/node_modules/ms". */
export type Tree = ReadonlyMap<string, NodeRelease>;

/** @throws NoSuchPackage */
export function planTree(index: NodeIndex, wanted: Readonly<Record<string, string>>): Tree {
  const tree = new Map<string, NodeRelease>();
  const queue: { readonly name: string; readonly range: string; readonly parent: string }[] = [];
  const ask = (dependencies: Readonly<Record<string, string>>, parent: string): void => {
    for (const name of Object.keys(dependencies).sort()) queue.push({ name, range: dependencies[name] ?? "*", parent });
  };
  ask(wanted, "");
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { name, range, parent } = next;
    if (isSatisfied(tree, name, range, parent)) continue;
    const release = index.find(name, range);
    if (release === undefined) throw new NoSuchPackage(name, range, index.has(name) ? "version" : "name");
    const place = placeFor(tree, name, parent);
    tree.set(place, release);
    ask(release.dependencies, place);
  }
  return new Map([...tree].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The directories in which a package at `place` looks, its own first. */
function ancestors(place: string): readonly string[] {
  const found = [place];
  for (let at = place; at !== ""; ) {
    const end = at.lastIndexOf("/node_modules/");
    at = end < 0 ? "" : at.slice(0, end);
    found.push(at);
  }
  return found;
}

const below = (parent: string, name: string): string => `${parent === "" ? "" : `${parent}/`}node_modules/${name}`;

function isSatisfied(tree: Tree, name: string, range: string, parent: string): boolean {
  for (const directory of ancestors(parent)) {
    const found = tree.get(below(directory, name));
    if (found !== undefined) return inRange(found.version, range);
  }
  return false;
}

function placeFor(tree: Tree, name: string, parent: string): string {
  let best = below(parent, name);
  for (const directory of ancestors(parent)) {
    const place = below(directory, name);
    if (tree.has(place)) break;
    best = place;
  }
  return best;
}
