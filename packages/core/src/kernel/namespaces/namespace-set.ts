import type { CgroupNamespace } from "./cgroup.ts";
import type { IpcNamespace } from "./ipc.ts";
import type { MountNamespace } from "./mnt.ts";
import type { NetNamespace } from "./net.ts";
import type { PidNamespace } from "./pid.ts";
import type { TimeNamespace } from "./time.ts";
import type { UserNamespace } from "./user.ts";
import type { UtsNamespace } from "./uts.ts";

/** Linux's nsproxy: the namespaces that a process lives in. Immutable: unshare and setns make a new one. */
export interface NamespaceSet {
  readonly mnt: MountNamespace;
  readonly pid: PidNamespace;
  /** Where children are born: differs from `pid` after unshare or setns of a pid namespace. */
  readonly pidForChildren: PidNamespace;
  readonly net: NetNamespace;
  readonly uts: UtsNamespace;
  readonly ipc: IpcNamespace;
  readonly user: UserNamespace;
  readonly cgroup: CgroupNamespace;
  readonly time: TimeNamespace;
  /** Where children are born: differs from `time` after unshare of a time namespace. */
  readonly timeForChildren: TimeNamespace;
}
