/**
 * What of a context is sent: the paths that the build asks for, what is below them, and the directories on the way.
 *
 * @see fsutil filter.go, followlinks.go; BuildKit frontend/dockerfile/dockerfile2llb/convert.go ctxPaths
 */
import type { MountedTree } from "../../snapshot/index.ts";
import { rootPath } from "./root-path.ts";
import { selectSources } from "./select.ts";

/** Was `path`, without symbolic links, sent to a builder that asked for `includes`? */
export function isSent(tree: MountedTree, includes: readonly string[], path: string): boolean {
  if (path === "/") return true;
  return includes.some((pattern) =>
    selectSources(tree, pattern).some((found) => {
      const resolved = rootPath(tree, found);
      const isThere = tree.find(resolved, { follow: false }) !== undefined;
      return isThere && (isWithin(path, resolved) || isWithin(resolved, path));
    }),
  );
}

/** Is `path` the directory `top`, or below it? */
function isWithin(path: string, top: string): boolean {
  return path === top || path.startsWith(top === "/" ? top : `${top}/`);
}
