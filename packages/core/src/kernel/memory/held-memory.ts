/**
 * What simulated programs really hold in the memory of the host, and what becomes of them when there is no more of it.
 *
 * Unlike on Linux, where one limit stands for both, a machine may have more memory than its world may take
 * (`sim/allotment.ts`). What a process holds beyond that has the same effect as if the machine had no memory left.
 */
import { Errno } from "../../abi/index.ts";
import type { HostSpace } from "../../fs/index.ts";
import type { Allotment } from "../../sim/index.ts";
import { raise } from "../cgroup/memory.ts";
import type { Kernel } from "../kernel.ts";
import type { Process } from "../process.ts";
import { isKillable, killOne } from "./oom.ts";
import { logOom } from "./oom-log.ts";

/** What an inode with its names takes. */
const INODE_BYTES = 1024;

/** The process really holds `bytes` from now on. It may not live to see it. @throws ENOMEM */
export function holdMemory(process: Process, heldBytes: number): void {
  const bytes = Math.min(Math.max(heldBytes, 0), Number.MAX_SAFE_INTEGER);
  const more = bytes - process.heldBytes;
  if (more > 0) makeRoom(process, more);
  process.kernel.world.allotments.memory.take(more);
  process.heldBytes = bytes;
}

/** JavaScript itself had no memory for what the process was about to do. */
export function failToHold(process: Process): void {
  const { kernel } = process;
  if (isKillable(process)) kill(kernel, process, process, kernel.world.allotments.memory.limitBytes);
}

/** Kills whoever holds most until there is room. @throws ENOMEM if that does not help, or hits `process` itself */
function makeRoom(process: Process, bytes: number): void {
  const { kernel } = process;
  const { memory } = kernel.world.allotments;
  while (!memory.hasRoom(bytes)) {
    const victim = largest(kernel, process, bytes);
    if (victim === undefined) throw new Errno("ENOMEM");
    kill(kernel, victim, process, bytes);
    if (!process.isAlive) throw new Errno("ENOMEM");
  }
}

/** The process that holds most, counting what is asked for as held. */
function largest(kernel: Kernel, asking: Process, bytes: number): Process | undefined {
  let found = isKillable(asking) ? asking : undefined;
  let most = asking.heldBytes + bytes;
  for (const process of kernel.processes.values()) {
    if (process.heldBytes <= most || !isKillable(process)) continue;
    found = process;
    most = process.heldBytes;
  }
  return found;
}

function kill(kernel: Kernel, victim: Process, asking: Process, bytes: number): void {
  const { cgroups, world } = kernel;
  raise(cgroups, "oom");
  logOom(cgroups, asking, [victim]);
  killOne({
    process: victim,
    cgroup: cgroups,
    asking,
    wanted: { kind: "anon", bytes },
    allotment: world.allotments.memory,
  });
}

/** Where the data of files on the machine's disk lie. */
export function diskSpace(kernel: Kernel): HostSpace {
  const { disk } = kernel.world.allotments;
  return new CountedSpace(kernel, disk, () => {
    kernel.log.print(
      ERROR,
      `EXT4-fs error (device vda1): its world may take ${disk.limitBytes} bytes of the host for files`,
    );
    throw new Errno("ENOSPC");
  });
}

/** Where those of a tmpfs lie: its writers are processes that want memory. */
export function tmpfsSpace(kernel: Kernel): HostSpace {
  return new CountedSpace(kernel, kernel.world.allotments.memory, makeRoom);
}

const ERROR = 3;

/** What comes from outside, an image or an archive, is counted and never refused: the host has it already. */
class CountedSpace implements HostSpace {
  readonly #kernel: Kernel;
  readonly #allotment: Allotment;
  readonly #refuse: (process: Process, bytes: number) => void;
  #inodes = 0;
  #takenBytes = 0;

  constructor(kernel: Kernel, allotment: Allotment, refuse: (process: Process, bytes: number) => void) {
    this.#kernel = kernel;
    this.#allotment = allotment;
    this.#refuse = refuse;
  }

  hasRoom(bytes: number): boolean {
    return this.#allotment.hasRoom(bytes);
  }

  claim(bytes: number): void {
    const { current } = this.#kernel;
    if (current !== undefined && bytes > 0 && !this.#allotment.hasRoom(bytes)) this.#refuse(current, bytes);
  }

  /** Never gives back more than was taken: what was still open at `release` is closed later. */
  took(bytes: number): void {
    const change = Math.max(bytes, -this.#takenBytes);
    this.#takenBytes += change;
    this.#allotment.take(change);
  }

  release(): void {
    this.took(-this.#takenBytes);
  }

  inodes(change: 1 | -1): void {
    // Inodes that came from outside were not counted.
    if (change < 0 ? this.#inodes === 0 : this.#kernel.current === undefined) return;
    if (change > 0) this.claim(INODE_BYTES);
    this.#inodes += change;
    this.took(change * INODE_BYTES);
  }
}
