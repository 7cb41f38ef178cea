/**
 * Copying files from one tree into another, as COPY and ADD do.
 *
 * A directory's contents are copied, not the directory; where the destination ends with a slash or is a directory, a
 * file goes into it. A directory that exists keeps its attributes at the top and gets those of its source below.
 *
 * @see fsutil copy/copy.go
 */
import { O_RDONLY, PERMISSION_BITS, parseMode, type Stat } from "../../abi/index.ts";
import { type FileContent, MemoryFile } from "../../fs/index.ts";
import { assert, basename, clean, dirname, join, NO_BYTES } from "../../lib/index.ts";
import type { MountedTree } from "../../snapshot/index.ts";
import { type Location, lookup, openAt, pathOf } from "../../vfs/index.ts";
import { BuildError } from "../dockerfile/error.ts";
import type { IgnoreMatcher } from "./ignore.ts";
import { makeDirectories, type Owner } from "./make-directories.ts";
import { rootPath, targetPath } from "./root-path.ts";
import { namesIn } from "./select.ts";
import { type FileAttributes, type Place, TreeWriter } from "./tree-writer.ts";

/** Mode of the directories on the way; an octal `--chmod` changes it, less what others could write to. */
const NEW_DIRECTORY = 0o755;
const NEW_DIRECTORY_MASK = 0o755;

/** How a directory looks while it is filled. */
const ROOTS_DIRECTORY = { mode: NEW_DIRECTORY, uid: 0, gid: 0 };

export interface CopyOptions {
  /** The new owner of everything; without it owners stay as they are. */
  readonly owner?: Owner;
  /** Octal digits or symbols of chmod(1), for everything that is copied. */
  readonly mode?: string;
  /** Paths below the source that stay behind. */
  readonly exclude?: IgnoreMatcher;
  /** Only what it matches below the source is copied, with the directories on the way. */
  readonly include?: IgnoreMatcher;
  /** Where the destination is mounted, for messages. */
  readonly mountPoint: string;
}

/** A directory of the destination. One that is excluded itself is made when something below it is not. */
interface Target {
  readonly above: Target | undefined;
  readonly name: string;
  at: Location | undefined;
  /** Made here: nothing is in it but what was copied. */
  isNew: boolean;
}

/** A file on its way: where it is, its path below the source, where it goes. */
interface Passage {
  readonly from: Location;
  /** "" for what was named itself, which no pattern keeps back. */
  readonly below: string;
  readonly into: Target;
  readonly name: string;
}

export class Copier {
  readonly #source: MountedTree;
  readonly #writer: TreeWriter;
  readonly #options: CopyOptions;
  /** Copies of files that have several names, by inode number. */
  readonly #copied = new Map<number, Place>();

  constructor(source: MountedTree, destination: MountedTree, options: CopyOptions) {
    this.#source = source;
    this.#writer = new TreeWriter(destination);
    this.#options = options;
  }

  /**
   * Copies what is at `source` to `dest`, making the directories on the way.
   *
   * @throws BuildError `lstat /x: no such file or directory`, `cannot copy to non-directory: …`, `cannot replace to directory … with file`
   */
  copy(source: string, dest: string): void {
    const { tree } = this.#writer;
    const path = rootPath(this.#source, source);
    const from = this.#source.find(path, { follow: false });
    if (from === undefined) throw new BuildError(`lstat ${path}: no such file or directory`);
    const parent = /\/\.?$/.test(dest) ? dest : dirname(dest);
    this.#makeDirectories(targetPath(tree, parent));
    let target = targetPath(tree, clean(dest));
    const existing = tree.find(target);
    if (from.inode.type !== "dir") {
      if (existing?.inode.type === "dir") target = join(target, basename(clean(source)));
      this.#makeDirectories(dirname(target));
      const { parent: at, name } = this.#writer.place(target);
      this.#copyFile({ from, below: "", into: { above: undefined, name: "", at, isNew: false }, name });
      return;
    }
    if (existing !== undefined && existing.inode.type !== "dir") throw this.#nonDirectory(target);
    if (existing === undefined) this.#makeDirectories(target);
    const at = tree.find(target);
    this.#copyEntries(from, "", { above: undefined, name: "", at, isNew: existing === undefined });
    // Of the directory itself only the times come along.
    const { mtimeUs } = from.inode.stat();
    at?.inode.setattr({ mtimeUs, atimeUs: mtimeUs });
  }

  #makeDirectories(path: string): void {
    const { mode = "", owner } = this.#options;
    const bits = /^[0-7]+$/.test(mode) ? Number.parseInt(mode, 8) & NEW_DIRECTORY_MASK : NEW_DIRECTORY;
    makeDirectories(this.#writer.tree, path, bits, owner);
  }

  #copyEntries(directory: Location, below: string, into: Target): void {
    for (const name of namesIn(directory)) {
      const from = lookup(directory, name);
      if (from === undefined) continue;
      const passage = { from, below: below === "" ? name : `${below}/${name}`, into, name };
      if (from.inode.type === "dir") this.#copyDirectory(passage);
      else this.#copyFile(passage);
    }
  }

  #copyDirectory({ from, below, into, name }: Passage): void {
    const { exclude, include } = this.#options;
    const isExcluded = exclude?.matches(below) === true;
    if (isExcluded && exclude?.hasExclusions !== true) return;
    const target: Target = { above: into, name, at: undefined, isNew: false };
    if (!isExcluded && include?.matches(below) !== false) this.#open(target);
    this.#copyEntries(from, below, target);
    if (target.at !== undefined) this.#writer.setAttributes(target.at, this.#attributesOf(from));
  }

  /** Something is going to be in this directory. */
  #open(target: Target): Location {
    if (target.at !== undefined) return target.at;
    assert(target.above !== undefined, "the topmost directory is there");
    const place = { parent: this.#open(target.above), name: target.name };
    const existing = target.above.isNew ? undefined : this.#writer.at(place);
    if (existing !== undefined && existing.inode.type !== "dir") throw this.#nonDirectory(this.#pathOf(place));
    target.isNew = existing === undefined;
    target.at = existing ?? this.#writer.directory(place, ROOTS_DIRECTORY);
    return target.at;
  }

  #pathOf({ parent, name }: Place): string {
    return join(pathOf(parent, this.#writer.tree.context.root), name);
  }

  #nonDirectory(target: string): BuildError {
    return new BuildError(`cannot copy to non-directory: ${this.#options.mountPoint}${target}`);
  }

  #copyFile({ from, below, into, name }: Passage): void {
    const { exclude, include, mountPoint } = this.#options;
    if (below !== "" && (exclude?.matches(below) === true || include?.matches(below) === false)) return;
    const place = { parent: this.#open(into), name };
    const existing = into.isNew ? undefined : this.#writer.at(place);
    if (existing?.inode.type === "dir") {
      throw new BuildError(`cannot replace to directory ${mountPoint}${this.#pathOf(place)} with file`);
    }
    if (existing !== undefined) this.#writer.remove(place);
    const stat = from.inode.stat();
    const { nlink, ino } = stat;
    const hasNames = nlink > 1 && from.inode.type === "file";
    const twin = hasNames ? this.#copied.get(ino) : undefined;
    if (twin !== undefined) {
      this.#writer.hardlink(place, twin);
      return;
    }
    if (hasNames) this.#copied.set(ino, place);
    this.#make(from, stat, place);
  }

  #make(from: Location, stat: Stat, place: Place): void {
    const { inode } = from;
    const attributes = this.#attributesOf(from, stat);
    if (inode.type === "file") this.#writer.file(place, contentOf(from), attributes);
    else if (inode.type === "symlink") this.#writer.symlink(place, inode.readlink(), attributes);
    else {
      // BuildKit's copier makes character devices of block devices.
      const type = inode.type === "block" ? "char" : inode.type;
      this.#writer.special(place, { type, rdev: inode.rdev }, attributes);
    }
  }

  #attributesOf(from: Location, stat = from.inode.stat()): FileAttributes {
    const { uid, gid } = this.#options.owner ?? stat;
    const attributes = { mode: this.#modeOf(stat), uid, gid, mtimeUs: stat.mtimeUs };
    const names = from.inode.listxattr();
    return names.length === 0 ? attributes : { ...attributes, xattrs: xattrsOf(from, names) };
  }

  #modeOf({ mode }: Stat): number {
    const { mode: wanted } = this.#options;
    const changed = wanted === undefined ? mode : (parseMode(wanted, mode, 0) ?? mode);
    return changed & PERMISSION_BITS;
  }
}

/** What a file holds; of one in memory without a copy. */
function contentOf(at: Location): FileContent | Uint8Array {
  const { backing } = at.inode;
  if (backing instanceof MemoryFile) return backing.content;
  const file = openAt(at, O_RDONLY);
  const content = file.read(at.inode.stat().size);
  file.release();
  return content ?? NO_BYTES;
}

function xattrsOf({ inode }: Location, names: readonly string[]): ReadonlyMap<string, Uint8Array> {
  const xattrs = new Map<string, Uint8Array>();
  for (const name of names) {
    const value = inode.getxattr(name);
    if (value !== undefined) xattrs.set(name, value);
  }
  return xattrs;
}
