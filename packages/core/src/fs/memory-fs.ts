/**
 * `MemoryFs`: a file system that lives in memory. It serves as tmpfs, as the machine's disk, and as the home of layers.
 *
 * @see tmpfs(5), mm/shmem.c
 */
import {
  type DirEntry,
  Errno,
  FILE_SIZE_MAX,
  type FileType,
  PAGE_SIZE,
  type Stat,
  type StatFs,
  typeBits,
} from "../abi/index.ts";
import { byteLength } from "../lib/index.ts";
import {
  type AttributeChange,
  type FileOps,
  FileSystem,
  type FsMachine,
  Inode,
  type InodeInit,
  type RenameTarget,
} from "../vfs/index.ts";
import { FileContent } from "./file-content.ts";
import {
  type FrozenAttributes,
  type FrozenDirectory,
  type FrozenDisk,
  type FrozenNode,
  frozenAs,
} from "./frozen-tree.ts";
import { MemoryFileOps } from "./memory-file-ops.ts";
import { Pipe } from "./pipe.ts";

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

/** Their names are gone with a tree that others may have too, who still count them; an open file led to them. */
const openWhenDropped = new WeakSet<MemoryInode>();

/** What all inodes in memory have in common: attributes and extended attributes. */
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

  protected get size(): number {
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
    if ((this.nlink > 0 && !openWhenDropped.has(this)) || this.opens > 0) return;
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

const NO_NAMES: readonly string[] = [];
const DAY_US = 86_400 * 1_000_000;
/** While there is that much of the host's memory besides what is written, nobody looks more closely. */
const LEAST_ROOM = 1024 ** 2;

export class MemoryFile extends MemoryInode {
  override get type() {
    return "file" as const;
  }

  #content = new FileContent();
  /** What the account of pages remembers of this file. */
  bill: object | undefined;

  /** The bytes, to be read only: changes go through `write` and `setattr`. */
  get content(): FileContent {
    return this.#content;
  }

  /** Replaces the contents without copying. */
  set content(content: FileContent) {
    this.fs.takePages(content.pages - this.#content.pages, this);
    this.fs.space?.took(content.storedBytes - this.#content.storedBytes);
    this.#content = content;
  }

  /** Has contents that its file system has counted already. */
  begin(content: FileContent): void {
    this.fs.space?.took(content.storedBytes - this.#content.storedBytes);
    this.#content = content;
  }

  override dropData(): void {
    if (this.pages > 0) this.fs.takePages(-this.pages, this);
    this.fs.space?.took(-this.#content.storedBytes);
    if (this.bill !== undefined) this.fs.cache?.forget(this, 0);
  }

  protected override get size(): number {
    return this.#content.size;
  }

  protected override get pages(): number {
    return this.#content.pages;
  }

  override setattr(change: AttributeChange): void {
    if (change.size !== undefined && change.size > FILE_SIZE_MAX) throw new Errno("EFBIG");
    super.setattr(change);
    if (change.size === undefined) return;
    const before = this.#content.pages;
    const stored = this.#content.storedBytes;
    this.#content.truncate(change.size);
    this.fs.takePages(this.#content.pages - before, this);
    this.fs.space?.took(this.#content.storedBytes - stored);
    if (this.bill !== undefined) this.fs.cache?.forget(this, change.size);
    this.mtimeUs = change.mtimeUs ?? this.ctimeUs;
  }

  /**
   * Writes as much of `data` as there is room for.
   *
   * @throws ENOSPC if there is room for none of it. @throws EFBIG beyond the size that a file can have.
   */
  write(data: Uint8Array, offset: number): number {
    if (offset + data.length > FILE_SIZE_MAX) {
      if (offset >= FILE_SIZE_MAX) throw new Errno("EFBIG");
      return this.write(data.subarray(0, FILE_SIZE_MAX - offset), offset);
    }
    const needed = this.#content.pagesNeeded(offset, data.length);
    const room = this.fs.room(needed);
    if (room < needed) return this.#writeSome(data, offset, room);
    const { space } = this.fs;
    const stored = this.#content.storedBytes;
    if (space?.hasRoom(data.length + LEAST_ROOM) === false) space.claim(this.#content.bytesNeeded(offset, data));
    this.fs.takePages(needed, this);
    this.#content.write(offset, data);
    space?.took(this.#content.storedBytes - stored);
    this.fs.cache?.touch(this, { offset, length: data.length, writes: true });
    this.mtimeUs = this.fs.machine.nowUs;
    this.ctimeUs = this.mtimeUs;
    return data.length;
  }

  #writeSome(data: Uint8Array, offset: number, room: number): number {
    let fits = 0;
    while (fits < data.length) {
      const step = Math.min(data.length - fits, PAGE_SIZE - ((offset + fits) % PAGE_SIZE));
      if (this.#content.pagesNeeded(offset, fits + step) > room) break;
      fits += step;
    }
    if (fits === 0) throw new Errno("ENOSPC");
    return this.write(data.subarray(0, fits), offset);
  }

  override open(flags: number): FileOps {
    return new MemoryFileOps(this, flags);
  }
}

export class MemorySymlink extends MemoryInode {
  override get type() {
    return "symlink" as const;
  }

  readonly #target: string;

  constructor(fs: MemoryFs, init: InodeInit, target: string) {
    super(fs, init);
    this.#target = target;
  }

  protected override get size(): number {
    return byteLength(this.#target);
  }

  override readlink(): string {
    return this.#target;
  }
}

/** A FIFO, device or socket. */
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

export class MemoryDirectory extends MemoryInode {
  override get type() {
    return "dir" as const;
  }

  #entries: Map<string, MemoryInode> | undefined;
  /** A directory whose contents show here too, as far as they have not been copied yet. */
  #skeleton: MemoryDirectory | FrozenDirectory | undefined;
  /** A committed layer: nothing below changes any more, so what was looked up may be shared. */
  sealed = false;

  /** Of a frozen directory it is the same one; a skeleton only lends its contents. */
  constructor(fs: MemoryFs, init: InodeInit, skeleton?: MemoryDirectory | FrozenDirectory) {
    super(fs, init);
    this.nlink = skeleton?.nlink ?? 2;
    this.#skeleton = skeleton;
    if (skeleton === undefined || skeleton instanceof MemoryDirectory) return;
    this.sealed = skeleton.sealed;
    this.thawed(skeleton.attributes, skeleton);
  }

  /** Entries that it has by now, and where others come from when they are looked for. */
  get parts(): {
    readonly own: ReadonlyMap<string, MemoryInode>;
    readonly rest: MemoryDirectory | FrozenDirectory | undefined;
  } {
    return { own: this.#entries ?? NO_ENTRIES, rest: this.#skeleton };
  }

  /** Entries in the order of their making. */
  get entries(): ReadonlyMap<string, MemoryInode> {
    if (this.#skeleton !== undefined) this.#copySkeleton(this.#skeleton);
    return this.#entries ?? NO_ENTRIES;
  }

  protected override get size(): number {
    return this.fs.type === "tmpfs" ? 40 + 20 * this.entries.size : PAGE_SIZE;
  }

  /** On a disk even an empty directory takes a block. */
  protected override get blocks(): number {
    return this.fs.type === "tmpfs" ? 0 : PAGE_SIZE / 512;
  }

  override lookup(name: string): MemoryInode | undefined {
    const known = this.#entries?.get(name);
    if (known !== undefined || this.#skeleton === undefined) return known;
    return this.#copyEntry(name, this.#skeleton.lookup(name));
  }

  /** Makes an inode of one's own from one of the skeleton. */
  #copyEntry(name: string, origin: MemoryInode | FrozenNode | undefined): MemoryInode | undefined {
    if (origin === undefined) return undefined;
    const copy = origin instanceof MemoryInode ? this.#copyOf(origin) : this.fs.thaw(origin);
    this.#entries ??= new Map();
    this.#entries.set(name, copy);
    return copy;
  }

  #copyOf(origin: MemoryInode): MemoryInode {
    const { type, mode, uid, gid, rdev } = origin;
    const target = type === "symlink" ? { target: origin.readlink() } : {};
    const init = { type, mode, uid, gid, rdev, ...target };
    return origin instanceof MemoryDirectory ? new MemoryDirectory(this.fs, init, origin) : this.fs.make(init);
  }

  #copySkeleton(skeleton: MemoryDirectory | FrozenDirectory): void {
    const early = this.#entries;
    this.#skeleton = undefined;
    this.#entries = new Map();
    for (const [name, origin] of skeleton.entries) {
      const copied = early?.get(name);
      if (copied === undefined) this.#copyEntry(name, origin);
      else this.#entries.set(name, copied);
    }
  }

  override create(name: string, init: InodeInit): MemoryInode {
    this.#checkAlive();
    const inode = this.fs.makeNew(init);
    this.#add(name, inode);
    return inode;
  }

  /** Puts an inode that was made elsewhere under a name, in the place of what has it. */
  adopt(name: string, inode: MemoryInode): void {
    this.#checkAlive();
    if (this.#entries?.get(name)?.type === inode.type) this.#entries.set(name, inode);
    else this.#add(name, inode);
  }

  override createTemporary(init: InodeInit): MemoryInode {
    const inode = this.fs.makeNew(init);
    inode.nlink = 0;
    return inode;
  }

  override link(name: string, target: Inode): void {
    this.#checkAlive();
    if (!(target instanceof MemoryInode) || target.fs !== this.fs) throw new Errno("EXDEV");
    // A file without a name, which is given its first one, has been counted.
    if (target.nlink > 0) this.fs.countName(1);
    target.nlink++;
    target.ctimeUs = this.fs.machine.nowUs;
    this.#add(name, target);
  }

  override unlink(name: string): void {
    const inode = this.#remove(name);
    inode.unlinked();
  }

  override rmdir(name: string): void {
    const victim = this.lookup(name);
    if (!(victim instanceof MemoryDirectory)) throw new Errno("ENOTDIR");
    if (victim.entries.size > 0) throw new Errno("ENOTEMPTY");
    this.#remove(name);
    victim.nlink = 1;
    victim.unlinked();
  }

  /** Gives back a whole tree without touching it: others may have it too. */
  dropTree(name: string, tree: MemoryDirectory): void {
    this.#remove(name);
    const seen = new Set<MemoryInode>();
    const drop = (inode: MemoryInode): void => {
      if (seen.has(inode)) {
        this.fs.countName(-1);
        return;
      }
      seen.add(inode);
      if (inode instanceof MemoryDirectory) for (const child of inode.entries.values()) drop(child);
      if (inode.opens > 0) openWhenDropped.add(inode);
      else {
        this.fs.releaseIno();
        inode.dropData();
      }
    };
    drop(tree);
  }

  override rename(name: string, _moved: Inode, target: RenameTarget): void {
    const { directory, replaced } = target;
    if (!(directory instanceof MemoryDirectory) || directory.fs !== this.fs) throw new Errno("EXDEV");
    directory.#checkAlive();
    if (replaced instanceof MemoryDirectory) directory.rmdir(target.name);
    else if (replaced !== undefined) directory.unlink(target.name);
    const inode = this.#remove(name);
    directory.#add(target.name, inode);
    inode.ctimeUs = this.fs.machine.nowUs;
  }

  override exchange(name: string, _moved: Inode, target: RenameTarget): void {
    const { directory } = target;
    if (!(directory instanceof MemoryDirectory) || directory.fs !== this.fs) throw new Errno("EXDEV");
    const mine = this.#remove(name);
    const theirs = directory.#remove(target.name);
    this.#add(name, theirs);
    directory.#add(target.name, mine);
  }

  /** tmpfs shows what is newest first. @see fs/libfs.c:offset_iterate_dir */
  override *readdir(): Iterable<DirEntry> {
    const entries = this.fs.type === "tmpfs" ? [...this.entries].reverse() : this.entries;
    for (const [name, inode] of entries) yield { name, ino: inode.ino, type: inode.type };
  }

  /** It is about to change: a directory that was removed cannot, and nothing stays shared. */
  #checkAlive(): void {
    if (this.nlink === 0) throw new Errno("ENOENT");
    if (this.#skeleton !== undefined) this.#copySkeleton(this.#skeleton);
  }

  #add(name: string, inode: MemoryInode): void {
    this.#entries ??= new Map();
    this.#entries.set(name, inode);
    if (inode.type === "dir") this.nlink++;
    this.#changed();
  }

  #remove(name: string): MemoryInode {
    if (this.#skeleton !== undefined) this.#copySkeleton(this.#skeleton);
    const inode = this.#entries?.get(name);
    if (inode === undefined) throw new Errno("ENOENT");
    this.#entries?.delete(name);
    if (inode.type === "dir") this.nlink--;
    this.#changed();
    return inode;
  }

  #changed(): void {
    this.mtimeUs = this.fs.machine.nowUs;
    this.ctimeUs = this.mtimeUs;
  }
}

const NO_ENTRIES: ReadonlyMap<string, MemoryInode> = new Map();
