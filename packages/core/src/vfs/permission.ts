/**
 * Who may do what to an inode.
 *
 * @see path_resolution(7) "Permissions", fs/namei.c:generic_permission
 */
import { CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, Errno, R_OK, S_ISVTX, W_OK, X_OK } from "../abi/index.ts";
import type { FsCredentials } from "./credentials.ts";
import type { Inode } from "./inode.ts";

/** True if `who` has every permission in `wanted` (R_OK | W_OK | X_OK). */
export function mayAccess(who: FsCredentials, inode: Inode, wanted: number): boolean {
  const mode = inode.mode;
  const granted = who.uid === inode.uid ? mode >> 6 : who.inGroup(inode.gid) ? mode >> 3 : mode;
  if ((granted & wanted) === wanted) return true;
  const isDir = inode.type === "dir";
  if (isDir || (wanted & X_OK) === 0 || (mode & 0o111) !== 0) {
    if (who.capableOver(inode, CAP_DAC_OVERRIDE)) return true;
  }
  const readsOnly = isDir ? (wanted & W_OK) === 0 : wanted === R_OK;
  return readsOnly && who.capableOver(inode, CAP_DAC_READ_SEARCH);
}

/** @throws EACCES if `who` lacks a permission in `wanted`; what the inode says if what it shows is gone or hidden. */
export function checkAccess(who: FsCredentials, inode: Inode, wanted: number): void {
  inode.checkPresence();
  if (!mayAccess(who, inode, wanted)) throw new Errno("EACCES");
}

/** True if `who` owns the inode or has CAP_FOWNER over it. Linux's inode_owner_or_capable. */
export function ownsOrCapable(who: FsCredentials, inode: Inode): boolean {
  return who.uid === inode.uid || who.capableOver(inode, CAP_FOWNER);
}

/**
 * May `who` take `victim` out of `dir`?
 *
 * @throws EACCES without write and search permission on the directory.
 * @throws EPERM if the directory is sticky and neither it nor the victim belongs to `who`.
 * @see fs/namei.c:may_delete
 */
export function checkDelete(who: FsCredentials, dir: Inode, victim: Inode): void {
  checkAccess(who, dir, W_OK | X_OK);
  if ((dir.mode & S_ISVTX) === 0 || who.uid === victim.uid || who.uid === dir.uid) return;
  if (!who.capableOver(victim, CAP_FOWNER)) throw new Errno("EPERM");
}
