/** Flags of system calls by their names, in the order in which strace(1) prints them. */
import * as abi from "../../abi/index.ts";

export type Flags = readonly (readonly [bits: number, name: string])[];

export const OPEN_FLAGS: Flags = [
  [abi.O_CREAT, "O_CREAT"],
  [abi.O_EXCL, "O_EXCL"],
  [abi.O_NOCTTY, "O_NOCTTY"],
  [abi.O_TRUNC, "O_TRUNC"],
  [abi.O_APPEND, "O_APPEND"],
  [abi.O_NONBLOCK, "O_NONBLOCK"],
  [abi.O_NOFOLLOW, "O_NOFOLLOW"],
  [abi.O_CLOEXEC, "O_CLOEXEC"],
  [abi.O_PATH, "O_PATH"],
  [abi.O_TMPFILE, "O_TMPFILE"],
  [abi.O_DIRECTORY, "O_DIRECTORY"],
];

export const ACCESS_MODES: Flags = [
  [abi.R_OK, "R_OK"],
  [abi.W_OK, "W_OK"],
  [abi.X_OK, "X_OK"],
];

export const LOCK_OPERATIONS: Flags = [
  [abi.LOCK_SH, "LOCK_SH"],
  [abi.LOCK_EX, "LOCK_EX"],
  [abi.LOCK_NB, "LOCK_NB"],
  [abi.LOCK_UN, "LOCK_UN"],
];

export const POLL_EVENTS: Flags = [
  [abi.POLLIN, "POLLIN"],
  [abi.POLLPRI, "POLLPRI"],
  [abi.POLLOUT, "POLLOUT"],
  [abi.POLLERR, "POLLERR"],
  [abi.POLLHUP, "POLLHUP"],
  [abi.POLLNVAL, "POLLNVAL"],
];

export const RENAME_FLAGS: Flags = [
  [abi.RENAME_NOREPLACE, "RENAME_NOREPLACE"],
  [abi.RENAME_EXCHANGE, "RENAME_EXCHANGE"],
];

export const XATTR_FLAGS: Flags = [
  [abi.XATTR_CREATE, "XATTR_CREATE"],
  [abi.XATTR_REPLACE, "XATTR_REPLACE"],
];

export const MOUNT_FLAGS: Flags = [
  [abi.MS_RDONLY, "MS_RDONLY"],
  [abi.MS_NOSUID, "MS_NOSUID"],
  [abi.MS_NODEV, "MS_NODEV"],
  [abi.MS_NOEXEC, "MS_NOEXEC"],
  [abi.MS_REMOUNT, "MS_REMOUNT"],
  [abi.MS_NOATIME, "MS_NOATIME"],
  [abi.MS_NODIRATIME, "MS_NODIRATIME"],
  [abi.MS_BIND, "MS_BIND"],
  [abi.MS_MOVE, "MS_MOVE"],
  [abi.MS_REC, "MS_REC"],
  [abi.MS_UNBINDABLE, "MS_UNBINDABLE"],
  [abi.MS_PRIVATE, "MS_PRIVATE"],
  [abi.MS_SLAVE, "MS_SLAVE"],
  [abi.MS_SHARED, "MS_SHARED"],
  [abi.MS_RELATIME, "MS_RELATIME"],
  [abi.MS_STRICTATIME, "MS_STRICTATIME"],
];

export const UMOUNT_FLAGS: Flags = [
  [abi.MNT_FORCE, "MNT_FORCE"],
  [abi.MNT_DETACH, "MNT_DETACH"],
  [abi.UMOUNT_NOFOLLOW, "UMOUNT_NOFOLLOW"],
];

export const WAIT_FLAGS: Flags = [
  [abi.WNOHANG, "WNOHANG"],
  [abi.WUNTRACED, "WSTOPPED"],
  [abi.WCONTINUED, "WCONTINUED"],
];

export const SOCKET_FLAGS: Flags = [
  [abi.SOCK_CLOEXEC, "SOCK_CLOEXEC"],
  [abi.SOCK_NONBLOCK, "SOCK_NONBLOCK"],
];

export const IPC_GET_FLAGS: Flags = [
  [abi.IPC_CREAT, "IPC_CREAT"],
  [abi.IPC_EXCL, "IPC_EXCL"],
];

/** Of semop, msgop and shmop: none of them has all. */
export const IPC_FLAGS: Flags = [
  [abi.IPC_NOWAIT, "IPC_NOWAIT"],
  [abi.SEM_UNDO, "SEM_UNDO"],
  [abi.MSG_NOERROR, "MSG_NOERROR"],
  [abi.MSG_EXCEPT, "MSG_EXCEPT"],
  [abi.MSG_COPY, "MSG_COPY"],
];

export const MESSAGE_FLAGS: Flags = [
  [abi.MSG_PEEK, "MSG_PEEK"],
  [abi.MSG_DONTWAIT, "MSG_DONTWAIT"],
  [abi.MSG_NOSIGNAL, "MSG_NOSIGNAL"],
  [abi.MSG_CTRUNC, "MSG_CTRUNC"],
  [abi.MSG_TRUNC, "MSG_TRUNC"],
  [abi.MSG_CMSG_CLOEXEC, "MSG_CMSG_CLOEXEC"],
];

const WATCHED: Flags = [
  [abi.IN_ACCESS, "IN_ACCESS"],
  [abi.IN_MODIFY, "IN_MODIFY"],
  [abi.IN_ATTRIB, "IN_ATTRIB"],
  [abi.IN_CLOSE_WRITE, "IN_CLOSE_WRITE"],
  [abi.IN_CLOSE_NOWRITE, "IN_CLOSE_NOWRITE"],
  [abi.IN_OPEN, "IN_OPEN"],
  [abi.IN_MOVED_FROM, "IN_MOVED_FROM"],
  [abi.IN_MOVED_TO, "IN_MOVED_TO"],
  [abi.IN_CREATE, "IN_CREATE"],
  [abi.IN_DELETE, "IN_DELETE"],
  [abi.IN_DELETE_SELF, "IN_DELETE_SELF"],
  [abi.IN_MOVE_SELF, "IN_MOVE_SELF"],
];

export const WATCH_FLAGS: Flags = [
  ...WATCHED,
  [abi.IN_UNMOUNT, "IN_UNMOUNT"],
  [abi.IN_Q_OVERFLOW, "IN_Q_OVERFLOW"],
  [abi.IN_IGNORED, "IN_IGNORED"],
  [abi.IN_ONLYDIR, "IN_ONLYDIR"],
  [abi.IN_DONT_FOLLOW, "IN_DONT_FOLLOW"],
  [abi.IN_EXCL_UNLINK, "IN_EXCL_UNLINK"],
  [abi.IN_MASK_CREATE, "IN_MASK_CREATE"],
  [abi.IN_MASK_ADD, "IN_MASK_ADD"],
  [abi.IN_ISDIR, "IN_ISDIR"],
  [abi.IN_ONESHOT, "IN_ONESHOT"],
];

export const INOTIFY_FLAGS: Flags = [
  [abi.IN_CLOEXEC, "IN_CLOEXEC"],
  [abi.IN_NONBLOCK, "IN_NONBLOCK"],
];

/** f_type of statfs(2). */
export const FILE_SYSTEM_TYPES: ReadonlyMap<number, string> = new Map([
  [0xef53, "EXT2_SUPER_MAGIC"],
  [0x01021994, "TMPFS_MAGIC"],
  [0x794c7630, "OVERLAYFS_SUPER_MAGIC"],
  [0x9fa0, "PROC_SUPER_MAGIC"],
  [0x62656572, "SYSFS_MAGIC"],
  [0x63677270, "CGROUP2_SUPER_MAGIC"],
  [0x1cd1, "DEVPTS_SUPER_MAGIC"],
  [0x19800202, "MQUEUE_MAGIC"],
  [0x6e736673, "NSFS_MAGIC"],
  [0x50495045, "PIPEFS_MAGIC"],
  [0x534f434b, "SOCKFS_MAGIC"],
  [0x09041934, "ANON_INODE_FS_MAGIC"],
]);
