/** What faults are done to. */
import type { Cgroup, Kernel } from "../kernel/index.ts";
import type { RegistryFault } from "../registry/index.ts";
import type { World } from "../sim/index.ts";
import type { CallLog } from "./call-log.ts";
import type { StartedContainer } from "./process-faults.ts";
import type { ContainerRef, DaemonFault, NetworkFault } from "./rule.ts";

/** The parts of a machine that rules are about. */
export interface FaultTargets {
  readonly world: World;
  readonly kernel: Kernel;
  readonly calls: CallLog;
  /** A container by what a client calls it; `exactly` by its whole name or id only. */
  readonly find: (reference: string, exactly: boolean) => ContainerRef | undefined;
  readonly containerIn: (cgroup: Cgroup) => ContainerRef | undefined;
  readonly running: () => Iterable<StartedContainer>;
  readonly failRegistry: (fault: RegistryFault) => () => void;
  /** Changes links; returns what ends that. @throws StatusError invalid-argument */
  readonly changeLinks: (fault: NetworkFault) => () => void;
  /** Ends the daemon and brings it back. */
  readonly disturbDaemon: (fault: DaemonFault) => Promise<void>;
}
