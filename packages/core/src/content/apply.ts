/**
 * Applying a layer to a directory: what unpacking an image does.
 *
 * OCI whiteouts become those of overlayfs, since every layer gets a directory of its own.
 *
 * @see OCI image-spec layer.md, containerd archive/tar.go
 */

import { FileContent, isWhiteout, MemoryDirectory, MemoryFile, type MemoryInode, makeOpaque } from "../fs/index.ts";
import { type Bytes, basename, dirname, StatusError } from "../lib/index.ts";
import { type LayerEntry, OPAQUE_WHITEOUT, WHITEOUT_PREFIX } from "./layer-entry.ts";

/** As many symbolic links as Linux follows in one path. @see path_resolution(7) */
const LINK_LIMIT = 40;

export interface ApplyOptions {
  /** The entries are no layer but files, which may be named like whiteouts. */
  readonly arePlain?: boolean;
}

/**
 * Applies entries in their order. If it throws, what was done so far is there still.
 *
 * @throws StatusError invalid-argument for an entry outside of the root, also by way of a symbolic link, for a whiteout
 * of no name, and for a hard link to nothing or to a directory.
 */
export function applyLayer(
  root: MemoryDirectory,
  entries: Iterable<LayerEntry<Bytes>>,
  options: ApplyOptions = {},
): void {
  const directoryTimes: (readonly [MemoryInode, number])[] = [];
  for (const entry of entries) {
    const inode = applyEntry(root, entry, options);
    if (inode?.type === "dir") directoryTimes.push([inode, entry.mtimeUs]);
  }
  // Filling a directory changes its times: they are set when all is in place.
  for (const [inode, mtimeUs] of directoryTimes) inode.setattr({ mtimeUs, atimeUs: mtimeUs });
}

function applyEntry(
  root: MemoryDirectory,
  entry: LayerEntry<Bytes>,
  { arePlain = false }: ApplyOptions,
): MemoryInode | undefined {
  const path = clean(entry.path);
  if (path === "") {
    setAttributes(root, entry);
    return root;
  }
  const parent = ensureDirectory(root, dirname(path));
  const name = basename(path);
  if (name === OPAQUE_WHITEOUT && !arePlain) {
    makeOpaque(parent);
    return undefined;
  }
  if (name.startsWith(WHITEOUT_PREFIX) && !arePlain) {
    whiteOut(parent, name.slice(WHITEOUT_PREFIX.length), entry.path);
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
  const inode = make(parent, name, entry);
  // What the whiteout has hidden of the layers below must not come back in the new directory.
  if (existing !== undefined && isWhiteout(existing) && inode instanceof MemoryDirectory) makeOpaque(inode);
  return inode;
}

/** A whiteout hides what the layers below have; what its own layer has stays. */
function whiteOut(parent: MemoryDirectory, name: string, path: string): void {
  // Names of aufs's own, which layers of its time contain.
  if (name.startsWith(WHITEOUT_PREFIX)) return;
  if (name === "" || name === "." || name === "..") throw invalid(`invalid whiteout: ${path}`);
  const own = parent.lookup(name);
  if (own === undefined) parent.create(name, { type: "char", mode: 0, uid: 0, gid: 0, rdev: 0 });
  else if (own instanceof MemoryDirectory) makeOpaque(own);
}

function make(parent: MemoryDirectory, name: string, entry: LayerEntry<Bytes>): MemoryInode {
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

function setAttributes(inode: MemoryInode, { mode, uid, gid, mtimeUs }: Omit<LayerEntry, "content">): void {
  inode.setattr({ mode, uid, gid, mtimeUs, atimeUs: mtimeUs });
}

/** "./a//b/" → "a/b". @throws for a path with "..". */
function clean(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw invalid(`invalid entry name: ${path}`);
  return parts.join("/");
}

/** The directory at a path, made if need be. Symbolic links on the way are followed inside of the root. */
function ensureDirectory(root: MemoryDirectory, path: string): MemoryDirectory {
  const way = [root];
  if (path === ".") return root;
  const names = path.split("/");
  let links = 0;
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const at = way.at(-1) ?? root;
    if (name === "" || name === ".") continue;
    if (name === "..") {
      if (way.length === 1) throw invalid(`entry below ${path} leads out of the layer by a symbolic link`);
      way.pop();
      continue;
    }
    const next = at.lookup(name);
    if (next?.type === "symlink") {
      if (++links > LINK_LIMIT) throw invalid(`too many symbolic links in ${path}`);
      const target = next.readlink();
      if (target.startsWith("/")) {
        throw invalid(`entry below ${path} leads out of the layer by the symbolic link ${name} -> ${target}`);
      }
      names.unshift(...target.split("/"));
    } else way.push(next instanceof MemoryDirectory ? next : replaceByDirectory(at, name, next));
  }
  return way.at(-1) ?? root;
}

function replaceByDirectory(at: MemoryDirectory, name: string, old: MemoryInode | undefined): MemoryDirectory {
  if (old !== undefined) at.unlink(name);
  const made = at.create(name, { type: "dir", mode: 0o755, uid: 0, gid: 0 }) as MemoryDirectory;
  if (old !== undefined && isWhiteout(old)) makeOpaque(made);
  return made;
}

function find(root: MemoryDirectory, path: string): MemoryInode {
  let at: MemoryInode | undefined = root;
  for (const name of path.split("/")) at = at instanceof MemoryDirectory ? at.lookup(name) : undefined;
  if (at === undefined || isWhiteout(at)) throw invalid(`hard link to missing file: ${path}`);
  if (at instanceof MemoryDirectory) throw invalid(`hard link to a directory: ${path}`);
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

const invalid = (message: string): StatusError => new StatusError("invalid-argument", message);
