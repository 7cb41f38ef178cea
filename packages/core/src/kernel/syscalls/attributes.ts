/**
 * Calls on the attributes of files. Owners are translated between the caller's user namespace and the machine.
 *
 * @see stat(2), chmod(2), chown(2), utimensat(2), truncate(2), access(2), statfs(2), xattr(7)
 */
import { Errno, OFFSET_MAX, R_OK, SIGXFSZ, type Stat, W_OK, X_OK } from "../../abi/index.ts";
import { attributes, type FsContext, find, type Inode, type Location, walk } from "../../vfs/index.ts";
import type { Process } from "../process.ts";
import type { SyscallTable } from "./table.ts";

const at = (process: Process, path: string, follow = true): Location => walk(process, path, { follow });

export const attributeCalls = {
  stat: (process, path) => statOf(process, path, FOLLOW),
  lstat: (process, path) => statOf(process, path, NOFOLLOW),
  fstat: (process, fd) => shown(process, process.files.raw(fd).at.inode),
  statfs: (process, path) => at(process, path).mount.fs.statfs(),

  access: (process, path, mode) => {
    if ((mode & ~(R_OK | W_OK | X_OK)) !== 0) throw new Errno("EINVAL");
    const context = withRealIds(process);
    const file = find(context, path, FOLLOW);
    if (file === undefined) return MISSING;
    return attributes.access(context.creds, file, mode);
  },

  chmod: (process, path, mode) => attributes.chmod(process.creds, at(process, path), mode),
  fchmod: (process, fd, mode) => attributes.chmod(process.creds, process.files.get(fd).at, mode),

  chown: (process, path, uid, gid) => chown(process, at(process, path), uid, gid),
  lchown: (process, path, uid, gid) => chown(process, at(process, path, false), uid, gid),
  fchown: (process, fd, uid, gid) => chown(process, process.files.get(fd).at, uid, gid),

  utimens: (process, path, atime, mtime, { follow }) =>
    attributes.utimens(process.creds, at(process, path, follow), atime, mtime, process.kernel.nowUs),

  truncate: (process, path, length) => {
    const file = at(process, path);
    if (length > OFFSET_MAX) throw new Errno("EINVAL");
    if (length > process.limit("fsize")) {
      process.kernel.signals.send(process, SIGXFSZ, process);
      throw new Errno("EFBIG");
    }
    attributes.truncate(process.creds, file, length);
  },

  getxattr: (process, path, name, { follow }) => attributes.getxattr(process.creds, at(process, path, follow), name),
  setxattr: (process, path, name, value, flags, { follow }) =>
    attributes.setxattr(process.creds, at(process, path, follow), name, value, flags),
  listxattr: (process, path, { follow }) => attributes.listxattr(process.creds, at(process, path, follow)),
  removexattr: (process, path, name, { follow }) =>
    attributes.removexattr(process.creds, at(process, path, follow), name),
} satisfies Partial<SyscallTable>;

const FOLLOW = { follow: true } as const;
const NOFOLLOW = { follow: false } as const;
/** Whoever looks for a program asks for many files that there are not. */
const MISSING = new Errno("ENOENT");

function statOf(process: Process, path: string, options: { readonly follow: boolean }): Stat | Errno {
  const file = find(process, path, options);
  return file === undefined ? MISSING : shown(process, file.inode);
}

/** What stat(2) tells this process: ids that are not mapped show as the overflow id. */
function shown(process: Process, inode: Inode): Stat {
  const stat = inode.stat();
  const { user } = process.creds;
  return user.parent === undefined ? stat : { ...stat, uid: user.shownUid(stat.uid), gid: user.shownGid(stat.gid) };
}

/** @throws EINVAL for an id that is not mapped. */
function chown(process: Process, file: Location, uid: number, gid: number): void {
  const { user } = process.creds;
  const machineUid = uid === -1 ? -1 : user.uidToMachine(uid);
  const machineGid = gid === -1 ? -1 : user.gidToMachine(gid);
  if (machineUid === undefined || machineGid === undefined) throw new Errno("EINVAL");
  attributes.chown(process.creds, file, machineUid, machineGid);
}

/** access(2) asks for the real ids. */
function withRealIds(process: Process): FsContext {
  const { creds } = process;
  if (creds.realUid === creds.effectiveUid && creds.realGid === creds.effectiveGid) return process;
  return {
    root: process.root,
    cwd: process.cwd,
    umask: process.umask,
    creds: creds.with({ effectiveUid: creds.realUid, effectiveGid: creds.realGid }),
    protections: process.protections,
    mayOpenDevice: (inode, wanted) => process.mayOpenDevice(inode, wanted),
  };
}
