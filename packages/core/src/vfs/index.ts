/** Floor 3: the virtual file system. Knows inodes, dentries, mounts and paths; knows no processes. */
export * as attributes from "./attributes.ts";
export type { Automounter, Plan, PlanNode } from "./automount.ts";
export type { FsCredentials } from "./credentials.ts";
export { Dentry } from "./dentry.ts";
export * as directory from "./directory.ts";
export { type FileLock, LOCK_TO_EOF, LockBook } from "./file-locks.ts";
export { FileOps, type FileUseKind } from "./file-ops.ts";
export type { FsContext, Protections } from "./fs-context.ts";
export { type AttributeChange, FileSystem, type FsMachine, Inode, type InodeInit, type RenameTarget } from "./inode.ts";
export { Location, linkTextOf, MOUNT_FLAGS, Mount, PeerGroup, pathOf } from "./mount.ts";
export { MountIds, MountTree, PlannedCopy, type Propagation } from "./mount-tree.ts";
export { open, openAt } from "./open.ts";
export { DeferredFile, type FileSource, OpenFile } from "./open-file.ts";
export { checkAccess, mayAccess, ownsOrCapable } from "./permission.ts";
export { simpleStatfs } from "./simple-statfs.ts";
export { find, Glimpses, type LastComponent, lookup, staysOnRoot, walk, walkParent } from "./walk.ts";
export { addWatch, type Happening, type InodeWatch, isSameInode, removeWatch, tellIfGone, tellPath } from "./watch.ts";
