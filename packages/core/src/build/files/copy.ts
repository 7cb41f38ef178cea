/**
 * Copying files from one tree into another, as COPY and ADD do.
 *
 * A directory's contents are copied, not the directory; where the destination ends with a slash or is a directory, a
 * file goes into it. A directory that exists keeps its attributes at the top and gets those of its source below.
 *
 * @see fsutil copy/copy.go
 */
import { O_RDONLY, PERMISSION_BITS, parseMode, type Stat } from "../../abi/index.ts";
import { basename, clean, dirname, join, NO_BYTES } from "../../lib/index.ts";
import type { MountedTree } from "../../snapshot/index.ts";
import { type Location, openAt } from "../../vfs/index.ts";
import { BuildError } from "../dockerfile/error.ts";
import type { IgnoreMatcher } from "./ignore.ts";
import { makeDirectories, type Owner } from "./make-directories.ts";
import { rootPath } from "./root-path.ts";
import { namesIn } from "./select.ts";
import { TreeWriter } from "./tree-writer.ts";

/** Mode of the directories on the way; an octal `--chmod` changes it, less what others could write to. */
const NEW_DIRECTORY = 0o755;
const NEW_DIRECTORY_MASK = 0o755;

export interface CopyOptions {
  /** The new owner of everything; without it owners stay as they are. */
  readonly owner?: Owner;
  /** Octal digits or symbols of chmod(1), for everything that is copied. */
  readonly mode?: string;
  /** Paths below the source that stay behind. */
  readonly exclude?: IgnoreMatcher;
  /** Where the destination is mounted, for messages. */
  readonly mountPoint: string;
}

/** A file on its way: where it is, its path below the source, where it goes. */
interface Passage {
  readonly from: Location;
  readonly path: string;
  /** "" for what was named itself, which no pattern keeps back. */
  readonly below: string;
  readonly target: string;
}

export class Copier {
  readonly #source: MountedTree;
  readonly #writer: TreeWriter;
  readonly #options: CopyOptions;
  /** Copies of files that have several names, by inode number. */
  readonly #copied = new Map<number, string>();
  /** Directories that are excluded themselves: they are made when something below them is not. */
  readonly #waiting: Passage[] = [];

  constructor(source: MountedTree, destination: MountedTree, options: CopyOptions) {
    this.#source = source;
    this.#writer = new TreeWriter(destination);
    this.#options = options;
  }

  /**
   * Copies what is at `source` to `dest`, making the directories on the way.
   *
   * @throws BuildError `cannot copy to non-directory: …`, `cannot replace to directory … with file`
   */
  copy(source: string, dest: string): void {
    const { tree } = this.#writer;
    const path = rootPath(this.#source, source);
    const from = this.#source.find(path, { follow: false });
    if (from === undefined) return;
    const parent = /\/\.?$/.test(dest) ? dest : dirname(dest);
    makeDirectories(tree, rootPath(tree, parent), this.#newDirectoryMode, this.#options.owner);
    let target = rootPath(tree, clean(dest));
    const existing = tree.find(target);
    if (from.inode.type !== "dir") {
      if (existing?.inode.type === "dir") target = join(target, basename(source));
      makeDirectories(tree, dirname(target), this.#newDirectoryMode, this.#options.owner);
      this.#copyFile({ from, path, below: "", target });
      return;
    }
    if (existing !== undefined && existing.inode.type !== "dir") throw this.#nonDirectory(target);
    if (existing === undefined) makeDirectories(tree, target, this.#newDirectoryMode, this.#options.owner);
    this.#copyEntries({ from, path, below: "", target });
    // Of the directory itself only the times come along.
    const { mtimeUs } = from.inode.stat();
    this.#writer.at(target)?.inode.setattr({ mtimeUs, atimeUs: mtimeUs });
  }

  get #newDirectoryMode(): number {
    const { mode = "" } = this.#options;
    return /^[0-7]+$/.test(mode) ? Number.parseInt(mode, 8) & NEW_DIRECTORY_MASK : NEW_DIRECTORY;
  }

  /** The entries of a directory, into a directory that is there. */
  #copyEntries({ path, below, target }: Passage): void {
    for (const name of namesIn(this.#source, path)) {
      const from = this.#source.find(join(path, name), { follow: false });
      if (from === undefined) continue;
      const passage = {
        from,
        path: join(path, name),
        below: below === "" ? name : `${below}/${name}`,
        target: join(target, name),
      };
      if (from.inode.type === "dir") this.#copyDirectory(passage);
      else this.#copyFile(passage);
    }
  }

  #copyDirectory(passage: Passage): void {
    const { exclude } = this.#options;
    const isExcluded = exclude?.matches(passage.below) === true;
    if (isExcluded && exclude?.hasExclusions !== true) return;
    this.#waiting.push(passage);
    if (!isExcluded) this.#makeWaiting();
    this.#copyEntries(passage);
    if (this.#waiting[this.#waiting.length - 1] === passage) this.#waiting.pop();
    else this.#finish(passage);
  }

  /** Something will be below the directories that wait. */
  #makeWaiting(): void {
    for (const { target } of this.#waiting.splice(0)) {
      const existing = this.#writer.at(target);
      if (existing === undefined) this.#writer.directory(target);
      else if (existing.inode.type !== "dir") throw this.#nonDirectory(target);
    }
  }

  #nonDirectory(target: string): BuildError {
    return new BuildError(`cannot copy to non-directory: ${this.#options.mountPoint}${target}`);
  }

  #copyFile(passage: Passage): void {
    const { from, target } = passage;
    const { exclude, mountPoint } = this.#options;
    if (passage.below !== "" && exclude?.matches(passage.below) === true) return;
    this.#makeWaiting();
    const existing = this.#writer.at(target);
    if (existing?.inode.type === "dir") {
      throw new BuildError(`cannot replace to directory ${mountPoint}${target} with file`);
    }
    if (existing !== undefined) this.#writer.remove(target);
    const { nlink, ino } = from.inode.stat();
    const twin = nlink > 1 ? this.#copied.get(ino) : undefined;
    if (twin !== undefined) {
      this.#writer.hardlink(target, twin);
      return;
    }
    if (nlink > 1) this.#copied.set(ino, target);
    this.#make(from, target);
    this.#finish(passage);
  }

  #make(from: Location, target: string): void {
    const { inode } = from;
    if (inode.type === "file") this.#writer.file(target, contentOf(from));
    else if (inode.type === "symlink") this.#writer.symlink(target, inode.readlink());
    else this.#writer.special(target, inode.type, inode.rdev);
  }

  #finish({ from, target }: Passage): void {
    const stat = from.inode.stat();
    const { uid, gid } = this.#options.owner ?? stat;
    const { mtimeUs } = stat;
    this.#writer.setAttributes(target, { mode: this.#modeOf(stat), uid, gid, mtimeUs, xattrs: xattrsOf(from) });
  }

  #modeOf({ mode }: Stat): number {
    const { mode: wanted } = this.#options;
    const changed = wanted === undefined ? mode : (parseMode(wanted, mode, 0) ?? mode);
    return changed & PERMISSION_BITS;
  }
}

function contentOf(at: Location): Uint8Array {
  const file = openAt(at, O_RDONLY);
  const content = file.read(at.inode.stat().size);
  file.release();
  return content ?? NO_BYTES;
}

function xattrsOf({ inode }: Location): ReadonlyMap<string, Uint8Array> {
  const xattrs = new Map<string, Uint8Array>();
  for (const name of inode.listxattr()) {
    const value = inode.getxattr(name);
    if (value !== undefined) xattrs.set(name, value);
  }
  return xattrs;
}
