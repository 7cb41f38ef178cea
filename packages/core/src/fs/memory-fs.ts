/**
 * `MemoryFs`: a file system that lives in memory. It serves as tmpfs, as the machine's disk, and as the home of layers.
 *
 * @see tmpfs(5), mm/shmem.c
 */
import { Errno, PAGE_SIZE, type StatFs } from "../abi/index.ts";
import { FileSystem, type FsMachine, type InodeInit } from "../vfs/index.ts";
import type { FrozenDisk, FrozenNode } from "./frozen-tree.ts";
import { MemoryDirectory } from "./memory-directory.ts";
import { MemoryFile } from "./memory-file.ts";
import type { MemoryInode } from "./memory-inode.ts";
import { MemorySpecial } from "./memory-special.ts";
import { MemorySymlink } from "./memory-symlink.ts";

export interface MemoryFsOptions {
  /** "tmpfs" by default; the machine's disk says "ext4". */
  readonly type?: string;
  readonly source?: string;
  /** Mode, owner and group of the root directory. Default 1777, 0, 0. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Limits; Infinity if not given. */
  readonly sizeBytes?: number;
  readonly inodes?: number;
  /** For /proc/mounts: "size=65536k,mode=755". */
  readonly options?: string;
  /** What the root starts with: the contents of this sealed directory, shared until they are touched. */
  readonly skeleton?: MemoryDirectory;
  /** What it begins as: its inodes are made of frozen ones when somebody looks. */
  readonly base?: FrozenDisk;
  /** Told of every page that a file takes (positive) or gives back, before it happens; may throw to refuse. */
  readonly charge?: (pages: number, file: MemoryFile | undefined) => void;
  /** Told of what is read and written, where the files are thought to lie on a disk. */
  readonly cache?: FileCache;
  /** Told of what its files and inodes really take of the host's memory. */
  readonly space?: HostSpace;
}

/** Keeps account of the host's memory that a file system takes. */
export interface HostSpace {
  hasRoom(bytes: number): boolean;
  /** So many bytes more are about to be taken. @throws Errno if they cannot be had */
  claim(bytes: number): void;
  /** They were taken, or given back if negative. */
  took(bytes: number): void;
  /** An inode is about to be made, or is gone. @throws Errno */
  inodes(change: 1 | -1): void;
  /** The file system is gone, with all that it had taken. */
  release(): void;
}

/** Keeps account of which parts of files are in memory, and who has brought them there. */
export interface FileCache {
  /** Bytes of a file are read or were written. */
  touch(file: MemoryFile, range: { readonly offset: number; readonly length: number; readonly writes: boolean }): void;
  /** What lies beyond `length` is gone. */
  forget(file: MemoryFile, length: number): void;
}

/** What statfs(2) says of file systems that live in memory on Linux too. */
const MAGIC: ReadonlyMap<string, number> = new Map([
  ["tmpfs", 0x01021994],
  ["ramfs", 0x858458f6],
  ["mqueue", 0x19800202],
]);
const EXT4_MAGIC = 0xef53;

/** From 1901 to 2446. @see Documentation/filesystems/ext4/inodes.rst "Inode Timestamps" */
const EARLIEST_US = -2_147_483_648 * 1e6;
const LATEST_US = 15_032_385_535 * 1e6;

export class MemoryFs extends FileSystem {
  override readonly type: string;
  override readonly source: string;
  override readonly dev: number;
  override readonly root: MemoryDirectory;
  readonly machine: FsMachine;
  #options: MemoryFsOptions;
  #lastIno = 0;
  #inodes = 0;
  #pages = 0;
  /** How often one of its directories has got another path. */
  directoryMoves = 0;
  /** What frozen inodes with several names have become. */
  #thawed: Map<FrozenNode, MemoryInode> | undefined;

  constructor(machine: FsMachine, options: MemoryFsOptions = {}) {
    super();
    this.machine = machine;
    this.#options = options;
    this.type = options.type ?? "tmpfs";
    this.source = options.source ?? this.type;
    this.dev = machine.nextDev();
    const { base, mode = 0o1777, uid = 0, gid = 0 } = options;
    if (base === undefined) {
      this.root = new MemoryDirectory(this, { type: "dir", mode, uid, gid }, options.skeleton);
      return;
    }
    this.#lastIno = base.lastIno;
    this.#inodes = base.inodes;
    this.#pages = base.pages;
    this.root = this.thaw(base.root) as MemoryDirectory;
  }

  /** How much it has of what. */
  get counts(): Omit<FrozenDisk, "root"> {
    return { lastIno: this.#lastIno, inodes: this.#inodes, pages: this.#pages };
  }

  /** The inode that a frozen one becomes here: the same for each of its names. */
  thaw(node: FrozenNode): MemoryInode {
    if (node.type === "dir") return new MemoryDirectory(this, { ...node.attributes }, node);
    const isShared = node.nlink > 1;
    const made = isShared ? this.#thawed?.get(node) : undefined;
    if (made !== undefined) return made;
    const inode = this.make(node);
    if (node.content !== undefined && inode instanceof MemoryFile) inode.begin(node.content.clone());
    inode.thawed(node, node);
    if (isShared) this.#thawed = (this.#thawed ?? new Map()).set(node, inode);
    return inode;
  }

  override options(): string {
    return this.#options.options ?? "";
  }

  /** The nearest time that can be kept: the machine's disk has 34 bits for seconds, as ext4 has. */
  timeWithin(timeUs: number): number {
    return this.type === "tmpfs" ? timeUs : Math.min(Math.max(timeUs, EARLIEST_US), LATEST_US);
  }

  override statfs(): StatFs {
    const { sizeBytes = Number.POSITIVE_INFINITY, inodes = Number.POSITIVE_INFINITY } = this.#options;
    const blocks = Number.isFinite(sizeBytes) ? Math.floor(sizeBytes / PAGE_SIZE) : 0;
    const files = Number.isFinite(inodes) ? inodes : 0;
    return {
      magic: MAGIC.get(this.type) ?? EXT4_MAGIC,
      blockSize: PAGE_SIZE,
      blocks,
      blocksFree: Math.max(0, blocks - this.#pages),
      files,
      filesFree: Math.max(0, files - this.#inodes),
      nameMax: 255,
      flags: 0,
    };
  }

  /** Changes the limits that are given, and how they show. @throws EINVAL if more is in use already */
  setLimits(limits: Pick<MemoryFsOptions, "sizeBytes" | "inodes" | "options">): void {
    const { sizeBytes = Number.POSITIVE_INFINITY, inodes = Number.POSITIVE_INFINITY } = limits;
    if (sizeBytes < this.usedBytes || inodes < this.#inodes) throw new Errno("EINVAL");
    this.#options = { ...this.#options, ...limits };
  }

  /** Bytes in use, by whole pages. */
  get usedBytes(): number {
    return this.#pages * PAGE_SIZE;
  }

  /** @throws ENOSPC if the pages do not fit. */
  takePages(pages: number, file?: MemoryFile): void {
    if (pages > 0 && (this.#pages + pages) * PAGE_SIZE > (this.#options.sizeBytes ?? Number.POSITIVE_INFINITY)) {
      throw new Errno("ENOSPC");
    }
    if (pages !== 0) this.#options.charge?.(pages, file);
    this.#pages += pages;
  }

  get cache(): FileCache | undefined {
    return this.#options.cache;
  }

  get space(): HostSpace | undefined {
    return this.#options.space;
  }

  override unmounted(): void {
    this.space?.release();
  }

  /** How many of `pages` could be taken now. */
  room(pages: number): number {
    const limit = this.#options.sizeBytes ?? Number.POSITIVE_INFINITY;
    return Math.min(pages, Math.floor(limit / PAGE_SIZE) - this.#pages);
  }

  /** @throws ENOSPC if there are too many inodes. */
  takeIno(): number {
    this.#checkInodes();
    this.#inodes++;
    return ++this.#lastIno;
  }

  releaseIno(): void {
    this.#inodes--;
    this.space?.inodes(-1);
  }

  /** One more name of an inode, or one less: each has a dentry that tmpfs cannot drop. @see mm/shmem.c:shmem_link */
  countName(change: 1 | -1): void {
    if (this.type !== "tmpfs") return;
    if (change > 0) this.#checkInodes();
    this.#inodes += change;
  }

  #checkInodes(): void {
    if (this.#inodes >= (this.#options.inodes ?? Number.POSITIVE_INFINITY)) throw new Errno("ENOSPC");
  }

  /** An inode that somebody wants to have, not one that is what another was. @throws ENOSPC */
  makeNew(init: InodeInit): MemoryInode {
    this.#checkInodes();
    this.space?.inodes(1);
    return this.make(init);
  }

  make(init: InodeInit): MemoryInode {
    switch (init.type) {
      case "dir":
        return new MemoryDirectory(this, init);
      case "symlink":
        return new MemorySymlink(this, init, init.target ?? "");
      case "file":
        return new MemoryFile(this, init);
      default:
        return new MemorySpecial(this, init);
    }
  }
}
