/**
 * Whether what a bind mount shows can hand on mounts, as the mount is to do: a daemon looks at that before the kernel does.
 *
 * @see moby daemon/oci_linux.go: ensureShared, ensureSharedOrSlave
 */
import { Errno } from "../../abi/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { StatusError } from "../../lib/index.ts";
import { Location, type Mount, pathOf, walk } from "../../vfs/index.ts";
import type { MountPoint } from "./mount-points.ts";

/** @throws StatusError internal for a source on a mount that is neither shared nor, where that will do, a slave */
export function checkPropagation(kernel: Kernel, points: readonly MountPoint[]): void {
  if (kernel.machine.sharesMounts) return;
  const { init } = kernel;
  for (const { type, source, propagation } of points) {
    const isShared = /^r?shared$/.test(propagation);
    if (type !== "bind" || !(isShared || /^r?slave$/.test(propagation))) continue;
    const mount = mountOf(kernel, source);
    if (mount === undefined || mount.peers !== undefined || (!isShared && mount.master !== undefined)) continue;
    const place = pathOf(new Location(mount, mount.root), init.root);
    const what = isShared ? "a shared mount" : "a shared or slave mount";
    throw new StatusError("internal", `path ${source} is mounted on ${place} but it is not ${what}`);
  }
}

/** The mount that a path of the machine is on; what is not there is told of when it is mounted. */
function mountOf({ init }: Kernel, path: string): Mount | undefined {
  try {
    return walk(init, path, { follow: true }).mount;
  } catch (error) {
    if (error instanceof Errno) return undefined;
    throw error;
  }
}
