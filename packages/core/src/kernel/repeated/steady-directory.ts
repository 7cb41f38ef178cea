/**
 * A remembered path walk: a directory of the machine that many processes look for, each in its own copy of the
 * machine's mounts.
 *
 * It is looked for anew once anything is mounted or unmounted on the machine, or a directory of its disk is renamed.
 */
import { Errno } from "../../abi/index.ts";
import { MemoryDirectory } from "../../fs/index.ts";
import { Glimpses, type Inode, staysOnRoot } from "../../vfs/index.ts";
import type { Kernel } from "../kernel.ts";
import type { Process } from "../process.ts";

export class SteadyDirectory {
  readonly #kernel: Kernel;
  readonly #path: string;
  /** On the machine's disk; `undefined` if it is elsewhere, or has not been looked for. */
  #known: MemoryDirectory | undefined;
  #mountChanges = 0;
  #directoryMoves = 0;

  constructor(kernel: Kernel, path: string) {
    this.#kernel = kernel;
    this.#path = path;
  }

  /** The directory as a process finds it whose root and working directory are still those of the machine. */
  for(process: Process): Inode | undefined {
    const { init, disk } = this.#kernel;
    const { changes } = init.ns.mnt.tree;
    const known = this.#known;
    const isAsBefore = changes === this.#mountChanges && disk.directoryMoves === this.#directoryMoves;
    if (known !== undefined && isAsBefore && known.nlink > 0) return known;
    const machines = directoryAt(init, this.#path);
    const plain = plainDirectory(disk.root, this.#path);
    this.#known = plain === machines && staysOnRoot(init, this.#path) ? plain : undefined;
    this.#mountChanges = changes;
    this.#directoryMoves = disk.directoryMoves;
    return directoryAt(process, this.#path);
  }
}

/** Where the path leads if there are no symbolic links on it, nor mounts. */
function plainDirectory(root: MemoryDirectory, path: string): MemoryDirectory | undefined {
  let at = root;
  for (const name of path.slice(1).split("/")) {
    const next = at.lookup(name);
    if (!(next instanceof MemoryDirectory)) return undefined;
    at = next;
  }
  return at;
}

function directoryAt(process: Process, path: string): Inode | undefined {
  try {
    const inode = new Glimpses(process).at(path);
    return inode.type === "dir" ? inode : undefined;
  } catch (error) {
    if (error instanceof Errno) return undefined;
    throw error;
  }
}
