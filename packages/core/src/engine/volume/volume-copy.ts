/**
 * A new volume gets what the image has where it is mounted.
 *
 * @see moby daemon/container_operations_unix.go, container/container_unix.go: CopyImagePathContent
 */
import { MemoryDirectory, MemoryFile } from "../../fs/index.ts";
import { join, StatusError } from "../../lib/index.ts";
import type { MountedSnapshot } from "../../snapshot/index.ts";
import { type Inode, pathOf } from "../../vfs/index.ts";
import { mergedPath } from "../mount/merged-path.ts";
import { resourceAt } from "../mount/resource.ts";

/**
 * Copies contents, owner and mode of a directory of the container into an empty volume.
 *
 * @throws StatusError internal for what is no directory, or below a file, or at the end of links that go round
 */
export function populateVolume(
  { rootfs, id }: { readonly rootfs: MountedSnapshot; readonly id: string },
  path: string,
  volume: MemoryDirectory,
): void {
  const { context } = rootfs;
  const merged = mergedPath(id);
  const source = resourceAt(context, path, merged);
  if (source === undefined || volume.entries.size > 0) return;
  if (source.inode.type !== "dir") {
    throw new StatusError("internal", `source ${join(merged, pathOf(source, context.root))} is not directory`);
  }
  copyChildren(source.inode, volume, new Map());
  copyAttributes(source.inode, volume);
}

/** Names of one file become names of one copy. `copies`: those that there are, by what is below the merged tree. */
function copyChildren(from: Inode, to: MemoryDirectory, copies: Map<Inode, Inode>): void {
  for (const { name } of from.readdir()) {
    const inode = from.lookup(name);
    if (inode === undefined) continue;
    const known = copies.get(inode.backing);
    if (known !== undefined) {
      to.link(name, known);
      continue;
    }
    const { mode, uid, gid, rdev } = inode.stat();
    const copy = to.create(name, {
      type: inode.type,
      mode: mode & 0o7777,
      uid,
      gid,
      rdev,
      ...(inode.type === "symlink" ? { target: inode.readlink() } : {}),
    });
    if (copy instanceof MemoryDirectory) copyChildren(inode, copy, copies);
    else if (copy instanceof MemoryFile && inode.backing instanceof MemoryFile) {
      copy.content = inode.backing.content.clone();
    }
    copyAttributes(inode, copy);
    if (inode.type !== "dir") copies.set(inode.backing, copy);
  }
}

function copyAttributes(from: Inode, to: Inode): void {
  const { mode, uid, gid, atimeUs, mtimeUs } = from.stat();
  to.setattr({ mode: mode & 0o7777, uid, gid, atimeUs, mtimeUs });
}
