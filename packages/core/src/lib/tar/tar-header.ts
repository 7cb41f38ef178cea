/** What a tar archive says of each of its entries. */
import type { Bytes } from "../chunks.ts";

/** `other` is a kind that nobody here knows; its data is kept. */
export type TarType = "file" | "hardlink" | "symlink" | "char" | "block" | "dir" | "fifo" | "other";

/** How a header names its type. */
export const TYPE_FLAGS: Readonly<Record<Exclude<TarType, "other">, string>> = {
  file: "0",
  hardlink: "1",
  symlink: "2",
  char: "3",
  block: "4",
  dir: "5",
  fifo: "6",
};

export interface TarHeader {
  /** A directory's ends with a slash by convention only. */
  readonly name: string;
  readonly type: TarType;
  /** What a symbolic link says, or the name of the entry that a hard link shares its file with. */
  readonly linkName: string;
  /** Bytes of data that follow: those of files. */
  readonly size: number;
  /** Permission bits; without type bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly userName: string;
  readonly groupName: string;
  readonly mtimeUs: number;
  /** Of a device. */
  readonly major: number;
  readonly minor: number;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

export interface TarEntry<Data extends Bytes = Uint8Array> {
  readonly header: TarHeader;
  readonly data: Data;
  /** Where it begins in the archive that it was read from, with what is said about it beforehand. */
  readonly offset?: number;
}

/** A header with what is not given left empty. */
export function tarHeader(given: Pick<TarHeader, "name" | "type"> & Partial<TarHeader>): TarHeader {
  const { name, type, linkName = "", size = 0, mode = 0, uid = 0, gid = 0, userName = "", groupName = "" } = given;
  const { mtimeUs = 0, major = 0, minor = 0, xattrs = NO_XATTRS } = given;
  return { name, type, linkName, size, mode, uid, gid, userName, groupName, mtimeUs, major, minor, xattrs };
}

export const NO_XATTRS: ReadonlyMap<string, Uint8Array> = new Map();
