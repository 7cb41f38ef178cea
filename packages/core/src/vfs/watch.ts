/**
 * Watches: who is told of what happens to inodes. Linux's fsnotify.
 *
 * An event of a file goes to the watches of the directory that its name is in, with the name, and then to those of its
 * inode. Watches are kept by file system, so that nobody pays for them where nobody watches.
 *
 * @see fs/notify/fsnotify.c, include/linux/fsnotify.h
 */
import {
  IN_ATTRIB,
  IN_CREATE,
  IN_DELETE,
  IN_DELETE_SELF,
  IN_ISDIR,
  IN_MOVE_SELF,
  IN_MOVED_FROM,
  IN_MOVED_TO,
  IN_UNMOUNT,
} from "../abi/index.ts";
import type { Dentry } from "./dentry.ts";
import type { FileSystem, Inode } from "./inode.ts";

/** What a watch is told. */
export interface Happening {
  /** IN_* of inotify(7), with IN_ISDIR. */
  readonly events: number;
  /** The entry that it happened to; "" for the watched inode itself. */
  readonly name: string;
  /** Ties the two halves of a move together. */
  readonly cookie: number;
  /** It happened through an open file whose name is gone. */
  readonly isUnlinked: boolean;
}

export interface InodeWatch {
  readonly inode: Inode;
  happened(what: Happening): void;
  /** Somebody still has the inode open, or works in it: it lives on without a name. */
  isHeld(inode: Inode): boolean;
  /** What is watched is gone, after all was told. */
  ended(): void;
  /** A number that ties the halves of a move together: no other move on the machine has it. */
  newCookie(): number;
}

/** Watches of a file system, by inode; by inode number where inodes are made anew for each walk. */
export type Watches = Map<Inode | number, Set<InodeWatch>>;

const keyOf = (inode: Inode): Inode | number => (inode.fs.isVolatile ? inode.ino : inode);

/** One inode, even if a walk has made it anew. */
export const isSameInode = (a: Inode, b: Inode): boolean => a === b || (a.fs === b.fs && keyOf(a) === keyOf(b));

export function addWatch(inode: Inode, watch: InodeWatch): void {
  const { fs } = inode;
  fs.watches ??= new Map();
  const known = fs.watches.get(keyOf(inode));
  if (known === undefined) fs.watches.set(keyOf(inode), new Set([watch]));
  else known.add(watch);
}

export function removeWatch(inode: Inode, watch: InodeWatch): void {
  const { fs } = inode;
  const known = fs.watches?.get(keyOf(inode));
  if (known === undefined || !known.delete(watch) || known.size > 0) return;
  fs.watches?.delete(keyOf(inode));
  if (fs.watches?.size === 0) fs.watches = undefined;
}

/** Something happened to what a path or an open file leads to. */
export function tellPath(dentry: Dentry, events: number, options?: { readonly opened: boolean }): void {
  const { inode, parent } = dentry;
  if (inode.fs.watches === undefined) return;
  const isUnlinked = options?.opened === true && dentry.deleted;
  if (parent !== undefined) tell(parent.inode, { events: kinded(inode, events), name: dentry.name, isUnlinked });
  tell(inode, { events: kinded(inode, events), isUnlinked });
}

/** Something happened to an inode, whatever its names. */
function tellInode(inode: Inode, events: number): void {
  if (inode.fs.watches !== undefined) tell(inode, { events: kinded(inode, events) });
}

/** `directory` has a new entry. */
export function tellCreated(directory: Inode, name: string, made: Inode): void {
  if (directory.fs.watches !== undefined) tell(directory, { events: kinded(made, IN_CREATE), name });
}

/** An existing inode has got a new name. */
export function tellLinked(directory: Inode, name: string, inode: Inode): void {
  if (directory.fs.watches === undefined) return;
  tellInode(inode, IN_ATTRIB);
  tell(directory, { events: IN_CREATE, name });
}

/** An entry is gone from its directory. */
export function tellUnlinked(victim: Dentry): void {
  const { inode, parent, name } = victim;
  if (parent === undefined || inode.fs.watches === undefined) return;
  if (inode.type !== "dir") tellInode(inode, IN_ATTRIB);
  tellIfGone(victim);
  tell(parent.inode, { events: kinded(inode, IN_DELETE), name });
}

/** An inode that has lost its name or one who held it: is it gone now? */
export function tellIfGone({ inode, deleted }: Dentry): void {
  if (!deleted || inode.fs.watches === undefined) return;
  const watches = inode.fs.watches.get(keyOf(inode));
  if (watches === undefined || (inode.type !== "dir" && inode.stat().nlink > 0)) return;
  for (const watch of [...watches]) {
    if (watch.isHeld(inode)) return;
    watch.happened({ events: IN_DELETE_SELF, name: "", cookie: 0, isUnlinked: false });
    watch.ended();
  }
}

/** Where an entry was, as the watches of a move are told it. */
export interface OldPlace {
  readonly directory: Inode;
  readonly name: string;
}

/** An entry has moved to where its dentry is now. */
export function tellMoved(moved: Dentry, from: OldPlace, replaced: Dentry | undefined): void {
  const { inode, parent, name } = moved;
  const [anyWatch] = [...(inode.fs.watches?.values() ?? [])].flatMap((watches) => [...watches]);
  if (parent === undefined || anyWatch === undefined) return;
  const cookie = anyWatch.newCookie();
  tell(from.directory, { events: kinded(inode, IN_MOVED_FROM), name: from.name, cookie });
  tell(parent.inode, { events: kinded(inode, IN_MOVED_TO), name, cookie });
  if (replaced !== undefined) tellInode(replaced.inode, IN_ATTRIB);
  tell(inode, { events: IN_MOVE_SELF });
  if (replaced !== undefined) tellIfGone(replaced);
}

/** The file system is mounted nowhere any more. Its youngest inodes come first. */
export function tellUnmounted(fs: FileSystem): void {
  const watches = [...(fs.watches?.values() ?? [])].flatMap((some) => [...some]);
  for (const watch of watches.sort((a, b) => b.inode.ino - a.inode.ino)) {
    watch.happened({ events: kinded(watch.inode, IN_UNMOUNT), name: "", cookie: 0, isUnlinked: false });
    watch.ended();
  }
}

const kinded = (inode: Inode, events: number): number => (inode.type === "dir" ? events | IN_ISDIR : events);

function tell(inode: Inode, what: Partial<Happening> & { readonly events: number }): void {
  const watches = inode.fs.watches?.get(keyOf(inode));
  if (watches === undefined) return;
  for (const watch of [...watches]) watch.happened({ name: "", cookie: 0, isUnlinked: false, ...what });
}
