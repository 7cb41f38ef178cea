/**
 * Dentries: names in a file system's tree, as far as walks have seen them.
 *
 * A dentry is an identity: mount points, working directories and open files hold on to one while its name changes or
 * goes away. In a volatile file system (procfs) only mount points are kept; other dentries live as long as
 * somebody holds them. In a shared one (hostfs) a name is looked up each time, and its dentry is kept as long as it leads
 * to the same file. Linux's struct dentry, without negative entries.
 */
import type { PlanPoint } from "./automount.ts";
import type { Inode } from "./inode.ts";

export class Dentry {
  name: string;
  /** `undefined` for the root of a file system. */
  parent: Dentry | undefined;
  readonly inode: Inode;
  /** Mounts on this dentry, in all namespaces. */
  mounted = 0;
  /** What is to be mounted here or below when somebody comes by. */
  plan: PlanPoint | undefined;
  /** Unlinked: still usable, but no path leads here. A directory that was removed has no entries, and gets none. */
  deleted = false;
  /** Chained by `#next`, like Linux's d_children, as long as they are few; by name when they are many. */
  #children: Dentry | Map<string, Dentry> | undefined;
  #next: Dentry | undefined;

  constructor(name: string, parent: Dentry | undefined, inode: Inode) {
    this.name = name;
    this.parent = parent;
    this.inode = inode;
  }

  /** The child called `name`, or `undefined` if the directory has none. `known` is what `known(name)` has answered. */
  child(name: string, known: Dentry | undefined = this.known(name)): Dentry | undefined {
    if (this.deleted) return undefined;
    const { isVolatile, isShared } = this.inode.fs;
    if (known !== undefined && !isVolatile && !isShared) return known;
    const inode = this.inode.lookup(name);
    if (known !== undefined) {
      if (known.inode === inode) return known;
      if (isShared) known.deleted = true;
      Dentry.#drop(this, known);
    }
    if (inode === undefined) return undefined;
    const found = new Dentry(name, this, inode);
    if (this.plan !== undefined) found.plan = this.plan.child(name);
    if (!isVolatile) Dentry.#keep(this, found);
    return found;
  }

  /** The child called `name`, if a walk has seen it. */
  known(name: string): Dentry | undefined {
    if (this.#children instanceof Map) return this.#children.get(name);
    let at = this.#children;
    while (at !== undefined && at.name !== name) at = at.#next;
    return at;
  }

  /** Tells the children that are known already what is planned for them. */
  spreadPlan(): void {
    for (const child of Dentry.#known(this)) {
      child.plan = this.plan?.child(child.name);
      if (child.plan !== undefined) child.spreadPlan();
    }
  }

  /** A child that was just made with `inode`. */
  adopt(name: string, inode: Inode): Dentry {
    const made = new Dentry(name, this, inode);
    if (!inode.fs.isVolatile) Dentry.#keep(this, made);
    return made;
  }

  /** A dentry for something without a name here: O_TMPFILE. */
  anonymous(name: string, inode: Inode): Dentry {
    const made = new Dentry(name, this, inode);
    made.deleted = true;
    return made;
  }

  /** Keeps the way to this dentry, so that later walks find this very one: it becomes a mount point. */
  pin(): void {
    for (let at: Dentry = this; at.parent !== undefined; at = at.parent) Dentry.#keep(at.parent, at);
  }

  /** The parent forgets this dentry, which nobody holds: a later walk makes another. */
  letGo(): void {
    if (this.parent?.known(this.name) === this) Dentry.#drop(this.parent, this);
  }

  /** The entry `name` is gone. */
  forget(name: string): void {
    const gone = this.known(name);
    if (gone === undefined) return;
    gone.deleted = true;
    Dentry.#drop(this, gone);
  }

  /** This dentry is now called `name` and lies in `parent`, replacing what was there. */
  move(parent: Dentry, name: string): void {
    if (this.parent?.known(this.name) === this) Dentry.#drop(this.parent, this);
    parent.forget(name);
    this.name = name;
    this.parent = parent;
    if (!this.inode.fs.isVolatile) Dentry.#keep(parent, this);
  }

  /** True if this dentry is `other` or lies below it. */
  isWithin(other: Dentry): boolean {
    for (let at: Dentry | undefined = this; at !== undefined; at = at.parent) if (at === other) return true;
    return false;
  }

  // Static, for private methods would cost each of the many dentries one more word.

  static #known(parent: Dentry): readonly Dentry[] {
    if (parent.#children instanceof Map) return [...parent.#children.values()];
    const known: Dentry[] = [];
    for (let at = parent.#children; at !== undefined; at = at.#next) known.push(at);
    return known;
  }

  /** Takes out a child that is known. */
  static #drop(parent: Dentry, child: Dentry): void {
    if (parent.#children instanceof Map) {
      parent.#children.delete(child.name);
      return;
    }
    if (parent.#children === child) parent.#children = child.#next;
    for (let at = parent.#children; at !== undefined; at = at.#next) if (at.#next === child) at.#next = child.#next;
    child.#next = undefined;
  }

  static #keep(parent: Dentry, child: Dentry): void {
    const other = parent.known(child.name);
    if (other === child) return;
    if (other !== undefined) Dentry.#drop(parent, other);
    if (parent.#children instanceof Map) {
      parent.#children.set(child.name, child);
      return;
    }
    child.#next = parent.#children;
    parent.#children = child;
    let length = 0;
    for (let at: Dentry | undefined = child; at !== undefined; at = at.#next) length++;
    if (length > CHAINED) Dentry.#index(parent);
  }

  /** From now on the children are found by name. */
  static #index(parent: Dentry): void {
    const known = Dentry.#known(parent);
    for (const one of known) one.#next = undefined;
    parent.#children = new Map(known.map((one) => [one.name, one]));
  }
}

/** Up to so many children are found by walking along the chain. */
const CHAINED = 8;
