/** What a simulated machine is made of, and what it calls itself. */
import type { Protections } from "../vfs/index.ts";

export interface Machine {
  readonly hostname: string;
  /** Processors. */
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly swapBytes: number;
  /** uname -r and -v. */
  readonly kernelRelease: string;
  readonly kernelVersion: string;
  /** uname -m. */
  readonly architecture: string;
  /** sysctl fs.protected_* */
  readonly protections: Protections;
}

export const DEFAULT_MACHINE: Machine = {
  hostname: "bottleship",
  cpus: 4,
  memoryBytes: 8 * 1024 ** 3,
  swapBytes: 0,
  kernelRelease: "6.18.0-bottleship",
  kernelVersion: "#1 SMP PREEMPT_DYNAMIC",
  architecture: "x86_64",
  protections: { symlinks: true, hardlinks: true, regular: 1, fifos: 1 },
};
