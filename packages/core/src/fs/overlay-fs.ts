/**
 * overlayfs: one writable layer over read-only ones.
 *
 * A name is looked up in the upper directory first; a whiteout there hides the name, a directory there is merged with
 * the ones below unless it is opaque. What would change something below copies it up first (`copyUp`, the one place
 * where that happens). Where nothing was written there is no upper directory at all, and a lookup is one in the shared
 * tree of `lower-tree.ts`.
 *
 * As Docker mounts it: no redirect_dir (renaming a lower directory is EXDEV), no index (copying up one name of a lower
 * hard link splits it off), no metacopy.
 *
 * @see Documentation/filesystems/overlayfs.rst, fs/overlayfs/
 */
import { type DirEntry, Errno, O_ACCMODE, O_RDONLY, O_TRUNC, type Stat, type StatFs } from "../abi/index.ts";
import { assert } from "../lib/index.ts";
import {
  type AttributeChange,
  FileOps,
  FileSystem,
  type FsMachine,
  Inode,
  type InodeInit,
  type RenameTarget,
} from "../vfs/index.ts";
import { LowerDirectory, lowerTree } from "./lower-tree.ts";
import { MemoryFile } from "./memory-file.ts";
import { MemoryInode } from "./memory-inode.ts";
import { isOpaque, isWhiteout, makeOpaque, OVERLAY_XATTR_PREFIX, WHITEOUT } from "./whiteout.ts";

export interface OverlayOptions {
  /** Read-only directories, topmost first. */
  readonly lower: readonly Inode[];
  /** Where changes go; without it the overlay is read-only. */
  readonly upper?: Inode | undefined;
  /** For /proc/mounts: its first field, and its options. */
  readonly source?: string;
  readonly options?: readonly string[];
  /** Where it is found by its upper directory while it is mounted. */
  readonly registry?: OverlayRegistry;
  /** Its device number, if it has been given one already. */
  readonly dev?: number;
}

/** Who knows which overlays are mounted. */
export interface OverlayRegistry {
  set(upper: Inode, overlay: OverlayFs): void;
  delete(upper: Inode, overlay: OverlayFs): void;
}

const OVERLAYFS_MAGIC = 0x794c7630;

export class OverlayFs extends FileSystem {
  override readonly type = "overlay";
  override readonly source: string;
  override readonly dev: number;
  override readonly root: OverlayDirectory;
  readonly machine: FsMachine;
  readonly #shown: ShownOptions;
  readonly #registry: OverlayRegistry | undefined;
  /** The overlay inode of an upper inode that has several names, so that all of them lead to one. */
  #linked: Map<Inode, OverlayNode> | undefined;
  /** The lower inode that an upper one was copied from: it keeps that one's number. */
  #origins: Map<Inode, number> | undefined;
  #nameChanges = 0;

  constructor(machine: FsMachine, options: OverlayOptions) {
    super();
    this.machine = machine;
    this.#shown = ShownOptions.of(options.options ?? []);
    this.#registry = options.registry;
    this.dev = options.dev ?? machine.nextDev();
    this.source = options.source ?? "overlay";
    this.readOnly = options.upper === undefined;
    const lower = options.lower.length === 0 ? undefined : lowerTree(options.lower);
    this.root = new OverlayDirectory(this, undefined, "", options.upper, lower);
    if (options.upper !== undefined) this.#registry?.set(options.upper, this);
  }

  get linked(): Map<Inode, OverlayNode> {
    this.#linked ??= new Map();
    return this.#linked;
  }

  get origins(): Map<Inode, number> {
    this.#origins ??= new Map();
    return this.#origins;
  }

  /** Some of what is in the upper layer was copied there. */
  get hasOrigins(): boolean {
    return this.#origins !== undefined;
  }

  /** The number that an upper inode has kept from the lower one that it is a copy of. */
  originOf(upper: Inode): number | undefined {
    return this.#origins?.get(upper);
  }

  override get nameChanges(): number {
    return this.#nameChanges;
  }

  /** A name, an owner or a mode is about to change. */
  namesChange(): void {
    this.#nameChanges++;
  }

  override options(): string {
    return this.#shown.text;
  }

  override unmounted(): void {
    if (this.root.upper !== undefined) this.#registry?.delete(this.root.upper, this);
  }

  override statfs(): StatFs {
    return { ...this.root.backing.fs.statfs(), magic: OVERLAYFS_MAGIC };
  }
}

const UPPERDIR = "upperdir=";

/** Options as mount(2) was told them. Thousands of overlays differ in the last name of the upper directory only. */
class ShownOptions {
  static #last: ShownFrame | undefined;
  readonly #frame: ShownFrame;
  readonly #upperName: string;

  static of(options: readonly string[]): ShownOptions {
    const last = ShownOptions.#last;
    const name = last?.nameIn(options);
    if (last !== undefined && name !== undefined) return new ShownOptions(last, name);
    const frame = new ShownFrame(options);
    ShownOptions.#last = frame;
    return new ShownOptions(frame, frame.nameIn(options) ?? "");
  }

  private constructor(frame: ShownFrame, upperName: string) {
    this.#frame = frame;
    this.#upperName = upperName;
  }

  get text(): string {
    return this.#frame.around(this.#upperName);
  }
}

/** Options without the last name of the upper directory. */
class ShownFrame {
  readonly #options: readonly string[];
  /** Which of them is the upper directory's; none if it is negative. */
  readonly #at: number;

  constructor(options: readonly string[]) {
    this.#at = options.findIndex((option) => option.startsWith(UPPERDIR));
    this.#options = options.map((option, at) =>
      at === this.#at ? option.slice(0, option.lastIndexOf("/") + 1) : option,
    );
  }

  /** What is left out of such options; `undefined` if they are others. */
  nameIn(options: readonly string[]): string | undefined {
    let name = "";
    for (let at = 0; at < options.length; at++) {
      const option = options[at] as string;
      const own = this.#options[at];
      if (own === undefined || (at === this.#at ? !option.startsWith(own) : option !== own)) return undefined;
      if (at === this.#at) name = option.slice(own.length);
    }
    return options.length === this.#options.length && !name.includes("/") ? name : undefined;
  }

  around(name: string): string {
    return this.#options.map((option, at) => (at === this.#at ? option + name : option)).join(",");
  }
}

/** What a real inode has answered, to be made the overlay's. */
type OwnStat = { -readonly [Field in keyof Stat]: Stat[Field] };

const WITH_DATA = { withData: true } as const;

/** What directories and other inodes of an overlay have in common: a place, an upper inode, and copy-up. */
abstract class OverlayNode extends Inode {
  override readonly fs: OverlayFs;
  /** Where it was looked up; matters only until it is copied up. */
  parent: OverlayDirectory | undefined;
  name: string;
  #upper: Inode | undefined;

  constructor(fs: OverlayFs, parent: OverlayDirectory | undefined, name: string, upper: Inode | undefined) {
    super();
    this.fs = fs;
    this.parent = parent;
    this.name = name;
    this.#upper = upper;
  }

  /** What the layers below show here: its number stays when it is copied up. */
  protected abstract get origin(): Inode | undefined;

  override get ino(): number {
    const kept = this.#upper === undefined ? undefined : this.fs.originOf(this.#upper);
    return kept ?? (this.origin ?? this.backing).ino;
  }

  get upper(): Inode | undefined {
    return this.#upper;
  }

  override get mode(): number {
    return this.backing.mode;
  }

  override get uid(): number {
    return this.backing.uid;
  }

  override get gid(): number {
    return this.backing.gid;
  }

  override get rdev(): number {
    return this.backing.rdev;
  }

  protected override get lockHome(): Inode {
    return this.#upper ?? this;
  }

  /** A lower file is copied before it changes, so that it is never busy. */
  override get isTextBusy(): boolean {
    return this.upper?.isTextBusy ?? false;
  }

  override accessed(): void {
    this.upper?.accessed();
  }

  override setattr(change: AttributeChange): void {
    if (change.mode !== undefined || change.uid !== undefined || change.gid !== undefined) this.fs.namesChange();
    const upper = this.#upper ?? this.copyUp({ withData: change.size !== 0 });
    upper.setattr(change);
  }

  override getxattr(name: string): Uint8Array | undefined {
    return name.startsWith(OVERLAY_XATTR_PREFIX) ? undefined : this.backing.getxattr(name);
  }

  override setxattr(name: string, value: Uint8Array): void {
    if (name.startsWith(OVERLAY_XATTR_PREFIX)) throw new Errno("EPERM");
    this.copyUp().setxattr(name, value);
  }

  override removexattr(name: string): void {
    this.copyUp().removexattr(name);
  }

  override listxattr(): readonly string[] {
    return this.backing.listxattr().filter((name) => !name.startsWith(OVERLAY_XATTR_PREFIX));
  }

  /**
   * The upper inode, made first if there is none: attributes, extended attributes and contents come along, and so do
   * the directories above.
   *
   * @see fs/overlayfs/copy_up.c
   */
  copyUp(options: { readonly withData: boolean } = WITH_DATA): Inode {
    if (this.#upper !== undefined) return this.#upper;
    assert(this.parent !== undefined, "the root of a writable overlay is upper");
    if (this.fs.readOnly) throw new Errno("EROFS");
    const directory = this.parent.copyUp();
    const source = this.backing;
    const attributes = source.stat();
    const copy = directory.create(this.name, {
      type: source.type,
      mode: source.mode,
      uid: source.uid,
      gid: source.gid,
      rdev: attributes.rdev,
      ...(source.type === "symlink" ? { target: source.readlink() } : {}),
    });
    for (const name of source.listxattr()) {
      const value = source.getxattr(name);
      if (value !== undefined && !name.startsWith(OVERLAY_XATTR_PREFIX)) copy.setxattr(name, value);
    }
    if (source.type === "file" && options.withData) copyData(source, copy);
    copy.setattr({ atimeUs: attributes.atimeUs, mtimeUs: attributes.mtimeUs });
    if (source.type === "dir" || attributes.nlink === 1) this.fs.origins.set(copy, this.ino);
    this.#upper = copy;
    this.handLocksTo(copy);
    return copy;
  }

  /** It has been given a new name in the upper layer. */
  moved(parent: OverlayDirectory, name: string): void {
    this.parent = parent;
    this.name = name;
  }

  abstract override stat(): Stat;
}

/** Anything but a directory. */
class OverlayFile extends OverlayNode {
  override readonly type: Inode["type"];
  readonly #lower: Inode | undefined;

  constructor(
    fs: OverlayFs,
    parent: OverlayDirectory,
    name: string,
    upper: Inode | undefined,
    lower: Inode | undefined,
  ) {
    super(fs, parent, name, upper);
    this.#lower = lower;
    this.type = this.backing.type;
  }

  protected override get origin(): Inode | undefined {
    return this.#lower;
  }

  override get backing(): Inode {
    return this.upper ?? (this.#lower as Inode);
  }

  override stat(): Stat {
    const stat: OwnStat = this.backing.stat();
    const split = this.upper !== undefined && this.fs.originOf(this.upper) === undefined;
    stat.dev = this.fs.dev;
    if (!split) stat.ino = this.ino;
    return stat;
  }

  override readlink(): string {
    return this.backing.readlink();
  }

  override head(): Uint8Array {
    return this.backing.head();
  }

  override open(flags: number): FileOps {
    if (this.type === "char" || this.type === "block") return this.fs.machine.openDevice(this, flags);
    const reads = (flags & O_ACCMODE) === O_RDONLY;
    if (!reads || this.type !== "file") return this.copyUp({ withData: (flags & O_TRUNC) === 0 }).open(flags);
    return this.upper?.open(flags) ?? new ReadThrough(this, flags);
  }
}

/** A lower file open for reading: it follows the file when that is copied up and then changed. */
class ReadThrough extends FileOps {
  readonly #file: OverlayFile;
  readonly #flags: number;
  #real: Inode;
  #ops: FileOps;

  constructor(file: OverlayFile, flags: number) {
    super();
    this.#file = file;
    this.#flags = flags;
    this.#real = file.backing;
    this.#ops = this.#real.open(flags);
  }

  get #current(): FileOps {
    if (this.#file.backing !== this.#real) {
      this.#ops.release();
      this.#real = this.#file.backing;
      this.#ops = this.#real.open(this.#flags);
    }
    return this.#ops;
  }

  override get seekable(): boolean {
    return true;
  }

  override get end(): number {
    return this.#current.end;
  }

  override dataFrom(offset: number): number | undefined {
    return this.#current.dataFrom(offset);
  }

  override holeFrom(offset: number): number {
    return this.#current.holeFrom(offset);
  }

  override read(count: number, offset: number): Uint8Array | undefined {
    return this.#current.read(count, offset);
  }

  override poll(): number {
    return this.#current.poll();
  }

  override release(): void {
    this.#ops.release();
  }
}

class OverlayDirectory extends OverlayNode {
  override get type() {
    return "dir" as const;
  }

  readonly #lower: LowerDirectory | undefined;

  constructor(
    fs: OverlayFs,
    parent: OverlayDirectory | undefined,
    name: string,
    upper: Inode | undefined,
    lower: LowerDirectory | undefined,
  ) {
    super(fs, parent, name, upper);
    this.#lower = lower;
  }

  protected override get origin(): Inode | undefined {
    return this.#lower?.top;
  }

  override get backing(): Inode {
    return this.upper ?? (this.#lower as LowerDirectory).top;
  }

  /** Nothing of it comes from below: it can be renamed as it is. */
  get isPureUpper(): boolean {
    return this.#lower === undefined;
  }

  /** A merged directory has one link, whatever is in it; others show what the real one has. */
  override stat(): Stat {
    const stat: OwnStat = this.backing.stat();
    const merged = (this.#lower?.dirs.length ?? 0) + (this.upper === undefined ? 0 : 1) > 1;
    stat.dev = this.fs.dev;
    stat.ino = this.ino;
    if (merged) stat.nlink = 1;
    return stat;
  }

  override lookup(name: string): OverlayNode | undefined {
    const upper = this.upper?.lookup(name);
    if (upper !== undefined && isWhiteout(upper)) return undefined;
    if (upper !== undefined && upper.type !== "dir") {
      return this.#upperFile(name, upper);
    }
    const lower = upper !== undefined && isOpaque(upper) ? undefined : this.#lower?.lookup(name);
    if (upper !== undefined) {
      return new OverlayDirectory(this.fs, this, name, upper, lower instanceof LowerDirectory ? lower : undefined);
    }
    if (lower === undefined) return undefined;
    return lower instanceof LowerDirectory
      ? new OverlayDirectory(this.fs, this, name, undefined, lower)
      : new OverlayFile(this.fs, this, name, undefined, lower);
  }

  /** All names of an upper file lead to one overlay inode. */
  #upperFile(name: string, upper: Inode): OverlayNode {
    const known = this.fs.linked.get(upper);
    if (known !== undefined) return known;
    const file = new OverlayFile(this.fs, this, name, upper, undefined);
    if (linksOf(upper) > 1) this.fs.linked.set(upper, file);
    return file;
  }

  override *readdir(): Iterable<DirEntry> {
    const upper = this.upper;
    if (upper === undefined) {
      yield* this.#lower?.entries() ?? [];
      return;
    }
    const seen = new Set<string>();
    for (const entry of upper.readdir()) {
      const { name, type } = entry;
      seen.add(name);
      const inode = type === "char" || this.fs.hasOrigins ? upper.lookup(name) : undefined;
      if (inode !== undefined && isWhiteout(inode)) continue;
      const ino = inode && this.fs.originOf(inode);
      yield ino === undefined ? entry : { name, ino, type };
    }
    for (const entry of this.#lower?.entries() ?? []) if (!seen.has(entry.name)) yield entry;
  }

  override create(name: string, init: InodeInit): Inode {
    if (makesWhiteout(init)) throw new Errno("EPERM");
    this.fs.namesChange();
    const directory = this.copyUp();
    const covers = this.#clearWhiteout(directory, name);
    const made = directory.create(name, init);
    if (init.type !== "dir") return new OverlayFile(this.fs, this, name, made, undefined);
    if (covers) makeOpaque(made);
    return new OverlayDirectory(this.fs, this, name, made, undefined);
  }

  override createTemporary(init: InodeInit): Inode {
    return new OverlayFile(this.fs, this, "", this.copyUp().createTemporary(init), undefined);
  }

  override link(name: string, target: Inode): void {
    assert(target instanceof OverlayFile, "vfs links within one file system, and no directories");
    this.fs.namesChange();
    const real = target.copyUp();
    const directory = this.copyUp();
    this.#clearWhiteout(directory, name);
    directory.link(name, real);
    this.fs.linked.set(real, target);
  }

  override unlink(name: string, victim: Inode): void {
    this.fs.namesChange();
    const real = (victim as OverlayNode).upper;
    if (real !== undefined) {
      this.upper?.unlink(name, real);
      if (linksOf(real) === 0) this.fs.linked.delete(real);
    }
    this.#coverLower(name);
  }

  override rmdir(name: string, victim: Inode): void {
    if (!(victim instanceof OverlayDirectory)) throw new Errno("ENOTDIR");
    victim.#checkEmpty();
    this.fs.namesChange();
    this.#removeUpper(name, victim);
    this.#coverLower(name);
  }

  override rename(name: string, moved: Inode, target: RenameTarget): void {
    const { directory, replaced } = target;
    assert(moved instanceof OverlayNode && directory instanceof OverlayDirectory, "vfs renames within one file system");
    checkMovable(moved);
    this.fs.namesChange();
    if (replaced instanceof OverlayDirectory) replaced.#checkEmpty();
    const real = moved.copyUp();
    const from = this.copyUp();
    const to = directory.copyUp();
    if (replaced instanceof OverlayDirectory) directory.#removeUpper(target.name, replaced);
    directory.#clearWhiteout(to, target.name);
    const stillThere = replaced instanceof OverlayFile ? replaced.upper : undefined;
    from.rename(name, real, { directory: to, name: target.name, replaced: stillThere });
    directory.#adopt(moved);
    this.#coverLower(name);
    moved.moved(directory, target.name);
  }

  override exchange(name: string, moved: Inode, target: RenameTarget): void {
    const { directory, replaced } = target;
    assert(moved instanceof OverlayNode && directory instanceof OverlayDirectory, "vfs renames within one file system");
    assert(replaced instanceof OverlayNode, "there are two entries to exchange");
    checkMovable(moved);
    checkMovable(replaced);
    this.fs.namesChange();
    const real = moved.copyUp();
    const other = { directory: directory.copyUp(), name: target.name, replaced: replaced.copyUp() };
    this.copyUp().exchange(name, real, other);
    directory.#adopt(moved);
    this.#adopt(replaced);
    moved.moved(directory, target.name);
    replaced.moved(this, name);
  }

  #checkEmpty(): void {
    for (const _entry of this.readdir()) throw new Errno("ENOTEMPTY");
  }

  /** Removes the upper side of a directory that shows empty, with the whiteouts in it. */
  #removeUpper(name: string, victim: OverlayDirectory): void {
    const real = victim.upper;
    if (real === undefined) return;
    for (const entry of [...real.readdir()]) {
      const whiteout = real.lookup(entry.name);
      if (whiteout !== undefined) real.unlink(entry.name, whiteout);
    }
    this.upper?.rmdir(name, real);
  }

  /** A directory that is moved into one with a lower side is made opaque, whether or not anything is below it. */
  #adopt(node: OverlayNode): void {
    if (node.type === "dir" && this.#lower !== undefined) makeOpaque(node.backing);
  }

  /** Leaves a whiteout if the layers below still show `name`. */
  #coverLower(name: string): void {
    if (this.#lower?.lookup(name) === undefined) return;
    this.copyUp().create(name, WHITEOUT);
  }

  /** Takes a whiteout of `name` away. True if there was one. */
  #clearWhiteout(directory: Inode, name: string): boolean {
    const upper = directory.lookup(name);
    if (upper === undefined || !isWhiteout(upper)) return false;
    directory.unlink(name, upper);
    return true;
  }
}

/** How many names an inode has: of one in memory without all the rest that stat(2) tells. */
function linksOf(inode: Inode): number {
  return inode instanceof MemoryInode ? inode.nlink : inode.stat().nlink;
}

/** @throws EXDEV for a directory of which something comes from below. */
function checkMovable(node: OverlayNode): void {
  if (node instanceof OverlayDirectory && !node.isPureUpper) throw new Errno("EXDEV");
}

/** Contents go from a lower to an upper file: shared where both are in memory, copied otherwise. */
function copyData(source: Inode, copy: Inode): void {
  if (source instanceof MemoryFile && copy instanceof MemoryFile) {
    copy.content = source.content.clone();
    return;
  }
  const from = source.open(O_RDONLY);
  const to = copy.open(1);
  const step = 1 << 20;
  for (let at = 0; ; at += step) {
    const bytes = from.read(step, at);
    if (bytes === undefined || bytes.length === 0) break;
    to.write(bytes, at);
  }
  from.release();
  to.release();
}

/** mknod of a whiteout through the overlay itself is refused: it would hide the name it makes. */
const makesWhiteout = (init: InodeInit): boolean => init.type === "char" && (init.rdev ?? 0) === 0;
