/**
 * The smaller namespaces: mnt, uts, ipc, cgroup, time; and the set that a process lives in.
 *
 * @see namespaces(7)
 */
import { MemoryFs } from "../../fs/index.ts";
import { SmallMap, SmallSet } from "../../lib/index.ts";
import type { FsMachine, MountTree } from "../../vfs/index.ts";
import type { Cgroup } from "../cgroup/cgroup.ts";
import type { Process } from "../process.ts";
import type { SysctlValues } from "../sysctl.ts";
import { Namespace } from "./namespace.ts";
import type { NetNamespace } from "./net.ts";
import type { PidNamespace } from "./pid.ts";
import type { UserNamespace } from "./user.ts";

export class MountNamespace extends Namespace {
  override get kind() {
    return "mnt" as const;
  }

  readonly tree: MountTree;
  /** Live processes in it; the tree is dissolved with the last. */
  readonly members = new SmallSet<Process>();

  constructor(id: number, owner: UserNamespace, tree: MountTree) {
    super(id, owner);
    this.tree = tree;
  }
}

/** @see uts_namespaces(7) */
export class UtsNamespace extends Namespace {
  override get kind() {
    return "uts" as const;
  }

  hostname: string;
  domainname: string;

  constructor(id: number, owner: UserNamespace, hostname: string, domainname: string) {
    super(id, owner);
    this.hostname = hostname;
    this.domainname = domainname;
  }
}

/** @see ipc_namespaces(7) */
export class IpcNamespace extends Namespace {
  override get kind() {
    return "ipc" as const;
  }

  #queues: MemoryFs | undefined;
  #sysctls: SysctlValues | undefined;

  get sysctls(): SysctlValues {
    this.#sysctls ??= new SmallMap();
    return this.#sysctls;
  }

  /** The POSIX message queues of the namespace, as the file system that mqueue mounts. @see mq_overview(7) */
  queues(machine: FsMachine): MemoryFs {
    this.#queues ??= new MemoryFs(machine, { type: "mqueue", mode: 0o1777 });
    return this.#queues;
  }
}

/** @see cgroup_namespaces(7) */
export class CgroupNamespace extends Namespace {
  override get kind() {
    return "cgroup" as const;
  }

  /** Paths in /proc/PID/cgroup are relative to it. */
  readonly root: Cgroup;

  constructor(id: number, owner: UserNamespace, root: Cgroup) {
    super(id, owner);
    this.root = root;
  }
}

/** @see time_namespaces(7) */
export class TimeNamespace extends Namespace {
  override get kind() {
    return "time" as const;
  }

  monotonicOffsetUs = 0;
  boottimeOffsetUs = 0;
}

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
}
