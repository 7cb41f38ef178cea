/**
 * Control groups, version 2: one tree in which every process has a place, and limits hold for whole subtrees.
 *
 * Here is the tree with its rules; a file each has what a controller does, `files.ts` names all control files.
 * Unlike Linux there are no threads: a cgroup cannot become threaded.
 *
 * @see cgroups(7), Documentation/admin-guide/cgroup-v2.rst
 */
import { Errno, SIGKILL } from "../../abi/index.ts";
import { SmallSet } from "../../lib/index.ts";
import type { DeviceRule } from "../../oci/index.ts";
import { WaitQueue } from "../../sim/index.ts";
import type { Kernel } from "../kernel.ts";
import type { Process } from "../process.ts";
import { type ControlFile, upwards } from "./control-file.ts";
import { ALL_CONTROLLERS, bitOf, CONTROLLERS, type ControllerMask, type ControllerName } from "./controllers.ts";
import { CpuController } from "./cpu.ts";
import { FILES } from "./files.ts";
import { accountFreezing } from "./freezer.ts";
import { MemoryController } from "./memory.ts";
import { chargePid, PidsController } from "./pids.ts";
import { Rare, type Watch } from "./rare.ts";
import { reparent } from "./reparent.ts";

export class Cgroup {
  readonly kernel: Kernel;
  readonly name: string;
  readonly parent: Cgroup | undefined;
  /** Unique on a machine; the root's is 1. */
  readonly id: number;
  #memory: MemoryController | undefined;
  #pids: PidsController | undefined;
  #cpu: CpuController | undefined;
  /** How many processes are in the subtree, zombies included; and how many there were at most. */
  pidCount = 0;
  pidPeak = 0;
  /** CPU time that the subtree has used, in microseconds. */
  cpuUs = 0;
  /** Which devices may be opened in the subtree; without rules, those of the parent hold. */
  deviceRules: readonly DeviceRule[] | undefined = undefined;
  #children: Map<string, Cgroup> | undefined;
  readonly processes = new SmallSet<Process>();
  #freezes = false;
  #subtreeControl: ControllerMask = 0;
  #rare: Rare | undefined;

  constructor(kernel: Kernel, name: string, parent: Cgroup | undefined) {
    this.kernel = kernel;
    this.name = name;
    this.parent = parent;
    this.id = kernel.nextCgroupId();
  }

  /** The root of a machine's hierarchy. Its init has handed every controller on, as systemd does. */
  static root(kernel: Kernel): Cgroup {
    const root = new Cgroup(kernel, "", undefined);
    root.#subtreeControl = ALL_CONTROLLERS;
    return root;
  }

  /** Made when something is first charged or limited: most containers hold no memory that counts. */
  get memory(): MemoryController {
    this.#memory ??= new MemoryController();
    return this.#memory;
  }

  get memoryIfAny(): MemoryController | undefined {
    return this.#memory;
  }

  get pids(): PidsController {
    this.#pids ??= new PidsController();
    return this.#pids;
  }

  get pidsIfAny(): PidsController | undefined {
    return this.#pids;
  }

  get cpu(): CpuController {
    this.#cpu ??= new CpuController();
    return this.#cpu;
  }

  get cpuIfAny(): CpuController | undefined {
    return this.#cpu;
  }

  get rare(): Rare {
    this.#rare ??= new Rare();
    return this.#rare;
  }

  get rareIfAny(): Rare | undefined {
    return this.#rare;
  }

  /** From the root of the hierarchy: "/" or "/docker/4f5e…". */
  get path(): string {
    if (this.parent === undefined) return "/";
    const above = this.parent.path;
    return above === "/" ? `/${this.name}` : `${above}/${this.name}`;
  }

  // ── the tree ──

  get children(): ReadonlyMap<string, Cgroup> {
    return this.#children ?? NO_CHILDREN;
  }

  /** True once it was removed: processes that died in it still say where they were. */
  get removed(): boolean {
    return this.parent !== undefined && (this.parent.children.get(this.name) !== this || this.parent.removed);
  }

  isWithin(other: Cgroup): boolean {
    for (const at of upwards(this)) if (at === other) return true;
    return false;
  }

  /** How many cgroups there are below. */
  get descendants(): number {
    let count = 0;
    for (const child of this.children.values()) count += 1 + child.descendants;
    return count;
  }

  /**
   * @throws EEXIST if there is one of that name. @throws ENODEV if this cgroup was removed.
   * @throws EAGAIN if it would lie too deep below a cgroup, or that has too many descendants.
   */
  create(name: string): Cgroup {
    if (this.children.has(name)) throw new Errno("EEXIST");
    return this.#add(name);
  }

  #add(name: string): Cgroup {
    if (this.removed) throw new Errno("ENODEV");
    let depth = 0;
    for (const above of upwards(this)) {
      const limits = above.rareIfAny;
      if (limits !== undefined && depth >= limits.maxDepth) throw new Errno("EAGAIN");
      const { maxDescendants = Number.POSITIVE_INFINITY } = limits ?? {};
      if (Number.isFinite(maxDescendants) && above.descendants >= maxDescendants) throw new Errno("EAGAIN");
      depth++;
    }
    const child = new Cgroup(this.kernel, name, this);
    this.#children ??= new Map();
    this.#children.set(name, child);
    if (this.frozen) child.rare.frozenTime.begin(this.kernel.world.clock.nowUs);
    return child;
  }

  /** @throws EBUSY while it has processes or children. */
  remove(): void {
    if (this.parent === undefined || this.processes.size > 0 || this.children.size > 0) throw new Errno("EBUSY");
    this.parent.#children?.delete(this.name);
    reparent(this, this.parent);
  }

  /** The descendant at a relative path; missing ones are made, and every controller is handed on to it, as runc does. */
  ensure(path: string): Cgroup {
    let at: Cgroup = this;
    for (let start = 0; start < path.length; ) {
      const slash = path.indexOf("/", start);
      const end = slash < 0 ? path.length : slash;
      if (end > start) at = at.ensureChild(path.slice(start, end));
      start = end + 1;
    }
    return at;
  }

  /** As `ensure`, for a child: its name is `name` itself, and no part of a longer text. */
  ensureChild(name: string): Cgroup {
    this.#subtreeControl |= this.controllers;
    return this.children.get(name) ?? this.#add(name);
  }

  // ── controllers ──

  /** Controllers that the parent hands on. */
  get controllers(): ControllerMask {
    return this.parent === undefined ? ALL_CONTROLLERS : this.parent.#subtreeControl;
  }

  has(controller: ControllerName): boolean {
    return (this.controllers & bitOf(controller)) !== 0;
  }

  get subtreeControl(): ControllerMask {
    return this.#subtreeControl;
  }

  /** What the children lose they forget: enabled again, a controller begins anew. */
  setSubtreeControl(mask: ControllerMask): void {
    const lost = CONTROLLERS.filter((name) => (this.#subtreeControl & ~mask & bitOf(name)) !== 0);
    this.#subtreeControl = mask;
    for (const child of this.children.values()) for (const name of lost) child.#forget(name);
    this.kernel.cpu.changed();
  }

  #forget(controller: ControllerName): void {
    if (controller === "pids") this.#forgetPids();
    if (controller === "memory") this.#memory?.forget();
    if (controller === "cpu") this.#cpu?.forget();
    if (controller === "io" && this.#rare !== undefined) this.#rare.io = undefined;
    if (controller === "cpuset" && this.#rare !== undefined) this.#rare.cpuset = undefined;
  }

  /** Those who are here are counted in again. */
  #forgetPids(): void {
    this.#pids = undefined;
    this.pidPeak = this.pidCount;
  }

  // ── processes ──

  /** True if a process lives in the subtree. */
  get populated(): boolean {
    if (this.processes.size > 0) return true;
    for (const child of this.children.values()) if (child.populated) return true;
    return false;
  }

  /** A new process is born here: its place among the pids is charged already. */
  adopt(process: Process): void {
    this.processes.add(process);
    if (this.processes.size === 1) this.#tellPopulated();
  }

  /** The process has ended: a zombie belongs to no cgroup, but still counts as a pid until it is reaped. */
  release(process: Process): void {
    this.processes.delete(process);
    if (this.processes.size === 0) this.#tellPopulated();
  }

  /** Moves a process here. Its memory stays charged where it was. */
  attach(process: Process): void {
    const from = process.cgroup;
    if (from === this) return;
    if (process.isAlive) from.release(process);
    chargePid(from, -1);
    chargePid(this, 1);
    process.leaveCgroup(this);
    if (process.isAlive) this.adopt(process);
    process.cgroupChanged();
  }

  /** The processes that are here and below now. */
  subtree(found: Process[] = []): readonly Process[] {
    for (const process of this.processes) found.push(process);
    for (const child of this.children.values()) child.subtree(found);
    return found;
  }

  /** SIGKILL to every process of the subtree: cgroup.kill. */
  kill(): void {
    for (const process of this.subtree()) process.kernel.signals.send(process, SIGKILL);
  }

  // ── freezing ──

  /** Frozen of itself: what cgroup.freeze says. */
  get freezes(): boolean {
    return this.#freezes;
  }

  /** True if this cgroup or one above is frozen: nothing in it gets a turn. */
  get frozen(): boolean {
    return this.#freezes || (this.parent?.frozen ?? false);
  }

  freeze(): void {
    this.#setFreezes(true);
  }

  thaw(): void {
    this.#setFreezes(false);
  }

  #setFreezes(freezes: boolean): void {
    if (this.#freezes === freezes) return;
    this.#freezes = freezes;
    if (this.parent?.frozen === true) return;
    accountFreezing(this);
    for (const process of this.subtree()) process.cgroupChanged();
  }

  // ── control files ──

  /** Names of the control files that this cgroup has. */
  files(): readonly string[] {
    return Object.keys(FILES).filter((name) => this.file(name) !== undefined);
  }

  file(name: string): ControlFile | undefined {
    if (!Object.hasOwn(FILES, name)) return undefined;
    const file = FILES[name];
    if (file === undefined || (file.notOnRoot && this.parent === undefined)) return undefined;
    if (file.controller !== undefined && !this.has(file.controller)) return undefined;
    return file.pressure && this.#rare?.hidesPressure ? undefined : file;
  }

  /** @throws ENOENT if there is no such file, EINVAL if it cannot be read. */
  read(name: string, reader: Process = this.kernel.init): string {
    const file = this.#existing(name);
    if (file.read === undefined) throw new Errno("EINVAL");
    return file.read(this, reader);
  }

  /** @throws ENOENT if there is no such file, EINVAL if it takes no such value. */
  write(name: string, value: string, writer: Process = this.kernel.init): void {
    const file = this.#existing(name);
    if (file.write === undefined) throw new Errno("EINVAL");
    file.write(this, value, writer);
  }

  #existing(name: string): ControlFile {
    const file = this.file(name);
    if (file === undefined) throw new Errno("ENOENT");
    return file;
  }

  /** How somebody who polls a control file learns that it changed. */
  watch(name: string): Watch {
    const { rare } = this;
    rare.watches ??= new Map();
    const known = rare.watches.get(name);
    if (known !== undefined) return known;
    const made = { queue: new WaitQueue(name), version: 0 };
    rare.watches.set(name, made);
    rare.wasPopulated = this.populated;
    return made;
  }

  /** A control file says something else now. */
  changed(name: string): void {
    const watch = this.#rare?.watches?.get(name);
    if (watch === undefined) return;
    watch.version++;
    watch.queue.wakeAll();
  }

  #tellPopulated(): void {
    for (let at: Cgroup | undefined = this; at !== undefined; at = at.parent) {
      const rare = at.#rare;
      if (rare?.watches === undefined || rare.wasPopulated === at.populated) continue;
      rare.wasPopulated = !rare.wasPopulated;
      at.changed("cgroup.events");
    }
  }
}

const NO_CHILDREN: ReadonlyMap<string, Cgroup> = new Map();
