/**
 * Which files of a tree a source of COPY or ADD names.
 *
 * @see fsutil copy/copy.go ResolveWildcards, BuildKit cache/contenthash
 */
import type { DirEntry } from "../../abi/index.ts";
import { MemoryDirectory } from "../../fs/index.ts";
import { compareBytes, join } from "../../lib/index.ts";
import type { MountedTree } from "../../snapshot/index.ts";
import type { Location } from "../../vfs/index.ts";
import { hasWildcards, matchGlob } from "./glob.ts";
import { rootPath } from "./root-path.ts";

/** A source as it was written, absolute: `/x`, `/x/`, `/x/.`. @see BuildKit solver/llbsolver/file/backend.go cleanPath */
export function sourcePath(source: string): string {
  const cleaned = join("/", source);
  if (cleaned === "/") return "/";
  if (source.endsWith("/.")) return `${cleaned}/.`;
  return source.endsWith("/") ? `${cleaned}/` : cleaned;
}

/** A source in two parts: the directory, and the pattern below it; no pattern if there is no wildcard. */
export function splitSource(source: string): { readonly directory: string; readonly pattern: string | undefined } {
  const path = sourcePath(source);
  if (!hasWildcards(path)) return { directory: path, pattern: undefined };
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const first = parts.findIndex(hasWildcards);
  return { directory: `/${parts.slice(0, first).join("/")}`, pattern: parts.slice(first).join("/") };
}

/**
 * The paths that a source names, in order. A pattern that nothing matches names nothing; without wildcards the answer is
 * the path itself, whether it exists or not.
 */
export function selectSources(tree: MountedTree, source: string): readonly string[] {
  const { directory, pattern } = splitSource(source);
  if (pattern === undefined) return [directory];
  const found: string[] = [];
  const top = rootPath(tree, directory);
  // A set of characters may have a slash in it: then the whole path is compared with the whole pattern.
  if (pattern.includes("[")) collectWhole(tree, top, "", pattern, found);
  else collect(tree, top, pattern.split("/"), found);
  return found;
}

/** Matches one component after the other; no symbolic link is gone through. */
function collect(tree: MountedTree, at: string, patterns: readonly string[], found: string[]): void {
  const [pattern, ...rest] = patterns;
  if (pattern === undefined) found.push(at);
  else
    for (const name of namesIn(tree.find(at, { follow: false })))
      if (matchGlob(pattern, name)) collect(tree, join(at, name), rest, found);
}

function collectWhole(tree: MountedTree, at: string, prefix: string, pattern: string, found: string[]): void {
  for (const name of namesIn(tree.find(at, { follow: false }))) {
    if (matchGlob(pattern, prefix + name)) found.push(join(at, name));
    else collectWhole(tree, join(at, name), `${prefix}${name}/`, pattern, found);
  }
}

/** Names in a directory, in order; none if it is no directory. */
export function namesIn(at: Location | undefined): readonly string[] {
  if (at?.inode.type !== "dir") return [];
  const { inode } = at;
  // One in memory knows its names, whatever they lead to.
  const names = inode instanceof MemoryDirectory ? [...inode.entries.keys()] : Array.from(inode.readdir(), nameOf);
  return names.sort(compareBytes);
}

const nameOf = ({ name }: DirEntry): string => name;
