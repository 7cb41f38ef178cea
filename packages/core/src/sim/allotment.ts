/**
 * What a world may really take of its host's memory.
 *
 * A simulated machine has as much memory and disk as it says; the JavaScript process in which it lives has less, and must
 * not end because of what a program in a container does. So what is really held is counted, apart from what the machine
 * counts: the data of tools and files of tmpfs as memory, files and logs as disk. Zeros in files and memory that is only
 * declared take nothing. Who asks for more than there is meets what Linux has for that: the OOM killer, or ENOSPC.
 */

import { checkAmounts } from "./amounts.ts";

/** Bytes. */
export interface AllotmentOptions {
  /** For what tools hold, and for tmpfs. Default 512 MiB. */
  readonly memoryBytes?: number;
  /** For what programs write to disks, and for logs. Default 1 GiB. */
  readonly diskBytes?: number;
}

const MIB = 1024 ** 2;
/** With what JavaScript needs around it, that is less than the heap that Node has on a computer of 4 GiB. */
const DEFAULT_MEMORY_BYTES = 512 * MIB;
const DEFAULT_DISK_BYTES = 1024 * MIB;

/** One amount of which a world may hold no more: of memory, or of disk. */
export class Allotment {
  readonly limitBytes: number;
  #heldBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  hasRoom(bytes: number): boolean {
    return this.#heldBytes + bytes <= this.limitBytes;
  }

  /** Gives back what is negative. Whoever takes has asked whether there is room. */
  take(bytes: number): void {
    this.#heldBytes += bytes;
  }
}

/** The amounts of memory and disk that a world may really take. */
export class Allotments {
  readonly memory: Allotment;
  readonly disk: Allotment;

  /** @throws StatusError invalid-argument for what is no amount */
  constructor({ memoryBytes = DEFAULT_MEMORY_BYTES, diskBytes = DEFAULT_DISK_BYTES }: AllotmentOptions = {}) {
    checkAmounts({ "allotments.memoryBytes": memoryBytes, "allotments.diskBytes": diskBytes });
    this.memory = new Allotment(memoryBytes);
    this.disk = new Allotment(diskBytes);
  }
}
