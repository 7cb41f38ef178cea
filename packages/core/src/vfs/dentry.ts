/**
 * Dentries: names in a file system's tree, as far as walks have seen them.
 *
 * A dentry is an identity: mount points, working directories and open files hold on to one while its name changes or
 * goes away. In a volatile file system (procfs) only mount points are kept; other dentries live as long as
 * somebody holds them. In a shared one (hostfs) a name is looked up each time, and its dentry is kept as long as it leads
 * to the same file. Linux's struct dentry, without negative entries.
 */
import { SmallMap } from "../lib/index.ts";
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
  /** Unlinked: still usable, but no path leads here. */
  deleted = false;
  #children: SmallMap<string, Dentry> | undefined;

  constructor(name: string, parent: Dentry | undefined, inode: Inode) {
    this.name = name;
    this.parent = parent;
    this.inode = inode;
  }

  /** The child called `name`, or `undefined` if the directory has none. */
  child(name: string): Dentry | undefined {
    const known = this.#children?.get(name);
    const { isVolatile, isShared } = this.inode.fs;
    if (known !== undefined && !isVolatile && !isShared) return known;
    const inode = this.inode.lookup(name);
    if (known !== undefined) {
      if (known.inode === inode) return known;
      if (isShared) known.deleted = true;
      this.#children?.delete(name);
    }
    if (inode === undefined) return undefined;
    const found = new Dentry(name, this, inode);
    if (this.plan !== undefined) found.plan = this.plan.child(name);
    if (!isVolatile) this.#keep(found);
    return found;
  }

  /** Tells the children that are known already what is planned for them. */
  spreadPlan(): void {
    for (const child of this.#children?.values() ?? []) {
      child.plan = this.plan?.child(child.name);
      if (child.plan !== undefined) child.spreadPlan();
    }
  }

  /** A child that was just made with `inode`. */
  adopt(name: string, inode: Inode): Dentry {
    const made = new Dentry(name, this, inode);
    if (!inode.fs.isVolatile) this.#keep(made);
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
    for (let at: Dentry = this; at.parent !== undefined; at = at.parent) at.parent.#keep(at);
  }

  /** The entry `name` is gone. */
  forget(name: string): void {
    const gone = this.#children?.get(name);
    if (gone === undefined) return;
    gone.deleted = true;
    this.#children?.delete(name);
  }

  /** This dentry is now called `name` and lies in `parent`, replacing what was there. */
  move(parent: Dentry, name: string): void {
    if (this.parent !== undefined) this.parent.#drop(this.name);
    parent.forget(name);
    this.name = name;
    this.parent = parent;
    if (!this.inode.fs.isVolatile) parent.#keep(this);
  }

  /** True if this dentry is `other` or lies below it. */
  isWithin(other: Dentry): boolean {
    for (let at: Dentry | undefined = this; at !== undefined; at = at.parent) if (at === other) return true;
    return false;
  }

  #drop(name: string): void {
    this.#children?.delete(name);
  }

  #keep(child: Dentry): void {
    this.#children ??= new SmallMap();
    this.#children.set(child.name, child);
  }
}
