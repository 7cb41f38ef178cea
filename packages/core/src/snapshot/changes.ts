/**
 * What a snapshot changes of the one below it, path by path.
 *
 * @see moby pkg/archive/changes.go, `docker diff`
 */
import { isOpaque, isWhiteout, MemoryDirectory, MemoryFile, type MemoryInode } from "../fs/index.ts";
import { compareBytes } from "../lib/index.ts";
import type { Snapshotter } from "./snapshotter.ts";

export interface Change {
  readonly kind: "added" | "changed" | "deleted";
  /** Absolute. */
  readonly path: string;
  /** Bytes that the layer holds for it: 0 for what is no regular file. */
  readonly bytes: number;
}

/** In the order of their paths, a directory before what is in it. */
export function* changesOf(snapshotter: Snapshotter, key: string): Iterable<Change> {
  const { parent } = snapshotter.stat(key);
  const before = (path: string): MemoryInode | undefined =>
    parent === undefined ? undefined : snapshotter.lookup(parent, path);
  const below = (path: string): readonly string[] =>
    parent === undefined ? [] : namesBelow(snapshotter, parent, path);
  yield* changesIn(snapshotter.directory(key), "", before, below);
}

function* changesIn(
  directory: MemoryDirectory,
  prefix: string,
  before: (path: string) => MemoryInode | undefined,
  below: (path: string) => readonly string[],
): Iterable<Change> {
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
      if (!(inode instanceof MemoryDirectory)) yield change;
      else yield* withDirectory(change, old, inode, changesIn(inode, `${path}/`, before, below));
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
  const isSame = old?.type === "dir" && old.mode === inode.mode && old.uid === inode.uid && old.gid === inode.gid;
  if (!isSame) yield change;
  let isTold = !isSame;
  for (const one of inside) {
    if (!isTold) yield change;
    isTold = true;
    yield one;
  }
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
