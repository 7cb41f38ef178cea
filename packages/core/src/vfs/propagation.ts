/**
 * Propagation of mount events: who hears of what is mounted and unmounted where.
 *
 * @see mount_namespaces(7), Documentation/filesystems/sharedsubtree.rst, fs/pnode.c
 */
import { assert } from "../lib/index.ts";
import type { Mount, PeerGroup } from "./mount.ts";

export function joinGroup(mount: Mount, group: PeerGroup): void {
  mount.peers = group;
  group.members.add(mount);
}

/** Leaves the peer group; slaves of a group without members follow that group's own master, if it had one. */
export function leaveGroup(mount: Mount): void {
  const group = mount.peers;
  assert(group !== undefined, "only a shared mount has a group to leave");
  mount.peers = undefined;
  group.members.delete(mount);
  if (group.members.size > 0) return;
  for (const slave of group.slaves) {
    slave.master = undefined;
    if (mount.master !== undefined) follow(slave, mount.master);
  }
  group.slaves.clear();
}

export function follow(mount: Mount, master: PeerGroup): void {
  mount.master?.slaves.delete(mount);
  mount.master = master;
  master.slaves.add(mount);
}

export const NO_MOUNTS: readonly Mount[] = [];

/** Every mount but `origin` to which an event at `origin` propagates. */
export function receivers(origin: Mount): readonly Mount[] {
  if (origin.peers === undefined) return NO_MOUNTS;
  const found = new Set<Mount>();
  const visit = (group: PeerGroup | undefined): void => {
    for (const mount of group?.members ?? []) {
      if (found.has(mount)) continue;
      found.add(mount);
    }
    for (const slave of group?.slaves ?? []) {
      if (found.has(slave)) continue;
      found.add(slave);
      visit(slave.peers);
    }
  };
  visit(origin.peers);
  found.delete(origin);
  return [...found];
}

/**
 * The mounts that go along when `going` are unmounted, parents first: what is mounted where that propagates to. One that
 * somebody else has mounted something in stays; what merely covers it does not keep it.
 *
 * @see fs/pnode.c:propagate_umount
 */
export function echoesOf(going: readonly Mount[]): readonly Mount[] {
  const found = new Set<Mount>();
  for (const { parent, point } of going) {
    if (parent?.peers === undefined || point === undefined) continue;
    for (const place of receivers(parent)) {
      const echo = place.childAt(point);
      if (echo !== undefined) found.add(echo);
    }
  }
  if (found.size === 0) return NO_MOUNTS;
  const gone = new Set(going);
  for (const mount of going) found.delete(mount);
  const isKept = (mount: Mount): boolean =>
    mount.children.some((child) => child.point !== mount.root && !found.has(child) && !gone.has(child));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const mount of found) if (isKept(mount)) found.delete(mount);
  }
  return [...found];
}
