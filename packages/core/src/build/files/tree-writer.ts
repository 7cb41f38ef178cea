/** Writing files into a mounted tree, by paths without symbolic links, as root and regardless of any umask. */
import { type FileType, O_CREAT, O_EXCL, O_WRONLY, typeBits } from "../../abi/index.ts";
import type { MountedTree } from "../../snapshot/index.ts";
import { attributes, directory, type FsContext, type Location, open } from "../../vfs/index.ts";
import { namesIn } from "./select.ts";

/** What a file is made like: `uid` and `gid` with `mode`, times in microseconds. */
export interface FileAttributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeUs?: number;
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

export class TreeWriter {
  readonly tree: MountedTree;
  readonly #context: FsContext;

  constructor(tree: MountedTree) {
    this.tree = tree;
    this.#context = { ...tree.context, umask: 0 };
  }

  /** What is at a path; a symbolic link counts itself. */
  at(path: string): Location | undefined {
    return this.tree.find(path, { follow: false });
  }

  /** A new file. */
  file(path: string, content: Uint8Array): void {
    const file = open(this.#context, path, O_CREAT | O_EXCL | O_WRONLY, 0o600);
    file.write(content);
    file.release();
  }

  directory(path: string): void {
    directory.mkdir(this.#context, path, 0o755);
  }

  symlink(path: string, target: string): void {
    directory.symlink(this.#context, target, path);
  }

  hardlink(path: string, existing: string): void {
    directory.link(this.#context, existing, path, { follow: false });
  }

  special(path: string, type: FileType, rdev: number): void {
    directory.mknod(this.#context, path, typeBits(type) | 0o600, rdev);
  }

  /** Removes what is at a path, with everything below. */
  remove(path: string): void {
    const found = this.at(path);
    if (found === undefined) return;
    if (found.inode.type !== "dir") {
      directory.unlink(this.#context, path);
      return;
    }
    for (const name of namesIn(this.tree, path)) this.remove(`${path}/${name}`);
    directory.rmdir(this.#context, path);
  }

  /** Owner first, for a new owner takes set-id bits away; times last, for everything else changes them. */
  setAttributes(path: string, { mode, uid, gid, mtimeUs, xattrs }: FileAttributes): void {
    const at = this.at(path);
    if (at === undefined) return;
    attributes.chown(this.#context.creds, at, uid, gid);
    for (const [name, value] of xattrs ?? []) attributes.setxattr(this.#context.creds, at, name, value, 0);
    if (at.inode.type !== "symlink") at.inode.setattr({ mode });
    if (mtimeUs !== undefined) at.inode.setattr({ mtimeUs, atimeUs: mtimeUs });
  }
}
