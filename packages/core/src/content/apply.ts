/**
 * Applying a layer to a directory: what unpacking an image does.
 *
 * OCI whiteouts become those of overlayfs, since every layer gets a directory of its own.
 *
 * @see OCI image-spec layer.md, containerd archive/tar.go
 */

import { FileContent, isWhiteout, MemoryDirectory, MemoryFile, type MemoryInode, makeOpaque } from "../fs/index.ts";
import { basename, dirname, StatusError } from "../lib/index.ts";
import { type LayerEntry, OPAQUE_WHITEOUT, WHITEOUT_PREFIX } from "./layer-entry.ts";

/** @throws StatusError invalid-argument for an entry outside the root or a hard link to nothing. */
export function applyLayer(root: MemoryDirectory, entries: Iterable<LayerEntry>): void {
  const directoryTimes: (readonly [MemoryInode, number])[] = [];
  for (const entry of entries) {
    const inode = applyEntry(root, entry);
    if (inode?.type === "dir") directoryTimes.push([inode, entry.mtimeUs]);
  }
  // Filling a directory changes its times: they are set when all is in place.
  for (const [inode, mtimeUs] of directoryTimes) inode.setattr({ mtimeUs, atimeUs: mtimeUs });
}

function applyEntry(root: MemoryDirectory, entry: LayerEntry): MemoryInode | undefined {
  const path = clean(entry.path);
  if (path === "") {
    setAttributes(root, entry);
    return root;
  }
  const parent = ensureDirectory(root, dirname(path));
  const name = basename(path);
  if (name === OPAQUE_WHITEOUT) {
    makeOpaque(parent);
    return undefined;
  }
  if (name.startsWith(WHITEOUT_PREFIX)) {
    remove(parent, name.slice(WHITEOUT_PREFIX.length));
    parent.create(name.slice(WHITEOUT_PREFIX.length), { type: "char", mode: 0, uid: 0, gid: 0, rdev: 0 });
    return undefined;
  }
  const existing = parent.lookup(name);
  if (existing instanceof MemoryDirectory && entry.type === "dir") {
    setAttributes(existing, entry);
    return existing;
  }
  if (existing !== undefined) remove(parent, name);
  if (entry.type === "hardlink") {
    parent.link(name, find(root, clean(entry.link ?? "")));
    return undefined;
  }
  return make(parent, name, entry);
}

function make(parent: MemoryDirectory, name: string, entry: LayerEntry): MemoryInode {
  const { mode, uid, gid } = entry;
  const type = entry.type === "hardlink" ? "file" : entry.type;
  const inode = parent.create(name, {
    type,
    mode,
    uid,
    gid,
    ...(entry.rdev === undefined ? {} : { rdev: entry.rdev }),
    ...(type === "symlink" ? { target: entry.link ?? "" } : {}),
  });
  if (inode instanceof MemoryFile && entry.content !== undefined) inode.content = FileContent.of(entry.content);
  if (entry.size !== undefined && inode instanceof MemoryFile) inode.setattr({ size: entry.size });
  for (const [attribute, value] of entry.xattrs ?? []) inode.setxattr(attribute, value);
  inode.setattr({ mtimeUs: entry.mtimeUs, atimeUs: entry.mtimeUs });
  return inode;
}

function setAttributes(inode: MemoryInode, { mode, uid, gid, mtimeUs }: LayerEntry): void {
  inode.setattr({ mode, uid, gid, mtimeUs, atimeUs: mtimeUs });
}

/** "./a//b/" → "a/b". @throws for a path with "..". */
function clean(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw new StatusError("invalid-argument", `invalid entry name: ${path}`);
  return parts.join("/");
}

function ensureDirectory(root: MemoryDirectory, path: string): MemoryDirectory {
  let at = root;
  if (path === ".") return at;
  for (const name of path.split("/")) {
    const next = at.lookup(name);
    if (next instanceof MemoryDirectory) at = next;
    else {
      if (next !== undefined && !isWhiteout(next)) at.unlink(name);
      at = at.create(name, { type: "dir", mode: 0o755, uid: 0, gid: 0 }) as MemoryDirectory;
    }
  }
  return at;
}

function find(root: MemoryDirectory, path: string): MemoryInode {
  let at: MemoryInode | undefined = root;
  for (const name of path.split("/")) at = at instanceof MemoryDirectory ? at.lookup(name) : undefined;
  if (at === undefined) throw new StatusError("invalid-argument", `hard link to missing file: ${path}`);
  return at;
}

function remove(parent: MemoryDirectory, name: string): void {
  const victim = parent.lookup(name);
  if (victim === undefined) return;
  if (!(victim instanceof MemoryDirectory)) {
    parent.unlink(name);
    return;
  }
  for (const child of [...victim.entries.keys()]) remove(victim, child);
  parent.rmdir(name);
}
