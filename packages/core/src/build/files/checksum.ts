/**
 * Content checksums: what makes two selections of files the same to the cache. Names, types, modes, owners, contents and
 * link targets count; times do not.
 *
 * @see BuildKit cache/contenthash/checksum.go, filehash.go
 */
import { O_RDONLY } from "../../abi/index.ts";
import { encode, join, NO_BYTES, sha256 } from "../../lib/index.ts";
import type { MountedTree } from "../../snapshot/index.ts";
import { type Location, openAt } from "../../vfs/index.ts";
import type { IgnoreMatcher } from "./ignore.ts";
import { rootPath } from "./root-path.ts";
import { namesIn } from "./select.ts";

/** The digest of each path that a selection covers, so that a difference can be named. */
export type Checksums = ReadonlyMap<string, string>;

/** Checksums of what is at `path` (links followed) and below; `undefined` if nothing is there. */
export function checksums(tree: MountedTree, path: string, exclude?: IgnoreMatcher): Checksums | undefined {
  const resolved = rootPath(tree, path);
  const at = tree.find(resolved, { follow: false });
  if (at === undefined) return undefined;
  const found = new Map<string, string>();
  if (at.inode.type === "dir") collect(tree, resolved, "", found, exclude);
  else found.set("", digestOf(at));
  return found;
}

/** One digest for all. */
export function combined(sums: Checksums): string {
  return sha256(encode([...sums].map(([path, digest]) => `${path}\0${digest}\n`).join("")));
}

function collect(
  tree: MountedTree,
  directory: string,
  prefix: string,
  found: Map<string, string>,
  exclude: IgnoreMatcher | undefined,
): void {
  for (const name of namesIn(tree, directory)) {
    const path = join(directory, name);
    const below = prefix + name;
    const at = tree.find(path, { follow: false });
    if (at === undefined) continue;
    if (exclude?.matches(below) === true && (at.inode.type !== "dir" || !exclude.hasExclusions)) continue;
    found.set(below, digestOf(at));
    if (at.inode.type === "dir") collect(tree, path, `${below}/`, found, exclude);
  }
}

function digestOf(at: Location): string {
  const { inode } = at;
  const { mode, uid, gid, rdev } = inode.stat();
  const header = [mode, uid, gid, rdev, inode.type === "symlink" ? inode.readlink() : ""].join("\0");
  const xattrs = inode.listxattr().map((name) => `${name}=${sha256(inode.getxattr(name) ?? NO_BYTES)}`);
  const content = inode.type === "file" ? sha256(contentOf(at)) : "";
  return sha256(encode([header, ...xattrs, content].join("\n")));
}

function contentOf(at: Location): Uint8Array {
  const file = openAt(at, O_RDONLY);
  const content = file.read(at.inode.stat().size);
  file.release();
  return content ?? NO_BYTES;
}
