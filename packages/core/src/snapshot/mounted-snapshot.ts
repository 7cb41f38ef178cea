/**
 * A snapshot, mounted where no process sees it: for who works on files from outside, such as an engine that makes a
 * working directory, fills a volume, looks a user up, or a builder that copies.
 */

import { Errno, O_RDONLY } from "../abi/index.ts";
import type { Kernel } from "../kernel/index.ts";
import { decode, dirname, StatusError } from "../lib/index.ts";
import type { MountSpec } from "../oci/index.ts";
import { directory, type FileSystem, type FsContext, type Location, MountTree, openAt, walk } from "../vfs/index.ts";
import type { Snapshotter } from "./snapshotter.ts";

/** Where init mounts it, in the container's own mount namespace. */
export const ROOTFS_PATH = "/run/containerd/rootfs";

export class MountedSnapshot {
  readonly #tree: MountTree;
  readonly context: FsContext;

  /** Mounts the snapshot `key`. */
  constructor(kernel: Kernel, snapshotter: Snapshotter, key: string) {
    this.#tree = MountTree.over(kernel.mountIds, mountSnapshot(kernel, snapshotter.mounts(key, ROOTFS_PATH)), 0);
    const root = this.#tree.top;
    this.context = {
      root,
      cwd: root,
      umask: 0o022,
      creds: kernel.init.creds,
      protections: kernel.init.protections,
      mayOpenDevice: () => true,
    };
  }

  /** What is at a path; `undefined` if nothing is. */
  find(path: string): Location | undefined {
    try {
      return walk(this.context, path, { follow: true });
    } catch (error) {
      if (error instanceof Errno) return undefined;
      throw error;
    }
  }

  /** A text file's contents; "" if there is none. */
  readText(path: string): string {
    const at = this.find(path);
    if (at === undefined || at.inode.type !== "file") return "";
    const file = openAt(at, O_RDONLY);
    const bytes = file.read(1 << 24);
    file.release();
    return bytes === undefined ? "" : decode(bytes);
  }

  /**
   * mkdir -p.
   *
   * @throws StatusError invalid-argument if a file stands in the way
   */
  makeDirectory(path: string): void {
    const found = this.find(path);
    if (found !== undefined && found.inode.type !== "dir") {
      throw new StatusError("invalid-argument", `Cannot mkdir: ${path} is not a directory`);
    }
    if (found !== undefined) return;
    if (path !== "/") this.makeDirectory(dirname(path));
    directory.mkdir(this.context, path, 0o755);
  }

  close(): void {
    this.#tree.dissolve();
  }
}

function mountSnapshot(kernel: Kernel, mounts: readonly MountSpec[]): FileSystem {
  const [mount] = mounts;
  const factory = kernel.fileSystems.get(mount?.type ?? "");
  if (mount === undefined || factory === undefined) throw new StatusError("internal", "snapshot cannot be mounted");
  return factory({ source: mount.source, data: mount.options.join(",") }, kernel.init);
}
