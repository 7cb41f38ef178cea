/**
 * System V shared memory segments.
 *
 * Unlike Linux a segment is charged whole when it is first attached, to whoever does that, and a process that has
 * attached it only to read could write to it: there is no memory management.
 *
 * @see shmget(2), shmop(2), ipc/shm.c
 */
import { Errno, PAGE_SIZE, SHM_DEST } from "../../abi/index.ts";
import type { Cgroup } from "../cgroup/cgroup.ts";
import { living, uncharge } from "../cgroup/memory.ts";
import { chargeShared } from "../memory/oom.ts";
import type { IpcNamespace } from "../namespaces/ipc.ts";
import type { Process } from "../process.ts";
import { IpcObject } from "./ipc-object.ts";

/** What JavaScript can hold in one array. */
const BYTES_MAX = 2 ** 31;

export class SharedMemory extends IpcObject {
  readonly size: number;
  readonly creator: Process;
  readonly home: IpcNamespace;
  lastUser: Process | undefined;
  attachments = 0;
  atimeUs = 0;
  dtimeUs = 0;
  #bytes: Uint8Array | undefined;
  #payer: Cgroup | undefined;

  constructor(process: Process, key: number, flags: number, size: number) {
    super(process, key, flags);
    this.size = size;
    this.creator = process;
    this.home = process.ns.ipc;
  }

  /** IPC_RMID was asked for: it goes with its last user. */
  get isDoomed(): boolean {
    return (this.mode & SHM_DEST) !== 0;
  }

  get pages(): number {
    return Math.ceil(this.size / PAGE_SIZE);
  }

  /** Pages that exist. */
  get residentPages(): number {
    return this.#bytes === undefined ? 0 : this.pages;
  }

  /** @throws ENOMEM */
  attach(process: Process): Uint8Array {
    if (this.#bytes === undefined) {
      if (this.size > BYTES_MAX) throw new Errno("ENOMEM");
      this.#payer = chargeShared(process, this.pages);
      if (!process.isAlive) {
        this.free();
        throw new Errno("ENOMEM");
      }
      this.#bytes = new Uint8Array(this.size);
    }
    this.attachments++;
    this.lastUser = process;
    this.atimeUs = process.kernel.nowUs;
    return this.#bytes;
  }

  detach(process: Process): void {
    this.attachments--;
    this.lastUser = process;
    this.dtimeUs = process.kernel.nowUs;
  }

  /** Nobody can come to it any more. */
  free(): void {
    if (this.#payer !== undefined) uncharge(living(this.#payer), "shmem", this.pages * PAGE_SIZE);
    this.#payer = undefined;
    this.#bytes = undefined;
  }
}
