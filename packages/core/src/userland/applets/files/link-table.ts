/** Remembers files by device and inode: to notice further names of a file, and directories that were made here. */
import type { Stat } from "../../../abi/index.ts";

export class LinkTable {
  readonly #names = new Map<string, string>();

  /** The name under which the file was added; `undefined` if it was not. */
  get(stat: Stat): string | undefined {
    return this.#names.get(keyOf(stat));
  }

  add(stat: Stat, name: string): void {
    this.#names.set(keyOf(stat), name);
  }
}

/** A file and a directory never count as the same. */
const keyOf = (stat: Stat): string => `${stat.dev}:${stat.ino}:${stat.type === "dir"}`;
