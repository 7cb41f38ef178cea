/** `FsContext`: what path resolution depends on. Linux's fs_struct together with the credentials of the caller. */
import type { FsCredentials } from "./credentials.ts";
import type { Inode } from "./inode.ts";
import type { Location } from "./mount.ts";

export interface FsContext {
  readonly root: Location;
  readonly cwd: Location;
  readonly umask: number;
  readonly creds: FsCredentials;
  /** May the caller open this device for `wanted` (R_OK | W_OK)? The device cgroup decides. */
  mayOpenDevice(inode: Inode, wanted: number): boolean;
}
