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
import { type Chunks, compareBytes } from "../lib/index.ts";
import { type LayerEntry, OPAQUE_WHITEOUT, WHITEOUT_PREFIX } from "./layer-entry.ts";

const WHITEOUT_MODE = 0o600;

/** Entries in the order of their paths, a directory before what is in it; the root itself is left out. */
export function diffLayer(upper: MemoryDirectory): readonly LayerEntry<Chunks>[] {
  const found: Found = { entries: [], firstNames: new Map() };
  addChangesIn(upper, "", found);
  return found.entries;
}

interface Found {
  readonly entries: LayerEntry<Chunks>[];
  /** The path under which an inode was met first. */
  readonly firstNames: Map<MemoryInode, string>;
}

function addChangesIn(directory: MemoryDirectory, prefix: string, found: Found): void {
  if (isOpaque(directory))
    found.entries.push({ ...opaqueAttributes(directory), path: prefix + OPAQUE_WHITEOUT, type: "file" });
  for (const name of [...directory.entries.keys()].sort(compareBytes)) {
    const inode = directory.lookup(name);
    if (inode === undefined) continue;
    if (isWhiteout(inode)) {
      const path = `${prefix}${WHITEOUT_PREFIX}${name}`;
      found.entries.push({ ...attributesOf(inode), path, type: "file", mode: WHITEOUT_MODE });
    } else addChange(inode, prefix + name, found);
  }
}

function addChange(inode: MemoryInode, path: string, found: Found): void {
  const { entries, firstNames } = found;
  // A socket means nothing outside of the kernel that has it.
  if (inode.type === "socket") return;
  const first = inode.type !== "dir" && inode.nlink > 1 ? firstNames.get(inode) : undefined;
  if (first !== undefined) {
    entries.push({ ...attributesOf(inode), path, type: "hardlink", link: first });
    return;
  }
  if (inode.type !== "dir" && inode.nlink > 1) firstNames.set(inode, path);
  entries.push(entryOf(inode, path));
  if (inode instanceof MemoryDirectory) addChangesIn(inode, `${path}/`, found);
}

function entryOf(inode: MemoryInode, path: string): LayerEntry<Chunks> {
  const { type, mode, uid, gid, mtimeUs } = inode;
  const names = inode.listxattr();
  // Most entries are plain files: spreading parts together takes five times as long.
  if (inode instanceof MemoryFile && names.length === 0) {
    return { path, type, mode, uid, gid, mtimeUs, content: inode.content.chunks() };
  }
  return { path, type, mode, uid, gid, mtimeUs, ...contentOf(inode), ...xattrsOf(inode, names) };
}

/** Attributes of an opaque marker: its directory's, without set-id and sticky bits. */
const opaqueAttributes = (directory: MemoryDirectory) => ({
  ...attributesOf(directory),
  mode: directory.mode & PLAIN_MODE,
});

const PLAIN_MODE = 0o777;

const attributesOf = ({ mode, uid, gid, mtimeUs }: MemoryInode) => ({ mode, uid, gid, mtimeUs });

function contentOf(inode: MemoryInode): Pick<LayerEntry<Chunks>, "content" | "link" | "rdev"> {
  if (inode instanceof MemoryFile) return { content: inode.content.chunks() };
  if (inode.type === "symlink") return { link: inode.readlink() };
  return inode.type === "char" || inode.type === "block" ? { rdev: inode.rdev } : {};
}

function xattrsOf(inode: MemoryInode, names: readonly string[]): Pick<LayerEntry, "xattrs"> {
  const kept = names.filter((name) => !name.startsWith(OVERLAY_XATTR_PREFIX));
  if (kept.length === 0) return {};
  return { xattrs: new Map(kept.flatMap((name) => [[name, inode.getxattr(name)] as const]).filter(hasValue)) };
}

function hasValue(pair: readonly [string, Uint8Array | undefined]): pair is readonly [string, Uint8Array] {
  return pair[1] !== undefined;
}
