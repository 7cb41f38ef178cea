/** A symbolic link of a `MemoryFs`. */
import { byteLength } from "../lib/index.ts";
import type { InodeInit } from "../vfs/index.ts";
import type { MemoryFs } from "./memory-fs.ts";
import { MemoryInode } from "./memory-inode.ts";

export class MemorySymlink extends MemoryInode {
  override get type() {
    return "symlink" as const;
  }

  readonly #target: string;

  constructor(fs: MemoryFs, init: InodeInit, target: string) {
    super(fs, init);
    this.#target = target;
  }

  override get size(): number {
    return byteLength(this.#target);
  }

  override readlink(): string {
    return this.#target;
  }
}
