/** What vfs needs to know of who asks. The kernel's `Credentials` implement it; vfs itself knows no processes. */
import type { Capability } from "../abi/index.ts";
import type { Inode } from "./inode.ts";

export interface FsCredentials {
  /** The user for permission checks: Linux's fsuid. */
  readonly uid: number;
  readonly gid: number;
  /** True if `gid` is the group or one of the supplementary groups. */
  inGroup(gid: number): boolean;
  /** True if `capability` is effective over `inode`, whose ids must be mapped. Linux's capable_wrt_inode_uidgid. */
  capableOver(inode: Inode, capability: Capability): boolean;
  /** True if `capability` is effective over the machine itself: root in a user namespace of its own has none of these. */
  capableOnMachine(capability: Capability): boolean;
}
