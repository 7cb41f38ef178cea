/**
 * File metadata: mode bits, file types, `Stat`.
 *
 * @see inode(7), stat(2)
 */

export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFBLK = 0o060000;
export const S_IFDIR = 0o040000;
export const S_IFCHR = 0o020000;
export const S_IFIFO = 0o010000;

export const S_ISUID = 0o4000;
export const S_ISGID = 0o2000;
export const S_ISVTX = 0o1000;
export const PERMISSION_BITS = 0o7777;

export type FileType = "file" | "dir" | "symlink" | "fifo" | "socket" | "char" | "block";

const TYPE_BITS: Readonly<Record<FileType, number>> = {
  socket: S_IFSOCK,
  symlink: S_IFLNK,
  file: S_IFREG,
  block: S_IFBLK,
  dir: S_IFDIR,
  char: S_IFCHR,
  fifo: S_IFIFO,
};

/** The S_IFMT bits of a type. */
export const typeBits = (type: FileType): number => TYPE_BITS[type];

/** The type in the S_IFMT bits of a mode; a mode without any is a regular file, as mknod(2) has it. */
export function fileType(mode: number): FileType {
  const bits = mode & S_IFMT;
  for (const type of Object.keys(TYPE_BITS) as FileType[]) if (TYPE_BITS[type] === bits) return type;
  return "file";
}

/** What stat(2) returns. Times are microseconds since 1970. */
export interface Stat {
  readonly dev: number;
  readonly ino: number;
  readonly type: FileType;
  /** Type bits and permission bits together, as `st_mode`. */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  /** Units of 512 bytes. */
  readonly blocks: number;
  readonly blockSize: number;
  readonly atimeUs: number;
  readonly mtimeUs: number;
  readonly ctimeUs: number;
}

/** One entry that getdents64(2) returns. */
export interface DirEntry {
  readonly name: string;
  readonly ino: number;
  readonly type: FileType;
}

/** What statfs(2) returns; counts are in blocks of `blockSize` bytes. */
export interface StatFs {
  /** The f_type magic of statfs(2). */
  readonly magic: number;
  readonly blockSize: number;
  readonly blocks: number;
  readonly blocksFree: number;
  readonly files: number;
  readonly filesFree: number;
  readonly nameMax: number;
  readonly flags: number;
}

/** A device number: Linux's `makedev`. */
export const makedev = (major: number, minor: number): number =>
  (major & 0xfff) * 256 + (minor & 0xff) + (minor >>> 8) * 0x100000;
export const major = (dev: number): number => Math.floor(dev / 256) & 0xfff;
export const minor = (dev: number): number => (dev & 0xff) | (Math.floor(dev / 0x100000) << 8);
