/**
 * A compose file's content as plain data, and the paths in it.
 *
 * A path is a list of keys and indexes as text: `["services", "web", "ports", "0"]`. Passes over a tree make new trees.
 */
import { shortestText } from "../lib/go/index.ts";

export type Tree = string | number | boolean | null | readonly Tree[] | TreeMap;

export interface TreeMap {
  readonly [key: string]: Tree;
}

export type Path = readonly string[];

export function isMap(tree: Tree | undefined): tree is TreeMap {
  return typeof tree === "object" && tree !== null && !Array.isArray(tree);
}

export function isList(tree: Tree | undefined): tree is readonly Tree[] {
  return Array.isArray(tree);
}

/** A map, or an empty one for anything else. */
export function mapOf(tree: Tree | undefined): TreeMap {
  return isMap(tree) ? tree : {};
}

export function without(map: TreeMap, ...keys: readonly string[]): TreeMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

/** Every entry through a function. */
export function mapEntries(map: TreeMap, change: (value: Tree, key: string) => Tree): TreeMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

/** Every text through a function, however deep it lies. */
export function mapTexts(map: TreeMap, change: (text: string, path: Path) => Tree): TreeMap {
  const walk = (value: Tree, path: Path): Tree => {
    if (typeof value === "string") return change(value, path);
    if (isMap(value)) return mapEntries(value, (inner, key) => walk(inner, [...path, key]));
    return isList(value) ? value.map((inner, at) => walk(inner, [...path, String(at)])) : value;
  };
  return mapEntries(map, (value, key) => walk(value, [key]));
}

/** Things by patterns of paths: `services.*.ports`; a star is any one key or index. */
export class PathTable<T> {
  readonly #rules: readonly { readonly parts: Path; readonly value: T }[];

  constructor(rules: Readonly<Record<string, T>>) {
    this.#rules = Object.entries(rules).map(([pattern, value]) => ({ parts: pattern.split("."), value }));
  }

  get(path: Path): T | undefined {
    return this.#rules.find(({ parts }) => matches(path, parts))?.value;
  }
}

export function matches(path: Path, pattern: Path): boolean {
  return path.length === pattern.length && pattern.every((part, at) => part === "*" || part === path[at]);
}

/** Every subtree that a table has a function for is put through it; the others are gone into. */
function rewrite(tree: Tree, table: PathTable<(tree: Tree, path: Path) => Tree>, path: Path = []): Tree {
  const change = table.get(path);
  if (change !== undefined) return change(tree, path);
  return rewriteInside(tree, table, path);
}

/** Like `rewrite`, of what is below only. */
export function rewriteInside(tree: Tree, table: PathTable<(tree: Tree, path: Path) => Tree>, path: Path): Tree {
  if (isMap(tree)) return mapEntries(tree, (value, key) => rewrite(value, table, [...path, key]));
  if (isList(tree)) return tree.map((value, at) => rewrite(value, table, [...path, String(at)]));
  return tree;
}

/** A scalar as Go's fmt prints it. */
export function plainText(tree: Tree): string {
  if (typeof tree === "number") return Number.isSafeInteger(tree) && tree !== 0 ? String(tree) : shortestText(tree);
  return tree === null ? "<nil>" : typeof tree === "object" ? JSON.stringify(tree) : String(tree);
}
