/**
 * Control groups, version 2: one tree in which every process has a place, and limits hold for whole subtrees.
 *
 * @see cgroups(7), Documentation/admin-guide/cgroup-v2.rst
 */
import { Errno, SIGKILL } from "../../abi/index.ts";
import { SmallSet } from "../../lib/index.ts";
import type { DeviceRule } from "../../oci/index.ts";
import type { Process } from "../process.ts";
import { type ControlFile, formatFlat } from "./control-file.ts";
import { CPU_FILES, CpuController } from "./cpu.ts";
import { MEMORY_FILES, MemoryController } from "./memory.ts";
import { chargePid, PIDS_FILES, PidsController } from "./pids.ts";

export class Cgroup {
  readonly name: string;
  readonly parent: Cgroup | undefined;
  #memory: MemoryController | undefined;
  readonly pids = new PidsController();
  readonly cpu = new CpuController();
  /** Which devices may be opened in the subtree; without rules, those of the parent hold. */
  deviceRules: readonly DeviceRule[] | undefined;
  #children: Map<string, Cgroup> | undefined;
  readonly processes = new SmallSet<Process>();
  #freezes = false;

  constructor(name: string, parent: Cgroup | undefined) {
    this.name = name;
    this.parent = parent;
  }

  /** Made when something is first charged or limited: most containers hold no memory that counts. */
  get memory(): MemoryController {
    this.#memory ??= new MemoryController();
    return this.#memory;
  }

  /** From the root of the hierarchy: "/" or "/docker/4f5e…". */
  get path(): string {
    if (this.parent === undefined) return "/";
    const above = this.parent.path;
    return above === "/" ? `/${this.name}` : `${above}/${this.name}`;
  }

  get children(): ReadonlyMap<string, Cgroup> {
    return this.#children ?? NO_CHILDREN;
  }

  /** True if a process lives in the subtree. */
  get populated(): boolean {
    if (this.processes.size > 0) return true;
    for (const child of this.children.values()) if (child.populated) return true;
    return false;
  }

  /** True if this cgroup or one above is frozen: nothing in it gets a turn. */
  get frozen(): boolean {
    return this.#freezes || (this.parent?.frozen ?? false);
  }

  /** @throws EEXIST if there is one of that name. */
  create(name: string): Cgroup {
    if (this.children.has(name)) throw new Errno("EEXIST");
    const child = new Cgroup(name, this);
    this.#children ??= new Map();
    this.#children.set(name, child);
    return child;
  }

  /** @throws EBUSY while it has processes or children. */
  remove(): void {
    if (this.parent === undefined || this.processes.size > 0 || this.children.size > 0) throw new Errno("EBUSY");
    this.parent.#children?.delete(this.name);
  }

  /** The descendant at a relative path; missing ones are made. */
  ensure(path: string): Cgroup {
    let at: Cgroup = this;
    for (const name of path.split("/")) if (name !== "") at = at.children.get(name) ?? at.create(name);
    return at;
  }

  /** A new process is born here: its place among the pids is charged already. */
  adopt(process: Process): void {
    this.processes.add(process);
  }

  /** The process has ended: a zombie belongs to no cgroup, but still counts as a pid until it is reaped. */
  release(process: Process): void {
    this.processes.delete(process);
  }

  /** Moves a process here. Its memory stays charged where it was. */
  attach(process: Process): void {
    const from = process.cgroup;
    if (from === this) return;
    from.release(process);
    chargePid(from, -1);
    chargePid(this, 1);
    process.cgroup = this;
    this.adopt(process);
    process.cgroupChanged();
  }

  freeze(): void {
    if (this.#freezes) return;
    this.#freezes = true;
    for (const process of this.subtree()) process.cgroupChanged();
  }

  thaw(): void {
    if (!this.#freezes) return;
    this.#freezes = false;
    for (const process of this.subtree()) process.cgroupChanged();
  }

  /** SIGKILL to every process of the subtree: cgroup.kill. */
  kill(): void {
    for (const process of [...this.subtree()]) process.kernel.signals.send(process, SIGKILL);
  }

  *subtree(): IterableIterator<Process> {
    yield* this.processes;
    for (const child of this.children.values()) yield* child.subtree();
  }

  /** Names of the control files that this cgroup has. */
  files(): readonly string[] {
    const isRoot = this.parent === undefined;
    return Object.entries(FILES).flatMap(([name, file]) => (isRoot && file.notOnRoot ? [] : [name]));
  }

  file(name: string): ControlFile | undefined {
    const file = FILES[name];
    return file?.notOnRoot && this.parent === undefined ? undefined : file;
  }

  /** @throws ENOENT if there is no such file, EINVAL if it cannot be read. */
  read(name: string): string {
    const file = this.file(name);
    if (file === undefined) throw new Errno("ENOENT");
    if (file.read === undefined) throw new Errno("EINVAL");
    return file.read(this);
  }

  /** @throws ENOENT if there is no such file, EINVAL if it takes no such value. */
  write(name: string, value: string): void {
    const file = this.file(name);
    if (file === undefined) throw new Errno("ENOENT");
    if (file.write === undefined) throw new Errno("EINVAL");
    file.write(this, value);
  }

  get freezes(): boolean {
    return this.#freezes;
  }
}

const NO_CHILDREN: ReadonlyMap<string, Cgroup> = new Map();

const CORE_FILES: Readonly<Record<string, ControlFile>> = {
  "cgroup.controllers": { read: () => "cpu memory pids\n" },
  "cgroup.procs": {
    read: (cgroup) => [...cgroup.processes].map((process) => `${process.pid}\n`).join(""),
  },
  "cgroup.events": {
    notOnRoot: true,
    read: (cgroup) => formatFlat({ populated: cgroup.populated ? 1 : 0, frozen: cgroup.frozen ? 1 : 0 }),
  },
  "cgroup.freeze": {
    notOnRoot: true,
    read: (cgroup) => `${cgroup.freezes ? 1 : 0}\n`,
    write: (cgroup, value) => {
      if (value.trim() === "1") cgroup.freeze();
      else if (value.trim() === "0") cgroup.thaw();
      else throw new Errno("EINVAL");
    },
  },
  "cgroup.kill": {
    notOnRoot: true,
    write: (cgroup, value) => {
      if (value.trim() !== "1") throw new Errno("EINVAL");
      cgroup.kill();
    },
  },
};

const FILES: Readonly<Record<string, ControlFile>> = { ...CORE_FILES, ...CPU_FILES, ...MEMORY_FILES, ...PIDS_FILES };
