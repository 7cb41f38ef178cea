/** An inode of a `MemoryFs`: attributes, names and extended attributes, which all of them have. @see inode(7) */
import { type FileType, PAGE_SIZE, type Stat, typeBits } from "../abi/index.ts";
import { type AttributeChange, Inode, type InodeInit } from "../vfs/index.ts";
import { type FrozenAttributes, type FrozenNode, frozenAs } from "./frozen-tree.ts";
import type { MemoryFs } from "./memory-fs.ts";

const NO_NAMES: readonly string[] = [];
const DAY_US = 86_400 * 1_000_000;

/** Those that an open file led to when they were dropped. */
const openWhenDropped = new WeakSet<MemoryInode>();

export abstract class MemoryInode extends Inode {
  override readonly fs: MemoryFs;
  override readonly ino: number;
  override mode: number;
  override uid: number;
  override gid: number;
  nlink = 1;
  atimeUs: number;
  mtimeUs: number;
  ctimeUs: number;
  /** Open files on it: its data go when both names and open files are gone. */
  opens = 0;
  #xattrs: Map<string, Uint8Array> | undefined;

  constructor(fs: MemoryFs, init: InodeInit) {
    super();
    this.fs = fs;
    this.ino = init.ino ?? fs.takeIno();
    this.mode = init.mode;
    this.uid = init.uid;
    this.gid = init.gid;
    this.atimeUs = fs.machine.nowUs;
    this.mtimeUs = this.atimeUs;
    this.ctimeUs = this.atimeUs;
  }

  /** It is what it was when it was frozen. */
  thawed(attributes: FrozenAttributes, node: FrozenNode): void {
    this.nlink = attributes.nlink;
    this.atimeUs = attributes.atimeUs;
    this.mtimeUs = attributes.mtimeUs;
    this.ctimeUs = attributes.ctimeUs;
    if (attributes.xattrs !== undefined) this.#xattrs = new Map(attributes.xattrs);
    frozenAs.set(this, node);
  }

  abstract override readonly type: FileType;

  /** Bytes, as st_size. */
  get size(): number {
    return 0;
  }

  protected get pages(): number {
    return 0;
  }

  /** Units of 512 bytes, as st_blocks. */
  protected get blocks(): number {
    return this.pages * (PAGE_SIZE / 512);
  }

  override stat(): Stat {
    return {
      dev: this.fs.dev,
      ino: this.ino,
      type: this.type,
      mode: typeBits(this.type) | this.mode,
      nlink: this.nlink,
      uid: this.uid,
      gid: this.gid,
      rdev: this.rdev,
      size: this.size,
      blocks: this.blocks,
      blockSize: PAGE_SIZE,
      atimeUs: this.atimeUs,
      mtimeUs: this.mtimeUs,
      ctimeUs: this.ctimeUs,
    };
  }

  override get rdev(): number {
    return 0;
  }

  override setattr(change: AttributeChange): void {
    const now = this.fs.machine.nowUs;
    if (change.mode !== undefined) this.mode = change.mode;
    if (change.uid !== undefined) this.uid = change.uid;
    if (change.gid !== undefined) this.gid = change.gid;
    if (change.atimeUs !== undefined) this.atimeUs = this.fs.timeWithin(change.atimeUs);
    if (change.mtimeUs !== undefined) this.mtimeUs = this.fs.timeWithin(change.mtimeUs);
    this.ctimeUs = now;
  }

  /** relatime: the access time moves only if it would otherwise look older than the last change, or is a day old. */
  override accessed(): void {
    const now = this.fs.machine.nowUs;
    if (this.atimeUs <= this.mtimeUs || this.atimeUs <= this.ctimeUs || now - this.atimeUs > DAY_US) this.atimeUs = now;
  }

  /** A name of this inode is gone. */
  unlinked(): void {
    if (this.nlink > 1) this.fs.countName(-1);
    this.nlink--;
    this.ctimeUs = this.fs.machine.nowUs;
    this.releaseIfUnused();
  }

  /** Gives back what the inode holds once neither a name nor an open file leads to it. */
  releaseIfUnused(): void {
    if ((this.nlink === 0 || openWhenDropped.has(this)) && this.opens === 0) this.#release();
  }

  /** All its names are gone with a tree that others may have too: they still count them. */
  dropped(): void {
    if (this.opens > 0) openWhenDropped.add(this);
    else this.#release();
  }

  #release(): void {
    this.fs.releaseIno();
    this.dropData();
  }

  /** Nobody can reach the data any more. */
  dropData(): void {}

  override getxattr(name: string): Uint8Array | undefined {
    return this.#xattrs?.get(name);
  }

  override setxattr(name: string, value: Uint8Array): void {
    this.#xattrs ??= new Map();
    this.#xattrs.set(name, value.slice());
    this.ctimeUs = this.fs.machine.nowUs;
  }

  override removexattr(name: string): void {
    this.#xattrs?.delete(name);
    this.ctimeUs = this.fs.machine.nowUs;
  }

  override listxattr(): readonly string[] {
    return this.#xattrs === undefined ? NO_NAMES : [...this.#xattrs.keys()];
  }
}
