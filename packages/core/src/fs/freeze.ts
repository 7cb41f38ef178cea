/**
 * Freezing: from the inodes of a memory file system to a frozen tree.
 *
 * @see frozen-tree.ts for what of it is shared
 */
import {
  type FrozenAttributes,
  FrozenDirectory,
  type FrozenDisk,
  type FrozenLeaf,
  type FrozenNode,
  type FrozenSource,
  frozenAs,
} from "./frozen-tree.ts";
import { MemoryDirectory } from "./memory-directory.ts";
import { MemoryFile } from "./memory-file.ts";
import type { MemoryFs } from "./memory-fs.ts";
import type { MemoryInode } from "./memory-inode.ts";

export function freezeDisk(fs: MemoryFs): FrozenDisk {
  return { root: freezeDirectory(fs.root), ...fs.counts };
}

function freeze(inode: MemoryInode): FrozenNode {
  return inode instanceof MemoryDirectory ? freezeDirectory(inode) : freezeLeaf(inode);
}

function freezeDirectory(directory: MemoryDirectory): FrozenDirectory {
  const before = frozenAs.get(directory);
  if (directory.sealed) return freezeSealed(directory);
  const { own, rest } = directory.parts;
  const last = before instanceof FrozenDirectory && isSame(before.attributes, directory) ? before : undefined;
  const base = rest instanceof FrozenDirectory ? rest : undefined;
  const like = last ?? (base !== undefined && isSame(base.attributes, directory) ? base : undefined);
  // A directory that has more or fewer names has another time of change.
  const entries = new Map<string, FrozenNode>();
  let isChanged = like === undefined;
  for (const [name, inode] of own) {
    const node = freeze(inode);
    entries.set(name, node);
    isChanged ||= like?.lookup(name) !== node;
  }
  if (!isChanged && like !== undefined && (base !== undefined || like.entries.size === own.size)) {
    frozenAs.set(directory, like);
    return like;
  }
  if (rest instanceof MemoryDirectory) for (const [name, inode] of directory.entries) entries.set(name, freeze(inode));
  const frozen = new FrozenDirectory(attributesOf(directory), entries, base, false);
  frozenAs.set(directory, frozen);
  return frozen;
}

/** Nothing in a committed layer changes any more: it is enough to freeze what somebody looks at. */
function freezeSealed(directory: MemoryDirectory): FrozenDirectory {
  const before = frozenAs.get(directory);
  if (before instanceof FrozenDirectory) return before;
  const frozen = new FrozenDirectory(attributesOf(directory), new Map(), new SealedSource(directory), directory.sealed);
  frozenAs.set(directory, frozen);
  return frozen;
}

class SealedSource implements FrozenSource {
  readonly #directory: MemoryDirectory;

  constructor(directory: MemoryDirectory) {
    this.#directory = directory;
  }

  lookup(name: string): FrozenNode | undefined {
    const inode = this.#directory.lookup(name);
    if (inode === undefined) return undefined;
    return inode instanceof MemoryDirectory ? freezeSealed(inode) : freezeLeaf(inode);
  }

  names(): Iterable<string> {
    return this.#directory.entries.keys();
  }
}

function freezeLeaf(inode: MemoryInode): FrozenLeaf {
  const before = frozenAs.get(inode);
  if (before !== undefined && before.type !== "dir" && isSame(before, inode) && hasContent(before, inode))
    return before;
  const frozen: FrozenLeaf = {
    ...attributesOf(inode),
    type: inode.type as FrozenLeaf["type"],
    ...(inode instanceof MemoryFile ? { content: inode.content.clone() } : {}),
    ...(inode.type === "symlink" ? { target: inode.readlink() } : {}),
  };
  frozenAs.set(inode, frozen);
  return frozen;
}

function hasContent({ content }: FrozenLeaf, inode: MemoryInode): boolean {
  return !(inode instanceof MemoryFile) || content?.isSameAs(inode.content) === true;
}

function attributesOf(inode: MemoryInode): FrozenAttributes {
  const { ino, type, mode, uid, gid, nlink, rdev, atimeUs, mtimeUs, ctimeUs } = inode;
  const names = inode.listxattr();
  const xattrs =
    names.length === 0 ? undefined : new Map(names.map((name) => [name, inode.getxattr(name) as Uint8Array]));
  return { ino, type, mode, uid, gid, nlink, rdev, atimeUs, mtimeUs, ctimeUs, xattrs };
}

function isSame(a: FrozenAttributes, b: MemoryInode): boolean {
  return (
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.nlink === b.nlink &&
    a.atimeUs === b.atimeUs &&
    a.mtimeUs === b.mtimeUs &&
    a.ctimeUs === b.ctimeUs &&
    hasSameXattrs(a.xattrs, b)
  );
}

function hasSameXattrs(xattrs: FrozenAttributes["xattrs"], inode: MemoryInode): boolean {
  const names = inode.listxattr();
  return names.length === (xattrs?.size ?? 0) && names.every((name) => xattrs?.get(name) === inode.getxattr(name));
}
