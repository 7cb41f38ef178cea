/**
 * Mounts: a file system's subtree, attached at a place.
 *
 * `Location` is a position in a mount tree, Linux's `struct path`.
 *
 * @see mount_namespaces(7), Documentation/filesystems/sharedsubtree.rst
 */
import {
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_NOSYMFOLLOW,
  MS_RDONLY,
  MS_RELATIME,
} from "../abi/index.ts";
import type { Dentry } from "./dentry.ts";
import type { FileSystem } from "./inode.ts";
import type { MountTree } from "./mount-tree.ts";

/** The MS_* flags that belong to a mount rather than to its file system. */
export const MOUNT_FLAGS =
  MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_NOSYMFOLLOW;

/** Flags that restrict: a less privileged namespace cannot take them away. */
const RESTRICTIONS = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
/** In `Mount.lock`: it cannot be unmounted, moved or looked behind. */
export const LOCKED = 1 << 20;

/** Mounts that see each other's mount events. */
export class PeerGroup {
  readonly id: number;
  readonly members = new Set<Mount>();
  /** Mounts that receive events from here and send none back. */
  readonly slaves = new Set<Mount>();

  constructor(id: number) {
    this.id = id;
  }
}

export class Mount {
  /** As in /proc/PID/mountinfo: unique on a machine. */
  readonly id: number;
  readonly fs: FileSystem;
  /** The part of the file system that shows: its root dentry, or a directory or file for a bind mount. */
  readonly root: Dentry;
  /** First field of /proc/mounts; a bind mount keeps that of its origin. */
  readonly source: string;
  flags: number;
  tree: MountTree;
  parent: Mount | undefined;
  /** The dentry of `parent` that this mount covers. */
  point: Dentry | undefined;
  #children: Mount[] | undefined;
  /** Shared: the group that it exchanges events with. */
  peers: PeerGroup | undefined;
  /** Slave: the group that it receives events from. */
  master: PeerGroup | undefined;
  unbindable = false;
  /**
   * What somebody with less rights in another namespace may not undo: the mount itself (`LOCKED`), and flags of it.
   *
   * @see mount_namespaces(7) "Restrictions on mount namespaces"
   */
  lock = 0;
  /** Open files, working and root directories on this mount: while there are any, umount(2) says EBUSY. */
  users = 0;
  /** Open files on this mount that may write: while there are any, it cannot become read-only. */
  writers = 0;

  constructor(id: number, tree: MountTree, fs: FileSystem, root: Dentry, source: string, flags: number) {
    this.id = id;
    this.tree = tree;
    this.fs = fs;
    this.root = root;
    this.source = source;
    this.flags = flags;
  }

  /** Mounts on dentries of this one, in the order of mounting. */
  get children(): readonly Mount[] {
    return this.#children ?? NO_MOUNTS;
  }

  addChild(child: Mount): void {
    if (this.#children === undefined) this.#children = [child];
    else this.#children.push(child);
  }

  removeChild(child: Mount): void {
    const children = this.#children;
    if (children === undefined) return;
    // Trees are taken down from their ends.
    if (children.at(-1) === child) children.pop();
    else children.splice(children.indexOf(child), 1);
    if (children.length === 0) this.#children = undefined;
  }

  get isLocked(): boolean {
    return (this.lock & LOCKED) !== 0;
  }

  /** Nobody in a namespace of less rights can undo what restricts it now, nor the mount itself unless it is `ontop`. */
  lockDown(options: { readonly ontop: boolean }): void {
    this.lock = (this.flags & RESTRICTIONS) | (options.ontop ? 0 : LOCKED);
  }

  /** Flags that would take away what is locked. */
  loosens(flags: number): boolean {
    return (this.lock & RESTRICTIONS & ~flags) !== 0;
  }

  get readOnly(): boolean {
    return (this.flags & MS_RDONLY) !== 0 || this.fs.readOnly;
  }

  /** The mount that covers `dentry` of this mount. */
  childAt(dentry: Dentry): Mount | undefined {
    const children = this.#children;
    if (children === undefined) return undefined;
    for (const child of children) if (child.point === dentry) return child;
    return undefined;
  }

  /** This mount, then everything mounted below it, parents first. */
  subtree(found: Mount[] = []): Mount[] {
    found.push(this);
    for (const child of this.children) child.subtree(found);
    return found;
  }
}

const NO_MOUNTS: readonly Mount[] = [];

/** A position in a mount tree: Linux's `struct path`. */
export class Location {
  readonly mount: Mount;
  readonly dentry: Dentry;

  constructor(mount: Mount, dentry: Dentry) {
    this.mount = mount;
    this.dentry = dentry;
  }

  get inode() {
    return this.dentry.inode;
  }

  /** The topmost mount on this position, if anything is mounted here. */
  get top(): Location {
    if (this.dentry.mounted === 0) return this;
    let { mount, dentry } = this as { mount: Mount; dentry: Dentry };
    for (let child = mount.childAt(dentry); child !== undefined; child = mount.childAt(dentry)) {
      mount = child;
      dentry = child.root;
    }
    return mount === this.mount ? this : new Location(mount, dentry);
  }

  equals(other: Location): boolean {
    return this.mount === other.mount && this.dentry === other.dentry;
  }
}

/**
 * The path of `at` as somebody whose root is `root` sees it.
 *
 * Deleted names end in " (deleted)"; a place outside the root starts with "(unreachable)".
 *
 * @see getcwd(2)
 */
export function pathOf(at: Location, root: Location): string {
  const names: string[] = [];
  let { mount, dentry } = at as { mount: Mount; dentry: Dentry };
  let reachable = true;
  while (mount !== root.mount || dentry !== root.dentry) {
    if (dentry !== mount.root && dentry.parent !== undefined) {
      names.push(dentry.name);
      dentry = dentry.parent;
    } else if (mount.parent !== undefined && mount.point !== undefined) {
      dentry = mount.point;
      mount = mount.parent;
    } else {
      reachable = false;
      break;
    }
  }
  const path = `/${names.reverse().join("/")}`;
  const suffix = at.dentry.deleted ? " (deleted)" : "";
  return `${reachable ? "" : "(unreachable)"}${path}${suffix}`;
}

/** What a link of /proc says of a place: nothing of whether there is a way to it. @see d_path() in fs/d_path.c */
export const linkTextOf = (at: Location, root: Location): string => pathOf(at, root).replace(/^\(unreachable\)/, "");
