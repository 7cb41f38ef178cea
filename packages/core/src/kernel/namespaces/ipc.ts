/** IPC namespaces: System V objects and POSIX message queues. */
import { SmallMap } from "../../lib/index.ts";
import type { FsMachine } from "../../vfs/index.ts";
import { SysvIpc } from "../ipc/sysv-ipc.ts";
import { MessageQueueFs } from "../message-queue-fs.ts";
import { netSysctl, type SysctlValues } from "../sysctl/sysctl.ts";
import { Namespace } from "./namespace.ts";

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
