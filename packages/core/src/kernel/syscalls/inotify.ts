/**
 * Calls that watch files.
 *
 * @see inotify_init1(2), inotify_add_watch(2), inotify_rm_watch(2)
 */
import {
  Errno,
  IN_ALL_EVENTS,
  IN_CLOEXEC,
  IN_DONT_FOLLOW,
  IN_EXCL_UNLINK,
  IN_IGNORED,
  IN_ISDIR,
  IN_MASK_ADD,
  IN_MASK_CREATE,
  IN_NONBLOCK,
  IN_ONESHOT,
  IN_ONLYDIR,
  IN_Q_OVERFLOW,
  IN_UNMOUNT,
  O_RDONLY,
  R_OK,
} from "../../abi/index.ts";
import { checkAccess, walk } from "../../vfs/index.ts";
import { Inotify } from "../inotify.ts";
import type { Process } from "../process.ts";
import { install } from "./descriptors.ts";
import type { SyscallTable } from "./table.ts";

const OPTIONS = IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK | IN_MASK_ADD | IN_MASK_CREATE | IN_ONESHOT | IN_ISDIR;
/** Everything that a mask may hold. @see include/linux/inotify.h:ALL_INOTIFY_BITS */
const KNOWN = IN_ALL_EVENTS | IN_UNMOUNT | IN_Q_OVERFLOW | IN_IGNORED | OPTIONS;

export const inotifyCalls = {
  inotify_init1: (process, flags) => {
    if ((flags & ~(IN_NONBLOCK | IN_CLOEXEC)) !== 0) throw new Errno("EINVAL");
    const ops = new Inotify(process);
    const file = process.kernel.anonInodes.open("inotify", ops, O_RDONLY | (flags & IN_NONBLOCK));
    return install(process, file, (flags & IN_CLOEXEC) !== 0);
  },

  inotify_add_watch: (process, fd, path, mask) => {
    if ((mask & ~KNOWN) !== 0 || (mask & KNOWN) === 0) throw new Errno("EINVAL");
    if ((mask & IN_MASK_ADD) !== 0 && (mask & IN_MASK_CREATE) !== 0) throw new Errno("EINVAL");
    const instance = inotifyOf(process, fd);
    const { inode } = walk(process, path, { follow: (mask & IN_DONT_FOLLOW) === 0 });
    if ((mask & IN_ONLYDIR) !== 0 && inode.type !== "dir") throw new Errno("ENOTDIR");
    checkAccess(process.creds, inode, R_OK);
    return instance.watch(inode, mask, process);
  },

  inotify_rm_watch: (process, fd, wd) => inotifyOf(process, fd).unwatch(wd),
} satisfies Partial<SyscallTable>;

/** @throws EBADF if `fd` is not open, EINVAL if it is something else. */
function inotifyOf(process: Process, fd: number): Inotify {
  const { ops } = process.files.get(fd);
  if (!(ops instanceof Inotify)) throw new Errno("EINVAL");
  return ops;
}
