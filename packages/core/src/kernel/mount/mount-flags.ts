/**
 * What the flags of mount(2) are for: some belong to the mount, some to the file system.
 *
 * @see fs/namespace.c:path_mount
 */
import {
  MS_DIRSYNC,
  MS_LAZYTIME,
  MS_MANDLOCK,
  MS_NOATIME,
  MS_NODIRATIME,
  MS_RDONLY,
  MS_RELATIME,
  MS_STRICTATIME,
  MS_SYNCHRONOUS,
} from "../../abi/index.ts";
import { type FileSystem, MOUNT_FLAGS, type Mount } from "../../vfs/index.ts";

/** Habits of a file system that can be changed while it is mounted. */
const CHANGEABLE = MS_SYNCHRONOUS | MS_MANDLOCK | MS_LAZYTIME;
const HABITS = CHANGEABLE | MS_DIRSYNC;
/** How access times are kept. */
const TIMES = MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME;

/** Flags of a new mount: without another wish, access times are kept as MS_RELATIME has it. */
export function flagsOfMount(flags: number): number {
  const others = flags & MOUNT_FLAGS & ~(MS_NOATIME | MS_RELATIME);
  if ((flags & MS_STRICTATIME) !== 0) return others;
  return others | ((flags & MS_NOATIME) === 0 ? MS_RELATIME : MS_NOATIME);
}

/** Flags of a mount that is changed: without another wish, access times are kept as they were. */
export function changedFlags(mount: Mount, flags: number): number {
  if ((flags & TIMES) !== 0) return flagsOfMount(flags);
  return (flags & MOUNT_FLAGS) | (mount.flags & TIMES);
}

/** A file system that is mounted for the first time takes what is its own; otherwise it is as it was. */
export function settle(fs: FileSystem, flags: number): void {
  if (fs.activeMounts > 0) return;
  fs.habits = flags & HABITS;
  if ((flags & MS_RDONLY) !== 0) fs.readOnly = true;
}

/** What is changed of the whole file system. */
export function resettle(fs: FileSystem, flags: number): void {
  fs.habits = (fs.habits & ~CHANGEABLE) | (flags & CHANGEABLE);
  fs.readOnly = (flags & MS_RDONLY) !== 0;
}
