/**
 * The read-only layers of an overlay, merged as far as anybody has looked.
 *
 * A lookup goes through the layers once and is remembered, so it costs the same with one layer and with thirty. All
 * overlays over the same sealed layers share one tree: a thousand containers of an image merge its directories once.
 */
import type { DirEntry } from "../abi/index.ts";
import type { Inode } from "../vfs/index.ts";
import { isOpaque, isWhiteout } from "./whiteout.ts";

/** What the lower layers show under a name: one inode that is no directory, or the directories merged there. */
export type LowerEntry = LowerDirectory | Inode;

export class LowerDirectory {
  /** The directories of this name, topmost first: at least one. */
  readonly dirs: readonly Inode[];
  #known: Map<string, LowerEntry | undefined> | undefined;
  #names: readonly DirEntry[] | undefined;

  constructor(dirs: readonly Inode[]) {
    this.dirs = dirs;
  }

  /** The topmost directory: its attributes are those of the merged one. */
  get top(): Inode {
    return this.dirs[0] as Inode;
  }

  lookup(name: string): LowerEntry | undefined {
    const known = this.#known?.get(name);
    if (known !== undefined) return known;
    if (this.#known?.has(name) === true) return undefined;
    const found = this.#search(name);
    this.#known ??= new Map();
    this.#known.set(name, found);
    return found;
  }

  /** Every name that shows, once. */
  entries(): readonly DirEntry[] {
    this.#names ??= this.#merge();
    return this.#names;
  }

  #search(name: string): LowerEntry | undefined {
    const merged: Inode[] = [];
    for (const dir of this.dirs) {
      const inode = dir.lookup(name);
      if (inode === undefined) continue;
      if (isWhiteout(inode)) break;
      if (inode.type !== "dir") {
        if (merged.length === 0) return inode;
        break;
      }
      merged.push(inode);
      if (isOpaque(inode)) break;
    }
    return merged.length === 0 ? undefined : new LowerDirectory(merged);
  }

  #merge(): readonly DirEntry[] {
    const seen = new Map<string, DirEntry | undefined>();
    for (const dir of this.dirs) {
      for (const entry of dir.readdir()) {
        const { name, type } = entry;
        if (seen.has(name)) continue;
        const device = type === "char" ? dir.lookup(name) : undefined;
        seen.set(name, device !== undefined && isWhiteout(device) ? undefined : entry);
      }
    }
    return [...seen.values()].filter((entry) => entry !== undefined);
  }
}

const shared = new WeakMap<Inode, LowerDirectory[]>();

/** The merged tree of `dirs`, topmost first; shared with other overlays over the same layers if all are sealed. */
export function lowerTree(dirs: readonly Inode[]): LowerDirectory {
  const top = dirs[0];
  if (top === undefined || !dirs.every((dir) => "sealed" in dir && dir.sealed === true))
    return new LowerDirectory(dirs);
  const known = shared.get(top) ?? [];
  const same = known.find((tree) => tree.dirs.length === dirs.length && tree.dirs.every((dir, i) => dir === dirs[i]));
  if (same !== undefined) return same;
  const tree = new LowerDirectory(dirs);
  shared.set(top, [...known, tree]);
  return tree;
}
