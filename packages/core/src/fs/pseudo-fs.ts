/**
 * Toolkit for file systems whose files are computed: procfs, sysfs, cgroup2, devpts.
 *
 * A file's text is made when it is opened; a directory asks for its entries each time, so such a file system is volatile.
 *
 * @see fs/proc/generic.c, fs/kernfs
 */
import {
  type DirEntry,
  Errno,
  type FileType,
  O_ACCMODE,
  O_RDONLY,
  O_TRUNC,
  type Stat,
  type StatFs,
  typeBits,
} from "../abi/index.ts";
import { decode, encode } from "../lib/index.ts";
import {
  type AttributeChange,
  FileOps,
  FileSystem,
  type FsMachine,
  Inode,
  type Location,
  simpleStatfs,
} from "../vfs/index.ts";

export abstract class PseudoFs extends FileSystem {
  override readonly dev: number;
  override readonly isVolatile: boolean = true;
  /** Whoever opens a file for what it cannot do is refused there and then, as by kernfs; procfs waits for the write. */
  readonly refusesAtOpen: boolean = true;
  /** What stat(2) says of files, if not of each something else. */
  readonly fileSize: number | undefined = undefined;
  /** Of directories of fixed trees. */
  readonly directoryMode: number = 0o555;
  readonly machine: FsMachine;
  readonly #madeUs: number;
  #lastIno = 0;

  constructor(machine: FsMachine) {
    super();
    this.machine = machine;
    this.dev = machine.nextDev();
    this.#madeUs = machine.nowUs;
  }

  abstract readonly magic: number;

  /** Time stamps of files that have none of their own. */
  get madeUs(): number {
    return this.#madeUs;
  }

  takeIno(): number {
    return ++this.#lastIno;
  }

  override statfs(): StatFs {
    return simpleStatfs(this.magic);
  }
}

/** Owner and mode, computed where they change. */
export interface PseudoAttributes {
  readonly mode: number;
  /** The mode cannot be changed. */
  readonly fixedMode?: boolean;
  readonly uid?: number;
  readonly gid?: number;
  /** What stat(2) says; 0 if not given. */
  readonly size?: number;
}

export abstract class PseudoInode extends Inode {
  override readonly fs: PseudoFs;
  override readonly ino: number;
  readonly #attributes: PseudoAttributes;
  #modeOverride: number | undefined;
  #uidOverride: number | undefined;
  #gidOverride: number | undefined;

  constructor(fs: PseudoFs, attributes: PseudoAttributes, ino: number = fs.takeIno()) {
    super();
    this.fs = fs;
    this.ino = ino;
    this.#attributes = attributes;
  }

  override get mode(): number {
    return this.#modeOverride ?? this.#attributes.mode;
  }

  override get uid(): number {
    return this.#uidOverride ?? this.#attributes.uid ?? 0;
  }

  override get gid(): number {
    return this.#gidOverride ?? this.#attributes.gid ?? 0;
  }

  protected get nlink(): number {
    return 1;
  }

  protected get size(): number {
    return this.#attributes.size ?? 0;
  }

  override setattr(change: AttributeChange): void {
    // Truncation at open is how shells write to such files; it changes nothing.
    if (change.mode !== undefined) {
      if (this.#attributes.fixedMode === true) throw new Errno("EPERM");
      this.#modeOverride = change.mode;
    }
    this.#uidOverride = change.uid ?? this.#uidOverride;
    this.#gidOverride = change.gid ?? this.#gidOverride;
  }

  override stat(): Stat {
    const timeUs = this.fs.madeUs;
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
      blocks: 0,
      blockSize: 1024,
      atimeUs: timeUs,
      mtimeUs: timeUs,
      ctimeUs: timeUs,
    };
  }

  override get rdev(): number {
    return 0;
  }
}

/** What a computed file does. */
export interface PseudoContents {
  /** Asked whether the caller may open it so. @throws Errno */
  readonly checkOpen?: (flags: number) => void;
  /** Its text, made anew at each open. Absent: the file cannot be read. */
  readonly read?: () => string | Uint8Array;
  /** Takes what one write(2) brought. Absent: the file cannot be written. @throws Errno */
  readonly write?: (text: string) => void;
  /** What is said where it cannot, if not what the file system says: EIO, EINVAL of those that refuse at open. */
  readonly refusal?: "EINVAL" | "EIO";
}

export class PseudoFile extends PseudoInode {
  override readonly type: FileType = "file";
  readonly #contents: PseudoContents;

  protected override get size(): number {
    return this.fs.fileSize ?? super.size;
  }

  constructor(fs: PseudoFs, attributes: PseudoAttributes, contents: PseudoContents, ino?: number) {
    super(fs, attributes, ino);
    this.#contents = contents;
  }

  override open(flags: number): FileOps {
    const reads = (flags & O_ACCMODE) === O_RDONLY || (flags & O_ACCMODE) === 2;
    const fails = !reads && this.#contents.write === undefined && this.fs.refusesAtOpen;
    if (fails) throw new Errno((flags & O_TRUNC) !== 0 ? "EACCES" : "EINVAL");
    this.#contents.checkOpen?.(flags);
    return new PseudoFileOps(this.#contents, this.#contents.refusal ?? (this.fs.refusesAtOpen ? "EINVAL" : "EIO"));
  }
}

class PseudoFileOps extends FileOps {
  readonly #contents: PseudoContents;
  /** What is said of reading or writing where it is not possible. */
  readonly #refusal: "EINVAL" | "EIO";
  #text: Uint8Array | undefined;

  constructor(contents: PseudoContents, refusal: "EINVAL" | "EIO") {
    super();
    this.#contents = contents;
    this.#refusal = refusal;
  }

  override get seekable(): boolean {
    return true;
  }

  override read(count: number, offset: number): Uint8Array {
    if (this.#contents.read === undefined) throw new Errno(this.#refusal);
    if (this.#text === undefined || offset === 0) {
      const made = this.#contents.read();
      this.#text = typeof made === "string" ? encode(made) : made;
    }
    return this.#text.slice(offset, offset + count);
  }

  override write(data: Uint8Array): number {
    if (this.#contents.write === undefined) throw new Errno(this.#refusal);
    this.#contents.write(decode(data));
    return data.length;
  }

  /** What is written takes effect at once: there is nothing to cut off. */
  override truncate(): void {}
}

export class PseudoLink extends PseudoInode {
  override get type() {
    return "symlink" as const;
  }

  readonly #target: () => string;
  readonly #follow: (() => Location | undefined) | undefined;

  /** `follow` makes it a magic link: it leads there, whatever its text says. */
  constructor(
    fs: PseudoFs,
    target: () => string,
    follow?: () => Location | undefined,
    attributes: PseudoAttributes = { mode: 0o777 },
    ino?: number,
  ) {
    super(fs, attributes, ino);
    this.#target = target;
    this.#follow = follow;
  }

  override readlink(): string {
    return this.#target();
  }

  override follow(): Location | undefined {
    return this.#follow?.();
  }
}

/** Entries that are computed. */
export interface PseudoEntries {
  readonly find: (name: string) => Inode | undefined;
  readonly list: () => Iterable<DirEntry>;
}

export class PseudoDirectory extends PseudoInode {
  override get type() {
    return "dir" as const;
  }

  readonly #entries: PseudoEntries;

  constructor(fs: PseudoFs, attributes: PseudoAttributes, entries: PseudoEntries, ino?: number) {
    super(fs, attributes, ino);
    this.#entries = entries;
  }

  protected override get nlink(): number {
    return 2;
  }

  override lookup(name: string): Inode | undefined {
    return this.#entries.find(name);
  }

  override readdir(): Iterable<DirEntry> {
    return this.#entries.list();
  }
}

/**
 * A fixed part of such a file system, written down once for all its instances: directories, files and links by name.
 * Nothing is made of it before it is looked at.
 */
export type PseudoTree<F extends PseudoFs> = { readonly [name: string]: PseudoTree<F> | PseudoLeaf<F> };

/** Makes the inode of a file or link in one instance; `undefined` if this instance lacks it. */
export type PseudoLeaf<F extends PseudoFs> = (fs: F) => Inode | undefined;

/** A file whose contents depend on the instance. Its mode follows from what it can do, unless given. */
export function file<F extends PseudoFs>(contents: (fs: F) => PseudoContents, mode?: number): PseudoLeaf<F> {
  return (fs) => {
    const made = contents(fs);
    return new PseudoFile(fs, { mode: mode ?? (made.write === undefined ? 0o444 : 0o644) }, made);
  };
}

/** A file that can only be read. */
export function textFile<F extends PseudoFs>(read: (fs: F) => string, mode = 0o444): PseudoLeaf<F> {
  return (fs) => new PseudoFile(fs, { mode }, { read: () => read(fs) });
}

export function link<F extends PseudoFs>(target: (fs: F) => string): PseudoLeaf<F> {
  return (fs) => new PseudoLink(fs, () => target(fs));
}

/** A link whose text is always the same: only such a one has a length. */
export function fixedLink<F extends PseudoFs>(target: string): PseudoLeaf<F> {
  return (fs) => new PseudoLink(fs, () => target, undefined, { mode: 0o777, size: target.length });
}

/** A directory of a fixed tree. Inodes are made when they are first looked up, and kept: they can be mounted on. */
export class TreeDirectory<F extends PseudoFs> extends PseudoInode {
  override get type() {
    return "dir" as const;
  }

  readonly #tree: PseudoTree<F>;
  #made: Map<string, Inode> | undefined;

  constructor(fs: F, tree: PseudoTree<F>, mode = fs.directoryMode) {
    super(fs, { mode });
    this.#tree = tree;
  }

  protected override get nlink(): number {
    return 2;
  }

  override lookup(name: string): Inode | undefined {
    const known = this.#made?.get(name);
    if (known !== undefined || !Object.hasOwn(this.#tree, name)) return known;
    const node = this.#tree[name];
    if (node === undefined) return undefined;
    const fs = this.fs as F;
    const inode = typeof node === "function" ? node(fs) : new TreeDirectory(fs, node);
    if (inode === undefined) return undefined;
    this.#made ??= new Map();
    this.#made.set(name, inode);
    return inode;
  }

  override *readdir(): Iterable<DirEntry> {
    for (const name of Object.keys(this.#tree)) {
      const inode = this.lookup(name);
      if (inode !== undefined) yield { name, ino: inode.ino, type: inode.type };
    }
  }
}
