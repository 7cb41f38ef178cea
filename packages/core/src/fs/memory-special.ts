/** A FIFO, device or socket of a `MemoryFs`. */
import type { FileType } from "../abi/index.ts";
import type { FileOps, InodeInit } from "../vfs/index.ts";
import type { MemoryFs } from "./memory-fs.ts";
import { MemoryInode } from "./memory-inode.ts";
import { Pipe } from "./pipe.ts";

export class MemorySpecial extends MemoryInode {
  override readonly type: FileType;
  readonly #rdev: number;
  #pipe: Pipe | undefined;

  constructor(fs: MemoryFs, init: InodeInit) {
    super(fs, init);
    this.type = init.type;
    this.#rdev = init.rdev ?? 0;
  }

  override get rdev(): number {
    return this.#rdev;
  }

  override open(flags: number): FileOps {
    if (this.type !== "fifo") return this.fs.machine.openDevice(this, flags);
    this.#pipe ??= new Pipe(`fifo:[${this.ino}]`);
    return this.#pipe.open(flags);
  }
}
