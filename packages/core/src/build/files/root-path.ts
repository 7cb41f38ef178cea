/**
 * Paths in a tree whose symbolic links may lead through places that do not exist yet.
 *
 * @see containerd continuity fs/path.go RootPath
 */
import { clean, dirname } from "../../lib/index.ts";
import type { MountedTree } from "../../snapshot/index.ts";
import { BuildError } from "../dockerfile/error.ts";

/** As many links as Go's RootPath follows. */
const LINK_LIMIT = 255;

/**
 * The path without symbolic links that `path` means: what does not exist stays as it is written.
 *
 * @throws BuildError `too many links`
 */
export function rootPath(tree: MountedTree, path: string): string {
  return pathBelow(tree, "/", path);
}

/**
 * The same for a place where files go.
 *
 * @throws BuildError also `lstat /f/x: not a directory` if the path leads through a file
 */
export function targetPath(tree: MountedTree, path: string): string {
  const resolved = rootPath(tree, path);
  const blocked = blockedBy(tree, resolved);
  if (blocked !== undefined) throw new BuildError(`lstat ${blocked}: not a directory`);
  return resolved;
}

/** The first path on the way to one without symbolic links that would be below a file; undefined if there is none. */
export function blockedBy(tree: MountedTree, resolved: string): string | undefined {
  const all = parts(resolved);
  for (let i = 1; i < all.length; i++) {
    const type = tree.find(`/${all.slice(0, i).join("/")}`, { follow: false })?.inode.type;
    if (type === undefined) return undefined;
    if (type !== "dir") return `/${all.slice(0, i + 1).join("/")}`;
  }
  return undefined;
}

/**
 * The same for a path in a directory (without symbolic links) that counts as the root.
 *
 * @throws BuildError also `path escapes from parent` for a relative link that leads out of it, if it `mayLeave` is false
 */
export function pathBelow(
  tree: MountedTree,
  root: string,
  path: string,
  { mayLeave = true }: { readonly mayLeave?: boolean } = {},
): string {
  const prefix = root === "/" ? "" : root;
  let resolved = "";
  let links = 0;
  /** What is not there cannot be left either. */
  let isMissing = false;
  const rest = parts(path);
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === "..") {
      if (resolved === "" && !mayLeave && !isMissing) throw new BuildError("path escapes from parent");
      resolved = resolved === "" ? "" : dirname(resolved) === "/" ? "" : dirname(resolved);
      continue;
    }
    const next = `${resolved}/${name}`;
    const inode = tree.find(prefix + next, { follow: false })?.inode;
    if (inode?.type !== "symlink") {
      isMissing ||= inode === undefined;
      resolved = next;
      continue;
    }
    if (++links > LINK_LIMIT) throw new BuildError("too many links");
    const target = inode.readlink();
    const isAbsolute = target.startsWith("/");
    if (isAbsolute) resolved = "";
    rest.unshift(...parts(isAbsolute ? clean(target) : target));
  }
  return clean(`${prefix}${resolved}` || "/");
}

function parts(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
