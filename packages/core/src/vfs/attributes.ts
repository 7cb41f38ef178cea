/**
 * What changes the attributes of a file: chmod, chown, utimens, truncate, extended attributes; and access(2).
 *
 * @see fs/attr.c:setattr_prepare, fs/open.c, fs/xattr.c
 */
import {
  CAP_CHOWN,
  CAP_FSETID,
  CAP_SETFCAP,
  CAP_SYS_ADMIN,
  Errno,
  IN_ACCESS,
  IN_ATTRIB,
  IN_MODIFY,
  MS_NOEXEC,
  PERMISSION_BITS,
  R_OK,
  S_ISGID,
  S_ISUID,
  type TimeChange,
  W_OK,
  X_OK,
  XATTR_CREATE,
  XATTR_REPLACE,
} from "../abi/index.ts";
import { byteLength } from "../lib/index.ts";
import type { FsCredentials } from "./credentials.ts";
import type { Inode } from "./inode.ts";
import type { Location } from "./mount.ts";
import { checkAccess, ownsOrCapable } from "./permission.ts";
import { tellPath } from "./watch.ts";

/** @see include/uapi/linux/limits.h */
const XATTR_NAME_MAX = 255;
const XATTR_SIZE_MAX = 65_536;
const XATTR_SPACES: ReadonlySet<string> = new Set(["user.", "trusted.", "security."]);

/**
 * Sets the permission bits.
 *
 * @throws EPERM unless the caller owns the file or has CAP_FOWNER. A caller outside the file's group loses S_ISGID.
 */
export function chmod(who: FsCredentials, at: Location, mode: number): void {
  checkWritable(at);
  const { inode } = at;
  if (!ownsOrCapable(who, inode)) throw new Errno("EPERM");
  const keepsGid = who.inGroup(inode.gid) || who.capableOver(inode, CAP_FSETID);
  inode.setattr({ mode: mode & (keepsGid ? PERMISSION_BITS : PERMISSION_BITS & ~S_ISGID) });
  tellPath(at.dentry, IN_ATTRIB);
}

/**
 * Sets owner and group; an id of -1 stays. Set-uid and set-gid are cleared on everything but directories.
 *
 * @throws EPERM for a new owner without CAP_CHOWN, and for a group that the owner is not in.
 */
export function chown(who: FsCredentials, at: Location, uid: number, gid: number): void {
  checkWritable(at);
  const { inode } = at;
  const isOwner = who.uid === inode.uid;
  const privileged = who.capableOver(inode, CAP_CHOWN);
  if (uid !== -1 && !(isOwner && uid === inode.uid) && !privileged) throw new Errno("EPERM");
  if (gid !== -1 && !(isOwner && (gid === inode.gid || who.inGroup(gid))) && !privileged) throw new Errno("EPERM");
  const owner = { uid: uid === -1 ? inode.uid : uid, gid: gid === -1 ? inode.gid : gid };
  const mode = withoutSetId(inode.mode);
  inode.setattr(inode.type === "dir" || mode === inode.mode ? owner : { ...owner, mode });
  if (uid !== -1 || gid !== -1) tellPath(at.dentry, IN_ATTRIB);
}

/** The mode without set-uid, and without set-gid where it means that (with group execute). */
function withoutSetId(mode: number): number {
  const dropped = (mode & 0o010) !== 0 ? S_ISUID | S_ISGID : S_ISUID;
  return mode & ~dropped;
}

/**
 * After a write or truncation by somebody without CAP_FSETID the set-id bits go.
 *
 * @see fs/inode.c:file_remove_privs
 */
export function dropSetId(who: FsCredentials, at: Location): void {
  const { inode } = at;
  const mode = inode.mode;
  if ((mode & (S_ISUID | S_ISGID)) === 0 || inode.type !== "file") return;
  const dropped = withoutSetId(mode);
  if (dropped === mode || who.capableOver(inode, CAP_FSETID)) return;
  inode.setattr({ mode: dropped });
  tellPath(at.dentry, IN_ATTRIB);
}

/**
 * Sets access and modification time.
 *
 * @throws EPERM if an explicit time is given by somebody who is not the owner.
 * @throws EACCES if both are "now" and the caller neither owns nor may write the file.
 */
export function utimens(who: FsCredentials, at: Location, atime: TimeChange, mtime: TimeChange, nowUs: number): void {
  checkWritable(at);
  if (atime === "omit" && mtime === "omit") return;
  const touches = atime === "now" && mtime === "now";
  if (!ownsOrCapable(who, at.inode)) {
    if (!touches) throw new Errno("EPERM");
    checkAccess(who, at.inode, W_OK);
  }
  at.inode.setattr({
    ...(atime === "omit" ? {} : { atimeUs: atime === "now" ? nowUs : atime }),
    ...(mtime === "omit" ? {} : { mtimeUs: mtime === "now" ? nowUs : mtime }),
  });
  // A time that is set by hand looks like the use that would have set it.
  tellPath(at.dentry, mtime === "omit" ? IN_ACCESS : atime === "omit" ? IN_MODIFY : IN_ATTRIB);
}

/** @throws EISDIR on a directory, EINVAL on other files without contents. @throws ETXTBSY if it is being executed. */
export function truncate(who: FsCredentials, at: Location, length: number): void {
  const { inode } = at;
  if (inode.type === "dir") throw new Errno("EISDIR");
  if (inode.type !== "file" || length < 0) throw new Errno("EINVAL");
  checkWritable(at);
  checkAccess(who, inode, W_OK);
  if (inode.isTextBusy) throw new Errno("ETXTBSY");
  dropSetId(who, at);
  inode.setattr({ size: length });
  tellPath(at.dentry, IN_MODIFY);
}

/**
 * May `who` use the file so? `wanted` is a sum of R_OK, W_OK, X_OK, or F_OK.
 *
 * @throws EROFS for W_OK on a read-only mount. @throws EACCES if not. @see access(2)
 */
export function access(who: FsCredentials, at: Location, wanted: number): void {
  const { inode, mount } = at;
  const isFile = inode.type === "file";
  if ((wanted & X_OK) !== 0 && isFile && (mount.flags & MS_NOEXEC) !== 0) throw new Errno("EACCES");
  checkAccess(who, inode, wanted & (R_OK | W_OK | X_OK));
  if ((wanted & W_OK) !== 0 && mount.readOnly && (isFile || inode.type === "dir")) throw new Errno("EROFS");
}

/** @throws ENODATA if there is no such attribute. @throws EOPNOTSUPP for an unknown name space. @see xattr(7) */
export function getxattr(who: FsCredentials, at: Location, name: string): Uint8Array {
  checkXattr(who, at.inode, name, R_OK);
  const value = at.inode.getxattr(name);
  if (value === undefined) throw new Errno("ENODATA");
  return value;
}

/** @throws EEXIST with XATTR_CREATE if it exists, ENODATA with XATTR_REPLACE if not. @throws E2BIG for a large value. */
export function setxattr(who: FsCredentials, at: Location, name: string, value: Uint8Array, flags: number): void {
  if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) throw new Errno("EINVAL");
  checkWritable(at);
  checkXattr(who, at.inode, name, W_OK);
  if (value.length > XATTR_SIZE_MAX) throw new Errno("E2BIG");
  const exists = at.inode.getxattr(name) !== undefined;
  if (exists && (flags & XATTR_CREATE) !== 0) throw new Errno("EEXIST");
  if (!exists && (flags & XATTR_REPLACE) !== 0) throw new Errno("ENODATA");
  at.inode.setxattr(name, value);
  tellPath(at.dentry, IN_ATTRIB);
}

/** @throws ENODATA if there is no such attribute. */
export function removexattr(who: FsCredentials, at: Location, name: string): void {
  checkWritable(at);
  checkXattr(who, at.inode, name, W_OK);
  if (at.inode.getxattr(name) === undefined) throw new Errno("ENODATA");
  at.inode.removexattr(name);
  tellPath(at.dentry, IN_ATTRIB);
}

/** Names of the attributes that the caller may see: `trusted.*` only with CAP_SYS_ADMIN. */
export function listxattr(who: FsCredentials, at: Location): readonly string[] {
  const names = at.inode.listxattr();
  return who.capableOnMachine(CAP_SYS_ADMIN) ? names : names.filter((name) => !name.startsWith("trusted."));
}

/** @throws ERANGE for no name or one that is too long. @throws EINVAL for a name space without a name. */
function checkXattr(who: FsCredentials, inode: Inode, name: string, wanted: number): void {
  if (name === "" || byteLength(name) > XATTR_NAME_MAX) throw new Errno("ERANGE");
  const space = name.slice(0, name.indexOf(".") + 1);
  if (space === name && XATTR_SPACES.has(name)) throw new Errno("EINVAL");
  switch (space) {
    case "user.":
      if (inode.type !== "file" && inode.type !== "dir") throw new Errno(wanted === R_OK ? "ENODATA" : "EPERM");
      checkAccess(who, inode, wanted);
      return;
    case "trusted.":
      if (!who.capableOnMachine(CAP_SYS_ADMIN)) throw new Errno(wanted === R_OK ? "ENODATA" : "EPERM");
      return;
    case "security.":
      if (wanted === W_OK && !mayLabel(who, inode, name)) throw new Errno("EPERM");
      return;
    default:
      throw new Errno("EOPNOTSUPP");
  }
}

/** File capabilities belong to who may give them; other labels are the machine's. @see cap_inode_setxattr */
function mayLabel(who: FsCredentials, inode: Inode, name: string): boolean {
  return name === "security.capability" ? who.capableOver(inode, CAP_SETFCAP) : who.capableOnMachine(CAP_SYS_ADMIN);
}

function checkWritable(at: Location): void {
  if (at.mount.readOnly) throw new Errno("EROFS");
}
