/** Linux's limits, by their own names. */

/** Bytes in a file name. @see limits.h */
export const NAME_MAX = 255;
/** Bytes in a path with its final NUL. @see limits.h */
export const PATH_MAX = 4096;
/** Symbolic links followed in one path walk. @see path_resolution(7), include/linux/namei.h:MAXSYMLINKS */
export const SYMLOOP_MAX = 40;
/** Largest write to a pipe that is never torn. @see pipe(7) */
export const PIPE_BUF = 4096;
/** Bytes that a pipe holds. @see pipe(7) */
export const PIPE_SIZE = 65_536;
/** Largest single argument or environment string with its NUL. @see execve(2), MAX_ARG_STRLEN */
export const MAX_ARG_STRLEN = 131_072;
/** Longest `#!` line. @see execve(2), BINPRM_BUF_SIZE */
export const BINPRM_BUF_SIZE = 256;
/** Interpreters that may name interpreters. @see fs/exec.c: exec_binprm */
export const MAX_INTERPRETER_DEPTH = 5;
/** Bytes in hostname and domainname. @see include/uapi/linux/utsname.h:__NEW_UTS_LEN */
export const HOST_NAME_MAX = 64;
/** Supplementary groups of a process. @see limits.h */
export const NGROUPS_MAX = 65_536;
/** Hard links to one inode. @see ext4, include/linux/fs.h */
export const LINK_MAX = 65_000;
/** Bytes in a file: what ext4 can hold with blocks of 4 KiB. @see write(2) EFBIG */
export const FILE_SIZE_MAX = 17_592_186_040_320;
/** Size of a page, in bytes. */
export const PAGE_SIZE = 4096;
/** Depth of nested pid and user namespaces. @see pid_namespaces(7) */
export const MAX_NAMESPACE_DEPTH = 32;
/** Mounts in one namespace. @see /proc/sys/fs/mount-max */
export const MOUNT_MAX = 100_000;
/** Lines of a uid_map. @see user_namespaces(7) */
export const UID_GID_MAP_MAX_EXTENTS = 340;
/** The id that an unmapped id is shown as. @see user_namespaces(7), /proc/sys/kernel/overflowuid */
export const OVERFLOW_ID = 65_534;

/** In the order of their numbers. @see asm-generic/resource.h */
export const RESOURCE_NAMES = [
  "cpu",
  "fsize",
  "data",
  "stack",
  "core",
  "rss",
  "nproc",
  "nofile",
  "memlock",
  "as",
  "locks",
  "sigpending",
  "msgqueue",
  "nice",
  "rtprio",
  "rttime",
] as const;
export type ResourceName = (typeof RESOURCE_NAMES)[number];

/** A soft and a hard limit; `Infinity` is RLIM_INFINITY. @see getrlimit(2) */
export interface ResourceLimit {
  readonly soft: number;
  readonly hard: number;
}
