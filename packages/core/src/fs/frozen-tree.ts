/**
 * Frozen trees: files and directories of a memory file system as they were at a moment, as data that nobody changes.
 *
 * Freezing copies no bytes, and of what has not changed since the last time it makes nothing new: two frozen trees share
 * what they have in common, so that identity answers most questions about differences. What lies in a committed layer is
 * frozen when somebody first looks: an image costs nothing, whatever its size. A file system can begin as a frozen tree
 * (`MemoryFsOptions.base`), and makes inodes of its own of what it touches.
 */
import type { FileType } from "../abi/index.ts";
import type { FileContent } from "./file-content.ts";

export interface FrozenAttributes {
  readonly ino: number;
  readonly type: FileType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly rdev: number;
  readonly atimeUs: number;
  readonly mtimeUs: number;
  readonly ctimeUs: number;
  readonly xattrs: ReadonlyMap<string, Uint8Array> | undefined;
}

/** A file, symbolic link, device, FIFO or socket. */
export interface FrozenLeaf extends FrozenAttributes {
  readonly type: Exclude<FileType, "dir">;
  /** Of a file; to be cloned before it is changed. */
  readonly content?: FileContent;
  /** Of a symbolic link. */
  readonly target?: string;
}

export type FrozenNode = FrozenLeaf | FrozenDirectory;

/** Where the entries of a frozen directory come from that were not frozen with it. */
export interface FrozenSource {
  lookup(name: string): FrozenNode | undefined;
  names(): Iterable<string>;
}

export class FrozenDirectory implements FrozenSource {
  readonly type = "dir";
  readonly attributes: FrozenAttributes;
  /** The topmost directory of a committed layer. */
  readonly sealed: boolean;
  readonly #own: Map<string, FrozenNode>;
  #rest: FrozenSource | undefined;

  constructor(
    attributes: FrozenAttributes,
    own: Map<string, FrozenNode>,
    rest: FrozenSource | undefined,
    sealed: boolean,
  ) {
    this.attributes = attributes;
    this.#own = own;
    this.#rest = rest;
    this.sealed = sealed;
  }

  get ino(): number {
    return this.attributes.ino;
  }

  get nlink(): number {
    return this.attributes.nlink;
  }

  lookup(name: string): FrozenNode | undefined {
    const known = this.#own.get(name);
    if (known !== undefined || this.#rest === undefined) return known;
    const found = this.#rest.lookup(name);
    if (found !== undefined) this.#own.set(name, found);
    return found;
  }

  names(): Iterable<string> {
    return this.#rest === undefined ? this.#own.keys() : this.#rest.names();
  }

  /** All entries, in the order of their making. */
  get entries(): ReadonlyMap<string, FrozenNode> {
    if (this.#rest === undefined) return this.#own;
    const all = [...this.#rest.names()].map((name) => [name, this.lookup(name) as FrozenNode] as const);
    this.#rest = undefined;
    this.#own.clear();
    for (const [name, node] of all) this.#own.set(name, node);
    return this.#own;
  }
}

/** A whole file system as it was. */
export interface FrozenDisk {
  readonly root: FrozenDirectory;
  readonly lastIno: number;
  readonly inodes: number;
  readonly pages: number;
}

/** What an inode was last frozen as, or made of. */
export const frozenAs = new WeakMap<object, FrozenNode>();
