/** A snapshot, mounted where no process sees it. */
import { OverlayFs } from "../fs/index.ts";
import { type Kernel, overlayOver } from "../kernel/index.ts";
import { ownFunction, StatusError } from "../lib/index.ts";
import type { FileSystem } from "../vfs/index.ts";
import { MountedTree } from "./mounted-tree.ts";
import type { Snapshotter } from "./snapshotter.ts";

/** Where init mounts it, in the container's own mount namespace. */
export const ROOTFS_PATH = "/run/containerd/rootfs";

/** A container's or a build's files for somebody who is not in it. */
export class MountedSnapshot extends MountedTree {
  /** Mounts the active snapshot or view `key`. */
  constructor(kernel: Kernel, snapshotter: Snapshotter, key: string) {
    super(kernel, mountSnapshot(kernel, snapshotter, key));
  }
}

function mountSnapshot(kernel: Kernel, snapshotter: Snapshotter, key: string): FileSystem {
  const [mount] = snapshotter.mounts(key, ROOTFS_PATH);
  if (mount === undefined) throw new StatusError("internal", "snapshot cannot be mounted");
  // A snapshot without a parent is a directory of the disk, bind-mounted: here an overlay over nothing shows it.
  if (mount.type === "bind") return new OverlayFs(kernel, { lower: [], upper: snapshotter.directory(key) });
  const [, ...below] = snapshotter.chain(key);
  const lower = below.map((name) => snapshotter.directory(name));
  const isView = snapshotter.stat(key).kind === "view";
  // Nobody else sees a view; it may be of one layer, which mount(2) takes no overlay of.
  if (isView) return new OverlayFs(kernel, { lower });
  const { workDirectory: work } = snapshotter;
  return overlayOver(kernel, { lower, upper: snapshotter.directory(key), work }, mount);
}

/** A committed snapshot, or an empty tree, for reading; what was made for that goes with `close`. */
export class SnapshotView extends MountedSnapshot {
  readonly #release: () => void;

  constructor(kernel: Kernel, snapshotter: Snapshotter, snapshot: string | undefined) {
    const view = snapshotter.newKey("view");
    snapshotter.view(view, snapshot);
    super(kernel, snapshotter, view);
    this.#release = ownFunction(() => snapshotter.remove(view));
  }

  override close(): void {
    super.close();
    this.#release();
  }
}
