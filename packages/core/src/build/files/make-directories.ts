/** mkdir -p with an owner: the places where files are copied to. @see BuildKit util/... fsutil/copy/mkdir.go */
import { Errno } from "../../abi/index.ts";
import { dirname } from "../../lib/index.ts";
import type { MountedTree } from "../../snapshot/index.ts";
import { attributes, directory } from "../../vfs/index.ts";
import { BuildError } from "../dockerfile/error.ts";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Makes what is missing of a path without symbolic links. @throws BuildError `mkdir /f: not a directory` */
export function makeDirectories(tree: MountedTree, path: string, mode: number, owner: Owner | undefined): void {
  const existing = tree.find(path);
  if (existing !== undefined) {
    if (existing.inode.type === "dir") return;
    throw new BuildError(`mkdir ${path}: not a directory`);
  }
  if (path !== "/") makeDirectories(tree, dirname(path), mode, owner);
  try {
    directory.mkdir({ ...tree.context, umask: 0 }, path, mode);
  } catch (error) {
    if (error instanceof Errno) throw new BuildError(`mkdir ${path}: ${error.message.toLowerCase()}`);
    throw error;
  }
  const made = tree.find(path);
  if (made !== undefined && owner !== undefined) {
    attributes.chown(tree.context.creds, made, owner.uid, owner.gid);
  }
}
