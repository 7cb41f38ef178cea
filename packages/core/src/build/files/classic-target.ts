/**
 * Targets that the classic builder refuses, in the words of the system calls that it makes where the layer is mounted.
 *
 * @see moby daemon/builder/dockerfile/copy.go performCopyForInfo, dispatchers.go dispatchWorkdir
 */
import type { MountedTree } from "../../snapshot/index.ts";
import { BuildError } from "../dockerfile/error.ts";
import { blockedBy, rootPath } from "./root-path.ts";

/** @throws BuildError for a directory that is to be made below a file, and for one without a name */
export function refuseDirectory(tree: MountedTree, path: string, mountPoint: string): void {
  if (path === "") throw new BuildError("cannot normalize nothing");
  const blocked = blockedBy(tree, rootPath(tree, path));
  if (blocked !== undefined) throw new BuildError(`lstat ${mountPoint}${blocked}: not a directory`);
}

export interface ClassicCopy {
  readonly mountPoint: string;
  /** What is copied is one. */
  readonly isDirectory: boolean;
  /** Owners are kept as they are; directories are made in another way then. */
  readonly keepsOwner: boolean;
}

/** @throws BuildError for files that are to come below a file */
export function refuseTarget(
  tree: MountedTree,
  dest: string,
  { mountPoint, isDirectory, keepsOwner }: ClassicCopy,
): void {
  const refused = (why: string): BuildError => new BuildError(`failed to copy files: ${why}: not a directory`);
  const target = rootPath(tree, dest);
  const blocked = blockedBy(tree, target);
  if (blocked !== undefined) throw refused(`lstat ${mountPoint}${blocked}`);
  const type = tree.find(target, { follow: false })?.inode.type;
  if (type === undefined || type === "dir") return;
  if (isDirectory) throw refused(`failed to copy directory: mkdir ${mountPoint}${target}`);
  if (dest.endsWith("/"))
    throw refused(`${keepsOwner ? "" : "failed to create new directory: "}mkdir ${mountPoint}${target}`);
}
