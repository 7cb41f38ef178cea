/**
 * Calls on mounts.
 *
 * @see mount(2), umount(2), pivot_root(2), mount_namespaces(7), fs/namespace.c
 */
import {
  CAP_SYS_ADMIN,
  Errno,
  MNT_DETACH,
  MNT_FORCE,
  type MountData,
  MS_BIND,
  MS_MOVE,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  MS_SHARED,
  MS_SLAVE,
  MS_UNBINDABLE,
  UMOUNT_NOFOLLOW,
  X_OK,
} from "../../abi/index.ts";
import { checkAccess, type Location, type Propagation, walk } from "../../vfs/index.ts";
import { ContainerMounts, compilePlan } from "../mount/automount.ts";
import { changedFlags, flagsOfMount, resettle, settle } from "../mount/mount-flags.ts";
import { textOf } from "../mount/mount-options.ts";
import { NamespaceInode } from "../nsfs.ts";
import type { Process } from "../process.ts";
import { checkMountRight, ownerOf, setOwner } from "./mount-rights.ts";
import type { SyscallTable } from "./table.ts";

const PROPAGATION = new Map<number, Propagation>([
  [MS_SHARED, "shared"],
  [MS_PRIVATE, "private"],
  [MS_SLAVE, "slave"],
  [MS_UNBINDABLE, "unbindable"],
]);
const PROPAGATION_FLAGS = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;

export const mountCalls = {
  mount: (process, source, target, type, flags, data) => {
    const at = walk(process, target, { follow: true });
    checkAdmin(process);
    if ((flags & MS_REMOUNT) !== 0) remount(process, at, flags, data);
    else if ((flags & MS_BIND) !== 0) {
      bind(process, walk(process, source, { follow: true }), at, flags);
    } else if ((flags & PROPAGATION_FLAGS) !== 0) propagate(process, at, flags);
    else if ((flags & MS_MOVE) !== 0) process.ns.mnt.tree.move(walk(process, source, { follow: true }), at);
    else mountNew(process, source, at, type, flags, data);
  },

  automount: (process, target, plan, bundle) => {
    checkAdmin(process);
    const at = walk(process, target, { follow: true });
    if (at.dentry !== at.mount.root) throw new Errno("EINVAL");
    const { tree } = process.ns.mnt;
    const compiled = compilePlan(plan);
    const planned = { bundle, idsFrom: tree.reserve(compiled.count), plannedUs: process.kernel.monotonicUs };
    tree.plan(at.mount, compiled, new ContainerMounts(process, planned));
  },

  umount2: (process, target, flags) => {
    if ((flags & ~(MNT_DETACH | MNT_FORCE | UMOUNT_NOFOLLOW)) !== 0) throw new Errno("EINVAL");
    checkAdmin(process);
    // Even "." means what is mounted on top of it: that is how the old root goes after pivot_root(".", ".").
    const at = walk(process, target, { follow: (flags & UMOUNT_NOFOLLOW) === 0 }).top;
    // Unmounting one's own root only makes it read-only: that is how a machine is shut down.
    if (at.equals(process.root) && at.dentry === at.mount.root && (flags & MNT_DETACH) === 0) {
      remount(process, at, at.mount.flags | MS_RDONLY, "");
      return;
    }
    process.ns.mnt.tree.unmount(at, { lazy: (flags & MNT_DETACH) !== 0 });
  },

  /** Whoever in this namespace stood on the old root stands on the new one afterwards. */
  pivot_root: (process, newRoot, putOld) => {
    checkAdmin(process);
    const fresh = directoryAt(process, newRoot);
    const old = process.root;
    process.ns.mnt.tree.pivotRoot(old, fresh, directoryAt(process, putOld));
    for (const member of process.ns.mnt.members) {
      if (member.root.equals(old)) member.setRoot(fresh);
      if (member.cwd.equals(old)) member.chdir(fresh);
    }
  },
} satisfies Partial<SyscallTable>;

/** @throws EPERM without CAP_SYS_ADMIN over the mount namespace. */
function checkAdmin(process: Process): void {
  if (!process.creds.capable(CAP_SYS_ADMIN, process.ns.mnt.owner)) throw new Errno("EPERM");
}

function directoryAt(process: Process, path: string): Location {
  const at = walk(process, path, { follow: true });
  if (at.inode.type !== "dir") throw new Errno("ENOTDIR");
  checkAccess(process.creds, at.inode, X_OK);
  return at;
}

function bind(process: Process, from: Location, at: Location, flags: number): void {
  const { tree, id } = process.ns.mnt;
  const recursive = (flags & MS_REC) !== 0;
  if (!(from.inode instanceof NamespaceInode)) {
    tree.bind(from, at, { recursive });
    return;
  }
  const { namespace } = from.inode;
  // A namespace that held a mount of itself, or of an older one, would never go away.
  if (namespace.kind === "mnt" && namespace.id <= id) throw new Errno("EINVAL");
  tree.bind(from, at, { recursive, foreign: true });
  namespace.hold();
}

function mountNew(process: Process, source: string, at: Location, type: string, flags: number, data: MountData): void {
  if (type === "") throw new Errno("EINVAL");
  const factory = process.kernel.fileSystems.get(type);
  if (factory === undefined) throw new Errno("ENODEV");
  checkMountRight(process, type, flags);
  const fs = factory({ source, data }, process);
  if (at.inode.type !== "dir") throw new Errno("ENOTDIR");
  if (at.mount.tree !== process.ns.mnt.tree) throw new Errno("EINVAL");
  if (at.dentry === at.mount.root && at.mount.fs === fs) throw new Errno("EBUSY");
  setOwner(process, fs);
  settle(fs, flags);
  process.ns.mnt.tree.mount(fs, at, flagsOfMount(flags));
}

/**
 * Changes the flags of a mount, and, without MS_BIND, the options of its file system.
 *
 * @throws EINVAL if `at` is no mount point. @throws EBUSY if it would become read-only while a file is open for writing.
 * @throws EPERM if a restriction is locked, or the file system belongs to a user namespace of more rights.
 */
function remount(process: Process, at: Location, flags: number, data: MountData): void {
  const { mount } = at;
  if (at.dentry !== mount.root || mount.tree !== process.ns.mnt.tree) throw new Errno("EINVAL");
  const whole = (flags & MS_BIND) === 0;
  if (mount.loosens(flags)) throw new Errno("EPERM");
  if (whole && !process.creds.capable(CAP_SYS_ADMIN, ownerOf(process, mount.fs))) throw new Errno("EPERM");
  const becomesReadOnly = (flags & MS_RDONLY) !== 0;
  if (becomesReadOnly && (whole ? mount.fs.writers : mount.writers) > 0) throw new Errno("EBUSY");
  if (whole) {
    mount.fs.reconfigure(textOf(data));
    resettle(mount.fs, flags);
  }
  mount.tree.beforeChange();
  mount.flags = changedFlags(mount, flags);
}

/** @throws EINVAL if `at` is no mount point, or more than one type is given. */
function propagate(process: Process, at: Location, flags: number): void {
  const type = PROPAGATION.get(flags & PROPAGATION_FLAGS);
  if (type === undefined || at.dentry !== at.mount.root) throw new Errno("EINVAL");
  const { tree } = process.ns.mnt;
  const mounts = (flags & MS_REC) !== 0 ? at.mount.subtree() : [at.mount];
  for (const mount of mounts) tree.setPropagation(mount, type);
}
