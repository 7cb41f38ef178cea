/**
 * What changes directories: mkdir, mknod, symlink, link, unlink, rmdir, rename.
 *
 * Each function resolves, checks, asks the inode, and keeps the dentries true. The order of the checks is Linux's, for
 * it decides which errno a caller sees.
 *
 * @see fs/namei.c
 */
import {
  CAP_FSETID,
  CAP_MKNOD,
  Errno,
  type FileType,
  fileType,
  LINK_MAX,
  PERMISSION_BITS,
  R_OK,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  S_ISGID,
  S_ISUID,
  W_OK,
  X_OK,
} from "../abi/index.ts";
import { byteLength } from "../lib/index.ts";
import { childIn } from "./automount.ts";
import type { Dentry } from "./dentry.ts";
import type { FsContext } from "./fs-context.ts";
import type { Inode, InodeInit } from "./inode.ts";
import { Location } from "./mount.ts";
import { checkAccess, checkDelete, mayAccess, ownsOrCapable } from "./permission.ts";
import { type LastComponent, lookup, walk, walkParent } from "./walk.ts";
import { tellCreated, tellLinked, tellMoved, tellUnlinked } from "./watch.ts";

/** A name in a directory, whether or not there is something. */
export interface Place {
  readonly parent: Location;
  readonly name: string;
}

/** Makes something where nothing is, with no check of permissions. @throws ENOENT in a directory that was removed */
export function createAt({ parent, name }: Place, init: InodeInit): Location {
  if (parent.dentry.deleted) throw new Errno("ENOENT");
  const made = new Location(parent.mount, parent.dentry.adopt(name, parent.inode.create(name, init)));
  tellCreated(parent.inode, name, made.inode);
  return made;
}

/**
 * Owner and mode of something new in `directory`: a set-gid directory hands on its group, and to directories the bit.
 *
 * @see fs/inode.c:inode_init_owner
 */
export function newInode(
  context: FsContext,
  directory: Inode,
  type: FileType,
  mode: number,
  rest: Pick<InodeInit, "target" | "rdev"> = {},
): InodeInit {
  const inherits = (directory.mode & S_ISGID) !== 0;
  const gid = inherits ? directory.gid : context.creds.gid;
  let bits = type === "symlink" ? 0o777 : mode & ~context.umask;
  if (inherits && type === "dir") bits |= S_ISGID;
  const keepsGid = context.creds.inGroup(gid) || context.creds.capableOver(directory, CAP_FSETID);
  if (type === "file" && (bits & (S_ISGID | 0o010)) === (S_ISGID | 0o010) && !keepsGid) bits &= ~S_ISGID;
  return { type, mode: bits, uid: context.creds.uid, gid, ...rest };
}

/** @throws EEXIST if the name exists. @see mkdir(2) */
export function mkdir(context: FsContext, path: string, mode: number): void {
  const place = freePlace(context, path, { slash: true });
  createAt(place, newInode(context, place.parent.inode, "dir", mode & (0o777 | 0o1000)));
}

/**
 * Makes a FIFO, device, socket or regular file.
 *
 * @throws EPERM for a device without CAP_MKNOD. @see mknod(2)
 */
export function mknod(context: FsContext, path: string, mode: number, rdev: number): void {
  const type = fileType(mode);
  if (type === "dir") throw new Errno("EPERM");
  if (type === "symlink") throw new Errno("EINVAL");
  const place = freePlace(context, path, { slash: false });
  const isDevice = type === "char" || type === "block";
  const isWhiteout = type === "char" && rdev === 0;
  if (isDevice && !isWhiteout && !context.creds.capableOnMachine(CAP_MKNOD)) throw new Errno("EPERM");
  createAt(place, newInode(context, place.parent.inode, type, mode & PERMISSION_BITS, isDevice ? { rdev } : {}));
}

/** @throws ENOENT if the target is empty. @see symlink(2) */
export function symlink(context: FsContext, target: string, path: string): void {
  if (target === "") throw new Errno("ENOENT");
  if (byteLength(target) >= 4096) throw new Errno("ENAMETOOLONG");
  const place = freePlace(context, path, { slash: false });
  createAt(place, newInode(context, place.parent.inode, "symlink", 0o777, { target }));
}

/**
 * Gives a file a second name.
 *
 * @throws EXDEV if both names are on different mounts. @throws EPERM on a directory, or on a file that the caller
 * neither owns nor may write. @throws EMLINK beyond LINK_MAX names. @see link(2)
 */
export function link(context: FsContext, from: string, to: string, options: { readonly follow: boolean }): void {
  const source = walk(context, from, options);
  const place = freePlace(context, to, { slash: false, create: false });
  if (source.mount !== place.parent.mount) throw new Errno("EXDEV");
  checkProtectedHardLink(context, source.inode);
  checkAccess(context.creds, place.parent.inode, W_OK | X_OK);
  linkAt(source, place);
}

/** Gives a file a second name that is free, with no check of permissions. @throws EPERM, EMLINK as `link` does */
export function linkAt(source: Location, { parent, name }: Place): void {
  if (source.inode.type === "dir") throw new Errno("EPERM");
  const { nlink } = source.inode.stat();
  if (nlink === 0 && !source.dentry.name.startsWith("#")) throw new Errno("ENOENT");
  if (nlink >= LINK_MAX) throw new Errno("EMLINK");
  if (parent.dentry.deleted) throw new Errno("ENOENT");
  parent.inode.link(name, source.inode);
  parent.dentry.adopt(name, source.inode);
  tellLinked(parent.inode, name, source.inode);
}

/** @throws EISDIR on a directory. @throws EBUSY on a mount point. @see unlink(2) */
export function unlink(context: FsContext, path: string): void {
  const last = walkParent(context, path);
  if (!isName(last.name)) throw new Errno("EISDIR");
  const victim = victimOf(last);
  if (last.slash) throw new Errno(victim.inode.type === "dir" ? "EISDIR" : "ENOTDIR");
  checkDelete(context.creds, last.parent.inode, victim.inode);
  if (victim.inode.type === "dir") throw new Errno("EISDIR");
  if (isMountPoint(last.parent, victim) && !last.parent.mount.fs.isFixed) throw new Errno("EBUSY");
  last.parent.inode.unlink(last.name, victim.inode);
  last.parent.dentry.forget(last.name);
  tellUnlinked(victim);
}

/** @throws ENOTEMPTY if it has entries. @throws ENOTDIR if it is no directory. @throws EBUSY on a mount point. @see rmdir(2) */
export function rmdir(context: FsContext, path: string): void {
  const last = walkParent(context, path);
  if (!isName(last.name)) throw new Errno(last.name === ".." ? "ENOTEMPTY" : last.name === "." ? "EINVAL" : "EBUSY");
  const victim = victimOf(last);
  checkDelete(context.creds, last.parent.inode, victim.inode);
  if (victim.inode.type !== "dir") throw new Errno("ENOTDIR");
  if (isMountPoint(last.parent, victim) && !last.parent.mount.fs.isFixed) throw new Errno("EBUSY");
  last.parent.inode.rmdir(last.name, victim.inode);
  last.parent.dentry.forget(last.name);
  tellUnlinked(victim);
}

/**
 * Renames an entry, replacing the target if there is one.
 *
 * @throws EXDEV if the two directories are on different mounts, or the file system cannot move this directory.
 * @throws EINVAL if a directory would move below itself.
 * @throws ENOTEMPTY if the target is a directory with entries, or lies above the source.
 * @throws EBUSY if either is a mount point. @throws ENOTDIR, EISDIR if only one of both is a directory.
 * @throws EEXIST with RENAME_NOREPLACE if the target exists.
 * @see rename(2), fs/namei.c:vfs_rename
 */
export function rename(context: FsContext, from: string, to: string, flags: number): void {
  const exchanges = (flags & RENAME_EXCHANGE) !== 0;
  if (exchanges && (flags & RENAME_NOREPLACE) !== 0) throw new Errno("EINVAL");
  const source = walkParent(context, from);
  const target = walkParent(context, to);
  if (source.parent.mount !== target.parent.mount) throw new Errno("EXDEV");
  if (!isName(source.name) || !isName(target.name)) throw new Errno("EBUSY");
  if (source.parent.mount.readOnly) throw new Errno("EROFS");
  const moved = childIn(source.parent.mount, source.parent.dentry, source.name);
  if (moved === undefined || target.parent.dentry.deleted) throw new Errno("ENOENT");
  const replaced = childIn(target.parent.mount, target.parent.dentry, target.name);
  if (replaced !== undefined && (flags & RENAME_NOREPLACE) !== 0) throw new Errno("EEXIST");
  if (replaced === undefined && (exchanges || target.parent.mount.fs.isFixed)) throw new Errno("ENOENT");
  if (moved.inode.type !== "dir" && (source.slash || (!exchanges && target.slash))) throw new Errno("ENOTDIR");
  if (target.parent.dentry.isWithin(moved)) throw new Errno("EINVAL");
  if (replaced !== undefined && source.parent.dentry.isWithin(replaced)) {
    throw new Errno(exchanges ? "EINVAL" : "ENOTEMPTY");
  }
  if (moved.inode === replaced?.inode) return;
  checkRename(context, source, moved, target, replaced, exchanges);
  const goal = { directory: target.parent.inode, name: target.name, replaced: replaced?.inode };
  if (exchanges && replaced !== undefined) {
    source.parent.inode.exchange(source.name, moved.inode, goal);
    source.parent.dentry.forget(source.name);
    target.parent.dentry.forget(target.name);
    moved.move(target.parent.dentry, target.name);
    replaced.move(source.parent.dentry, source.name);
    moved.deleted = false;
    replaced.deleted = false;
    tellMoved(moved, { directory: source.parent.inode, name: source.name }, undefined);
    tellMoved(replaced, { directory: target.parent.inode, name: target.name }, undefined);
    return;
  }
  source.parent.inode.rename(source.name, moved.inode, goal);
  moved.move(target.parent.dentry, target.name);
  tellMoved(moved, { directory: source.parent.inode, name: source.name }, replaced);
}

function checkRename(
  context: FsContext,
  source: LastComponent,
  moved: Dentry,
  target: LastComponent,
  replaced: Dentry | undefined,
  exchanges: boolean,
): void {
  const { creds } = context;
  const isDir = moved.inode.type === "dir";
  checkDelete(creds, source.parent.inode, moved.inode);
  if (replaced === undefined) checkAccess(creds, target.parent.inode, W_OK | X_OK);
  else {
    checkDelete(creds, target.parent.inode, replaced.inode);
    const replacesDir = replaced.inode.type === "dir";
    if (!exchanges && isDir && !replacesDir) throw new Errno("ENOTDIR");
    if (!exchanges && !isDir && replacesDir) throw new Errno("EISDIR");
  }
  if (isDir && source.parent.dentry !== target.parent.dentry) checkAccess(creds, moved.inode, W_OK);
  // A file system in which nothing is renamed says so first.
  if (source.parent.mount.fs.isFixed) throw new Errno("EPERM");
  if (isMountPoint(source.parent, moved)) throw new Errno("EBUSY");
  if (replaced !== undefined && isMountPoint(target.parent, replaced)) throw new Errno("EBUSY");
}

/** The place for a new entry. Linux's filename_create: EEXIST comes before EROFS, and both before EACCES. */
function freePlace(
  context: FsContext,
  path: string,
  options: { readonly slash: boolean; readonly create?: boolean },
): Place {
  const { parent, name, slash } = walkParent(context, path);
  if (!isName(name)) throw new Errno("EEXIST");
  if (lookup(parent, name) !== undefined) throw new Errno("EEXIST");
  if ((slash && !options.slash) || parent.mount.fs.isFixed) throw new Errno("ENOENT");
  if (parent.mount.readOnly) throw new Errno("EROFS");
  if (options.create !== false) checkAccess(context.creds, parent.inode, W_OK | X_OK);
  return { parent, name };
}

function victimOf(last: LastComponent): Dentry {
  if (last.parent.mount.readOnly) throw new Errno("EROFS");
  const victim = childIn(last.parent.mount, last.parent.dentry, last.name);
  if (victim === undefined) throw new Errno("ENOENT");
  return victim;
}

function isMountPoint(parent: Location, child: Dentry): boolean {
  return child.mounted > 0 && parent.mount.childAt(child) !== undefined;
}

const isName = (name: string): boolean => name !== "" && name !== "." && name !== "..";

/**
 * Linking to a file that one neither owns nor can use fully is refused.
 *
 * @see proc(5) /proc/sys/fs/protected_hardlinks, fs/namei.c:may_linkat
 */
function checkProtectedHardLink(context: FsContext, inode: Inode): void {
  if (!context.protections.hardlinks || ownsOrCapable(context.creds, inode)) return;
  const risky =
    inode.type !== "file" ||
    (inode.mode & S_ISUID) !== 0 ||
    (inode.mode & (S_ISGID | 0o010)) === (S_ISGID | 0o010) ||
    !mayAccess(context.creds, inode, R_OK | W_OK);
  if (risky) throw new Errno("EPERM");
}
