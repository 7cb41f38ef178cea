/** Compose files as they are opened, and what reading them depends on. */
import { ComposeError } from "./compose-error.ts";
import type { Variables, Warn } from "./substitute.ts";
import { isList, isMap, mapEntries, matches, type Path, type Tree, type TreeMap } from "./tree.ts";
import { readYaml, type YamlDocument, type YamlFile } from "./yaml-file.ts";

/** What there is to read, where the client runs. */
export interface ComposeDisk {
  /** The content, or the system's words for why there is none. */
  read(path: string): { readonly text: string } | { readonly problem: string };
  isFile(path: string): boolean;
  isDirectory(path: string): boolean;
}

/** A compose file: a path, or what would be in it. */
export interface ComposeSource {
  readonly name: string;
  /** Without it the file is read. */
  readonly content?: string | TreeMap;
}

export interface LoadContext {
  readonly disk: ComposeDisk;
  /** Where relative paths of the files start. */
  readonly directory: string;
  readonly home: string;
  readonly variables: Variables;
  readonly warn: Warn;
  /** Variables stay as they are written. */
  readonly isRaw: boolean;
  /** So do relative paths. */
  readonly keepsPaths: boolean;
  /** Files on the way to this one, which must not be included again. */
  readonly including: readonly string[];
  /** Obsolete attributes are told of once a file. */
  readonly told: Set<string>;
}

/** Runs something that can find fault; what it throws gets its place in the files. */
export function withPlaces<T>(files: readonly OpenFile[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ComposeError) || error.path === undefined) throw error;
    for (const { file } of [...files].reverse()) {
      const place = file?.placeOf(error.path);
      if (place !== undefined) throw error.at(place);
    }
    throw error;
  }
}

export interface OpenFile {
  readonly documents: readonly YamlDocument[];
  readonly file: YamlFile | undefined;
}

/** What a directory says to whoever reads it as a file: it could be opened. */
export const IS_DIRECTORY = "is a directory";

const verbOf = (problem: string): string => (problem === IS_DIRECTORY ? "read" : "open");

/** @throws ComposeError `open /x/compose.yaml: no such file or directory` */
export function openSource({ name, content }: ComposeSource, disk: ComposeDisk): OpenFile {
  if (typeof content === "object") return { documents: [{ content, resets: [], times: [] }], file: undefined };
  const file = readYaml(content ?? textOf(name, disk), name);
  return { documents: file.documents, file };
}

export function textOf(path: string, disk: ComposeDisk): string {
  const found = disk.read(path);
  if ("problem" in found) throw new ComposeError(`${verbOf(found.problem)} ${path}: ${found.problem}`);
  return found.text;
}

/** What a later file takes back. */
export function drop(tree: TreeMap, resets: readonly Path[], path: Path = []): TreeMap {
  if (resets.length === 0) return tree;
  const kept = Object.entries(tree).filter(([key]) => !resets.some((reset) => matches([...path, key], reset)));
  return mapEntries(Object.fromEntries(kept), (value, key) =>
    isMap(value) ? drop(value, resets, [...path, key]) : value,
  );
}

export function asList(tree: Tree | undefined): readonly Tree[] {
  if (tree === undefined || tree === null) return [];
  return isList(tree) ? tree : [tree];
}
