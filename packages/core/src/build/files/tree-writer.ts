/** Writing files into a mounted tree, by names in its directories, as root and regardless of any umask. */
import { Errno, type FileType } from "../../abi/index.ts";
import { FileContent, MemoryFile } from "../../fs/index.ts";
import { assert, basename, dirname } from "../../lib/index.ts";
import type { MountedTree } from "../../snapshot/index.ts";
import { attributes, directory, type Location, lookup } from "../../vfs/index.ts";
import { namesIn } from "./select.ts";

/** A name in a directory of the tree. */
export type Place = directory.Place;

/** What a file is made like: times are in microseconds. */
export interface FileAttributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeUs?: number;
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

const LINK_MODE = 0o777;

export class TreeWriter {
  readonly tree: MountedTree;

  constructor(tree: MountedTree) {
    this.tree = tree;
  }

  /** The place of a path without symbolic links. @throws ENOENT if its directory is missing */
  place(path: string): Place {
    const parent = this.tree.find(dirname(path));
    if (parent === undefined) throw new Errno("ENOENT");
    return { parent, name: basename(path) };
  }

  /** What is at a place; a symbolic link counts itself. */
  at({ parent, name }: Place): Location | undefined {
    return lookup(parent, name);
  }

  /** A new file. What it holds is shared with whoever gave it, until somebody writes. */
  file(place: Place, content: FileContent | Uint8Array, like: FileAttributes): Location {
    const { mode, uid, gid } = like;
    const made = directory.createAt(place, { type: "file", mode, uid, gid });
    const { backing } = made.inode;
    assert(backing instanceof MemoryFile, "trees that are built lie in memory");
    backing.content = content instanceof FileContent ? content.clone() : FileContent.of(content);
    return this.#finish(made, like);
  }

  directory(place: Place, like: FileAttributes): Location {
    const { mode, uid, gid } = like;
    return this.#finish(directory.createAt(place, { type: "dir", mode, uid, gid }), like);
  }

  symlink(place: Place, target: string, like: FileAttributes): Location {
    const { uid, gid } = like;
    return this.#finish(directory.createAt(place, { type: "symlink", mode: LINK_MODE, uid, gid, target }), like);
  }

  /** A device, a FIFO or a socket. */
  special(
    place: Place,
    { type, rdev }: { readonly type: FileType; readonly rdev: number },
    like: FileAttributes,
  ): Location {
    const { mode, uid, gid } = like;
    return this.#finish(directory.createAt(place, { type, mode, uid, gid, rdev }), like);
  }

  /** A further name of a file. @throws ENOENT, EPERM for a directory, EMLINK */
  hardlink(place: Place, existing: Place): void {
    const source = this.at(existing);
    if (source === undefined) throw new Errno("ENOENT");
    directory.linkAt(source, place);
  }

  /** Removes what is at a place, with everything below. */
  remove(place: Place): void {
    const found = this.at(place);
    if (found === undefined) return;
    if (found.inode.type === "dir") {
      for (const name of namesIn(found)) this.remove({ parent: found, name });
      place.parent.inode.rmdir(place.name, found.inode);
    } else place.parent.inode.unlink(place.name, found.inode);
    place.parent.dentry.forget(place.name);
  }

  /** Owner first, for a new owner takes set-id bits away; times last, for everything else changes them. */
  setAttributes(at: Location, like: FileAttributes): void {
    attributes.chown(this.tree.context.creds, at, like.uid, like.gid);
    if (at.inode.type !== "symlink") at.inode.setattr({ mode: like.mode });
    this.#finish(at, like);
  }

  #finish(at: Location, { mtimeUs, xattrs }: FileAttributes): Location {
    if (xattrs !== undefined) this.#setXattrs(at, xattrs);
    if (mtimeUs !== undefined) at.inode.setattr({ mtimeUs, atimeUs: mtimeUs });
    return at;
  }

  #setXattrs(at: Location, xattrs: ReadonlyMap<string, Uint8Array>): void {
    for (const [name, value] of xattrs) attributes.setxattr(this.tree.context.creds, at, name, value, 0);
  }
}
