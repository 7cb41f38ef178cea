/**
 * cgroup2: the tree of control groups as directories, their control files as files.
 *
 * It is mounted as systemd does it, with `nsdelegate`: a cgroup namespace is a border that nobody inside can move.
 *
 * @see cgroups(7), Documentation/admin-guide/cgroup-v2.rst, kernel/cgroup/cgroup.c
 */
import { type DirEntry, Errno, POLLERR, POLLIN, POLLOUT, POLLPRI } from "../abi/index.ts";
import { PseudoDirectory, PseudoFs, PseudoInode } from "../fs/index.ts";
import { decode, encode } from "../lib/index.ts";
import type { WaitQueue } from "../sim/index.ts";
import { type AttributeChange, FileOps, type Inode, type InodeInit } from "../vfs/index.ts";
import { attributesOf, changeAttributes, DIRECTORY, setMaker } from "./cgroup/attributes.ts";
import type { Cgroup } from "./cgroup/cgroup.ts";
import type { OpenControlFile } from "./cgroup/control-file.ts";
import { FILES } from "./cgroup/files.ts";
import type { Watch } from "./cgroup/rare.ts";
import type { Kernel } from "./kernel.ts";
import type { Process } from "./process.ts";

const CGROUP2_SUPER_MAGIC = 0x63677270;
/** Inode numbers for one cgroup: its directory and its files. */
const INODES_PER_CGROUP = 128;

const FILE_NUMBERS: ReadonlyMap<string, number> = new Map(Object.keys(FILES).map((name, index) => [name, index + 1]));

const inodeOf = (cgroup: Cgroup, name: string): number => cgroup.id * INODES_PER_CGROUP + (FILE_NUMBERS.get(name) ?? 0);

export class CgroupFs extends PseudoFs {
  override readonly type = "cgroup2";
  override readonly source: string;
  override readonly root: Inode;
  override readonly magic = CGROUP2_SUPER_MAGIC;
  readonly kernel: Kernel;

  /** `top` is what shows as the root: the root of the mounter's cgroup namespace. */
  constructor(kernel: Kernel, top: Cgroup, source: string) {
    super(kernel);
    this.kernel = kernel;
    this.source = source;
    this.root = new CgroupDirectory(this, top);
  }

  /** Who reads and writes. */
  get caller(): Process {
    return this.kernel.current ?? this.kernel.init;
  }
}

class CgroupDirectory extends PseudoDirectory {
  readonly #fs: CgroupFs;
  readonly #cgroup: Cgroup;

  constructor(fs: CgroupFs, cgroup: Cgroup) {
    super(fs, { mode: 0o755 }, { find: () => undefined, list: () => [] }, inodeOf(cgroup, DIRECTORY));
    this.#fs = fs;
    this.#cgroup = cgroup;
  }

  override get mode(): number {
    return attributesOf(this.#cgroup, DIRECTORY).mode ?? (this.#cgroup.parent === undefined ? 0o555 : 0o755);
  }

  override get uid(): number {
    return attributesOf(this.#cgroup, DIRECTORY).uid;
  }

  override get gid(): number {
    return attributesOf(this.#cgroup, DIRECTORY).gid;
  }

  protected override get nlink(): number {
    return 2 + this.#cgroup.children.size;
  }

  override setattr(change: AttributeChange): void {
    applyAttributes(this.#cgroup, DIRECTORY, change);
  }

  override lookup(name: string): Inode | undefined {
    const child = this.#cgroup.children.get(name);
    if (child !== undefined) return new CgroupDirectory(this.#fs, child);
    return this.#cgroup.file(name) === undefined ? undefined : new CgroupFile(this.#fs, this.#cgroup, name);
  }

  override *readdir(): Iterable<DirEntry> {
    if (this.#cgroup.removed) return;
    for (const name of this.#cgroup.files()) yield { name, ino: inodeOf(this.#cgroup, name), type: "file" };
    for (const [name, child] of this.#cgroup.children) yield { name, ino: inodeOf(child, DIRECTORY), type: "dir" };
  }

  override create(name: string, init: InodeInit): Inode {
    if (init.type === "file") throw new Errno("EACCES");
    if (init.type !== "dir") throw new Errno("EPERM");
    if (name.includes("\n")) throw new Errno("EINVAL");
    const made = this.#cgroup.create(name);
    setMaker(made, init.uid, init.gid);
    return new CgroupDirectory(this.#fs, made);
  }

  override rmdir(name: string): void {
    const child = this.#cgroup.children.get(name);
    if (child === undefined) throw new Errno("ENOENT");
    child.remove();
  }
}

function applyAttributes(cgroup: Cgroup, name: string, { mode, uid, gid }: AttributeChange): void {
  if (mode === undefined && uid === undefined && gid === undefined) return;
  changeAttributes(cgroup, name, {
    ...(mode === undefined ? {} : { mode }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
}

class CgroupFile extends PseudoInode {
  override readonly type = "file";
  readonly #fs: CgroupFs;
  readonly #cgroup: Cgroup;
  readonly #name: string;

  constructor(fs: CgroupFs, cgroup: Cgroup, name: string) {
    super(fs, { mode: 0o444 }, inodeOf(cgroup, name));
    this.#fs = fs;
    this.#cgroup = cgroup;
    this.#name = name;
  }

  override get mode(): number {
    const file = FILES[this.#name];
    const own = (file?.read === undefined ? 0 : 0o444) | (file?.write === undefined && !file?.open ? 0 : 0o200);
    return attributesOf(this.#cgroup, this.#name).mode ?? own;
  }

  override get uid(): number {
    return attributesOf(this.#cgroup, this.#name).uid;
  }

  override get gid(): number {
    return attributesOf(this.#cgroup, this.#name).gid;
  }

  override setattr(change: AttributeChange): void {
    applyAttributes(this.#cgroup, this.#name, change);
  }

  override open(): FileOps {
    return new CgroupFileOps(this.#fs, this.#cgroup, this.#name);
  }
}

class CgroupFileOps extends FileOps {
  readonly #fs: CgroupFs;
  readonly #cgroup: Cgroup;
  readonly #name: string;
  readonly #own: OpenControlFile | undefined;
  readonly #watch: Watch | undefined;
  #seenVersion: number;
  #text: Uint8Array | undefined;

  constructor(fs: CgroupFs, cgroup: Cgroup, name: string) {
    super();
    this.#fs = fs;
    this.#cgroup = cgroup;
    this.#name = name;
    this.#own = FILES[name]?.open?.(cgroup);
    this.#watch = FILES[name]?.notifies ? cgroup.watch(name) : undefined;
    this.#seenVersion = this.#watch?.version ?? 0;
  }

  override get seekable(): boolean {
    return true;
  }

  override get ready(): WaitQueue | undefined {
    return this.#watch?.queue;
  }

  /** A change since the last read is exceptional: POLLPRI and POLLERR. */
  override poll(): number {
    const hasChanged = this.#watch !== undefined && this.#watch.version !== this.#seenVersion;
    return POLLIN | POLLOUT | (hasChanged ? POLLPRI | POLLERR : 0);
  }

  override read(count: number, offset: number): Uint8Array {
    if (this.#text === undefined || offset === 0) {
      this.#checkAlive();
      this.#seenVersion = this.#watch?.version ?? 0;
      const text = this.#own === undefined ? this.#cgroup.read(this.#name, this.#fs.caller) : this.#own.read();
      this.#text = encode(text);
    }
    return this.#text.slice(offset, offset + count);
  }

  override write(data: Uint8Array): number {
    this.#checkAlive();
    const { caller } = this.#fs;
    const { root } = caller.ns.cgroup;
    const isBorder = root === this.#cgroup && root.parent !== undefined;
    if (isBorder && FILES[this.#name]?.delegatable !== true) throw new Errno("EPERM");
    const text = decode(data);
    if (this.#own === undefined) this.#cgroup.write(this.#name, text, caller);
    else if (this.#own.write === undefined) throw new Errno("EINVAL");
    else this.#own.write(text);
    return data.length;
  }

  /** What is written takes effect at once: there is nothing to cut off. */
  override truncate(): void {}

  override release(): void {
    this.#own?.release?.();
  }

  #checkAlive(): void {
    if (this.#cgroup.removed) throw new Errno("ENODEV");
  }
}
