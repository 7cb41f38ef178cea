/**
 * The smaller namespaces: uts, ipc, cgroup, time; and the set that a process lives in.
 *
 * @see namespaces(7)
 */
import { SmallMap } from "../../lib/index.ts";
import type { FsMachine } from "../../vfs/index.ts";
import type { Cgroup } from "../cgroup/cgroup.ts";
import { SysvIpc } from "../ipc/sysv-ipc.ts";
import { MessageQueueFs } from "../message-queue-fs.ts";
import { netSysctl, type SysctlValues } from "../sysctl/sysctl.ts";
import type { MountNamespace } from "./mnt.ts";
import { Namespace } from "./namespace.ts";
import type { NetNamespace } from "./net.ts";
import type { PidNamespace } from "./pid.ts";
import type { UserNamespace } from "./user.ts";

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

  /** What is in it; most are never used. */
  #contents: IpcContents | undefined;

  get sysv(): SysvIpc {
    return this.#made.sysv;
  }

  get sysctls(): SysctlValues {
    return this.#made.sysctls;
  }

  /** The POSIX message queues of the namespace, as the file system that mqueue mounts. @see mq_overview(7) */
  queues(machine: FsMachine): MessageQueueFs {
    return this.#made.queues(machine);
  }

  get #made(): IpcContents {
    this.#contents ??= new IpcContents();
    return this.#contents;
  }
}

class IpcContents {
  readonly sysv = new SysvIpc();
  readonly sysctls: SysctlValues = new SmallMap();
  #queues: MessageQueueFs | undefined;

  queues(machine: FsMachine): MessageQueueFs {
    this.#queues ??= new MessageQueueFs(machine, (name) => Number(netSysctl(this.sysctls, `fs.mqueue.${name}`)));
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

  readonly monotonic: ClockOffset;
  readonly boottime: ClockOffset;
  /** Somebody lives in it: its clocks cannot be set any more. */
  isEntered = false;

  /** A new one begins with the offsets of its maker's. */
  constructor(id: number, owner: UserNamespace, from?: TimeNamespace) {
    super(id, owner);
    this.monotonic = { seconds: 0, nanoseconds: 0, ...from?.monotonic };
    this.boottime = { seconds: 0, nanoseconds: 0, ...from?.boottime };
  }

  get monotonicOffsetUs(): number {
    return offsetUs(this.monotonic);
  }

  get boottimeOffsetUs(): number {
    return offsetUs(this.boottime);
  }
}

/** How far a clock is ahead of the machine's. */
export interface ClockOffset {
  seconds: number;
  nanoseconds: number;
}

function offsetUs({ seconds, nanoseconds }: ClockOffset): number {
  return seconds * 1_000_000 + Math.floor(nanoseconds / 1000);
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
  /** Where children are born: differs from `time` after unshare of a time namespace. */
  readonly timeForChildren: TimeNamespace;
}
