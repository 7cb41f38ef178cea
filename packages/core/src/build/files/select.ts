/**
 * Which files of a tree a source of COPY or ADD names.
 *
 * @see fsutil copy/copy.go ResolveWildcards, BuildKit cache/contenthash
 */
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

/**
 * The paths that a source names, in order. A pattern that nothing matches names nothing; without wildcards the answer is
 * the path itself, whether it exists or not.
 */
export function selectSources(tree: MountedTree, source: string): readonly string[] {
  const path = sourcePath(source);
  if (!hasWildcards(path)) return [path.replace(/\\(.)/gs, "$1")];
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const first = parts.findIndex(hasWildcards);
  const base = parts.slice(0, first).map((part) => part.replace(/\\(.)/gs, "$1"));
  const found: string[] = [];
  collect(tree, `/${base.join("/")}`, parts.slice(first), found);
  return found;
}

/** Matches one component after the other; symbolic links to directories are gone through. */
function collect(tree: MountedTree, at: string, patterns: readonly string[], found: string[]): void {
  const [pattern, ...rest] = patterns;
  if (pattern === undefined) {
    found.push(at);
    return;
  }
  for (const name of namesIn(tree.find(rootPath(tree, at)))) {
    if (matchGlob(pattern, name)) collect(tree, join(at, name), rest, found);
  }
}

/** Names in a directory, in order; none if it is no directory. */
export function namesIn(at: Location | undefined): readonly string[] {
  if (at?.inode.type !== "dir") return [];
  return Array.from(at.inode.readdir(), ({ name }) => name).sort(compareBytes);
}
