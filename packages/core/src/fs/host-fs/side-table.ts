/**
 * `SideTable`: what a `HostFs` knows of its files that the disk does not, as plain JSON.
 *
 * An entry belongs to a name and holds as long as that name leads to the same file of the disk (`id`). Numbers of
 * another disk mean nothing: a table that was taken from one, as when a volume was copied, counts for its names alone.
 */
import { type FileType, fileType } from "../../abi/index.ts";
import { fileId, type HostStat } from "./host-disk.ts";

export interface SideTable {
  /** The `id` of the directory that the file system shows: it names the disk. */
  readonly disk: string;
  readonly files: readonly SideEntry[];
}

export interface SideEntry {
  /** From the root of the file system, "." for the root itself. */
  readonly path: string;
  /** What the disk called the file. To be compared, not to be shown: it differs from run to run. */
  readonly id: string;
  readonly type: FileType;
  /** Absent as long as the disk decides. */
  readonly mode?: number;
  readonly uid: number;
  readonly gid: number;
  readonly atimeUs: number;
  readonly mtimeUs: number;
  readonly ctimeUs: number;
  /** Of a device. */
  readonly rdev?: number;
  /** Values as one character a byte. */
  readonly xattrs?: readonly (readonly [name: string, value: string])[];
  /** Pages of a file that were never written, see `Holes`. */
  readonly holes?: readonly (readonly [start: number, end: number])[];
}

/** A side table as a tree: what is known of a name, and of the names below it. */
export class SideNode {
  entry: SideEntry | undefined;
  readonly children = new Map<string, SideNode>();

  /** The root of the tree that a table describes. */
  static of(table: SideTable): SideNode {
    const root = new SideNode();
    for (const entry of table.files) root.#at(entry.path === "." ? [] : entry.path.split("/")).entry = entry;
    return root;
  }

  /**
   * What is known of a name, if it means the file that is there now. It is asked once: after that the file's inode knows.
   *
   * @param knowsIds the table comes from this very disk.
   */
  claim(name: string, stat: HostStat | undefined, knowsIds: boolean): SideNode | undefined {
    const node = this.children.get(name);
    this.children.delete(name);
    if (node === undefined || stat === undefined) return undefined;
    const type = fileType(stat.mode);
    if (node.entry === undefined) return type === "dir" ? node : undefined;
    if (knowsIds && node.entry.id !== fileId(stat)) return undefined;
    return node.entry.type === type || (type === "file" && isSpecial(node.entry.type)) ? node : undefined;
  }

  #at(names: readonly string[]): SideNode {
    let node: SideNode = this;
    for (const name of names) {
      const next = node.children.get(name) ?? new SideNode();
      node.children.set(name, next);
      node = next;
    }
    return node;
  }
}

/** Devices, FIFOs and sockets: a disk cannot hold them, so there an empty file stands for each. */
function isSpecial(type: FileType): boolean {
  return type !== "file" && type !== "dir" && type !== "symlink";
}
