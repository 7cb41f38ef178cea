/**
 * What the upper directory of an overlay changes, as the entries of a layer.
 *
 * Whiteouts of overlayfs become those of OCI, and what only overlayfs knows stays behind.
 *
 * @see OCI image-spec layer.md "Representing Changes", containerd pkg/archive/tar.go
 */
import {
  isOpaque,
  isWhiteout,
  MemoryDirectory,
  MemoryFile,
  type MemoryInode,
  OVERLAY_XATTR_PREFIX,
} from "../fs/index.ts";
import { compareBytes } from "../lib/index.ts";
import { type LayerEntry, OPAQUE_WHITEOUT, WHITEOUT_PREFIX } from "./layer-entry.ts";

const WHITEOUT_MODE = 0o600;

/** Entries in the order of their paths, a directory before what is in it; the root itself is left out. */
export function* diffLayer(upper: MemoryDirectory): Iterable<LayerEntry> {
  yield* changesIn(upper, "", new Map());
}

/** `firstNames` has the path under which an inode was met first. */
function* changesIn(
  directory: MemoryDirectory,
  prefix: string,
  firstNames: Map<MemoryInode, string>,
): Iterable<LayerEntry> {
  const names = [...directory.entries.keys()].sort(compareBytes);
  if (isOpaque(directory)) yield { ...attributesOf(directory), path: prefix + OPAQUE_WHITEOUT, type: "file" };
  for (const name of names) {
    const inode = directory.lookup(name);
    if (inode === undefined) continue;
    const path = prefix + name;
    if (isWhiteout(inode)) {
      const { uid, gid, mtimeUs } = attributesOf(inode);
      yield { path: `${prefix}${WHITEOUT_PREFIX}${name}`, type: "file", mode: WHITEOUT_MODE, uid, gid, mtimeUs };
    } else yield* changeOf(inode, path, firstNames);
  }
}

function* changeOf(inode: MemoryInode, path: string, firstNames: Map<MemoryInode, string>): Iterable<LayerEntry> {
  // A socket means nothing outside of the kernel that has it.
  if (inode.type === "socket") return;
  const first = firstNames.get(inode);
  if (first !== undefined) {
    yield { ...attributesOf(inode), path, type: "hardlink", link: first };
    return;
  }
  if (inode.type !== "dir" && inode.nlink > 1) firstNames.set(inode, path);
  yield { ...attributesOf(inode), path, type: inode.type, ...contentOf(inode), ...xattrsOf(inode) };
  if (inode instanceof MemoryDirectory) yield* changesIn(inode, `${path}/`, firstNames);
}

const attributesOf = ({ mode, uid, gid, mtimeUs }: MemoryInode) => ({ mode, uid, gid, mtimeUs });

function contentOf(inode: MemoryInode): Pick<LayerEntry, "content" | "link" | "rdev"> {
  if (inode instanceof MemoryFile) return { content: inode.content.bytes() };
  if (inode.type === "symlink") return { link: inode.readlink() };
  return inode.type === "char" || inode.type === "block" ? { rdev: inode.rdev } : {};
}

function xattrsOf(inode: MemoryInode): Pick<LayerEntry, "xattrs"> {
  const names = inode.listxattr().filter((name) => !name.startsWith(OVERLAY_XATTR_PREFIX));
  if (names.length === 0) return {};
  return { xattrs: new Map(names.flatMap((name) => [[name, inode.getxattr(name)] as const]).filter(hasValue)) };
}

function hasValue(pair: readonly [string, Uint8Array | undefined]): pair is readonly [string, Uint8Array] {
  return pair[1] !== undefined;
}
