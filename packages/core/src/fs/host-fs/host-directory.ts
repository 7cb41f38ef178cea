/**
 * A directory of a `HostFs`.
 *
 * It remembers the inodes of the names that were looked up, so that a file that is open, mounted or stood on is found
 * again as the same inode. The disk is asked each time: a name that leads to another file now has a new inode.
 */
import { type DirEntry, Errno, fileType, PAGE_SIZE } from "../../abi/index.ts";
import { compareBytes } from "../../lib/index.ts";
import type { Inode, InodeInit, RenameTarget } from "../../vfs/index.ts";
import { HostAttributes } from "./attributes.ts";
import { onDisk } from "./disk-error.ts";
import { entriesOf, fileId, type HostStat, isStorable, joined } from "./host-disk.ts";
import { HostFile } from "./host-file.ts";
import type { HostFs } from "./host-fs.ts";
import { type DiskPlace, HostInode } from "./host-inode.ts";
import { HostSpecial } from "./host-special.ts";
import { HostSymlink } from "./host-symlink.ts";
import { move } from "./move.ts";
import { type SideEntry, SideNode } from "./side-table.ts";

export class HostDirectory extends HostInode {
  override readonly type = "dir";
  readonly #children = new Map<string, HostInode>();
  /** What a side table said of names that nobody has looked at yet. */
  readonly #known: SideNode;

  constructor(fs: HostFs, stat: HostStat, attributes: HostAttributes, node: SideNode = new SideNode()) {
    super(fs, stat, attributes);
    this.#known = node;
  }

  /** Two for itself and one for each directory in it, whatever the disk counts. */
  protected override nlink(): number {
    const place = this.locate();
    if (place === undefined) return 0;
    return 2 + onDisk(() => entriesOf(this.fs.disk, place.path)).filter(({ isDirectory }) => isDirectory).length;
  }

  protected override size(): number {
    return PAGE_SIZE;
  }

  protected override blocks(): number {
    return PAGE_SIZE / 512;
  }

  override lookup(name: string): HostInode | undefined {
    const place = this.locate();
    return place === undefined ? undefined : this.#meet(place.path, name);
  }

  /** Sorted by their bytes: disks list in orders of their own. Names that are not UTF-8 do not show. */
  override readdir(): Iterable<DirEntry> {
    const place = this.locate();
    if (place === undefined) return [];
    const names = onDisk(() => entriesOf(this.fs.disk, place.path)).map(({ name }) => name);
    return names.sort(compareBytes).flatMap((name) => {
      const inode = this.#meet(place.path, name);
      return inode === undefined ? [] : [{ name, ino: inode.ino, type: inode.type }];
    });
  }

  /** @throws ENOENT if the directory is gone. @throws EILSEQ for a name that the disk cannot hold. */
  override create(name: string, init: InodeInit): HostInode {
    const path = this.#pathOf(name);
    const { disk } = this.fs;
    const { target = "" } = init;
    if (!isStorable(target)) throw new Errno("EILSEQ");
    onDisk(() => {
      if (init.type === "dir") disk.mkdirSync(path);
      else if (init.type === "symlink") disk.symlinkSync(target, path);
      else disk.closeSync(disk.openSync(path, "wx+"));
    });
    const stat = this.fs.lstat(path);
    if (stat === undefined) throw new Errno("ENOENT");
    const inode = this.#make(init, stat, HostAttributes.made(init, this.fs.machine.nowUs));
    this.#added(name, inode);
    return inode;
  }

  /** Made under a passing name, which is gone before anybody else can look. */
  override createTemporary(init: InodeInit): HostInode {
    const { disk } = this.fs;
    const path = this.fs.passingPath(this.#alive().path);
    const fd = onDisk(() => disk.openSync(path, "wx+"));
    onDisk(() => disk.unlinkSync(path));
    const attributes = HostAttributes.made(init, this.fs.machine.nowUs);
    const inode = new HostFile(
      this.fs,
      onDisk(() => disk.fstatSync(fd)),
      attributes,
    );
    inode.content.adopt(fd);
    this.#settleHere();
    return inode;
  }

  override link(name: string, target: Inode): void {
    if (!(target instanceof HostInode) || target.fs !== this.fs) throw new Errno("EXDEV");
    const path = this.#pathOf(name);
    const from = target.locate();
    if (from !== undefined) onDisk(() => this.fs.disk.linkSync(from.path, path));
    else if (target instanceof HostFile && target.content.isOpen) target.materialise(path);
    else throw new Errno("ENOENT");
    target.touched();
    this.#added(name, target);
  }

  override unlink(name: string): void {
    const path = this.#pathOf(name);
    onDisk(() => this.fs.disk.unlinkSync(path));
    this.#removed(name);
  }

  override rmdir(name: string): void {
    const path = this.#pathOf(name);
    onDisk(() => {
      // Said here, for a disk in memory counts entries otherwise than it lists them.
      if (entriesOf(this.fs.disk, path).length > 0) throw new Errno("ENOTEMPTY");
      this.fs.disk.rmdirSync(path);
    });
    this.#removed(name);
  }

  override rename(name: string, moved: Inode, { directory, name: newName, replaced }: RenameTarget): void {
    if (!(directory instanceof HostDirectory) || directory.fs !== this.fs) throw new Errno("EXDEV");
    if (!(moved instanceof HostInode)) throw new Errno("EXDEV");
    const from = this.#pathOf(name);
    const to = directory.#pathOf(newName);
    const replaces = replaced === undefined ? undefined : replaced.type === "dir" ? "dir" : "other";
    onDisk(() => {
      if (replaces === "dir" && entriesOf(this.fs.disk, to).length > 0) throw new Errno("ENOTEMPTY");
      move(this.fs.disk, { from, to, isDirectory: moved.type === "dir", replaces }, this.fs.renamesInOneStep);
    });
    if (replaced !== undefined) directory.#removed(newName);
    this.#removed(name);
    directory.#added(newName, moved);
  }

  override exchange(name: string, moved: Inode, { directory, name: newName, replaced }: RenameTarget): void {
    if (!(directory instanceof HostDirectory) || directory.fs !== this.fs) throw new Errno("EXDEV");
    if (!(moved instanceof HostInode) || !(replaced instanceof HostInode)) throw new Errno("EXDEV");
    const [mine, theirs] = [this.#pathOf(name), directory.#pathOf(newName)];
    const aside = this.fs.passingPath(directory.#alive().path);
    const step = (from: string, to: string, { type }: Inode): void =>
      move(this.fs.disk, { from, to, isDirectory: type === "dir", replaces: undefined }, this.fs.renamesInOneStep);
    onDisk(() => {
      step(theirs, aside, replaced);
      step(mine, theirs, moved);
      step(aside, mine, replaced);
    });
    this.#removed(name);
    directory.#removed(newName);
    this.#added(name, replaced);
    directory.#added(newName, moved);
  }

  /** The entries of this directory and of all below, as far as something is known of them and they still exist. */
  *entries(path: string): Iterable<SideEntry> {
    const own = this.entry(path === "" ? "." : path);
    if (own !== undefined) yield own;
    const names = [...new Set([...this.#children.keys(), ...this.#known.children.keys()])].sort(compareBytes);
    for (const name of names) {
      const inode = this.lookup(name);
      const below = path === "" ? name : `${path}/${name}`;
      if (inode instanceof HostDirectory) yield* inode.entries(below);
      else {
        const entry = inode?.entry(below);
        if (entry !== undefined) yield entry;
      }
    }
  }

  // ── names ──

  /** @throws ENOENT if the directory is gone. */
  #alive(): DiskPlace {
    const place = this.locate();
    if (place === undefined) throw new Errno("ENOENT");
    return place;
  }

  #pathOf(name: string): string {
    if (!isStorable(name)) throw new Errno("EILSEQ");
    return joined(this.#alive().path, name);
  }

  /** What the name leads to on the disk now, as the inode that it was before if it is still that file. */
  #meet(directory: string, name: string): HostInode | undefined {
    const stat = isStorable(name) ? this.fs.lstat(joined(directory, name)) : undefined;
    const known = this.#children.get(name);
    if (known !== undefined && stat !== undefined && known.fileId === fileId(stat)) {
      known.notice(stat);
      return known;
    }
    if (known !== undefined) this.#forget(name);
    const node = this.#known.claim(name, stat, this.fs.knowsIds);
    if (stat === undefined) return undefined;
    const linked = this.fs.linked(stat);
    const inode = linked ?? this.#found(stat, node);
    // A file that came where another one was came before our eyes; others have been there for ever.
    if (known !== undefined && linked === undefined) inode.appeared();
    this.#keep(name, inode);
    return inode;
  }

  #found(stat: HostStat, node: SideNode | undefined): HostInode {
    const entry = node?.entry;
    const attributes = entry === undefined ? new HostAttributes(this.fs.timeUs) : HostAttributes.of(entry);
    const type = entry?.type ?? fileType(stat.mode);
    return this.#make({ type, rdev: entry?.rdev ?? stat.rdev }, stat, attributes, node);
  }

  #make(
    { type, rdev = 0 }: Pick<InodeInit, "type" | "rdev">,
    stat: HostStat,
    attributes: HostAttributes,
    node?: SideNode,
  ): HostInode {
    switch (type) {
      case "dir":
        return new HostDirectory(this.fs, stat, attributes, node);
      case "file":
        return new HostFile(this.fs, stat, attributes, node?.entry);
      case "symlink":
        return new HostSymlink(this.fs, stat, attributes);
      default:
        return new HostSpecial(this.fs, stat, attributes, type, rdev);
    }
  }

  #keep(name: string, inode: HostInode): void {
    this.#children.set(name, inode);
    inode.named(this, name);
    if (inode.type !== "dir") this.fs.remember(inode);
  }

  #forget(name: string): void {
    const inode = this.#children.get(name);
    if (inode === undefined) return;
    this.#children.delete(name);
    inode.unnamed(this, name);
    if (!inode.hasNames) this.fs.forget(inode);
  }

  #added(name: string, inode: HostInode): void {
    this.#known.children.delete(name);
    this.#keep(name, inode);
    inode.touched();
    const stat = inode.locate()?.stat;
    if (stat !== undefined) inode.settle(stat);
    this.#changed();
  }

  #removed(name: string): void {
    this.#children.get(name)?.touched();
    this.#forget(name);
    this.#known.children.delete(name);
    this.#changed();
  }

  #changed(): void {
    this.#settleHere();
    this.attributes.modify(this.fs.machine.nowUs);
  }

  /** What the disk did to the directory was done from here. */
  #settleHere(): void {
    const stat = this.locate()?.stat;
    if (stat !== undefined) this.settle(stat);
  }
}
