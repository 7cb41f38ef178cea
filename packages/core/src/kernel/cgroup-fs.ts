/**
 * cgroup2: the tree of control groups as directories, their control files as files.
 *
 * @see cgroups(7), Documentation/admin-guide/cgroup-v2.rst, kernel/cgroup/cgroup.c
 */
import { type DirEntry, Errno } from "../abi/index.ts";
import { PseudoDirectory, PseudoFile, PseudoFs } from "../fs/index.ts";
import type { Inode, InodeInit } from "../vfs/index.ts";
import type { Cgroup } from "./cgroup/cgroup.ts";
import type { Kernel } from "./kernel.ts";
import { find } from "./syscalls/processes.ts";

const CGROUP2_SUPER_MAGIC = 0x63677270;

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
}

class CgroupDirectory extends PseudoDirectory {
  readonly #fs: CgroupFs;
  readonly #cgroup: Cgroup;

  constructor(fs: CgroupFs, cgroup: Cgroup) {
    super(fs, { mode: 0o755 }, { find: () => undefined, list: () => [] });
    this.#fs = fs;
    this.#cgroup = cgroup;
  }

  override lookup(name: string): Inode | undefined {
    const child = this.#cgroup.children.get(name);
    if (child !== undefined) return new CgroupDirectory(this.#fs, child);
    return this.#file(name);
  }

  override *readdir(): Iterable<DirEntry> {
    for (const name of this.#cgroup.files()) yield { name, ino: 1, type: "file" };
    for (const name of this.#cgroup.children.keys()) yield { name, ino: 1, type: "dir" };
  }

  override create(name: string, init: InodeInit): Inode {
    if (init.type !== "dir") throw new Errno("EPERM");
    return new CgroupDirectory(this.#fs, this.#cgroup.create(name));
  }

  override rmdir(name: string): void {
    const child = this.#cgroup.children.get(name);
    if (child === undefined) throw new Errno("ENOENT");
    child.remove();
  }

  #file(name: string): Inode | undefined {
    const cgroup = this.#cgroup;
    const control = cgroup.file(name);
    if (control === undefined) return undefined;
    const read = control.read === undefined ? {} : { read: () => cgroup.read(name) };
    const write = (text: string): void => {
      if (name === "cgroup.procs") this.#attach(text);
      else cgroup.write(name, text);
    };
    const writable = control.write !== undefined || name === "cgroup.procs";
    const mode = (control.read === undefined ? 0 : 0o444) | (writable ? 0o200 : 0);
    return new PseudoFile(this.#fs, { mode }, writable ? { ...read, write } : read);
  }

  /** A pid written to cgroup.procs moves that process; 0 moves the writer. */
  #attach(text: string): void {
    const writer = this.#fs.kernel.current ?? this.#fs.kernel.init;
    if (!/^\d+\s*$/.test(text)) throw new Errno("EINVAL");
    this.#cgroup.attach(find(writer, Number(text)));
  }
}
