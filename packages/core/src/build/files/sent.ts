/**
 * What of a context is sent: the paths that the build asks for, what is below them, and the directories on the way.
 *
 * @see fsutil filter.go, followlinks.go; BuildKit frontend/dockerfile/dockerfile2llb/convert.go ctxPaths
 */
import { compareBytes, dirname, join } from "../../lib/index.ts";
import type { MountedTree } from "../../snapshot/index.ts";
import { hasWildcards } from "./glob.ts";
import { selectSources } from "./select.ts";

/** Was `path`, without symbolic links, sent to a builder that asked for `includes`? */
export function isSent(tree: MountedTree, includes: readonly string[], path: string): boolean {
  if (path === "/") return true;
  return followLinks(tree, includes).some((pattern) =>
    selectSources(tree, pattern).some(
      (found) => tree.find(found, { follow: false }) !== undefined && (isWithin(path, found) || isWithin(found, path)),
    ),
  );
}

/**
 * The paths and patterns that a client sends for `paths`: symbolic links, and what they lead to.
 *
 * A link is gone through once: of several paths that lead through one, the client hears of the first.
 */
function followLinks(tree: MountedTree, paths: readonly string[]): readonly string[] {
  const followed = new Set<string>();
  const follow = (path: string): void => {
    const parts = join("/", path).split("/").filter(Boolean);
    if (parts.length === 0) followed.add("/");
    for (const at of parts.keys()) {
      const current = `/${parts.slice(0, at + 1).join("/")}`;
      const rest = parts.slice(at + 1).join("/");
      const targets = targetsOf(tree, current);
      if (rest !== "" && targets.length === 0) continue;
      if (followed.has(current)) return;
      followed.add(current);
      for (const target of targets) follow(join(target, rest));
      return;
    }
  };
  for (const path of [...paths].sort(compareBytes)) follow(path);
  return [...followed];
}

/** Where a symbolic link leads, or all those that a pattern's last part matches. */
function targetsOf(tree: MountedTree, path: string): readonly string[] {
  if (hasWildcards(path)) return selectSources(tree, path).flatMap((found) => linkTargets(tree, found));
  return linkTargets(tree, path);
}

function linkTargets(tree: MountedTree, path: string): readonly string[] {
  const inode = tree.find(path, { follow: false })?.inode;
  if (inode?.type !== "symlink") return [];
  const link = inode.readlink();
  return [link.startsWith("/") ? join("/", link) : join("/", dirname(path), link)];
}

/** Is `path` the directory `top`, or below it? */
function isWithin(path: string, top: string): boolean {
  return path === top || path.startsWith(top === "/" ? top : `${top}/`);
}
