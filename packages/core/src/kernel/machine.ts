/** What a simulated machine is made of, and what it calls itself. */
import { CapabilitySet, type ResourceLimit, type ResourceName } from "../abi/index.ts";
import type { Protections } from "../vfs/index.ts";

export interface Machine {
  readonly hostname: string;
  /** Processors. */
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly swapBytes: number;
  /** How much fits on its disk: images, containers and volumes together. */
  readonly diskBytes: number;
  /** uname -r and -v. */
  readonly kernelRelease: string;
  readonly kernelVersion: string;
  /** uname -m. */
  readonly architecture: string;
  /** sysctl fs.protected_* */
  readonly protections: Protections;
  /** What its root may do at all. */
  readonly capabilities: CapabilitySet;
  /** Resource limits of its first process that differ from the usual ones. */
  readonly limits: ReadonlyMap<ResourceName, ResourceLimit>;
  /** Parts of the kernel that were left out when it was built. */
  readonly missingParts: ReadonlySet<KernelPart>;
  /**
   * Whether all its mounts count as shared, as systemd makes them: then no bind mount is refused for the propagation
   * that it asks for. Unlike on Linux, nothing is propagated by that.
   */
  readonly sharesMounts: boolean;
}

/** Parts that a kernel may be built without, by their CONFIG_ names. */
export type KernelPart = "BFQ_GROUP_IOSCHED" | "DUMMY" | "MAGIC_SYSRQ" | "MODULES" | "POWERCAP" | "VLAN_8021Q";

export const DEFAULT_MACHINE: Machine = {
  hostname: "bottleship",
  cpus: 4,
  memoryBytes: 8 * 1024 ** 3,
  swapBytes: 0,
  diskBytes: 32 * 1024 ** 3,
  kernelRelease: "6.18.0-bottleship",
  kernelVersion: "#1 SMP PREEMPT_DYNAMIC",
  architecture: "x86_64",
  protections: { symlinks: true, hardlinks: true, regular: 1, fifos: 1 },
  capabilities: CapabilitySet.FULL,
  limits: new Map(),
  missingParts: new Set(),
  sharesMounts: true,
};
