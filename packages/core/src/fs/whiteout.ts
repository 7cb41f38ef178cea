/**
 * How an upper layer says "gone": a whiteout is a character device 0/0, an opaque directory hides everything below it.
 *
 * @see Documentation/filesystems/overlayfs.rst "whiteouts and opaque directories"
 */
import { encode } from "../lib/index.ts";
import type { Inode, InodeInit } from "../vfs/index.ts";

const OPAQUE_XATTR = "trusted.overlay.opaque";
const OPAQUE_VALUE = encode("y");

/** The private attributes of overlayfs: never shown through it. */
export const OVERLAY_XATTR_PREFIX = "trusted.overlay.";

export const WHITEOUT: InodeInit = { type: "char", mode: 0, uid: 0, gid: 0, rdev: 0 };

export function isWhiteout(inode: Inode): boolean {
  return inode.type === "char" && inode.rdev === 0;
}

export function isOpaque(directory: Inode): boolean {
  return directory.getxattr(OPAQUE_XATTR)?.[0] === OPAQUE_VALUE[0];
}

export function makeOpaque(directory: Inode): void {
  directory.setxattr(OPAQUE_XATTR, OPAQUE_VALUE);
}
