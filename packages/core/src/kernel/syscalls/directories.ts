/**
 * Calls that change directories, and those on the working and root directory.
 *
 * @see mkdir(2), unlink(2), rename(2), link(2), symlink(2), mknod(2), chdir(2), chroot(2)
 */
import { CAP_SYS_CHROOT, Errno, X_OK } from "../../abi/index.ts";
import { checkAccess, directory, type Location, pathOf, walk } from "../../vfs/index.ts";
import type { Process } from "../process.ts";
import type { SyscallTable } from "./table.ts";

export const directoryCalls = {
  mkdir: (process, path, mode) => directory.mkdir(process, path, mode),
  rmdir: (process, path) => directory.rmdir(process, path),
  unlink: (process, path) => directory.unlink(process, path),
  rename: (process, from, to, flags) => directory.rename(process, from, to, flags),
  link: (process, from, to, options) => directory.link(process, from, to, options),
  symlink: (process, target, path) => directory.symlink(process, target, path),
  mknod: (process, path, mode, dev) => directory.mknod(process, path, mode, dev),

  readlink: (process, path) => walk(process, path, { follow: false }).inode.readlink(),

  umask: (process, mask) => {
    const old = process.umask;
    process.alter({ umask: mask & 0o777 });
    return old;
  },

  chdir: (process, path) => process.chdir(enterable(process, walk(process, path, { follow: true }))),
  fchdir: (process, fd) => process.chdir(enterable(process, process.files.raw(fd).at)),

  getcwd: (process) => {
    if (process.cwd.dentry.deleted) throw new Errno("ENOENT");
    return pathOf(process.cwd, process.root);
  },

  chroot: (process, path) => {
    const at = enterable(process, walk(process, path, { follow: true }));
    if (!process.creds.capable(CAP_SYS_CHROOT, process.creds.user)) throw new Errno("EPERM");
    process.setRoot(at);
  },
} satisfies Partial<SyscallTable>;

/** @throws ENOTDIR, EACCES */
function enterable(process: Process, at: Location): Location {
  if (at.inode.type !== "dir") throw new Errno("ENOTDIR");
  checkAccess(process.creds, at.inode, X_OK);
  return at;
}
