/**
 * `MountTree`: the mounts of one mount namespace, and what attaches, moves and detaches them.
 *
 * Mount events propagate between shared mounts and from masters to slaves, across namespaces. Nothing here checks
 * privileges and nothing knows processes: the kernel wraps a tree in a MountNamespace.
 *
 * @see mount(2), umount(2), pivot_root(2), mount_namespaces(7), fs/namespace.c, fs/pnode.c
 */
import { Errno, MOUNT_MAX } from "../abi/index.ts";
import { assert, SmallSet } from "../lib/index.ts";
import { type Automounter, attachPlan, carryOutAll, type Plan } from "./automount.ts";
import type { Dentry } from "./dentry.ts";
import type { FileSystem } from "./inode.ts";
import { LOCKED, Location, Mount, PeerGroup } from "./mount.ts";
import { echoesOf, follow, joinGroup, leaveGroup, NO_MOUNTS, receivers } from "./propagation.ts";
import { tellUnmounted } from "./watch.ts";

/** Numbers for mounts and peer groups: one a machine. */
export class MountIds {
  #mount = 0;
  #group = 0;

  nextMount(): number {
    return ++this.#mount;
  }

  /** Keeps `count` numbers for mounts that are planned; returns the one before the first. */
  reserve(count: number): number {
    const before = this.#mount;
    this.#mount += count;
    return before;
  }

  nextGroup(): number {
    return ++this.#group;
  }
}

export type Propagation = "private" | "shared" | "slave" | "unbindable";

export class MountTree {
  readonly #ids: MountIds;
  /** Mounts in this tree, for the limit. */
  #count = 0;
  /** Differs when something was mounted, moved or unmounted. */
  changes = 0;
  #root: Mount | undefined;
  /** Some mounts are planned and not made yet. */
  #hasPlans = false;
  /** Copies of it that are still to be made. */
  #copies: SmallSet<PlannedCopy> | undefined = undefined;
  /** It belongs to a user namespace of less rights than the one that it was copied from. */
  #isLessPrivileged = false;

  constructor(ids: MountIds) {
    this.#ids = ids;
  }

  /** A tree with `fs` at its root. */
  static over(ids: MountIds, fs: FileSystem, flags: number): MountTree {
    const tree = new MountTree(ids);
    tree.#root = tree.#make(fs, fs.rootDentry, fs.source, flags);
    return tree;
  }

  /** The bottom of everything: Linux's rootfs mount. */
  get root(): Mount {
    assert(this.#root !== undefined, "a tree in use has a root");
    return this.#root;
  }

  /** Every mount, in the order of mounting. Makes what is only planned. */
  mounts(): readonly Mount[] {
    this.#carryOutPlans();
    return this.root.subtree().sort((a, b) => a.id - b.id);
  }

  /** Keeps `count` numbers for mounts that are planned; returns the one before the first. */
  reserve(count: number): number {
    return this.#ids.reserve(count);
  }

  /** Plans mounts below `mount`: each is made when a path first leads to it, with the number that was reserved for it. */
  plan(mount: Mount, plan: Plan, automounter: Automounter): void {
    this.#hasPlans = true;
    attachPlan(mount, plan.root, automounter);
  }

  /** Where a process of a new namespace starts: the topmost mount on the root. */
  get top(): Location {
    return new Location(this.root, this.root.root).top;
  }

  /** Mounts a file system at `at`, and at every place to which that propagates. A planned mount has its `id` already. */
  mount(fs: FileSystem, at: Location, flags: number, id?: number): Mount {
    const places = placesFor(at);
    checkRoom(1, this, places);
    const mount = this.#make(fs, fs.rootDentry, fs.source, flags, id);
    this.#graft(mount, at, places);
    return mount;
  }

  /** Shows `from`, which may lie in another namespace, at `at`: the bind mount of a plan. */
  bindForeign(from: Location, at: Location, flags: number, id: number): Mount {
    const mount = this.#make(from.mount.fs, from.dentry, from.mount.source, flags, id);
    hook(mount, at.mount, at.dentry);
    return mount;
  }

  /**
   * Makes what is at `from` visible at `at` too.
   *
   * @param options `foreign`: `from` lies in no namespace at all, as files of nsfs do.
   * @throws EINVAL if the mount at `from` is unbindable, or one of both lies in another namespace; without `recursive`
   * also if a locked mount lies below `from`, for that would uncover what it hides.
   * @throws ENOTDIR if exactly one of both is a directory.
   * @throws ENOSPC if a namespace would hold too many mounts.
   */
  bind(from: Location, at: Location, options: { readonly recursive: boolean; readonly foreign?: boolean }): Mount {
    if (options.recursive) this.#carryOutPlans();
    if (from.mount.unbindable || !this.#holds(at.mount)) throw new Errno("EINVAL");
    if (options.foreign !== true && !this.#holds(from.mount)) throw new Errno("EINVAL");
    if (!options.recursive && hasLockedBelow(from)) throw new Errno("EINVAL");
    if ((from.inode.type === "dir") !== (at.inode.type === "dir")) throw new Errno("ENOTDIR");
    // Before the copy is made, which would else hear of itself. @see fs/pnode.c: propagate_one, IS_MNT_NEW
    const places = placesFor(at);
    checkRoom(options.recursive ? this.#sizeOfCopy(from.mount, from.dentry) : 1, this, places);
    const copy = options.recursive
      ? this.#copySubtree(from.mount, from.dentry, "keep")
      : this.#copyOne(from.mount, from.dentry, "keep");
    copy.lock &= ~LOCKED;
    this.#graft(copy, at, places);
    return copy;
  }

  /**
   * Moves a mount to another place (MS_MOVE).
   *
   * @throws EINVAL if `from` is no mount point, is locked, or its parent is shared.
   * @throws ELOOP if `at` lies below it.
   */
  move(from: Location, at: Location): void {
    const mount = from.mount;
    if (from.dentry !== mount.root || mount.parent === undefined || mount.tree !== this) throw new Errno("EINVAL");
    if (mount.parent.peers !== undefined || mount.isLocked || !this.#holds(at.mount)) throw new Errno("EINVAL");
    if (at.mount.peers !== undefined && mount.subtree().some((one) => one.unbindable)) throw new Errno("EINVAL");
    if ((from.inode.type === "dir") !== (at.inode.type === "dir")) throw new Errno("ENOTDIR");
    for (let up: Mount | undefined = at.mount; up !== undefined; up = up.parent) {
      if (up === mount) throw new Errno("ELOOP");
    }
    const places = placesFor(at);
    checkRoom(mount.subtree().length, undefined, places);
    unhook(mount);
    this.#graft(mount, at, places);
  }

  /**
   * Unmounts the mount at `at`, and what it propagated.
   *
   * @throws EINVAL if `at` is no mount point of this tree, is its root, or is locked.
   * @throws EBUSY if it, or what it propagated, is in use, or if it has mounts below it; unless `lazy`.
   */
  unmount(at: Location, options: { readonly lazy: boolean }): void {
    const mount = at.mount;
    if (at.dentry !== mount.root || mount.tree !== this || mount.parent === undefined) throw new Errno("EINVAL");
    if (mount.isLocked) throw new Errno("EINVAL");
    if (!options.lazy) this.#carryOutPlans();
    if (!options.lazy && (mount.users > 0 || mount.children.length > 0)) throw new Errno("EBUSY");
    const echoes = echoesOf(options.lazy ? mount.subtree() : [mount]);
    if (!options.lazy && echoes.some((echo) => echo.users > 0)) throw new Errno("EBUSY");
    this.#detach(mount);
    for (const echo of [...echoes].reverse()) echo.tree.#detachFromUnder(echo);
  }

  /**
   * Makes the mount at `newRoot` the root of the tree and hangs the old root at `putOld`.
   *
   * @param oldRoot the caller's root directory.
   * @throws EBUSY if `newRoot` or `putOld` are on the current root mount.
   * @throws EINVAL if `newRoot` or the old root are no mount points, `putOld` is not at or below `newRoot`, or a
   * propagation type is shared.
   * @see pivot_root(2)
   */
  pivotRoot(oldRoot: Location, newRoot: Location, putOld: Location): void {
    this.beforeChange();
    const fresh = newRoot.mount;
    const old = oldRoot.mount;
    if (!this.#holds(fresh) || !this.#holds(putOld.mount) || fresh.isLocked) throw new Errno("EINVAL");
    if (fresh.peers !== undefined && fresh.parent?.peers !== undefined) throw new Errno("EINVAL");
    if (old.parent?.peers !== undefined || putOld.mount.peers !== undefined) throw new Errno("EINVAL");
    if (fresh === old || putOld.mount === old) throw new Errno("EBUSY");
    if (oldRoot.dentry !== old.root || old.parent === undefined) throw new Errno("EINVAL");
    if (newRoot.dentry !== fresh.root || fresh.parent === undefined) throw new Errno("EINVAL");
    if (!isBelow(putOld, newRoot) || !isBelow(newRoot, oldRoot)) throw new Errno("EINVAL");
    const { parent, point } = old;
    assert(point !== undefined, "a mount with a parent has a mount point");
    fresh.lock |= old.lock & LOCKED;
    old.lock &= ~LOCKED;
    unhook(fresh);
    unhook(old);
    hook(old, putOld.mount, putOld.dentry);
    hook(fresh, parent, point);
  }

  /** Sets how mount events travel from and to `mount`. @see mount_namespaces(7) */
  setPropagation(mount: Mount, type: Propagation): void {
    this.beforeChange();
    if (type === "shared") {
      mount.unbindable = false;
      if (mount.peers === undefined) joinGroup(mount, new PeerGroup(this.#ids.nextGroup()));
      return;
    }
    const left = mount.peers;
    if (left !== undefined) leaveGroup(mount);
    if (type === "slave") {
      if (left !== undefined && left.members.size > 0) follow(mount, left);
      return;
    }
    mount.master?.slaves.delete(mount);
    mount.master = undefined;
    mount.unbindable = type === "unbindable";
  }

  /**
   * The tree of a new mount namespace: every mount copied; shared ones become peers of their originals.
   *
   * @param copied is told of each copy.
   */
  clone(options: { readonly asSlaves: boolean }, copied: (original: Mount, copy: Mount) => void): MountTree {
    this.#carryOutPlans();
    const tree = new MountTree(this.#ids);
    const root = tree.#copySubtree(this.root, this.root.root, options.asSlaves ? "slave" : "keep", copied);
    tree.#root = root;
    if (options.asSlaves) {
      tree.#isLessPrivileged = true;
      for (const mount of root.subtree()) mount.lockDown({ ontop: mount === root });
    } else tree.#isLessPrivileged = this.#isLessPrivileged;
    return tree;
  }

  /**
   * As `clone`, for a tree in which nothing is propagated: made when somebody asks for it, or before the original changes.
   * `undefined` if that cannot be.
   */
  planCopy(): PlannedCopy | undefined {
    this.#carryOutPlans();
    if (!isPlain(this.root)) return undefined;
    const copy = new PlannedCopy(this, this.#ids.reserve(this.#count) + 1);
    this.#copies ??= new SmallSet();
    this.#copies.add(copy);
    return copy;
  }

  /** Something in it is about to change: what is still to be copied from it is. */
  beforeChange(): void {
    if (this.#copies !== undefined) for (const { owner } of [...this.#copies]) owner?.tree;
  }

  /** Makes a copy with the numbers that it was planned with. */
  copyAs(planned: PlannedCopy): MountTree {
    this.dropCopy(planned);
    const tree = new MountTree(this.#ids);
    tree.#isLessPrivileged = this.#isLessPrivileged;
    let id = planned.firstId;
    const copyOf = (original: Mount): Mount => {
      const copy = tree.#copyOne(original, original.root, "keep", id++);
      for (const child of original.children) hook(copyOf(child), copy, pointOf(child));
      return copy;
    };
    tree.#root = copyOf(this.root);
    return tree;
  }

  /** Nobody will ask for it any more. */
  dropCopy(planned: PlannedCopy): void {
    this.#copies?.delete(planned);
  }

  /**
   * Its root with nothing but `fs` on it: what is left of a copy of this tree once all of it was made private, `fs` was
   * mounted in it, pivot_root(2) has made that the root, and what was there before was unmounted.
   *
   * @param rootId the number of the copy of the root. @param id the number of the mount of `fs`.
   */
  copyUnder(
    fs: FileSystem,
    flags: number,
    { rootId, id }: { readonly rootId: number; readonly id: number },
  ): MountTree {
    const tree = new MountTree(this.#ids);
    tree.#isLessPrivileged = this.#isLessPrivileged;
    const { root, fs: bottom, source, flags: rootFlags, lock } = this.root;
    tree.#root = tree.#make(bottom, root, source, rootFlags, rootId);
    tree.#root.lock = lock;
    tree.mount(fs, tree.top, flags, id);
    return tree;
  }

  /** Takes every mount out of propagation: the namespace is gone. */
  dissolve(): void {
    this.#detach(this.root);
  }

  #carryOutPlans(): void {
    if (!this.#hasPlans) return;
    this.#hasPlans = false;
    carryOutAll(this.root);
  }

  /** True if a mount is reachable in this tree: neither in another one nor detached. */
  #holds(mount: Mount): boolean {
    return mount.tree === this && (mount.parent !== undefined || mount === this.#root);
  }

  /** @throws ENOSPC if it would hold too many mounts with `more` of them. @see fs/namespace.c: count_mounts */
  checkRoom(more: number): void {
    if (this.#count + more > MOUNT_MAX) throw new Errno("ENOSPC");
  }

  #make(fs: FileSystem, root: Dentry, source: string, flags: number, id = this.#ids.nextMount()): Mount {
    this.#count++;
    fs.activeMounts++;
    return new Mount(id, this, fs, root, source, flags);
  }

  /** That a mount is unbindable is not copied, into a new namespace either. @see fs/namespace.c: clone_mnt */
  #copyOne(original: Mount, root: Dentry, groups: "keep" | "slave", id?: number): Mount {
    const copy = this.#make(original.fs, root, original.source, original.flags, id);
    copy.lock = original.lock;
    if (original.peers !== undefined) {
      if (groups === "slave") follow(copy, original.peers);
      else joinGroup(copy, original.peers);
    }
    if (original.master !== undefined && copy.master === undefined) follow(copy, original.master);
    return copy;
  }

  /** Copies `top`, seen from `root` downwards, with the mounts below; leaves out unbindable ones of its own tree. */
  #copySubtree(
    top: Mount,
    root: Dentry,
    groups: "keep" | "slave",
    copied?: (original: Mount, copy: Mount) => void,
  ): Mount {
    const copy = this.#copyOne(top, root, groups);
    copied?.(top, copy);
    for (const child of top.children) {
      if (!this.#isCopied(child, top, root)) continue;
      hook(this.#copySubtree(child, child.root, groups, copied), copy, pointOf(child));
    }
    return copy;
  }

  /** Whether `child`, which is mounted on `top`, goes into a copy for this tree of what is seen from `root` downwards. */
  #isCopied(child: Mount, top: Mount, root: Dentry): boolean {
    if (child.unbindable && top.tree === this) return false;
    return root === top.root || pointOf(child).isWithin(root);
  }

  #sizeOfCopy(top: Mount, root: Dentry): number {
    let size = 1;
    for (const child of top.children) {
      if (this.#isCopied(child, top, root)) size += this.#sizeOfCopy(child, child.root);
    }
    return size;
  }

  /** Attaches a mount with all below it at `at`, and copies of it at `places`, to which that propagates. */
  #graft(mount: Mount, at: Location, places: readonly Mount[]): void {
    if (at.mount.peers === undefined) {
      hook(mount, at.mount, at.dentry);
      return;
    }
    for (const one of mount.subtree()) this.setPropagation(one, "shared");
    // All copies are of what was there before any of them. @see fs/namespace.c: attach_recursive_mnt
    const echoes = places.map((place) => place.tree.#echo(mount, place, at.mount.peers));
    hook(mount, at.mount, at.dentry);
    for (const [index, place] of places.entries()) {
      const echo = echoes[index];
      assert(echo !== undefined, "every place has its copy");
      // What was mounted there before stays visible.
      const cover = place.childAt(at.dentry);
      if (cover !== undefined) unhook(cover);
      hook(echo, place, at.dentry);
      if (cover !== undefined) hook(cover, echo, echo.root);
    }
  }

  /** A copy of what is mounted where `group` is, for `place` in this tree: a peer's is a peer, a slave's a slave. */
  #echo(mount: Mount, place: Mount, group: PeerGroup | undefined): Mount {
    const isPeer = place.peers !== undefined && place.peers === group;
    const echo = this.#copySubtree(mount, mount.root, isPeer ? "keep" : "slave");
    if (mount.tree !== this && this.#isLessPrivileged) {
      for (const one of echo.subtree()) one.lockDown({ ontop: one === echo });
    }
    if (!isPeer && place.peers !== undefined) {
      for (const one of echo.subtree()) this.setPropagation(one, "shared");
    }
    return echo;
  }

  /** Detaches a mount; what covers it stays, in its place. */
  #detachFromUnder(mount: Mount): void {
    const { parent, point } = mount;
    // It may have hung below what is gone.
    if (parent === undefined || point === undefined) return;
    const cover = mount.childAt(mount.root);
    if (cover !== undefined) unhook(cover);
    this.#detach(mount);
    if (cover !== undefined) hook(cover, parent, point);
  }

  #detachBelow(mount: Mount): void {
    for (let at = mount.children.length - 1; at >= 0; at--) this.#detach(mount.children[at] as Mount);
  }

  #detach(mount: Mount): void {
    this.#detachBelow(mount);
    if (mount.parent !== undefined) unhook(mount);
    if (mount.peers !== undefined) leaveGroup(mount);
    mount.master?.slaves.delete(mount);
    mount.master = undefined;
    this.#count--;
    if (--mount.fs.activeMounts > 0) return;
    tellUnmounted(mount.fs);
    mount.fs.unmounted();
  }
}

/** A copy of a tree that nobody has asked for yet. */
export class PlannedCopy {
  readonly original: MountTree;
  /** The number of the copy of its root; the others follow. */
  readonly firstId: number;
  /** Whoever is to have the copy: asked for it before the original changes. */
  owner: { readonly tree: MountTree } | undefined = undefined;

  constructor(original: MountTree, firstId: number) {
    this.original = original;
    this.firstId = firstId;
  }
}

/** Nothing is propagated from or to the mount, nor those below it, and all of them can be copied. */
function isPlain({ peers, master, unbindable, children }: Mount): boolean {
  if (peers !== undefined || master !== undefined || unbindable) return false;
  for (const child of children) if (!isPlain(child)) return false;
  return true;
}

/** True if a mount below `at` hides something that is not to be seen. */
function hasLockedBelow(at: Location): boolean {
  return at.mount.children.some((child) => child.isLocked && child.point?.isWithin(at.dentry) === true);
}

/** The mounts that get a copy of what is mounted at `at`. @see fs/pnode.c: propagate_one */
function placesFor(at: Location): readonly Mount[] {
  if (at.mount.peers === undefined) return NO_MOUNTS;
  return receivers(at.mount).filter((place) => at.dentry.isWithin(place.root));
}

/**
 * Sees that `size` mounts fit into `tree`, if they are new there, and as many again at each of `places`.
 *
 * @throws ENOSPC
 */
function checkRoom(size: number, tree: MountTree | undefined, places: readonly Mount[]): void {
  if (places.length === 0) {
    tree?.checkRoom(size);
    return;
  }
  const needs = new Map<MountTree, number>(tree === undefined ? [] : [[tree, size]]);
  for (const { tree: to } of places) needs.set(to, (needs.get(to) ?? 0) + size);
  for (const [to, more] of needs) to.checkRoom(more);
}

function pointOf(mount: Mount): Dentry {
  assert(mount.point !== undefined, "a mount with a parent has a mount point");
  return mount.point;
}

function hook(mount: Mount, parent: Mount, point: Dentry): void {
  parent.tree.beforeChange();
  mount.parent = parent;
  mount.point = point;
  parent.tree.changes++;
  parent.addChild(mount);
  // Who has a mount on it is pinned already.
  if (point.mounted++ === 0) point.pin();
}

function unhook(mount: Mount): void {
  assert(mount.parent !== undefined && mount.point !== undefined, "an attached mount has a place");
  mount.parent.tree.beforeChange();
  mount.parent.tree.changes++;
  mount.parent.removeChild(mount);
  mount.point.mounted--;
  mount.parent = undefined;
  mount.point = undefined;
}

/** True if `at` is `top` or reachable below it. Linux's is_path_reachable. */
function isBelow(at: Location, top: Location): boolean {
  let { mount, dentry } = at as { mount: Mount; dentry: Dentry };
  while (mount !== top.mount) {
    if (mount.parent === undefined || mount.point === undefined) return false;
    dentry = mount.point;
    mount = mount.parent;
  }
  return dentry.isWithin(top.dentry);
}
