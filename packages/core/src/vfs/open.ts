/**
 * Opening a file by its path.
 *
 * @see open(2), fs/namei.c:path_openat, may_open
 */
import {
  Errno,
  IN_MODIFY,
  MS_NODEV,
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOCTTY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  R_OK,
  S_ISVTX,
  W_OK,
  X_OK,
} from "../abi/index.ts";
import { createAt, newInode } from "./directory.ts";
import { FileOps } from "./file-ops.ts";
import type { FsContext } from "./fs-context.ts";
import { Location } from "./mount.ts";
import { OpenFile } from "./open-file.ts";
import { checkAccess } from "./permission.ts";
import { type LastComponent, lookup, walk, walkLink, walkParent } from "./walk.ts";
import { tellPath } from "./watch.ts";

/**
 * Opens `path`, creating it with `mode` less the umask if O_CREAT says so.
 *
 * @throws EEXIST with O_CREAT | O_EXCL if the name exists. @throws EISDIR if a directory would be written.
 * @throws ENOTDIR with O_DIRECTORY if it is none. @throws ELOOP with O_NOFOLLOW if it is a symbolic link.
 * @throws EROFS if it would be written on a read-only mount. @throws EACCES if permission is missing, or for a device
 * on a `nodev` mount. @throws EPERM if the device cgroup refuses. @throws ETXTBSY if it is being executed.
 * @throws ENXIO if no driver answers. And what `walk` throws.
 */
export function open(context: FsContext, path: string, flags: number, mode: number): OpenFile {
  if ((flags & O_PATH) !== 0) return openPath(context, path, flags);
  if ((flags & O_TMPFILE) === O_TMPFILE) return openTemporary(context, path, flags, mode);
  const found = (flags & O_CREAT) !== 0 ? findOrCreate(context, path, flags, mode) : find(context, path, flags);
  if (!found.created) checkOpen(context, found.at, flags);
  const truncates = (flags & O_TRUNC) !== 0 && !found.created && found.at.inode.type === "file";
  if (truncates) found.at.inode.setattr({ size: 0 });
  const file = openAt(found.at, flags);
  file.tellOpened();
  if (truncates) tellPath(found.at.dentry, IN_MODIFY, { opened: true });
  return file;
}

/** Opens what lies at a location, with no check at all. */
export function openAt(at: Location, flags: number): OpenFile {
  const kept = flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC);
  return new OpenFile(at, kept, at.inode.type === "dir" ? NO_CONTENTS : at.inode.open(kept));
}

interface Found {
  readonly at: Location;
  readonly created: boolean;
}

function find(context: FsContext, path: string, flags: number): Found {
  const at = walk(context, path, { follow: (flags & O_NOFOLLOW) === 0 });
  if (at.inode.type === "symlink") throw new Errno("ELOOP");
  return { at, created: false };
}

function findOrCreate(context: FsContext, path: string, flags: number, mode: number): Found {
  for (let last = walkParent(context, path); ; ) {
    if (last.slash || last.name === "" || last.name === "." || last.name === "..") throw new Errno("EISDIR");
    const at = lookup(last.parent, last.name);
    if (at === undefined) return { at: create(context, last, mode), created: true };
    if ((flags & O_EXCL) !== 0) throw new Errno("EEXIST");
    if (at.inode.type !== "symlink") {
      checkProtected(context, last.parent, at);
      return { at, created: false };
    }
    if ((flags & O_NOFOLLOW) !== 0) throw new Errno("ELOOP");
    const jump = at.inode.follow();
    if (jump !== undefined) return { at: jump, created: false };
    last = walkLink(context, last, at.inode.readlink());
  }
}

function create(context: FsContext, last: LastComponent, mode: number): Location {
  const { parent, name } = last;
  if (parent.mount.fs.isFixed) throw new Errno("ENOENT");
  if (parent.mount.readOnly) throw new Errno("EROFS");
  checkAccess(context.creds, parent.inode, W_OK | X_OK);
  return createAt({ parent, name }, newInode(context, parent.inode, "file", mode & 0o7777));
}

/**
 * O_CREAT on somebody else's file or FIFO in a sticky world-writable directory is refused.
 *
 * @see proc(5) /proc/sys/fs/protected_regular and protected_fifos
 */
function checkProtected(context: FsContext, directory: Location, at: Location): void {
  const { inode } = at;
  const { regular, fifos } = context.protections;
  const level = inode.type === "file" ? regular : inode.type === "fifo" ? fifos : 0;
  if (level === 0) return;
  const mode = directory.inode.mode;
  if ((mode & S_ISVTX) === 0 || inode.uid === directory.inode.uid || inode.uid === context.creds.uid) return;
  if ((mode & W_OK) !== 0 || (level > 1 && (mode & 0o020) !== 0)) throw new Errno("EACCES");
}

function checkOpen(context: FsContext, at: Location, flags: number): void {
  const { inode, mount } = at;
  const access = flags & O_ACCMODE;
  const writes = access === O_WRONLY || access === O_RDWR || (flags & O_TRUNC) !== 0;
  if (inode.type === "dir") {
    if (writes || (flags & O_CREAT) !== 0) throw new Errno("EISDIR");
  } else if ((flags & O_DIRECTORY) !== 0) throw new Errno("ENOTDIR");
  const isDevice = inode.type === "char" || inode.type === "block";
  if (isDevice && (mount.flags & MS_NODEV) !== 0) throw new Errno("EACCES");
  if (writes && (inode.type === "file" || inode.type === "dir") && mount.readOnly) throw new Errno("EROFS");
  const wanted = (access !== O_WRONLY ? R_OK : 0) | (writes ? W_OK : 0);
  checkAccess(context.creds, inode, wanted);
  if (isDevice && !context.mayOpenDevice(inode, wanted)) throw new Errno("EPERM");
  if (inode.type === "socket") throw new Errno("ENXIO");
  if (writes && inode.isTextBusy) throw new Errno("ETXTBSY");
}

function openPath(context: FsContext, path: string, flags: number): OpenFile {
  const at = walk(context, path, { follow: (flags & O_NOFOLLOW) === 0 });
  if ((flags & O_DIRECTORY) !== 0 && at.inode.type !== "dir") throw new Errno("ENOTDIR");
  return new OpenFile(at, O_PATH | (flags & (O_DIRECTORY | O_NOFOLLOW)), NO_CONTENTS);
}

function openTemporary(context: FsContext, path: string, flags: number, mode: number): OpenFile {
  if ((flags & O_ACCMODE) === O_RDONLY) throw new Errno("EINVAL");
  const parent = walk(context, path, { follow: true });
  if (parent.inode.type !== "dir") throw new Errno("ENOTDIR");
  if (parent.mount.readOnly) throw new Errno("EROFS");
  checkAccess(context.creds, parent.inode, W_OK | X_OK);
  const inode = parent.inode.createTemporary(newInode(context, parent.inode, "file", mode & 0o7777));
  const dentry = parent.dentry.anonymous(`#${inode.ino}`, inode);
  const file = openAt(new Location(parent.mount, dentry), flags & ~O_TMPFILE);
  file.tellOpened();
  return file;
}

/** A directory or O_PATH file: it has no contents to read or write. */
class NoContents extends FileOps {
  override read(): never {
    throw new Errno("EISDIR");
  }
}

const NO_CONTENTS = new NoContents();
