/**
 * What a snapshot changes of the one below it, path by path.
 *
 * @see moby pkg/archive/changes.go, `docker diff`
 */
import { isOpaque, isWhiteout, MemoryDirectory, MemoryFile, type MemoryInode } from "../fs/index.ts";
import { compareBytes } from "../lib/index.ts";
import type { Snapshotter } from "./snapshotter.ts";

/** One path that differs from what lies below. */
export interface Change {
  readonly kind: "added" | "changed" | "deleted";
  /** Absolute. */
  readonly path: string;
  /** Bytes that the layer holds for it: 0 for what is no regular file. */
  readonly bytes: number;
}

/** How closely to look at what a snapshot has. */
export interface ChangesOptions {
  /** Files that the snapshot has as they are below it, their times included, count as well. */
  readonly countsSame?: boolean;
}

/** In the order of their paths, a directory before what is in it. */
export function* changesOf(
  snapshotter: Snapshotter,
  key: string,
  { countsSame = false }: ChangesOptions = {},
): Iterable<Change> {
  const { parent } = snapshotter.stat(key);
  const before = (path: string): MemoryInode | undefined =>
    parent === undefined ? undefined : snapshotter.lookup(parent, path);
  const below = (path: string): readonly string[] =>
    parent === undefined ? [] : namesBelow(snapshotter, parent, path);
  yield* changesIn(snapshotter.directory(key), "", { before, below, countsSame });
}

/** The snapshot below: its inodes and names. */
interface Below extends ChangesOptions {
  readonly before: (path: string) => MemoryInode | undefined;
  readonly below: (path: string) => readonly string[];
}

function* changesIn(directory: MemoryDirectory, prefix: string, parent: Below): Iterable<Change> {
  const { before, below, countsSame } = parent;
  const names = new Set(directory.entries.keys());
  // What an opaque directory hides is gone as if it had been deleted one by one.
  const hidden = isOpaque(directory) ? below(prefix.slice(0, -1)).filter((name) => !names.has(name)) : [];
  for (const name of [...names, ...hidden].sort(compareBytes)) {
    const path = prefix + name;
    const inode = directory.lookup(name);
    if (inode === undefined || isWhiteout(inode)) yield { kind: "deleted", path: `/${path}`, bytes: 0 };
    else {
      const old = before(path);
      const change: Change = { kind: old === undefined ? "added" : "changed", path: `/${path}`, bytes: bytesOf(inode) };
      if (inode instanceof MemoryDirectory) {
        yield* withDirectory(change, old, inode, changesIn(inode, `${path}/`, parent));
      } else if (countsSame || old === undefined || !isSame(old, inode)) yield change;
    }
  }
}

/** A directory that was there counts if itself is different, whatever its times say, or if something below it is. */
function* withDirectory(
  change: Change,
  old: MemoryInode | undefined,
  inode: MemoryDirectory,
  inside: Iterable<Change>,
): Iterable<Change> {
  let isTold = old === undefined || !hasSameOwner(old, inode);
  if (isTold) yield change;
  for (const one of inside) {
    if (!isTold) yield change;
    isTold = true;
    yield one;
  }
}

/** Whether a file is as it was, by all that can be seen without reading it. @see statDifferent */
function isSame(old: MemoryInode, inode: MemoryInode): boolean {
  const [before, now] = [old.stat(), inode.stat()];
  return (
    hasSameOwner(old, inode) &&
    before.rdev === now.rdev &&
    before.size === now.size &&
    isSameTime(before.mtimeUs, now.mtimeUs)
  );
}

const hasSameOwner = (old: MemoryInode, inode: MemoryInode): boolean =>
  old.type === inode.type && old.mode === inode.mode && old.uid === inode.uid && old.gid === inode.gid;

/** Archives may know whole seconds only. @see moby pkg/archive/changes.go sameFsTime */
function isSameTime(old: number, now: number): boolean {
  if (old === now) return true;
  const second = (timeUs: number): number => Math.floor(timeUs / 1e6);
  return second(old) === second(now) && (old % 1e6 === 0 || now % 1e6 === 0);
}

function bytesOf(inode: MemoryInode): number {
  return inode instanceof MemoryFile ? inode.stat().size : 0;
}

function namesBelow(snapshotter: Snapshotter, key: string, path: string): readonly string[] {
  const names = new Set<string>();
  for (const layer of snapshotter.chain(key)) {
    let at: MemoryInode | undefined = snapshotter.directory(layer);
    for (const name of path === "" ? [] : path.split("/"))
      at = at instanceof MemoryDirectory ? at.lookup(name) : undefined;
    for (const name of at instanceof MemoryDirectory ? at.entries.keys() : []) names.add(name);
  }
  return [...names].filter((name) => snapshotter.lookup(key, path === "" ? name : `${path}/${name}`) !== undefined);
}
