/** `FsContext`: what path resolution depends on. Linux's fs_struct together with the credentials of the caller. */
import type { FsCredentials } from "./credentials.ts";
import type { Inode } from "./inode.ts";
import type { Location } from "./mount.ts";

/** What sysctl fs.protected_* says. @see proc(5) /proc/sys/fs */
export interface Protections {
  readonly symlinks: boolean;
  readonly hardlinks: boolean;
  /** 0, 1 or 2: in which sticky directories O_CREAT refuses other people's files. */
  readonly regular: number;
  readonly fifos: number;
}

export interface FsContext {
  readonly protections: Protections;
  readonly root: Location;
  readonly cwd: Location;
  readonly umask: number;
  readonly creds: FsCredentials;
  /** May the caller open this device for `wanted` (R_OK | W_OK)? The device cgroup decides. */
  mayOpenDevice(inode: Inode, wanted: number): boolean;
}
