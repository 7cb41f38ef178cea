/** A path of a container's tree, as the daemon looks for it. @see moby container.GetResourcePath, moby/sys/symlink */
import { Errno } from "../../abi/index.ts";
import { basename, dirname, join, StatusError } from "../../lib/index.ts";
import { type FsContext, find, type Location, pathOf, walk } from "../../vfs/index.ts";

/**
 * Undefined for what the image does not have.
 *
 * @param merged where the tree lies on the machine, for messages
 * @throws StatusError internal for a way through a file, or through links that go round
 */
export function resourceAt(context: FsContext, path: string, merged: string): Location | undefined {
  try {
    return find(context, path, { follow: true });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (error.code === "ELOOP") {
      throw new StatusError("internal", `evalSymlinksInScope: too many links in ${join(merged, path)}`);
    }
    const place = error.code === "ENOTDIR" ? placeBelowFile(context, path) : path;
    throw new StatusError("internal", `lstat ${join(merged, place)}: ${error.message.toLowerCase()}`);
  }
}

/** The first place on the way to a path that a file is in the way of, links on the way written out. */
function placeBelowFile(context: FsContext, path: string): string {
  const above = dirname(path);
  try {
    return join(pathOf(walk(context, above, { follow: true }), context.root), basename(path));
  } catch (error) {
    if (error instanceof Errno) return placeBelowFile(context, above);
    throw error;
  }
}
