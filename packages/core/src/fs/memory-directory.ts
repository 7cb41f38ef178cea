/**
 * A directory of a `MemoryFs`. It may show what another one holds, sealed or frozen, and make inodes of its own from
 * that only when somebody looks.
 */
import { type DirEntry, Errno } from "../abi/index.ts";
import type { Inode, InodeInit, RenameTarget } from "../vfs/index.ts";
import { directorySize } from "./directory-size.ts";
import type { FrozenDirectory, FrozenNode } from "./frozen-tree.ts";
import type { MemoryFs } from "./memory-fs.ts";
import { MemoryInode } from "./memory-inode.ts";

const NO_ENTRIES: ReadonlyMap<string, MemoryInode> = new Map();

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

  override get size(): number {
    if (this.fs.type === "ramfs") return 0;
    return this.fs.type === "tmpfs" ? 40 + 20 * this.entries.size : directorySize(this.#names());
  }

  /** Of all its entries, without making what has not been looked at. */
  #names(): Iterable<string> {
    const skeleton = this.#skeleton;
    if (skeleton === undefined) return this.#entries?.keys() ?? [];
    return skeleton instanceof MemoryDirectory ? skeleton.#names() : skeleton.names();
  }

  /** On a disk even an empty directory takes a block. */
  protected override get blocks(): number {
    return this.fs.type === "tmpfs" || this.fs.type === "ramfs" ? 0 : this.size / 512;
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
      inode.dropped();
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
    if (inode.type === "dir") this.fs.directoryMoves++;
    inode.ctimeUs = this.fs.machine.nowUs;
  }

  override exchange(name: string, _moved: Inode, target: RenameTarget): void {
    const { directory } = target;
    if (!(directory instanceof MemoryDirectory) || directory.fs !== this.fs) throw new Errno("EXDEV");
    const mine = this.#remove(name);
    const theirs = directory.#remove(target.name);
    this.#add(name, theirs);
    directory.#add(target.name, mine);
    if (mine.type === "dir" || theirs.type === "dir") this.fs.directoryMoves++;
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
