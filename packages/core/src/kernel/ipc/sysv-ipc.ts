/** The System V objects of an ipc namespace, and which processes use them. @see ipc_namespaces(7), shmop(2), semop(2) */
import { PAGE_SIZE } from "../../abi/index.ts";
import type { IpcNamespace } from "../namespaces/ipc.ts";
import type { Process } from "../process.ts";
import { IpcTable } from "./ipc-object.ts";
import type { MessageQueue } from "./message-queue.ts";
import type { SemaphoreSet } from "./semaphores.ts";
import type { SharedMemory } from "./shared-memory.ts";

export class SysvIpc {
  readonly segments = new IpcTable<SharedMemory>();
  readonly semaphores = new IpcTable<SemaphoreSet>();
  readonly queues = new IpcTable<MessageQueue>();
}

/** Where the first segment of a process lies; each that follows lies behind it. */
const FIRST_ADDRESS = 0x7f0000000000;

/** What exit, fork and exec have to know of. Most processes never use any of this: for them there is nothing here. */
export class IpcUsers {
  readonly #attached = new Map<Process, Map<number, SharedMemory>>();
  readonly #undoing = new Map<Process, Set<SemaphoreSet>>();

  /** @returns where it lies. */
  attach(process: Process, segment: SharedMemory): number {
    const own = this.#of(process);
    const ends = [...own].map(([start, { pages }]) => start + pages * PAGE_SIZE);
    const address = Math.max(FIRST_ADDRESS, ...ends);
    own.set(address, segment);
    return address;
  }

  /** False if nothing is attached there. */
  detach(process: Process, address: number): boolean {
    const own = this.#attached.get(process);
    const segment = own?.get(address);
    if (segment === undefined) return false;
    own?.delete(address);
    segment.detach(process);
    removeIfUnwanted(segment);
    return true;
  }

  /** It has made a segment, which may not outlive it. */
  madeSegment(process: Process): void {
    this.#of(process);
  }

  willUndo(process: Process, set: SemaphoreSet): void {
    const sets = this.#undoing.get(process) ?? new Set();
    this.#undoing.set(process, sets.add(set));
  }

  /** A child has what its parent has attached. What is to be undone stays the parent's. */
  forked(parent: Process, child: Process): void {
    const own = this.#attached.get(parent);
    if (own === undefined || own.size === 0) return;
    this.#attached.set(child, new Map(own));
    for (const segment of own.values()) segment.attach(child);
  }

  executed(process: Process): void {
    for (const address of this.#attached.get(process)?.keys() ?? []) this.detach(process, address);
  }

  /** It leaves its ipc namespace: semaphores are not its business any more. */
  left(process: Process): void {
    for (const set of this.#undoing.get(process) ?? []) set.undo(process);
    this.#undoing.delete(process);
  }

  exited(process: Process): void {
    if (this.#undoing.size > 0) this.left(process);
    if (!this.#attached.has(process)) return;
    this.executed(process);
    this.#attached.delete(process);
    for (const segment of process.ns.ipc.sysv.segments.values()) {
      if (segment.creator === process) removeIfUnwanted(segment);
    }
  }

  #of(process: Process): Map<number, SharedMemory> {
    const own = this.#attached.get(process) ?? new Map<number, SharedMemory>();
    this.#attached.set(process, own);
    return own;
  }
}

/** Takes away a segment that nobody has attached, if it was to go or none may stay. @see proc(5) shm_rmid_forced */
function removeIfUnwanted(segment: SharedMemory): void {
  if (segment.attachments > 0 || segment.isRemoved) return;
  const { home } = segment;
  if (!segment.isDoomed && !forcesRemoval(home)) return;
  home.sysv.segments.remove(segment);
  segment.free();
}

const forcesRemoval = (home: IpcNamespace): boolean => home.sysctls.get("kernel.shm_rmid_forced") === "1";
